use proptest::prelude::*;

use super::checker::assert_safe;
use super::{CORPUS, code_block};
use crate::protocol::Block;
use crate::render::{Mark, Stream, render};

/// What a window does with changes.
#[derive(Default)]
pub struct Window {
    mark: Mark,
    pub blocks: Vec<Block>,
}

impl Window {
    pub fn follow(&mut self, stream: &mut Stream) {
        if let Some(changes) = stream.changes(self.mark) {
            self.blocks.truncate(changes.from as usize);
            assert_eq!(self.blocks.len(), changes.from as usize, "a gap");
            if let (Some(Block { html, .. }), None) = (changes.blocks.first(), self.blocks.get(changes.from as usize)) {
                assert!(!html.is_empty());
            }
            self.blocks.extend_from_slice(changes.blocks);
            self.mark = changes.mark;
        }
        assert_eq!(self.blocks, stream.blocks());
        assert_eq!(stream.changes(self.mark), None);
    }
}

/// Streams `text` in pieces of the given numbers of characters (over and over) and checks all that holds at each step.
fn stream_through(text: &str, pieces: &[usize]) {
    let mut stream = Stream::new();
    let mut window = Window::default();
    let mut closed: Vec<Block> = Vec::new();
    let mut chars = text.chars();
    for length in pieces.iter().cycle() {
        let piece: String = chars.by_ref().take(*length).collect();
        if piece.is_empty() {
            break;
        }
        stream.push(&piece);
        let count = stream.closed();
        let blocks = stream.blocks();
        assert_safe(
            &blocks[closed.len().min(blocks.len())..]
                .iter()
                .zip(0..)
                .map(|(block, number)| Block { number, html: block.html.clone() })
                .collect::<Vec<_>>(),
        );
        assert!(count >= closed.len(), "a closed block opened again");
        assert_eq!(blocks[..closed.len()], closed, "a closed block changed");
        closed.extend_from_slice(&blocks[closed.len()..count]);
        window.follow(&mut stream);
    }
    stream.finish();
    window.follow(&mut stream);
    assert_eq!(stream.blocks(), render(text), "not as in one go");
}

