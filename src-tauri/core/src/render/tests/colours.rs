//! Code is plain at first. Its colours come when they come, and in the end they are those of the whole text.

use proptest::prelude::*;

use super::checker::assert_safe;
use super::stream::{Window, markdown};
use super::{CORPUS, code_block, coloured};
use crate::render::code::PART_BYTES;
use crate::render::colours::KEPT_BYTES;
use crate::render::painter::Painter;
use crate::render::{Answer, Colours, Job, Stream, render};

/// Whoever has code coloured: one job at a time, answered when the test says so.
#[derive(Default)]
struct Desk {
    painter: Painter,
    job: Option<Job>,
    answer: Option<Answer>,
    /// Bytes of code that were handed over.
    work: usize,
}

impl Desk {
    fn step(&mut self, stream: &mut Stream, step: u8) {
        match step {
            // The state of the parsers is lost.
            0 => self.painter.forget(),
            1 if self.job.is_none() && self.answer.is_none() => {
                self.job = stream.job();
                self.work += self.job.as_ref().map_or(0, |job| job.code.len());
            }
            2 => {
                if let Some(job) = self.job.take() {
                    self.answer = Some(self.painter.run(&job));
                }
            }
            3 => {
                if let Some(answer) = self.answer.take() {
                    stream.colour(&answer);
                }
            }
            _ => {}
        }
    }

    fn one(&mut self, stream: &mut Stream) {
        (1..=3).for_each(|step| self.step(stream, step));
    }

    fn all(&mut self, stream: &mut Stream) {
        stream.blocks();
        for step in [2, 3] {
            self.step(stream, step);
        }
        while stream.is_waiting() {
            self.one(stream);
        }
    }
}

fn whole(text: &str, colours: &Colours) -> Stream {
    let mut stream = Stream::with(colours.clone());
    stream.replace(text);
    stream.finish();
    stream.blocks();
    stream
}

/// Streams `text` in pieces of the given numbers of characters, with the work of colouring cut in between.
fn stream_through(text: &str, pieces: &[usize], steps: &[u8]) {
    let colours = Colours::default();
    let mut stream = Stream::with(colours.clone());
    let (mut window, mut desk) = (Window::default(), Desk::default());
    let mut chars = text.chars();
    let mut steps = steps.iter().copied().cycle();
    for length in pieces.iter().cycle() {
        let piece: String = chars.by_ref().take(*length).collect();
        if piece.is_empty() {
            break;
        }
        stream.push(&piece);
        window.follow(&mut stream);
        for step in steps.by_ref().take(3) {
            desk.step(&mut stream, step);
        }
        window.follow(&mut stream);
    }
    stream.finish();
    window.follow(&mut stream);
    desk.all(&mut stream);
    window.follow(&mut stream);
    assert_safe(&window.blocks);
    assert_eq!(window.blocks, coloured(text), "not as in one go");
    assert_eq!(whole(text, &colours).blocks(), coloured(text), "what was kept differs");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn answers_in_any_pieces_at_any_pace(
        at in 0..CORPUS.len(),
        pieces in prop::collection::vec(1_usize..120, 1..6),
        steps in prop::collection::vec(0_u8..6, 1..12),
    ) {
        stream_through(CORPUS[at].1, &pieces, &steps);
    }

    #[test]
    fn any_markdown_at_any_pace(
        text in markdown(),
        pieces in prop::collection::vec(1_usize..8, 1..6),
        steps in prop::collection::vec(0_u8..6, 1..12),
    ) {
        stream_through(&text, &pieces, &steps);
    }
}

#[test]
fn rendering_colours_nothing_by_itself() {
    let colours = Colours::default();
    let text = "a\n\n```rust\nfn a() {}\n```\n\nb\n\n- c\n  ```js\n  let d\n  ```\n";
    let mut stream = whole(text, &colours);
    assert_eq!(stream.blocks(), render(text));
    let (mark, mut desk) = (stream.mark(), Desk::default());
    desk.one(&mut stream);
    assert_eq!(stream.changes(mark).unwrap().from, 3, "the last is coloured first");
    desk.one(&mut stream);
    assert!(!stream.is_waiting() && stream.job().is_none());
    assert_eq!(stream.blocks(), coloured(text));
    // The next who shows it has the colours at once.
    assert_eq!(whole(text, &colours).blocks(), coloured(text));
}

