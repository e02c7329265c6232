//! `glob` and `grep`: what was found, as a tree.

use std::ops::Range;

use regex::{Regex, RegexBuilder};
use serde_json::Value;

use crate::model::Tool;
use crate::protocol::ToolResult;
use crate::render::marked_line;

use super::files::counted;
use super::section::{Draft, Look};
use super::tree::{Line, Tree};
use super::{Call, input, output};

/// How large a pattern may become; one that is larger is not marked.
const PATTERN_BYTES: usize = 1024 * 1024;
/// So much of a found line is searched for what to mark.
const SEARCHED_BYTES: usize = 4_000;

pub(super) fn glob<'a>(tool: &'a Tool, call: &Call<'_>) -> Option<Vec<Draft<'a>>> {
    input(tool, "pattern")?;
    let Some(text) = output(tool) else { return Some(Vec::new()) };
    let mut tree = Tree::default();
    let mut found = false;
    for path in text.lines().filter(|line| line.starts_with('/')) {
        tree.add(call.relative(path));
        found = true;
    }
    Some(if found { vec![Draft::ready("Files", tree.body(), text).noted(truncated(tool))] } else { other(text) })
}

pub(super) fn grep<'a>(tool: &'a Tool, call: &Call<'_>) -> Option<Vec<Draft<'a>>> {
    let pattern = input(tool, "pattern")?;
    let Some(text) = output(tool) else { return Some(Vec::new()) };
    let pattern = RegexBuilder::new(pattern).size_limit(PATTERN_BYTES).dfa_size_limit(PATTERN_BYTES).build().ok();
    let mut tree = Tree::default();
    let mut file = None;
    let mut found = false;
    for line in text.lines() {
        if let Some((number, line)) = line.strip_prefix("  Line ").and_then(|rest| rest.split_once(": ")) {
            let Some(path) = file else { continue };
            let html = marked_line(line, &matches(pattern.as_ref(), line));
            tree.add_line(path, Line { number: number.parse().ok(), html });
            found = true;
        } else if let Some(path) = line.strip_suffix(':').filter(|path| path.starts_with('/')) {
            file = Some(call.relative(path));
        }
    }
    Some(if found { vec![Draft::ready("Matches", tree.body(), text).noted(truncated(tool))] } else { other(text) })
}

fn matches(pattern: Option<&Regex>, line: &str) -> Vec<Range<usize>> {
    let mut end = line.len().min(SEARCHED_BYTES);
    while !line.is_char_boundary(end) {
        end -= 1;
    }
    let found = pattern.map(|pattern| pattern.find_iter(&line[..end]).map(|found| found.range()).take(50).collect());
    found.unwrap_or_default()
}

/// An output of another form than is known.
fn other(text: &str) -> Vec<Draft<'_>> {
    if text.is_empty() { Vec::new() } else { vec![Draft::lines("Output", text, Look::Terminal)] }
}

fn truncated(tool: &Tool) -> &'static str {
    if tool.metadata.get("truncated").and_then(Value::as_bool) == Some(true) { "There are more" } else { "" }
}

/// How much was found.
pub(super) fn result(tool: &Tool) -> Option<ToolResult> {
    let more = if truncated(tool).is_empty() { "" } else { "+" };
    let text = if tool.name == "glob" {
        counted(tool.metadata.get("count")?.as_u64()?, "file", "files")
    } else {
        counted(tool.metadata.get("matches")?.as_u64()?, "match", "matches")
    };
    let (number, word) = text.split_once(' ')?;
    Some(ToolResult { text: format!("{number}{more} {word}"), bad: false })
}
