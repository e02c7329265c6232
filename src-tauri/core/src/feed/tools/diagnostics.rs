//! What language servers found wrong after an edit.

use serde_json::Value;

use crate::model::Tool;
use crate::protocol::{Diagnostic, SectionBody, Severity, ToolResult};
use crate::render::plain;

use super::files::counted;
use super::section::{Draft, small};
use super::{Call, input};

/// The most findings that are shown.
const MOST: usize = 100;

pub(super) fn section<'a>(tool: &'a Tool, call: &Call<'_>) -> Option<Draft<'a>> {
    let mut items: Vec<Diagnostic> =
        of_edited(tool).filter_map(|(path, value)| read(call.relative(path), value)).collect();
    if items.is_empty() {
        return None;
    }
    items.sort_by(|a, b| (a.severity, &a.path, a.line, a.column).cmp(&(b.severity, &b.path, b.line, b.column)));
    let left_out = items.len().saturating_sub(MOST);
    items.truncate(MOST);
    let text: Vec<_> =
        items.iter().map(|item| format!("{}:{}:{}: {}", item.path, item.line, item.column, item.message)).collect();
    let body = SectionBody::Diagnostics { items, left_out: small(left_out) };
    Some(Draft::ready("Problems", body, text.join("\n")))
}

/// How many errors the edit left.
pub(super) fn result(tool: &Tool) -> Option<ToolResult> {
    let errors = of_edited(tool).filter(|(_, value)| severity(value) == Severity::Error).count();
    (errors > 0).then(|| ToolResult { text: counted(errors as u64, "error", "errors"), bad: true })
}

/// The findings in the files that the call changed: the server sends those of others too.
fn of_edited(tool: &Tool) -> impl Iterator<Item = (&str, &Value)> {
    let by_file = tool.metadata.get("diagnostics").and_then(Value::as_object);
    let several = tool.metadata.get("files").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut edited: Vec<&str> = several.iter().filter_map(|file| file.get("filePath")?.as_str()).collect();
    edited.extend(input(tool, "filePath"));
    edited.extend(tool.metadata.get("filepath").and_then(Value::as_str));
    let files = by_file.into_iter().flatten().filter(move |(path, _)| edited.contains(&path.as_str()));
    files.flat_map(|(path, list)| list.as_array().into_iter().flatten().map(move |value| (path.as_str(), value)))
}

/// As the Language Server Protocol numbers it; lines and columns count from 0 there.
fn read(path: &str, value: &Value) -> Option<Diagnostic> {
    let place = |key: &str| {
        let number = value.pointer(&format!("/range/start/{key}")).and_then(Value::as_u64).unwrap_or_default();
        u32::try_from(number).unwrap_or(u32::MAX).saturating_add(1)
    };
    Some(Diagnostic {
        severity: severity(value),
        path: plain(path),
        line: place("line"),
        column: place("character"),
        message: plain(value.get("message")?.as_str()?),
    })
}

fn severity(value: &Value) -> Severity {
    match value.get("severity").and_then(Value::as_u64) {
        // One without a severity is for the client to judge; servers mean errors.
        Some(1) | None => Severity::Error,
        Some(2) => Severity::Warning,
        Some(_) => Severity::Note,
    }
}
