//! Text that proves its place: each word tells which text it belongs to and where it stands there, so that whoever sees
//! a piece of it knows what is missing, doubled or made up.

use std::fmt::Write as _;

/// The endings make sure that characters of two, three and four bytes are everywhere.
const ENDINGS: [&str; 5] = ["", "ü", "語", "🙂", ""];

/// The word at this place of the text with this number.
fn word(text: u64, place: u64) -> String {
    let ending = usize::try_from(place).map_or("", |place| ENDINGS[place % ENDINGS.len()]);
    format!("t{text}n{place}{ending}")
}

/// The text with this number, of so many words; every tenth word begins a paragraph (`\n` as directives write it).
pub fn text(number: u64, words: u64) -> String {
    let mut text = String::new();
    for place in 0..words {
        if place > 0 {
            text.push_str(if place % 10 == 0 { "\\n\\n" } else { " " });
        }
        // Writing to a string cannot fail.
        let _ = write!(text, "{}", word(number, place));
    }
    text
}

/// Says what is wrong with a piece of text that is shown: it must be one text from its beginning on; one that is marked
/// as gapped may leave words out, but no word comes twice or before its time. Gives the number of words if all is well.
pub fn check(shown: &str, gapped: bool) -> Result<usize, String> {
    let mut last: Option<(u64, u64)> = None;
    let mut count = 0;
    for seen in shown.split_whitespace() {
        let Some((text, place)) = read(seen) else { return Err(format!("{seen:?} was never said")) };
        match last {
            Some((other, _)) if other != text => return Err(format!("{seen:?} belongs to another text")),
            Some((_, before)) if place <= before => return Err(format!("{seen:?} again after place {before}")),
            Some((_, before)) if !gapped && place != before + 1 => {
                return Err(format!("{seen:?} after place {before} without a mark of the hole"));
            }
            None if !gapped && place != 0 => return Err(format!("begins with {seen:?} without a mark of the hole")),
            _ => {}
        }
        last = Some((text, place));
        count += 1;
    }
    Ok(count)
}

/// The text and the place that a whole word tells.
fn read(seen: &str) -> Option<(u64, u64)> {
    // What the scripted model says when it is asked more often than its script has turns.
    if let Some(place) = seen.strip_prefix("word") {
        return Some((u64::MAX, place.parse().ok()?));
    }
    let (text, rest) = seen.strip_prefix('t')?.split_once('n')?;
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (text, place) = (text.parse().ok()?, rest[..digits].parse().ok()?);
    (word(text, place) == seen).then_some((text, place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_doubles_and_inventions_are_seen() {
        let whole = text(7, 23).replace("\\n", "\n");
        assert_eq!(check(&whole, false), Ok(23));
        assert_eq!(check("t7n0 t7n1ü t7n4", true), Ok(3));
        for (wrong, gapped) in [
            ("t7n0 t7n2語", false),
            ("t7n1ü t7n2語", false),
            ("t7n0 t7n0", true),
            ("t7n4 t7n1ü", true),
            ("t7n0 t8n1ü", true),
            ("t7n1", true),
            ("t7n0 error", true),
        ] {
            assert!(check(wrong, gapped).is_err(), "{wrong}");
        }
    }
}
