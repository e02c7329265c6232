use serde_json::Value;

use crate::model::{Tool, ToolProgress};
use crate::protocol::{PartBody, ToolDetail, ToolState};
use crate::render::{one_line, plain};

/// The most of a tool's output that one detail carries; the end of it is what a person looks for.
const OUTPUT_CHARS: usize = 60_000;

/// A tool call as the window shows it. `running` says whether its session works: a call of a session that does not will
/// never end. `expanded` asks for input and output as well.
pub(super) fn tool_body(tool: &Tool, directory: &str, running: bool, expanded: bool) -> PartBody {
    let unfinished = matches!(tool.progress, ToolProgress::Pending | ToolProgress::Running);
    let interrupted = unfinished && !running;
    let (state, error) = match &tool.progress {
        _ if interrupted => (ToolState::Error, Some("Interrupted".to_owned())),
        ToolProgress::Pending => (ToolState::Pending, None),
        ToolProgress::Running => (ToolState::Running, None),
        ToolProgress::Completed { .. } => (ToolState::Completed, None),
        ToolProgress::Error { error } => (ToolState::Error, Some(reason(error))),
    };
    PartBody::Tool {
        name: one_line(&tool.name, 80),
        state,
        summary: summary(tool, directory),
        error,
        started: tool.started,
        ended: tool.ended,
        changed: changed(tool),
        child: tool.metadata.get("sessionId").and_then(Value::as_str).map(str::to_owned),
        interrupted,
        detail: expanded.then(|| detail(tool)),
    }
}

/// Why a call failed. What the person did themselves is said as that: the server's words are made for the model
/// (wire study, section 6).
fn reason(error: &str) -> String {
    if error.starts_with("The user rejected permission") {
        let feedback = error.split_once("feedback: ").map(|(_, feedback)| one_line(feedback, 300));
        feedback.map_or_else(|| "You did not allow this.".to_owned(), |said| format!("You did not allow this: {said}"))
    } else if error.starts_with("The user dismissed this question") {
        "You dismissed this.".to_owned()
    } else {
        one_line(error, 300)
    }
}

fn summary(tool: &Tool, directory: &str) -> String {
    let input = |key: &str| tool.input.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let relative = |path: &str| {
        let rest = path.strip_prefix(directory).and_then(|rest| rest.strip_prefix('/'));
        rest.unwrap_or(path).to_owned()
    };
    let first_text = || {
        let fields = tool.input.as_object()?;
        fields.values().find_map(Value::as_str).map(str::to_owned)
    };
    let title = || tool.title.clone().filter(|title| !title.is_empty());
    let text = match tool.name.as_str() {
        "bash" => input("command").map(str::to_owned).or_else(title),
        "read" | "write" | "edit" | "multiedit" => input("filePath").map(relative).or_else(title),
        "list" => input("path").map(relative).or_else(title),
        "glob" | "grep" => input("pattern").map(|pattern| match input("path") {
            Some(path) => format!("{pattern} in {}", relative(path)),
            None => pattern.to_owned(),
        }),
        "webfetch" => input("url").map(str::to_owned),
        "websearch" | "codesearch" => input("query").map(str::to_owned),
        "task" => input("description").map(str::to_owned).or_else(title),
        "skill" => input("name").map(str::to_owned),
        "todowrite" => title().or_else(|| {
            let count = tool.input.get("todos")?.as_array()?.len();
            Some(format!("{count} to-dos"))
        }),
        "question" => tool.input.pointer("/questions/0/question").and_then(Value::as_str).map(str::to_owned),
        "invalid" => input("tool").map(|name| format!("{name}: the call could not be understood")),
        "apply_patch" => patched_files(tool),
        _ => title().or_else(first_text),
    };
    one_line(&text.unwrap_or_default(), 200)
}

fn patched_files(tool: &Tool) -> Option<String> {
    let files = tool.metadata.get("files")?.as_array()?;
    let names: Vec<_> = files.iter().filter_map(|file| file.get("relativePath")?.as_str()).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

fn changed(tool: &Tool) -> Option<(u32, u32)> {
    let count = |value: &Value, key: &str| u32::try_from(value.get(key)?.as_u64()?).ok();
    if let Some(diff) = tool.metadata.get("filediff") {
        return Some((count(diff, "additions")?, count(diff, "deletions")?));
    }
    let files = tool.metadata.get("files")?.as_array()?;
    files.iter().try_fold((0_u32, 0_u32), |(added, removed), file| {
        Some((added.saturating_add(count(file, "additions")?), removed.saturating_add(count(file, "deletions")?)))
    })
}

fn detail(tool: &Tool) -> ToolDetail {
    let input = match tool.input.get("command").and_then(Value::as_str) {
        Some(command) if tool.name == "bash" => command.to_owned(),
        _ if tool.input.as_object().is_none_or(serde_json::Map::is_empty) => String::new(),
        _ => serde_json::to_string_pretty(&tool.input).unwrap_or_default(),
    };
    let running_output = || tool.metadata.get("output").and_then(Value::as_str).unwrap_or_default();
    let (output, error) = match &tool.progress {
        ToolProgress::Completed { output } => (output.as_str(), None),
        ToolProgress::Error { error } => (running_output(), Some(plain(error))),
        ToolProgress::Pending | ToolProgress::Running => (running_output(), None),
    };
    let (output, cut) = tail(output);
    ToolDetail {
        input: plain(&input),
        output: plain(output),
        cut,
        diff: tool.metadata.get("diff").and_then(Value::as_str).filter(|diff| !diff.is_empty()).map(hunks).map(plain),
        error,
    }
}

fn tail(text: &str) -> (&str, bool) {
    match text.char_indices().rev().nth(OUTPUT_CHARS) {
        Some((at, _)) => (text[at..].split_once('\n').map_or(&text[at..], |(_, rest)| rest), true),
        None => (text, false),
    }
}

/// A diff without the lines before its first hunk when it is of one file, which the call's summary names.
fn hunks(diff: &str) -> &str {
    let files = diff.lines().filter(|line| line.starts_with("+++ ")).count();
    match diff.find("\n@@") {
        Some(at) if files <= 1 => &diff[at + 1..],
        _ => diff,
    }
}
