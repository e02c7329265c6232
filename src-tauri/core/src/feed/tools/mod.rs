//! Tool calls as the window shows them: one line, and unfolded a list of sections. One file for each kind of tool.

mod asks;
mod attached;
mod child;
mod diagnostics;
mod diff;
mod edits;
mod files;
mod json;
mod patch;
mod proposed;
mod search;
mod section;
mod shades;
mod shell;
mod summary;
#[cfg(test)]
mod tests;
mod tree;
mod web;

use std::ops::Range;

use serde_json::Value;

use crate::model::{PartKind, SessionId, Tool, ToolProgress};
use crate::protocol::{PartBody, SectionBody, SectionPlace, SectionRows, ToolDetail, ToolState};
use crate::render::{BOUNDARY, Colours, one_line, plain};
use crate::store::State;

pub(super) use shades::Shades;

use section::Draft;

pub(super) use proposed::{proposed, proposed_rows};

/// The most rows that one request for more gets.
const MOST_ROWS: u32 = 2_000;
/// The most bytes of a section that can be copied.
const MOST_TEXT: usize = 16 * 1024 * 1024;

/// What a call's view depends on beside the call itself.
pub(super) struct Call<'a> {
    pub(super) state: &'a State,
    /// Its session works: a call of a session that does not will never end.
    pub(super) running: bool,
    /// The window has it unfolded.
    pub(super) expanded: bool,
    /// Where code gets its colours from.
    pub(super) shades: &'a Shades<'a>,
}

impl Call<'_> {
    /// The path as a person reads it: relative where it is in the folder.
    fn relative<'p>(&self, path: &'p str) -> &'p str {
        relative(path, self.state.directory())
    }
}

/// The session of the subagent that a call started.
pub(super) fn child_of(tool: &Tool) -> Option<SessionId> {
    tool.metadata.get("sessionId").and_then(Value::as_str).map(SessionId::from)
}

pub(super) fn tool_body(tool: &Tool, call: &Call<'_>) -> PartBody {
    let interrupted = is_unfinished(tool) && !call.running;
    let (state, error) = match &tool.progress {
        _ if interrupted => (ToolState::Error, Some("Interrupted".to_owned())),
        ToolProgress::Pending => (ToolState::Pending, None),
        ToolProgress::Running => (ToolState::Running, None),
        ToolProgress::Completed { .. } => (ToolState::Completed, None),
        ToolProgress::Error { error } => (ToolState::Error, Some(reason(error))),
    };
    let child = child_of(tool);
    let working = is_unfinished(tool) && call.running;
    PartBody::Tool {
        name: one_line(&tool.name, 80),
        state,
        summary: summary::summary(tool, call),
        error,
        started: tool.started,
        ended: tool.ended,
        changed: summary::changed(tool),
        result: summary::result(tool),
        doing: child.as_ref().filter(|_| working).map(|child| child::line(call, child)).filter(|line| !line.is_empty()),
        child: child.map(|child| child.0),
        interrupted,
        detail: call.expanded.then(|| detail(tool, call)),
    }
}

/// The call of which a window speaks.
pub(super) fn at<'a>(state: &'a State, session: &SessionId, place: &SectionPlace) -> Option<&'a Tool> {
    let message = state.session(session)?.transcript().message(&place.message.as_str().into())?;
    match &message.part(&place.part.as_str().into())?.part()?.kind {
        PartKind::Tool(tool) => Some(tool),
        _ => None,
    }
}

/// Further rows of a section; none when it is gone or has no further rows.
pub(super) fn rows(
    tool: &Tool,
    state: &State,
    colours: &Colours,
    section: u32,
    rows: Range<u32>,
) -> Option<SectionRows> {
    let count = rows.end.saturating_sub(rows.start).min(MOST_ROWS);
    let shades = &Shades::new(colours);
    let drafts = sections(tool, &Call { state, running: true, expanded: true, shades });
    drafts.get(section as usize)?.rows(rows.start as usize, count as usize, shades)
}