#[test]
fn code_that_grows_is_parsed_once_and_sent_in_small_parts() {
    let text = "```rust\n".to_owned() + &"    let a = \"<b>\"; // c\n".repeat(2_000);
    let mut stream = Stream::new();
    let mut desk = Desk::default();
    let mut mark = stream.mark();
    for piece in text.as_bytes().chunks(50) {
        stream.push(std::str::from_utf8(piece).unwrap());
        stream.blocks();
        desk.one(&mut stream);
        let changes = stream.changes(mark).unwrap();
        let sent: usize = changes.blocks.iter().map(|block| block.html.len()).sum();
        assert!(sent < 8 * PART_BYTES, "{sent}");
        mark = changes.mark;
    }
    assert!(desk.work < text.len(), "{} of {}", desk.work, text.len());
    let blocks = stream.blocks();
    assert!(blocks.len() > 10 && blocks.iter().all(|block| block.html.contains("c-keyword")));
}

/// A window has the colours of all lines but the one that is being written, also inside a list.
#[test]
fn code_has_its_colours_while_it_is_written() {
    for (opening, indent) in [("```c\n", ""), ("- a\n  ```c\n", "  ")] {
        let (mut stream, mut desk) = (Stream::new(), Desk::default());
        stream.push(opening);
        for line in ["/* a", "b", "*/"] {
            stream.push(&format!("{indent}{line}"));
            stream.blocks();
            desk.one(&mut stream);
            let plain = |stream: &mut Stream| stream.blocks().last().unwrap().html.contains(&format!("{line}</code>"));
            assert!(!indent.is_empty() || plain(&mut stream));
            stream.push("\n");
            stream.blocks();
            desk.one(&mut stream);
            let html = &stream.blocks().last().unwrap().html;
            assert!(html.contains(&format!("<span class=\"c-comment\">{line}</span>\n")), "{html}");
        }
        assert_eq!(desk.work, "/* a\nb\n*/\n".len(), "each line is handed over once");
        stream.finish();
        let text = format!("{opening}{indent}/* a\n{indent}b\n{indent}*/\n");
        assert_eq!(stream.blocks(), coloured(&text), "nothing goes back to plain at the end");
    }
}

#[test]
fn where_the_parser_was_lost_the_code_is_parsed_from_its_beginning() {
    let (mut stream, mut desk) = (Stream::new(), Desk::default());
    stream.push("```c\n/* a\n");
    desk.all(&mut stream);
    desk.painter.forget();
    stream.push("b\n*/ int c;\n");
    desk.all(&mut stream);
    let html = &stream.blocks()[0].html;
    assert!(html.contains("<span class=\"c-comment\">/* a</span>\n<span class=\"c-comment\">b</span>\n"), "{html}");
    assert_eq!(html.matches("/* a").count(), 1, "{html}");
}

#[test]
fn a_text_that_begins_anew_keeps_the_colours_of_its_code() {
    let (mut stream, mut desk) = (Stream::new(), Desk::default());
    stream.replace("a\n\n```rust\nfn a() {}\n");
    desk.all(&mut stream);
    stream.replace("b\n\n```rust\nfn a() {}\nfn b() {}\n");
    let html = stream.blocks()[1].html.clone();
    assert!(html.contains("<span class=\"c-function\">a</span>") && html.contains("\nfn b() {}"), "{html}");
    stream.replace("b\n\n```rust\nfn c() {}\n");
    assert_eq!(stream.blocks()[1].html, code_block("Rust", "rust", "fn c() {}\n"));
    stream.finish();
    desk.all(&mut stream);
    assert_eq!(stream.blocks(), coloured("b\n\n```rust\nfn c() {}\n"));
}

#[test]
fn what_is_kept_is_bounded() {
    let colours = Colours::default();
    let mut desk = Desk::default();
    for i in 0..20 {
        let mut stream = whole(&format!("```rust\n{}```\n", format!("let a{i} = \"{i}\";\n").repeat(300)), &colours);
        desk.all(&mut stream);
        assert!(colours.bytes() <= KEPT_BYTES);
    }
    assert!(colours.bytes() > KEPT_BYTES / 2, "{}", colours.bytes());
}