/// Text made of what Markdown gives a meaning to.
pub fn markdown() -> impl Strategy<Value = String> {
    let token = prop::sample::select(vec![
        "a",
        "word ",
        " ",
        "  ",
        "    ",
        "\t",
        "\n",
        "\n\n",
        "\r\n",
        "\r",
        "*",
        "**",
        "_",
        "~~",
        "`",
        "```",
        "```rust\n",
        "~~~",
        "> ",
        ">",
        "- ",
        "* ",
        "1. ",
        "2) ",
        "# ",
        "###### ",
        "---",
        "===",
        "|",
        "| a | b |\n|---|---|\n",
        ":-:",
        "[",
        "]",
        "](",
        "(",
        ")",
        "![",
        "[a]",
        "[a]: http://b\n",
        "[^1]",
        "[^1]: note\n",
        "<",
        ">",
        "<b>",
        "</b>",
        "<div>\n",
        "<!--",
        "-->",
        "&",
        "&amp;",
        "&#106;",
        "\\",
        "http://a.b/c",
        "javascript:",
        "<http://a>",
        "- [ ] ",
        "- [x] ",
        "\0",
        "\u{202E}",
        "é",
        "😀",
    ]);
    prop::collection::vec(token, 0..60).prop_map(|tokens| tokens.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_markdown_in_any_pieces(text in markdown(), pieces in prop::collection::vec(1_usize..8, 1..6)) {
        stream_through(&text, &pieces);
    }

    #[test]
    fn any_text_in_any_pieces(text in any::<String>(), pieces in prop::collection::vec(1_usize..8, 1..6)) {
        stream_through(&text, &pieces);
    }

    #[test]
    fn any_changes_of_mind(steps in prop::collection::vec((0..4, markdown()), 1..8)) {
        let mut stream = Stream::new();
        let mut window = Window::default();
        let mut text = String::new();
        for (kind, piece) in steps {
            match kind {
                0 => { text = piece; stream.replace(&text); }
                1 => { text.push_str(&piece); stream.replace(&text); }
                2 => { text.push_str(&piece); stream.push(&piece); stream.finish(); }
                _ => { text.push_str(&piece); stream.push(&piece); }
            }
            window.follow(&mut stream);
            assert_safe(&window.blocks);
        }
        stream.finish();
        window.follow(&mut stream);
        prop_assert_eq!(window.blocks, render(&text));
    }
}

#[test]
fn corpus_in_pieces() {
    for (_, text) in CORPUS {
        for pieces in [&[1][..], &[3], &[7, 1, 40], &[200]] {
            stream_through(text, pieces);
        }
    }
}

/// Where nothing is defined below its use, the end changes nothing above the block that was open.
#[test]
fn the_end_brings_no_change_to_closed_blocks() {
    for (name, text) in CORPUS.into_iter().filter(|(name, _)| !matches!(*name, "references" | "mixed" | "fences")) {
        let mut stream = Stream::new();
        for c in text.chars() {
            stream.push(c.encode_utf8(&mut [0; 4]));
            stream.blocks();
        }
        let (closed, mark) = (stream.closed(), stream.mark());
        assert!(closed > 3);
        stream.finish();
        if let Some(changes) = stream.changes(mark) {
            assert!(changes.from as usize >= closed, "{name}: {} of {closed}", changes.from);
        }
    }
}

#[test]
fn an_open_fence_is_code() {
    let mut stream = Stream::new();
    let html = |stream: &mut Stream| stream.blocks().iter().map(|block| block.html.clone()).collect::<String>();
    stream.push("```py\nif a < b:");
    assert_eq!(html(&mut stream), code_block("Python", "py", "if a &lt; b:"));
    stream.push("\n\n    c\n``");
    assert_eq!(html(&mut stream), code_block("Python", "py", "if a &lt; b:\n\n    c\n"));
    stream.push("`\n*d*");
    let code = code_block("Python", "py", "if a &lt; b:\n\n    c\n");
    assert_eq!(html(&mut stream), format!("{code}<p><em>d</em></p>"));
}

#[test]
fn a_line_that_is_not_complete_closes_nothing() {
    let mut stream = Stream::new();
    stream.push("- a\n*");
    assert_eq!(stream.blocks().len(), 2, "a second list, so far");
    stream.push("*b**");
    assert_eq!(stream.blocks().len(), 1);
    assert_eq!(stream.blocks()[0].html, "<ul><li>a\n<strong>b</strong></li></ul>");
}

#[test]
fn later_definitions_come_right_at_the_end() {
    let mut stream = Stream::new();
    stream.push("[a] and b[^1]\n\nc\n\n");
    assert_eq!(stream.closed(), 1);
    stream.push("[a]: https://d.e\n[^1]: f\n");
    assert!(stream.blocks()[0].html.contains("[a]"));
    let mark = stream.mark();
    stream.finish();
    let changes = stream.changes(mark).unwrap();
    assert_eq!(changes.from, 0);
    assert!(changes.blocks[0].html.contains("href=\"https://d.e\""));
}

#[test]
fn changes_start_at_the_first_block_that_differs() {
    let mut stream = Stream::new();
    stream.push("a\n\nb");
    let mark = stream.mark();
    assert_eq!(stream.changes(mark), None);
    stream.push("c\n\nd");
    assert_eq!(stream.changes(mark).unwrap().from, 1);
    let mark = stream.mark();
    stream.replace("a\n\nbc");
    let changes = stream.changes(mark).unwrap();
    assert_eq!((changes.from, changes.blocks.len()), (2, 0));
    let mark = stream.mark();
    stream.replace("a\n\nbc");
    assert_eq!(stream.changes(mark), None);
    stream.replace("");
    assert_eq!(stream.changes(mark).unwrap().from, 0);
    assert!(stream.blocks().is_empty());
}