/// The whole text of a section, to be copied; none when it is gone.
pub(super) fn text(tool: &Tool, state: &State, section: u32) -> Option<String> {
    let colours = Colours::default();
    let drafts = sections(tool, &Call { state, running: true, expanded: true, shades: &Shades::new(&colours) });
    let text = &*drafts.get(section as usize)?.text;
    let mut end = text.len().min(MOST_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    Some(plain(&text[..end]))
}

/// The words of a call as a person reads them, for the search: those of its line, and those of each section.
pub(super) fn words(tool: &Tool, state: &State) -> (String, Vec<String>) {
    let colours = Colours::default();
    let call = Call { state, running: true, expanded: true, shades: &Shades::new(&colours) };
    let line = format!("{}{BOUNDARY}{}", one_line(&tool.name, 80), summary::summary(tool, &call));
    let sections = sections(tool, &call).into_iter().map(|draft| {
        let mut words = String::new();
        draft.words(&mut words);
        words
    });
    (line, sections.collect())
}

fn detail(tool: &Tool, call: &Call<'_>) -> ToolDetail {
    let drafts = sections(tool, call);
    ToolDetail { sections: (0..).zip(&drafts).map(|(number, draft)| draft.view(number, call.shades)).collect() }
}

fn sections<'a>(tool: &'a Tool, call: &Call<'_>) -> Vec<Draft<'a>> {
    let mut drafts = match tool.name.as_str() {
        "bash" => shell::sections(tool, call),
        "read" => files::read(tool),
        "write" => edits::write(tool, call),
        "edit" => edits::edit(tool, call),
        "multiedit" => edits::multiedit(tool, call),
        "apply_patch" | "patch" => edits::apply_patch(tool, call),
        "glob" => search::glob(tool, call),
        "grep" => search::grep(tool, call),
        "list" => files::list(tool),
        "todowrite" => asks::todos(tool),
        "question" => asks::questions(tool),
        "task" => child::sections(tool, call),
        "webfetch" => web::fetch(tool),
        "websearch" | "codesearch" => web::search(tool),
        "skill" => web::skill(tool, call),
        "invalid" => Some(Vec::new()),
        _ => None,
    }
    .unwrap_or_else(|| json::sections(tool));
    drafts.extend(attached::section(tool));
    drafts.extend(diagnostics::section(tool, call));
    let failure = match &tool.progress {
        ToolProgress::Error { error } => Some(error.as_str()),
        _ if tool.name == "invalid" => input(tool, "error").or_else(|| output(tool)),
        _ => None,
    };
    drafts.extend(failure.map(|error| {
        let text = plain(error);
        Draft::ready("Error", SectionBody::Failure { text: text.clone() }, text)
    }));
    drafts
}

fn is_unfinished(tool: &Tool) -> bool {
    matches!(tool.progress, ToolProgress::Pending | ToolProgress::Running)
}

/// A text of the input that is not empty.
fn input<'a>(tool: &'a Tool, key: &str) -> Option<&'a str> {
    tool.input.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// What the model got, once the call has ended well.
fn output(tool: &Tool) -> Option<&str> {
    match &tool.progress {
        ToolProgress::Completed { output } => Some(output),
        _ => None,
    }
}

/// What is said beside an output that the server has cut.
fn cut_note(tool: &Tool) -> String {
    if tool.metadata.get("truncated").and_then(Value::as_bool) != Some(true) {
        return String::new();
    }
    let path = tool.metadata.get("outputPath").and_then(Value::as_str);
    path.map_or_else(
        || "OpenCode left some of it out".to_owned(),
        |path| format!("OpenCode left some of it out; all is in {}", one_line(path, 300)),
    )
}

fn relative<'a>(path: &'a str, directory: &str) -> &'a str {
    path.strip_prefix(directory).and_then(|rest| rest.strip_prefix('/')).unwrap_or(path)
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
