//! Characters that must not reach a window as they are.

use std::fmt::Write;

/// Brings a piece of text into the form that everything here works on: lines end with `\n`, and no control
/// characters but that and the tab. `after_cr` carries over to the next piece that the last character was a carriage
/// return, so that the result does not depend on where the text was cut.
pub(super) fn normalise_into(out: &mut String, piece: &str, after_cr: &mut bool) {
    for c in piece.chars() {
        let follows_cr = std::mem::replace(after_cr, c == '\r');
        match c {
            '\r' => out.push('\n'),
            '\n' if follows_cr => {}
            '\n' | '\t' => out.push(c),
            c if c.is_control() => out.push(char::REPLACEMENT_CHARACTER),
            c => out.push(c),
        }
    }
}

/// [`normalise_into`] for a whole text.
pub(super) fn normalise(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    normalise_into(&mut out, text, &mut false);
    out
}

/// Characters that change the order in which others are shown: embeddings, overrides, isolates, and the deprecated
/// format characters beside them.
pub(super) fn is_reordering(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{206F}')
}

/// Characters that are not seen but make two pieces of code differ. In prose they have honest uses (joining emoji,
/// marks in right-to-left text).
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{00AD}' | '\u{061C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}'
            | '\u{E0000}'..='\u{E007F}'
    )
}

/// Characters that are marked in code: what reorders others, and what is not seen.
pub(super) fn is_marked_in_code(c: char) -> bool {
    is_reordering(c) || is_invisible(c)
}

/// Appends prose as HTML text.
pub(super) fn text_into(out: &mut String, text: &str) {
    escape_into(out, text, is_reordering);
}

/// Appends code as HTML text: what cannot be seen is marked as well.
pub(super) fn code_into(out: &mut String, text: &str) {
    escape_into(out, text, is_marked_in_code);
}

fn escape_into(out: &mut String, text: &str, marked: impl Fn(char) -> bool) {
    let mut copied = 0;
    let mut at = 0;
    let bytes = text.as_bytes();
    while at < bytes.len() {
        // The first bytes of all characters that are handled below; most text passes here.
        if !matches!(bytes[at], b'&' | b'<' | b'>' | b'"' | 0..=0x1F | 0x7F | 0xC2 | 0xD8 | 0xE2 | 0xEF | 0xF3) {
            at += 1;
            continue;
        }
        let Some(c) = text[at..].chars().next() else { break };
        let end = at + c.len_utf8();
        let entity = match c {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '"' => "&quot;",
            '\n' | '\t' => "",
            // Character references (`&#1;`) bring them back after normalising.
            c if c.is_control() => "\u{FFFD}",
            _ => "",
        };
        if !entity.is_empty() {
            out.push_str(&text[copied..at]);
            out.push_str(entity);
            copied = end;
        } else if marked(c) {
            out.push_str(&text[copied..at]);
            // Writing to a String cannot fail.
            let _ = write!(out, r#"<span class="control">U+{:04X}</span>"#, u32::from(c));
            copied = end;
        }
        at = end;
    }
    out.push_str(&text[copied..]);
}
