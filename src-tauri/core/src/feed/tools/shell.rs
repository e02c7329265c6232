//! `bash`: the command and what it wrote, with its colours.

use serde_json::Value;

use crate::model::{Tool, ToolProgress};
use crate::protocol::{SectionBody, ToolResult};
use crate::render::{one_line, plain};

use super::section::{Draft, Look};
use super::{Call, cut_note, input, is_unfinished};

/// What the server says of the run itself stands at the end of the output (wire study, section 5).
const REMARK: (&str, &str) = ("<shell_metadata>", "</shell_metadata>");

pub(super) fn sections<'a>(tool: &'a Tool, call: &Call<'_>) -> Option<Vec<Draft<'a>>> {
    let command = plain(input(tool, "command")?);
    let mut notes: Vec<String> = Vec::new();
    notes.extend(input(tool, "description").map(|said| one_line(said, 200)));
    let elsewhere =
        input(tool, "workdir").map(|path| call.relative(path)).filter(|path| *path != call.state.directory());
    notes.extend(elsewhere.map(|path| format!("in {}", one_line(path, 200))));
    let shown = SectionBody::Command { text: command.clone() };
    let mut drafts = vec![Draft::ready("Command", shown, command).noted(notes.join(" · "))];
    let (text, remark) = written(tool);
    if is_unfinished(tool) && call.running {
        drafts.push(Draft::live("Output", text));
    } else if !text.is_empty() || remark.is_some() {
        let note = remark.map_or_else(|| cut_note(tool), |remark| one_line(remark, 300));
        drafts.push(Draft::lines("Output", text, Look::Terminal).noted(note));
    }
    Some(drafts)
}

/// How it ended, when that was not well.
pub(super) fn result(tool: &Tool) -> Option<ToolResult> {
    let ToolProgress::Completed { .. } = tool.progress else { return None };
    let bad = |text: String| Some(ToolResult { text, bad: true });
    match tool.metadata.get("exit") {
        Some(Value::Number(code)) if code.as_i64() != Some(0) => bad(format!("exit {code}")),
        Some(Value::Null) => match written(tool).1 {
            Some(remark) if remark.contains("timeout") => bad("timed out".to_owned()),
            Some(remark) if remark.contains("abort") => bad("stopped".to_owned()),
            _ => bad("ended by a signal".to_owned()),
        },
        _ => None,
    }
}

/// What the command wrote so far, and what the server says of the run.
fn written(tool: &Tool) -> (&str, Option<&str>) {
    let running = || tool.metadata.get("output").and_then(Value::as_str).unwrap_or_default();
    let ToolProgress::Completed { output } = &tool.progress else { return (running(), None) };
    let end = output.trim_end().strip_suffix(REMARK.1);
    match end.and_then(|rest| rest.rsplit_once(REMARK.0)) {
        Some((text, remark)) => (text.trim_end_matches('\n'), Some(remark.trim())),
        None => (output, None),
    }
}
