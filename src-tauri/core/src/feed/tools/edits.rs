//! `edit`, `write`, `multiedit` and `apply_patch`: what they changed, and while that is not known, what they were asked
//! to change.

use serde_json::Value;
use similar::{Algorithm, DiffTag, capture_diff_slices};

use crate::model::{Tool, ToolProgress};
use crate::protocol::{DiffChange, DiffRowKind};

use super::diff::{Diff, FileChange, Line};
use super::section::{Draft, Look};
use super::{Call, input, patch};

/// Longer texts are not compared line by line: the time for it grows with the square of their length.
const COMPARED_LINES: usize = 2_000;
/// How many lines around a change are shown.
const AROUND: usize = 3;

pub(super) fn edit<'a>(tool: &'a Tool, call: &Call<'_>) -> Option<Vec<Draft<'a>>> {
    let path = input(tool, "filePath")?;
    if let Some(changes) = told(tool) {
        return Some(vec![draft(tool, call, changes)]);
    }
    let text = |key: &str| tool.input.get(key).and_then(Value::as_str);
    let lines = compared(text("oldString")?, text("newString")?);
    Some(vec![draft(tool, call, vec![FileChange { path: path.to_owned(), change: DiffChange::Changed, lines }])])
}

pub(super) fn multiedit<'a>(tool: &'a Tool, call: &Call<'_>) -> Option<Vec<Draft<'a>>> {
    let path = input(tool, "filePath")?;
    if let Some(changes) = told(tool) {
        return Some(vec![draft(tool, call, changes)]);
    }
    let mut lines = Vec::new();
    for edit in tool.input.get("edits")?.as_array()? {
        let text = |key: &str| edit.get(key).and_then(Value::as_str).unwrap_or_default();
        if !lines.is_empty() {
            lines.push(Line::new(DiffRowKind::Gap, "…"));
        }
        lines.extend(compared(text("oldString"), text("newString")));
    }
    Some(vec![draft(tool, call, vec![FileChange { path: path.to_owned(), change: DiffChange::Changed, lines }])])
}

pub(super) fn write<'a>(tool: &'a Tool, call: &Call<'_>) -> Option<Vec<Draft<'a>>> {
    let path = input(tool, "filePath")?;
    let content = tool.input.get("content").and_then(Value::as_str)?;
    if let Some(changes) = told(tool) {
        return Some(vec![draft(tool, call, changes)]);
    }
    let exists = tool.metadata.get("exists").and_then(Value::as_bool);
    if exists != Some(false) {
        let note = if exists == Some(true) { "It took the place of what was there" } else { "" };
        return Some(vec![Draft::lines("Content", content, Look::Code).noted(note)]);
    }
    let added = |(number, text): (u32, &str)| Line { new: Some(number), ..Line::new(DiffRowKind::Added, text) };
    let lines = (1..).zip(content.split_terminator('\n')).map(added).collect();
    Some(vec![draft(tool, call, vec![FileChange { path: path.to_owned(), change: DiffChange::Added, lines }])])
}

pub(super) fn apply_patch<'a>(tool: &'a Tool, call: &Call<'_>) -> Option<Vec<Draft<'a>>> {
    let asked = || patch::asked(input(tool, "patchText").unwrap_or_default());
    let changes = told(tool).unwrap_or_else(asked);
    (!changes.is_empty()).then(|| vec![draft(tool, call, changes)])
}

fn draft<'a>(tool: &Tool, call: &Call<'_>, mut changes: Vec<FileChange>) -> Draft<'a> {
    for change in &mut changes {
        change.path = call.relative(&change.path).to_owned();
    }
    let draft = Draft::diff("Changes", Diff::new(changes));
    match &tool.progress {
        ToolProgress::Error { .. } => draft.noted("Not made"),
        _ => draft,
    }
}

/// What the server says was changed.
fn told(tool: &Tool) -> Option<Vec<FileChange>> {
    let mut changes = Vec::new();
    if let Some(files) = tool.metadata.get("files").and_then(Value::as_array) {
        for file in files {
            let text = |key: &str| file.get(key).and_then(Value::as_str);
            let mut of_file = patch::unified(text("patch").unwrap_or_default());
            let change = match text("type") {
                Some("add") => DiffChange::Added,
                Some("delete") => DiffChange::Deleted,
                Some("move") => DiffChange::Moved,
                _ => DiffChange::Changed,
            };
            let path = text("movePath").or_else(|| text("filePath")).unwrap_or_default().to_owned();
            if path.is_empty() {
                continue;
            }
            let lines = of_file.drain(..).flat_map(|file| file.lines).collect();
            changes.push(FileChange { path, change, lines });
        }
    } else {
        let of_edits = tool.metadata.get("results").and_then(Value::as_array);
        let of_edits = of_edits.into_iter().flatten().filter_map(|result| result.pointer("/filediff/patch")?.as_str());
        let whole = tool.metadata.get("diff").and_then(Value::as_str);
        let patches: Vec<&str> = whole.map_or_else(|| of_edits.collect(), |whole| vec![whole]);
        for text in patches {
            changes.extend(patch::unified(text));
        }
    }
    (!changes.is_empty()).then_some(changes)
}

/// The lines in which two texts differ. Where they stand in their file is not known.
fn compared(old: &str, new: &str) -> Vec<Line> {
    let (before, after): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let line = |kind| move |text: &&str| Line::new(kind, *text);
    if before.len().max(after.len()) > COMPARED_LINES {
        let removed = before.iter().map(line(DiffRowKind::Removed));
        return removed.chain(after.iter().map(line(DiffRowKind::Added))).collect();
    }
    let ops = capture_diff_slices(Algorithm::Myers, &before, &after);
    let mut lines = Vec::new();
    for (index, op) in ops.iter().enumerate() {
        let kept = &before[op.old_range()];
        if op.tag() != DiffTag::Equal {
            lines.extend(kept.iter().map(line(DiffRowKind::Removed)));
            lines.extend(after[op.new_range()].iter().map(line(DiffRowKind::Added)));
            continue;
        }
        let head = if index == 0 { 0 } else { AROUND.min(kept.len()) };
        let tail = if index + 1 == ops.len() { kept.len() } else { kept.len().saturating_sub(AROUND).max(head) };
        lines.extend(kept[..head].iter().map(line(DiffRowKind::Kept)));
        if tail > head {
            lines.push(Line::gap(super::section::small(tail - head)));
        }
        lines.extend(kept[tail..].iter().map(line(DiffRowKind::Kept)));
    }
    lines
}
