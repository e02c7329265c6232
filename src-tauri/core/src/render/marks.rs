//! Words marked in a line of code that has its colours.

use std::ops::Range;

use super::words::{LINE_BYTES, marked_line};

/// One line of code as safe HTML, with these ranges of bytes in `<mark>`, and with its colours where they are here:
/// `coloured` is the line as [`super::Colours::of`] gives it.
pub fn coloured_line(coloured: Option<&str>, text: &str, ranges: &[Range<usize>]) -> String {
    let line = text.strip_suffix('\r').unwrap_or(text);
    let honest = |html: &&str| {
        let shows = line.is_empty() == html.is_empty();
        shows && line.len() <= LINE_BYTES && !line.contains(|c: char| c.is_control() && c != '\t')
    };
    match coloured.filter(honest) {
        None => marked_line(text, ranges),
        Some(html) if ranges.is_empty() => html.to_owned(),
        Some(html) => marked(html, ranges),
    }
}

/// What stands around a piece of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Around<'a> {
    mark: bool,
    /// The tag that opens a `span`.
    span: Option<&'a str>,
}

/// Marks lie around spans, which are cut where a mark begins or ends within them.
fn marked(html: &str, ranges: &[Range<usize>]) -> String {
    let mut out = String::with_capacity(html.len() + 32 * ranges.len());
    let (mut open, mut span) = (Around::default(), None);
    // Bytes of the text that were shown so far.
    let mut at = 0;
    let mut rest = html;
    while let Some(first) = rest.chars().next() {
        let (piece, bytes) = match first {
            '<' => {
                let end = rest.find('>').map_or(rest.len(), |end| end + 1);
                let (tag, after) = rest.split_at(end);
                if tag == CONTROL {
                    // One character, shown by its number.
                    let end = after.find("</span>").map_or(rest.len(), |close| end + close + "</span>".len());
                    let code = after.get(2..).and_then(|code| u32::from_str_radix(code.split('<').next()?, 16).ok());
                    (&rest[..end], code.and_then(char::from_u32).map_or(1, char::len_utf8))
                } else {
                    span = (tag != "</span>").then_some(tag);
                    rest = after;
                    continue;
                }
            }
            '&' => (&rest[..rest.find(';').map_or(1, |end| end + 1)], 1),
            c => (&rest[..c.len_utf8()], c.len_utf8()),
        };
        let around = Around { mark: ranges.iter().any(|range| range.contains(&at)), span };
        turn(&mut out, open, around);
        open = around;
        out.push_str(piece);
        at += bytes;
        rest = &rest[piece.len()..];
    }
    turn(&mut out, open, Around::default());
    out
}

const CONTROL: &str = r#"<span class="control">"#;

fn turn(out: &mut String, from: Around<'_>, to: Around<'_>) {
    if from == to {
        return;
    }
    if from.span.is_some() {
        out.push_str("</span>");
    }
    if from.mark != to.mark {
        out.push_str(if from.mark { "</mark>" } else { "<mark>" });
    }
    if let Some(span) = to.span {
        out.push_str(span);
    }
}
