use serde_json::{Map, Number, Value};

use super::stays::{self, Path};
use crate::opencode::parse_json;

/// What stands for a character that is not shown.
const FILL: char = 'x';

/// An event's JSON without what people, models and tools wrote.
///
/// What stays is named in `stays`: ids, types, states, times and counts at their places. In every other string each
/// character but white space becomes `x`, two where JavaScript counts two, so that lengths and lines stay and the deltas
/// of a text add up to its closing form. Other numbers become 0, other names of fields are filled as strings are. What
/// is no JSON is filled as a whole.
pub fn blank(json: &str) -> String {
    match parse_json::<Value>(json) {
        Ok(value) => blanked(value, Path::Top(&[])).to_string(),
        Err(_) => fill(json),
    }
}

fn blanked(value: Value, path: Path<'_>) -> Value {
    match value {
        Value::String(text) => Value::String(if stays::text(path, &text) { text } else { fill(&text) }),
        Value::Number(number) => Value::Number(if stays::number(path) { number } else { Number::from(0) }),
        Value::Array(entries) => Value::Array(entries.into_iter().map(|entry| blanked(entry, path)).collect()),
        Value::Object(fields) => Value::Object(object(fields, path)),
        Value::Null | Value::Bool(_) => value,
    }
}

fn object(fields: Map<String, Value>, path: Path<'_>) -> Map<String, Value> {
    let mut out = Map::new();
    for (name, value) in fields {
        if stays::field(&name) {
            let value = path.with(&name, |path| blanked(value, path));
            out.insert(name, value);
        } else {
            let mut name = fill(&name);
            // Two fields of the same length stay two.
            while out.contains_key(&name) {
                name.push(FILL);
            }
            out.insert(name, blanked(value, Path::Free));
        }
    }
    out
}

fn fill(text: &str) -> String {
    text.chars()
        .flat_map(|character| {
            let (fill, count) = if character.is_whitespace() { (character, 1) } else { (FILL, character.len_utf16()) };
            std::iter::repeat_n(fill, count)
        })
        .collect()
}
