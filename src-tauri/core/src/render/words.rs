//! Lines of code as HTML, with what matters in them marked.

use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::escape::code_into;

/// The most bytes of a line that are shown.
const LINE_BYTES: usize = 4_000;
/// Lines longer than this are not compared word by word: the time for it grows with the square of their length.
const COMPARED_BYTES: usize = 500;

/// One line of code as safe HTML. Highlighting by syntax belongs here: whoever shows code asks for it in this place.
pub fn code_line(text: &str) -> String {
    marked_line(text, &[])
}

/// One line of code as safe HTML with these ranges of bytes in `<mark>`. Ranges are in order, do not overlap and begin
/// and end between characters; any others are left out.
pub fn marked_line(text: &str, ranges: &[Range<usize>]) -> String {
    let text = text.strip_suffix('\r').unwrap_or(text);
    let mut end = text.len().min(LINE_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let (shown, rest) = text.split_at(end);
    let mut out = String::with_capacity(shown.len() + 32);
    let mut at = 0;
    for range in ranges {
        let (start, end) = (range.start, range.end.min(shown.len()));
        let (Some(before), Some(inside)) = (shown.get(at..start), shown.get(start..end)) else { continue };
        if inside.is_empty() {
            continue;
        }
        code_into(&mut out, before);
        out.push_str("<mark>");
        code_into(&mut out, inside);
        out.push_str("</mark>");
        at = end;
    }
    code_into(&mut out, &shown[at..]);
    if !rest.is_empty() {
        out.push_str(r#"<span class="more">… "#);
        out.push_str(&rest.chars().count().to_string());
        out.push_str(" more characters</span>");
    }
    out
}

/// Where a line and the one that took its place differ, word by word: ranges of bytes of each. None for lines that have
/// too little in common for that to say anything.
pub fn word_changes(old: &str, new: &str) -> (Vec<Range<usize>>, Vec<Range<usize>>) {
    let nothing = (Vec::new(), Vec::new());
    if old.len() > COMPARED_BYTES || new.len() > COMPARED_BYTES {
        return nothing;
    }
    let (before, after) = (words(old), words(new));
    let ops = capture_diff_slices(Algorithm::Myers, &before, &after);
    let of = |words: &[&str], from: usize, len: usize| -> usize {
        words[from..from + len].iter().map(|word| word.trim().len()).sum()
    };
    let same: usize = ops
        .iter()
        .map(|op| if let DiffOp::Equal { old_index, len, .. } = *op { of(&before, old_index, len) } else { 0 })
        .sum();
    // Less than a third in common is another line, not a changed one.
    if same * 3 < of(&before, 0, before.len()).max(of(&after, 0, after.len())) || same == 0 {
        return nothing;
    }
    let (mut removed, mut added) = (Vec::new(), Vec::new());
    for op in ops.iter().filter(|op| !matches!(op, DiffOp::Equal { .. })) {
        push(&mut removed, old, &before, op.old_range());
        push(&mut added, new, &after, op.new_range());
    }
    (removed, added)
}

fn push(ranges: &mut Vec<Range<usize>>, text: &str, words: &[&str], of: Range<usize>) {
    let place =
        |index: usize| words.get(index).map_or(text.len(), |word| word.as_ptr() as usize - text.as_ptr() as usize);
    let (start, end) = (place(of.start), place(of.end));
    if start == end {
        return;
    }
    // What is only a space apart is one change to a reader.
    match ranges.last_mut() {
        Some(last) if text[last.end..start].trim().is_empty() => last.end = end,
        _ => ranges.push(start..end),
    }
}

/// Runs of letters and digits, runs of white space, and all other characters one by one.
fn words(text: &str) -> Vec<&str> {
    let class = |c: char| match c {
        c if c.is_alphanumeric() || c == '_' => 0,
        c if c.is_whitespace() => 1,
        _ => 2,
    };
    let mut words = Vec::new();
    let mut start = 0;
    let mut before = None;
    for (at, c) in text.char_indices() {
        if at > start && (before != Some(class(c)) || class(c) == 2) {
            words.push(&text[start..at]);
            start = at;
        }
        before = Some(class(c));
    }
    if start < text.len() {
        words.push(&text[start..]);
    }
    words
}
