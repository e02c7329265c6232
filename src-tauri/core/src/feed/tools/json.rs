//! Values of any form: tools of MCP servers, and those that this version does not know.

use std::borrow::Cow;

use serde_json::Value;

use crate::model::Tool;
use crate::protocol::{JsonKind, JsonRow, SectionBody};
use crate::render::{line_count, one_line, plain};

use super::section::{Draft, Look, small};
use super::{cut_note, output};

/// The most rows of a value.
const MOST: usize = 1_000;
/// The most lines of a text in a value.
const TEXT_LINES: usize = 200;
/// The most characters of a text's line.
const LINE_CHARS: usize = 500;
/// Groups with more rows than this are folded at first, but for those at the top.
const LARGE: usize = 20;
/// Only so long an output is tried as a value.
const PARSED_BYTES: usize = 1024 * 1024;

pub(super) fn sections(tool: &Tool) -> Vec<Draft<'_>> {
    let mut drafts = Vec::new();
    if tool.input.as_object().is_none_or(|fields| !fields.is_empty()) && !tool.input.is_null() {
        drafts.push(Draft::json("Input", Cow::Borrowed(&tool.input)));
    }
    if let Some(text) = output(tool).filter(|text| !text.is_empty()) {
        let value = Some(text.trim()).filter(|text| text.len() <= PARSED_BYTES && text.starts_with(['{', '[']));
        let value = value.and_then(|text| serde_json::from_str::<Value>(text).ok());
        let draft = match value {
            Some(value) => Draft::json("Output", Cow::Owned(value)),
            None => Draft::lines("Output", text, Look::Terminal),
        };
        drafts.push(draft.noted(cut_note(tool)));
    }
    drafts
}

pub(super) fn body(value: &Value) -> SectionBody {
    let mut rows = Rows::default();
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                rows.add(Some(key), value, 0);
            }
        }
        Value::Array(items) => {
            for item in items {
                rows.add(None, item, 0);
            }
        }
        value => rows.add(None, value, 0),
    }
    for (number, row) in (0..).zip(&mut rows.rows) {
        row.number = number;
    }
    SectionBody::Json { rows: rows.rows, left_out: small(rows.left_out) }
}

#[derive(Default)]
struct Rows {
    rows: Vec<JsonRow>,
    left_out: usize,
}

impl Rows {
    fn add(&mut self, key: Option<&str>, value: &Value, depth: u32) {
        let at = self.rows.len();
        match value {
            Value::Object(fields) => {
                let text = if fields.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", fields.len()) };
                if self.push(key, JsonKind::Group, text, depth) {
                    for (key, value) in fields {
                        self.add(Some(key), value, depth + 1);
                    }
                }
            }
            Value::Array(items) => {
                let text = if items.is_empty() { "[]".to_owned() } else { format!("[ {} ]", items.len()) };
                if self.push(key, JsonKind::Group, text, depth) {
                    for item in items {
                        self.add(None, item, depth + 1);
                    }
                }
            }
            Value::String(text) => self.add_text(key, text, depth),
            value => {
                self.push(key, JsonKind::Word, value.to_string(), depth);
            }
        }
        self.close(at, depth);
    }

    fn add_text(&mut self, key: Option<&str>, text: &str, depth: u32) {
        let count = line_count(text);
        if count <= 1 {
            self.push(key, JsonKind::Text, one(text), depth);
            return;
        }
        if self.push(key, JsonKind::Text, format!("{count} lines"), depth) {
            for line in text.split_terminator('\n').take(TEXT_LINES) {
                self.push(None, JsonKind::Line, one(line), depth + 1);
            }
            if count > TEXT_LINES {
                self.push(None, JsonKind::Line, format!("… {} more lines", count - TEXT_LINES), depth + 1);
            }
        }
    }

    fn push(&mut self, key: Option<&str>, kind: JsonKind, text: String, depth: u32) -> bool {
        if self.rows.len() >= MOST {
            self.left_out += 1;
            return false;
        }
        let key = key.map(|key| one_line(key, 200));
        self.rows.push(JsonRow { number: 0, depth, size: 0, folded: false, key, kind, text });
        true
    }

    fn close(&mut self, at: usize, depth: u32) {
        let size = self.rows.len().saturating_sub(at + 1);
        if let Some(row) = self.rows.get_mut(at) {
            row.size = small(size);
            row.folded = size > 0 && (depth >= 2 || size > LARGE);
        }
    }
}

/// A line of a text, not longer than a person reads.
fn one(line: &str) -> String {
    match line.char_indices().nth(LINE_CHARS) {
        Some((at, _)) => format!("{}… {} more characters", plain(&line[..at]), line[at..].chars().count()),
        None => plain(line),
    }
}
