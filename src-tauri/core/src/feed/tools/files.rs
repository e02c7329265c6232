//! `read` and `list`.

use std::borrow::Cow;

use serde_json::Value;

use crate::model::{Tool, numbered_text};
use crate::protocol::ToolResult;

use super::section::{Draft, Look, small};
use super::tree::Tree;
use super::{cut_note, input, output};

pub(super) fn read(tool: &Tool) -> Option<Vec<Draft<'_>>> {
    let path = input(tool, "filePath")?;
    let display = tool.metadata.get("display");
    let text = |key: &str| display?.get(key)?.as_str();
    if let Some(entries) = display.and_then(|display| display.get("entries")?.as_array()) {
        let mut tree = Tree::default();
        for entry in entries.iter().filter_map(Value::as_str) {
            tree.add(entry);
        }
        let copied = entries.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n");
        return Some(vec![Draft::ready("Entries", tree.body(), copied).noted(cut_note(tool))]);
    }
    // The text that the output has as well was left out (`opencode/wire/twice.rs`).
    let derived = || display.and(output(tool)).and_then(numbered_text).map(Cow::from);
    let draft = match text("text").map(Cow::from).or_else(derived) {
        Some(text) => Draft::numbered("Text", text, shown(tool).map_or(1, |range| range.first)),
        None => Draft::lines("Text", output(tool).filter(|text| !text.is_empty())?, Look::Code),
    };
    Some(vec![draft.of_file(path)])
}

pub(super) fn list(tool: &Tool) -> Option<Vec<Draft<'_>>> {
    let text = output(tool).filter(|text| !text.is_empty())?;
    Some(vec![Draft::lines("Entries", text, Look::Code).noted(cut_note(tool))])
}

struct Range {
    first: u32,
    last: u32,
    total: u32,
}

fn shown(tool: &Tool) -> Option<Range> {
    let display = tool.metadata.get("display")?;
    let number = |key: &str| u32::try_from(display.get(key)?.as_u64()?).ok();
    Some(Range { first: number("lineStart")?, last: number("lineEnd")?, total: number("totalLines")? })
}

/// Which lines were read.
pub(super) fn result(tool: &Tool) -> Option<ToolResult> {
    let said = |text: String| Some(ToolResult { text, bad: false });
    if let Some(entries) = tool.metadata.pointer("/display/totalEntries").and_then(Value::as_u64) {
        return said(counted(entries, "entry", "entries"));
    }
    match shown(tool) {
        Some(Range { first, last, total }) if first > 1 || last < total => said(between(first.into(), last.into())),
        Some(Range { total, .. }) => said(counted(total.into(), "line", "lines")),
        // Before it has run: what is asked for.
        None => {
            let number = |key: &str| tool.input.get(key).and_then(Value::as_u64).filter(|number| *number > 0);
            match (number("offset"), number("limit")) {
                (Some(offset), Some(limit)) => said(between(offset, offset.saturating_add(limit - 1))),
                (Some(offset), None) => said(format!("from line {offset}")),
                (None, Some(limit)) => said(between(1, limit)),
                (None, None) => None,
            }
        }
    }
}

fn between(first: u64, last: u64) -> String {
    if first == last { format!("line {first}") } else { format!("lines {first}–{last}") }
}

/// `1 file`, `2 files`.
pub(super) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// How many lines a text has.
pub(super) fn lines_of(text: &str) -> u32 {
    small(text.lines().count())
}
