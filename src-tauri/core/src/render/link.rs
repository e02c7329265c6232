//! Which link targets a window may get, and where bare addresses begin and end.

use std::fmt::Write;
use std::ops::Range;

/// The value of `href` for a target, escaped for a double-quoted attribute. `None` for every target but absolute
/// `http`, `https` and `mailto` addresses.
pub(super) fn href(target: &str) -> Option<String> {
    // Browsers skip tabs, line ends and leading controls when they look for the scheme; a target that has any is not
    // an address that somebody means.
    let target = target.trim_matches(' ');
    if target.chars().any(char::is_control) {
        return None;
    }
    let (scheme, rest) = target.split_once(':')?;
    let web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let allowed = (web && rest.len() > 2 && rest.starts_with("//"))
        || (scheme.eq_ignore_ascii_case("mailto") && !rest.is_empty());
    allowed.then(|| percent_encoded(target))
}

fn percent_encoded(target: &str) -> String {
    let mut out = String::with_capacity(target.len());
    for byte in target.bytes() {
        match byte {
            b'&' => out.push_str("&amp;"),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => out.push(char::from(byte)),
            byte if b"-_.~:/?#[]@!$()*+,;=%".contains(&byte) => out.push(char::from(byte)),
            byte => {
                // Writing to a String cannot fail.
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// The first bare `http://` or `https://` address at or after `from`.
pub(super) fn bare_address(text: &str, from: usize) -> Option<Range<usize>> {
    let mut search = from;
    loop {
        let colon = search + text[search..].find("://")?;
        search = colon + 3;
        let before = &text[from..colon];
        let scheme = ["https", "http"].into_iter().find(|scheme| {
            before.len() >= scheme.len()
                && before.as_bytes()[before.len() - scheme.len()..].eq_ignore_ascii_case(scheme.as_bytes())
        });
        let Some(scheme) = scheme else { continue };
        let start = colon - scheme.len();
        if text[from..start].chars().next_back().is_some_and(char::is_alphanumeric) {
            continue;
        }
        let rest = &text[search..];
        if !rest.starts_with(|c: char| c.is_alphanumeric() || c == '[') {
            continue;
        }
        let length = rest
            .find(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '`' | '|' | '\\'))
            .unwrap_or(rest.len());
        return Some(start..search + without_trailing_punctuation(&rest[..length]));
    }
}

/// The length of an address without what ends the sentence around it: punctuation, and a closing bracket that was not
/// opened inside.
fn without_trailing_punctuation(address: &str) -> usize {
    let count = |c: char| address.matches(c).count();
    let mut surplus = count(')').saturating_sub(count('('));
    let mut length = address.len();
    for c in address.chars().rev() {
        match c {
            '.' | ',' | ':' | ';' | '!' | '?' | '\'' | '*' | '_' | '~' => {}
            ')' if surplus > 0 => surplus -= 1,
            _ => break,
        }
        length -= c.len_utf8();
    }
    length
}
