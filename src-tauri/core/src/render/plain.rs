//! Output of tools and servers, as text that is shown as it is.

use std::borrow::Cow;
use std::fmt::Write;

use super::escape::is_reordering;
use super::terminal::Screen;

/// What a terminal would show of `text`, without colours: escape sequences take no effect and are gone, a carriage
/// return writes over the line, NUL is U+FFFD, and characters that reorder others are shown by their code.
///
/// The result is text, not HTML. An escape sequence ends with its line at the latest, so that one that is never ended
/// hides no more than that.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            out.push('\n');
        }
        let line = shown(line);
        let mut rest = line.as_ref();
        while let Some((at, c)) = rest.char_indices().find(|(_, c)| is_reordering(*c)) {
            out.push_str(&rest[..at]);
            // Writing to a String cannot fail.
            let _ = write!(out, "⟨U+{:04X}⟩", u32::from(c));
            rest = &rest[at + c.len_utf8()..];
        }
        out.push_str(rest);
    }
    out
}

/// A summary of `text`: its first line that is not empty, with runs of white space made one space, at most `max`
/// characters long; `…` stands for the rest of a line that is longer.
pub fn one_line(text: &str, max: usize) -> String {
    for line in text.split('\n') {
        let mut kept = shown(bounded(line, max)).into_owned();
        kept.retain(|c| {
            !is_reordering(c) && (c.is_whitespace() || !c.is_control()) && c != char::REPLACEMENT_CHARACTER
        });
        let collapsed = kept.split_whitespace().collect::<Vec<_>>().join(" ");
        if collapsed.is_empty() {
            continue;
        }
        if collapsed.chars().count() <= max {
            return collapsed;
        }
        let kept: String = collapsed.chars().take(max.saturating_sub(1)).collect();
        return if max == 0 { kept } else { kept.trim_end().to_owned() + "…" };
    }
    String::new()
}

/// Enough of a line for a summary of `max` characters, with room for escape sequences and white space.
fn bounded(line: &str, max: usize) -> &str {
    let mut end = line.len().min(max.saturating_mul(16).saturating_add(4096));
    while !line.is_char_boundary(end) {
        end -= 1;
    }
    &line[..end]
}

/// What a terminal would show of one line. Characters that reorder others are still in it.
fn shown(line: &str) -> Cow<'_, str> {
    let line = line.strip_suffix('\r').unwrap_or(line);
    if !line.contains(|c: char| c.is_control() && c != '\t') {
        return Cow::Borrowed(line);
    }
    let mut screen = Screen::default();
    screen.write(line);
    Cow::Owned(screen.cells.into_iter().map(|(c, _)| c).collect())
}
