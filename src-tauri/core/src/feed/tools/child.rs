//! `task`: a subagent's session, and what it does now.

use crate::model::{PartKind, Role, SessionId, Tool, ToolProgress};
use crate::protocol::{ChildState, SectionBody};
use crate::render::one_line;

use super::section::{Draft, Look};
use super::{Call, child_of, input, is_unfinished, output, summary, web};

/// So much of the end of a text is searched for its last line.
const TAIL_BYTES: usize = 2_000;

pub(super) fn sections<'a>(tool: &'a Tool, call: &Call<'_>) -> Option<Vec<Draft<'a>>> {
    let prompt = input(tool, "prompt").or_else(|| input(tool, "description"))?;
    let mut drafts = Vec::new();
    let agent = input(tool, "subagent_type").map(|agent| one_line(agent, 60)).unwrap_or_default();
    if let Some(child) = child_of(tool) {
        let line = line(call, &child);
        let state = state(tool, call, &child);
        let body = SectionBody::Child { session: child.0, agent, state, line: line.clone() };
        drafts.push(Draft::ready("Subagent", body, line));
    }
    drafts.push(Draft::lines("Task", prompt, Look::Terminal));
    if let Some(text) = output(tool) {
        let inner = text.split_once("<task_result>").and_then(|(_, rest)| rest.rsplit_once("</task_result>"));
        drafts.push(web::readable("Answer", inner.map_or(text, |(inner, _)| inner).trim()));
    }
    Some(drafts)
}

fn state(tool: &Tool, call: &Call<'_>, child: &SessionId) -> ChildState {
    let asks = call.state.shown_permissions().any(|asked| call.state.is_within(&asked.session, child))
        || call.state.questions().any(|asked| call.state.is_within(&asked.session, child));
    let works = call.state.session(child).is_some_and(|entry| entry.status().is_running());
    match &tool.progress {
        _ if works && asks => ChildState::Waiting,
        _ if works => ChildState::Working,
        ToolProgress::Error { .. } => ChildState::Failed,
        _ if is_unfinished(tool) && !call.running => ChildState::Failed,
        ToolProgress::Completed { .. } => ChildState::Done,
        ToolProgress::Pending | ToolProgress::Running => ChildState::Working,
    }
}

/// The last line that it wrote, or the call that it made.
pub(super) fn line(call: &Call<'_>, child: &SessionId) -> String {
    let Some(entry) = call.state.session(child) else { return String::new() };
    let answers = entry.transcript().messages().rev().take(4).filter(|(head, _)| head.role == Role::Assistant);
    let parts = answers.flat_map(|(_, message)| message.parts().rev());
    let lines = parts.filter_map(|(_, part)| match &part.part()?.kind {
        PartKind::Text(prose) | PartKind::Reasoning(prose) if !prose.synthetic => last_line(&prose.text),
        PartKind::Tool(tool) => {
            Some(format!("{} {}", one_line(&tool.name, 40), summary::summary(tool, call)).trim_end().to_owned())
        }
        _ => None,
    });
    lines.into_iter().next().unwrap_or_default()
}

fn last_line(text: &str) -> Option<String> {
    let mut start = text.len().saturating_sub(TAIL_BYTES);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    text[start..].lines().rev().map(|line| one_line(line, 200)).find(|line| !line.is_empty())
}
