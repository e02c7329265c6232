//! The one line of a call: what it is about, and what came of it.

use serde_json::Value;

use crate::model::{Tool, ToolProgress};
use crate::protocol::ToolResult;
use crate::render::one_line;

use super::{Call, asks, diagnostics, files, input, search, shell, web};

/// What a call is about, on one line; may be empty.
pub(super) fn summary(tool: &Tool, call: &Call<'_>) -> String {
    let first_text = || {
        let fields = tool.input.as_object()?;
        fields.values().find_map(Value::as_str).map(str::to_owned)
    };
    let relative = |path: &str| call.relative(path).to_owned();
    let title = || tool.title.clone().filter(|title| !title.is_empty());
    let text = match tool.name.as_str() {
        "bash" => input(tool, "command").map(str::to_owned).or_else(title),
        "read" | "write" | "edit" | "multiedit" => input(tool, "filePath").map(relative).or_else(title),
        "list" => input(tool, "path").map(relative).or_else(title),
        "glob" | "grep" => input(tool, "pattern").map(|pattern| match input(tool, "path").map(relative) {
            Some(path) if path != call.state.directory() => format!("{pattern} in {path}"),
            _ => pattern.to_owned(),
        }),
        "webfetch" => input(tool, "url").map(|url| web::place(url).to_owned()),
        "websearch" | "codesearch" => input(tool, "query").map(str::to_owned),
        "task" => input(tool, "description").map(str::to_owned).or_else(title),
        "skill" => input(tool, "name").map(str::to_owned),
        "todowrite" => asks::todo_summary(tool),
        "question" => tool.input.pointer("/questions/0/question").and_then(Value::as_str).map(str::to_owned),
        "invalid" => input(tool, "tool").map(|name| format!("{name}: the call could not be understood")),
        "apply_patch" => patched_files(tool),
        _ => title().or_else(first_text),
    };
    one_line(&text.unwrap_or_default(), 200)
}

/// What came of it, in a few words.
pub(super) fn result(tool: &Tool) -> Option<ToolResult> {
    if matches!(tool.progress, ToolProgress::Error { .. }) {
        return None;
    }
    match tool.name.as_str() {
        "bash" => shell::result(tool),
        "read" => files::result(tool),
        "glob" | "grep" => search::result(tool),
        "todowrite" => asks::todo_result(tool),
        "question" => asks::answer(tool),
        _ => diagnostics::result(tool),
    }
}

/// Lines added and removed.
pub(super) fn changed(tool: &Tool) -> Option<(u32, u32)> {
    let count = |value: &Value, key: &str| u32::try_from(value.get(key)?.as_u64()?).ok();
    if let Some(diff) = tool.metadata.get("filediff") {
        return Some((count(diff, "additions")?, count(diff, "deletions")?));
    }
    // A new file comes without a diff.
    if tool.name == "write" && tool.metadata.get("exists").and_then(Value::as_bool) == Some(false) {
        return Some((files::lines_of(input(tool, "content")?), 0));
    }
    let files = tool.metadata.get("files")?.as_array()?;
    files.iter().try_fold((0_u32, 0_u32), |(added, removed), file| {
        Some((added.saturating_add(count(file, "additions")?), removed.saturating_add(count(file, "deletions")?)))
    })
}

fn patched_files(tool: &Tool) -> Option<String> {
    let files = tool.metadata.get("files").and_then(Value::as_array);
    let names: Vec<_> = files.into_iter().flatten().filter_map(|file| file.get("relativePath")?.as_str()).collect();
    if !names.is_empty() {
        return Some(names.join(", "));
    }
    let path_in = |line: &'_ str| -> Option<String> {
        let (_, path) = line.strip_prefix("*** ")?.split_once(" File: ")?;
        Some(path.to_owned())
    };
    let names: Vec<_> = input(tool, "patchText")?.lines().filter_map(path_in).take(10).collect();
    (!names.is_empty()).then(|| names.join(", "))
}
