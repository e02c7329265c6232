//! Reading what a window shows.

use outrider_core::protocol::{
    DiffRow, MessageView, PartBody, Problem, Role, SectionBody, SessionRow, Snapshot, ToolDetail, ToolState,
    TranscriptView,
};

pub fn transcript(snapshot: &Snapshot) -> &TranscriptView {
    snapshot.transcript.as_ref().expect("a session is looked at")
}

/// The session's row.
pub fn row<'a>(snapshot: &'a Snapshot, session: &str) -> &'a SessionRow {
    snapshot.sessions.iter().find(|row| row.id == session).expect("the session is listed")
}

/// The newest answer.
pub fn answer(snapshot: &Snapshot) -> Option<&MessageView> {
    snapshot.transcript.as_ref()?.messages.iter().rfind(|message| message.role == Role::Assistant)
}

/// The visible text of a message without its markup.
pub fn text(message: &MessageView) -> String {
    let texts = message.parts.iter().filter_map(|part| match &part.body {
        PartBody::Text { blocks, .. } => Some(blocks.iter().map(|block| without_tags(&block.html)).collect::<String>()),
        _ => None,
    });
    texts.collect()
}

/// The text of the newest answer, empty while there is none.
pub fn answer_text(snapshot: &Snapshot) -> String {
    answer(snapshot).map(text).unwrap_or_default()
}

/// The texts of all messages, oldest first.
pub fn texts(snapshot: &Snapshot) -> Vec<String> {
    transcript(snapshot).messages.iter().map(text).collect()
}

fn without_tags(html: &str) -> String {
    let mut text = String::new();
    for piece in html.split('<') {
        text.push_str(piece.split_once('>').map_or(piece, |(_, rest)| rest));
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// A tool call as a window shows it.
#[derive(Debug, Clone)]
pub struct Tool {
    pub message: String,
    pub part: String,
    pub name: String,
    pub state: ToolState,
    pub summary: String,
    pub error: Option<String>,
    pub changed: Option<(u32, u32)>,
    pub result: Option<String>,
    pub child: Option<String>,
    pub interrupted: bool,
    pub detail: Option<ToolDetail>,
}

/// The text of a call's section of lines, with that heading; empty while there is none.
pub fn lines(detail: &ToolDetail, title: &str) -> String {
    let bodies = detail.sections.iter().filter(|section| section.title == title).map(|section| &section.body);
    let rows = bodies.flat_map(|body| match body {
        SectionBody::Lines { rows, .. } => rows.as_slice(),
        _ => &[],
    });
    rows.map(|row| without_tags(&row.html)).collect::<Vec<_>>().join("\n")
}

/// The rows of a call's diff.
pub fn diff(detail: &ToolDetail) -> &[DiffRow] {
    let rows = detail.sections.iter().find_map(|section| match &section.body {
        SectionBody::Diff { rows, .. } => Some(rows.as_slice()),
        _ => None,
    });
    rows.unwrap_or_default()
}

/// Why a call failed, in full.
pub fn failure(detail: &ToolDetail) -> Option<&str> {
    detail.sections.iter().find_map(|section| match &section.body {
        SectionBody::Failure { text } => Some(text.as_str()),
        _ => None,
    })
}

/// The tool calls of the transcript, oldest first.
pub fn tools(snapshot: &Snapshot) -> Vec<Tool> {
    let messages = snapshot.transcript.iter().flat_map(|transcript| &transcript.messages);
    let parts = messages.flat_map(|message| message.parts.iter().map(move |part| (message, part)));
    let tools = parts.filter_map(|(message, part)| match part.body.clone() {
        PartBody::Tool { name, state, summary, error, changed, result, child, interrupted, detail, .. } => Some(Tool {
            message: message.id.clone(),
            part: part.id.clone(),
            name,
            state,
            summary,
            error,
            changed,
            result: result.map(|result| result.text),
            child,
            interrupted,
            detail,
        }),
        _ => None,
    });
    tools.collect()
}

/// Why the newest answer or the run failed.
pub fn problem(snapshot: &Snapshot) -> Option<&Problem> {
    let at_message = answer(snapshot).and_then(|answer| answer.problem.as_ref());
    at_message.or(snapshot.transcript.as_ref()?.problem.as_ref())
}
