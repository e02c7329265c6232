use std::borrow::Cow;

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Reads JSON as OpenCode writes it.
///
/// The server is JavaScript and cuts text at UTF-16 units (a shell tool's output is its last 30,000 of them), so half
/// of a pair can stand in its JSON as a lone `\udXXX`. That is no text for Rust: such halves are read as U+FFFD.
///
/// # Errors
/// The text is not JSON, or not of this form.
pub fn parse<T: DeserializeOwned>(text: &str) -> serde_json::Result<T> {
    serde_json::from_str(text).or_else(|error| match mend_surrogates(text) {
        Cow::Borrowed(_) => Err(error),
        Cow::Owned(mended) => serde_json::from_str(&mended),
    })
}

/// Replaces each lone surrogate escape by `\ufffd`. Borrowed when there is none.
fn mend_surrogates(text: &str) -> Cow<'_, str> {
    let mut mended = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(found) = text[at..].find('\\') {
        let escape = at + found;
        let Some(unit) = unicode_escape(text, escape) else {
            // A short escape such as \n or \\: its second character is ASCII in valid JSON.
            at = (escape + 2..=text.len()).find(|&end| text.is_char_boundary(end)).unwrap_or(text.len());
            continue;
        };
        let low_follows = || unicode_escape(text, escape + 6).is_some_and(|next| (0xDC00..0xE000).contains(&next));
        at = match unit {
            0xD800..0xDC00 if low_follows() => escape + 12,
            0xD800..0xE000 => {
                mended.push_str(&text[copied..escape]);
                mended.push_str("\\ufffd");
                copied = escape + 6;
                copied
            }
            _ => escape + 6,
        };
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    mended.push_str(&text[copied..]);
    Cow::Owned(mended)
}

/// The code unit of the `\uXXXX` that begins at this byte.
fn unicode_escape(text: &str, at: usize) -> Option<u16> {
    let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
    u16::from_str_radix(digits, 16).ok()
}

/// An id: text that is not empty.
pub(super) fn id<'de, D: Deserializer<'de>, T: for<'a> From<&'a str>>(input: D) -> Result<T, D::Error> {
    let text = String::deserialize(input)?;
    if text.is_empty() { Err(D::Error::custom("an id is empty")) } else { Ok(T::from(&text)) }
}

/// An id that may be missing.
pub(super) fn optional_id<'de, D: Deserializer<'de>, T: for<'a> From<&'a str>>(
    input: D,
) -> Result<Option<T>, D::Error> {
    let text: Option<String> = lenient(input)?;
    Ok(text.filter(|text| !text.is_empty()).map(|text| T::from(&text)))
}

/// A field whose absence, null or strange form means its default.
pub(super) fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(input: D) -> Result<T, D::Error> {
    Value::deserialize(input).map(|value| serde_json::from_value(value).unwrap_or_default())
}

/// A list of which only the readable entries count.
pub(super) fn lenient_list<'de, D: Deserializer<'de>, T: DeserializeOwned>(input: D) -> Result<Vec<T>, D::Error> {
    Ok(match Value::deserialize(input)? {
        Value::Array(entries) => entries.into_iter().filter_map(|entry| serde_json::from_value(entry).ok()).collect(),
        _ => Vec::new(),
    })
}

/// Milliseconds since the Unix epoch. JavaScript has one type of number, so a fraction is possible.
#[allow(clippy::cast_possible_truncation, reason = "a time beyond i64 saturates")]
pub(super) fn millis<'de, D: Deserializer<'de>>(input: D) -> Result<Option<i64>, D::Error> {
    let value = Value::deserialize(input)?;
    Ok(value.as_i64().or_else(|| value.as_f64().map(|number| number as i64)))
}

/// A number of things. JavaScript has one type of number, so a fraction is possible.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count beyond u64 saturates")]
pub(super) fn count<'de, D: Deserializer<'de>>(input: D) -> Result<u64, D::Error> {
    let value = Value::deserialize(input)?;
    Ok(value.as_u64().or_else(|| value.as_f64().map(|number| number as u64)).unwrap_or_default())
}

/// Every `time` object of the wire: each kind of thing has some of these.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Times {
    #[serde(default, deserialize_with = "millis")]
    pub(super) created: Option<i64>,
    #[serde(default, deserialize_with = "millis")]
    pub(super) updated: Option<i64>,
    #[serde(default, deserialize_with = "millis")]
    pub(super) completed: Option<i64>,
    #[serde(default, deserialize_with = "millis")]
    pub(super) archived: Option<i64>,
    #[serde(default, deserialize_with = "millis")]
    pub(super) start: Option<i64>,
    #[serde(default, deserialize_with = "millis")]
    pub(super) end: Option<i64>,
}

/// Translates each entry of a list; one that cannot be read is left out and logged.
pub(super) fn each<I, T>(
    what: &'static str,
    entries: impl IntoIterator<Item = I>,
    translate: impl Fn(I) -> serde_json::Result<T>,
) -> Vec<T> {
    let readable = |entry| {
        translate(entry)
            .inspect_err(|error| tracing::warn!(what, reason = brief(error), "left out what cannot be read"))
    };
    entries.into_iter().filter_map(|entry| readable(entry).ok()).collect()
}

/// An error of serde as text. It can quote the value that it did not like, so it is cut.
pub fn brief(error: &serde_json::Error) -> String {
    const LIMIT: usize = 200;
    let text = error.to_string();
    match text.char_indices().nth(LIMIT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_a_surrogate_pair_is_read_as_a_replacement() {
        for (json, text) in [
            (r#""a\ud83db""#, "a\u{fffd}b"),
            (r#""a\ude00b""#, "a\u{fffd}b"),
            (r#""\ud83d\ud83d\ude00""#, "\u{fffd}\u{1f600}"),
            (r#""\ud83d\\ude00""#, "\u{fffd}\\ude00"),
            (r#""\\ud83d \ud83d""#, "\\ud83d \u{fffd}"),
            (r#""\u00e9\ud83d""#, "é\u{fffd}"),
        ] {
            assert_eq!(parse::<String>(json).unwrap(), text, "{json}");
        }
    }

    #[test]
    fn what_is_no_json_stays_an_error() {
        for text in ["", "{", "\"\\é\"", "\"\\ud83", "\"\\", "\"\\ud83d", "é\\"] {
            assert!(parse::<Value>(text).is_err(), "{text}");
        }
    }
}
