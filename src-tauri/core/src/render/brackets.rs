//! Formulas between `\(` and `\)`, and between `\[` and `\]`, as many models write them.
//!
//! To Markdown these are escaped brackets. A formula's marks are as long as `$$`, so they are replaced by those, and the
//! parser reads the formula as one. Which of the two it was, and how it was written, the text before tells.

use std::borrow::Cow;
use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// A formula is not looked for any further: a longer one is not drawn either.
const MAX_BYTES: usize = 4 * 1024;
/// How often formulas are left out that turned out to be none.
const ATTEMPTS: usize = 3;

/// The text with `$$` around its formulas; every other byte stays where it is.
pub(super) fn with_dollars(text: &str, options: Options) -> Cow<'_, str> {
    if !text.contains("\\(") && !text.contains("\\[") {
        return Cow::Borrowed(text);
    }
    let mut formulas = formulas(text, options);
    for _ in 0..ATTEMPTS {
        if formulas.is_empty() {
            break;
        }
        let marked = marked(text, &formulas);
        let read: Vec<_> = Parser::new_ext(&marked, options)
            .into_offset_iter()
            .filter_map(|(event, range)| matches!(event, Event::DisplayMath(_)).then_some(range))
            .collect();
        let before = formulas.len();
        formulas.retain(|formula| {
            read.binary_search_by_key(&formula.start, |range| range.start).is_ok_and(|at| read[at] == *formula)
        });
        if formulas.len() == before {
            return Cow::Owned(marked);
        }
    }
    Cow::Borrowed(text)
}

/// How a formula that was read between `$$` is written in the text: its marks, and whether it stands for itself.
pub(super) fn marks(text: &str, range: &Range<usize>) -> (&'static str, &'static str, bool) {
    match text.get(range.start..range.start + 2) {
        Some("\\(") => ("\\(", "\\)", false),
        Some("\\[") => ("\\[", "\\]", true),
        _ => ("$$", "$$", true),
    }
}

/// Where there are formulas, with their marks: what opens one is escaped in prose, and what closes it follows in the same
/// paragraph, heading, item or cell.
fn formulas(text: &str, options: Options) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut around: Vec<Range<usize>> = Vec::new();
    let mut in_code = false;
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Start(Tag::Paragraph | Tag::Heading { .. } | Tag::Item | Tag::TableCell) => around.push(range),
            Event::End(TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::Item | TagEnd::TableCell) => {
                around.pop();
            }
            // An escaped character begins a text of its own, without its backslash.
            Event::Text(_) if !in_code => {
                let Some(end) = around.last().map(|around| around.end) else { continue };
                let Some(start) = range.start.checked_sub(1) else { continue };
                if found.last().is_none_or(|before| before.end <= start)
                    && let Some(length) = text.get(start..end).and_then(length_of)
                    && stands_apart(text, &(start..start + length))
                {
                    found.push(start..start + length);
                }
            }
            _ => {}
        }
    }
    found
}

/// The length of a formula with which a text begins.
fn length_of(text: &str) -> Option<usize> {
    let closing = match text.get(..2)? {
        "\\(" => b')',
        "\\[" => b']',
        _ => return None,
    };
    let opening = text.as_bytes()[1];
    let bytes = text.as_bytes().get(..MAX_BYTES).unwrap_or(text.as_bytes());
    let (mut at, mut braces) = (2, 0_usize);
    loop {
        match *bytes.get(at)? {
            b'\\' if *bytes.get(at + 1)? == closing => break,
            b'\\' if bytes[at + 1] == opening => return None,
            b'\\' => at += 1,
            b'{' => braces += 1,
            b'}' => braces = braces.checked_sub(1)?,
            // Marks of formulas and of code: what they belong to is not for guessing.
            b'$' | b'`' => return None,
            b'\n' if text[at + 1..].trim_start_matches([' ', '\t']).starts_with('\n') => return None,
            _ => {}
        }
        at += 1;
    }
    let inner = text.get(2..at)?;
    (braces == 0 && !inner.trim().is_empty() && (closing == b']' || reads_as_formula(inner))).then_some(at + 2)
}

/// True for a formula that nothing touches which would make it something else: `f\(x\)`, `\[text\](address)`. One between
/// square brackets that looks like words must have its lines for itself.
fn stands_apart(text: &str, range: &Range<usize>) -> bool {
    let before = &text[..range.start];
    let after = &text[range.end..];
    let touched =
        before.chars().next_back().is_some_and(|c| c.is_alphanumeric() || matches!(c, ')' | ']' | '$' | '\\'))
            || after.chars().next().is_some_and(|c| c.is_alphanumeric() || matches!(c, '(' | '[' | '$'));
    if touched {
        return false;
    }
    let inner = &text[range.start + 2..range.end - 2];
    let own_lines = || {
        let first = before.rsplit('\n').next().unwrap_or_default();
        let last = after.split('\n').next().unwrap_or_default();
        first.chars().all(|c| c.is_whitespace() || matches!(c, '>' | '-' | '*' | '+'))
            && last.chars().all(|c| c.is_whitespace() || matches!(c, '.' | ',' | ';'))
    };
    text[range.start..].starts_with("\\(") || has_sign(inner) || own_lines()
}

/// Escaped brackets have honest uses: words in them are words.
fn reads_as_formula(inner: &str) -> bool {
    has_sign(inner) || inner.split(|c: char| !c.is_alphabetic()).all(|word| word.chars().count() < 3)
}

fn has_sign(inner: &str) -> bool {
    inner.contains(['\\', '^', '_', '=', '{', '+', '<', '>', '('])
}

fn marked(text: &str, formulas: &[Range<usize>]) -> String {
    let mut marked = String::with_capacity(text.len());
    let mut at = 0;
    for formula in formulas {
        marked.push_str(&text[at..formula.start]);
        marked.push_str("$$");
        marked.push_str(&text[formula.start + 2..formula.end - 2]);
        marked.push_str("$$");
        at = formula.end;
    }
    marked.push_str(&text[at..]);
    marked
}
