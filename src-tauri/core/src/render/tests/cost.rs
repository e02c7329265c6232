//! Cost, counted in bytes: of parsing, and of what a window is sent.

use super::CORPUS;
use crate::render::code::PART_BYTES;
use crate::render::{Mark, Stream, render};

/// Streams `text` in pieces of `piece` characters and looks at the blocks after each. Gives the bytes parsed before the
/// end and those sent.
fn cost(text: &str, piece: usize) -> (usize, usize) {
    let mut stream = Stream::new();
    let mut mark = Mark::default();
    let mut sent = 0;
    let chars: Vec<char> = text.chars().collect();
    for piece in chars.chunks(piece) {
        stream.push(&piece.iter().collect::<String>());
        if let Some(changes) = stream.changes(mark) {
            sent += changes.blocks.iter().map(|block| block.html.len()).sum::<usize>();
            mark = changes.mark;
        }
    }
    let work = stream.work;
    stream.finish();
    assert_eq!(stream.blocks(), render(text));
    assert_eq!(stream.work, work + text.len(), "the end is one parse");
    (work, sent)
}

fn assert_linear(make: impl Fn(usize) -> String, piece: usize) {
    let (short, long) = (make(100_000), make(400_000));
    let ((parsed_short, sent_short), (parsed_long, sent_long)) = (cost(&short, piece), cost(&long, piece));
    // Four times the text: four times the cost, with some room. Quadratic would be sixteen.
    assert!(parsed_long < 6 * parsed_short, "parsed {parsed_short}, then {parsed_long}");
    assert!(sent_long < 6 * sent_short, "sent {sent_short}, then {sent_long}");
}

fn repeated(piece: &str, length: usize) -> String {
    piece.repeat(length / piece.len() + 1)
}

#[test]
fn an_answer_costs_in_proportion_to_its_length() {
    let text: String = CORPUS.iter().flat_map(|(_, text)| [text, "\n\n"]).collect();
    assert_linear(|length| repeated(&text, length), 50);
}

#[test]
fn open_code_is_read_once() {
    let text = "```rust\n".to_owned() + &repeated("    let a = \"<b>\";\n", 1_000_000);
    let (parsed, sent) = cost(&text, 50);
    assert!(parsed < text.len() + 2_000, "{parsed} of {}", text.len());
    assert!(sent < text.len() / 50 * 3 * PART_BYTES, "{sent}");
}

#[test]
fn one_open_block_is_parsed_a_bounded_number_of_times() {
    for line in
        ["word and *more* ", "- item **of** a list\n", "> quoted\n", "| a | b |\n", "[a]: http://b\n", "<div>\n", "0"]
    {
        let text =
            if line.starts_with('|') { "| a | b |\n|---|---|\n" } else { "" }.to_owned() + &repeated(line, 200_000);
        // Parsed at each look up to 16 KB; after that as often as it grew by a sixteenth.
        let (parsed, _) = cost(&text, 200);
        assert!(parsed < 25 * text.len(), "{line:?}: {parsed} for {}", text.len());
    }
}

#[test]
fn closed_blocks_are_not_parsed_again() {
    let mut stream = Stream::new();
    stream.push(&"a paragraph of some words\n\n".repeat(10_000));
    stream.blocks();
    let before = stream.work;
    for _ in 0..100 {
        stream.push("b ");
        stream.blocks();
    }
    assert!(stream.work - before < 100 * 300, "{}", stream.work - before);
}
