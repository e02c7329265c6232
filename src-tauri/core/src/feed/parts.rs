use crate::model::{PartKind, Prose};
use crate::protocol::{NoticeKind, PartBody};
use crate::render::{one_line, plain};
use crate::store::PartEntry;

use super::attached;

/// What the window is to show of a part.
pub(super) enum Shown<'a> {
    /// Nothing: bookkeeping of the server, text for the model only, a failed attempt.
    Hidden,
    /// Text to be rendered, which may go on.
    Prose { prose: &'a Prose, open: bool, reasoning: bool },
    /// A tool call.
    Tool(&'a crate::model::Tool),
    /// Something that is shown as it is.
    Body(Box<PartBody>),
}

/// What to show of a part whose message may still go on (`unfinished`).
pub(super) fn shown(entry: &PartEntry, unfinished: bool) -> Shown<'_> {
    let Some(part) = entry.part() else { return Shown::Hidden };
    let notice = |notice, text: String| Shown::Body(Box::new(PartBody::Notice { notice, text, detail: None }));
    match &part.kind {
        PartKind::Text(prose) | PartKind::Reasoning(prose) => {
            let open = prose.is_open() && unfinished && !entry.is_abandoned();
            let nothing = prose.text.is_empty() && !open;
            if nothing || prose.synthetic || prose.ignored || entry.is_abandoned() {
                return Shown::Hidden;
            }
            Shown::Prose { prose, open, reasoning: matches!(part.kind, PartKind::Reasoning(_)) }
        }
        PartKind::Tool(tool) => Shown::Tool(tool),
        PartKind::File(file) => {
            let file = attached::view(file);
            Shown::Body(Box::new(PartBody::File { file }))
        }
        PartKind::Agent { name } => notice(NoticeKind::Agent, format!("@{}", one_line(name, 80))),
        PartKind::Subtask { description, agent, prompt } => Shown::Body(Box::new(PartBody::Notice {
            notice: NoticeKind::Subtask,
            text: format!("Subtask for {}: {}", one_line(agent, 60), one_line(description, 160)),
            detail: Some(plain(prompt)),
        })),
        PartKind::Patch { files } => Shown::Body(Box::new(PartBody::Notice {
            notice: NoticeKind::Patch,
            text: if files.len() == 1 { "1 file changed".into() } else { format!("{} files changed", files.len()) },
            detail: Some(plain(&files.join("\n"))),
        })),
        PartKind::Compaction { auto: true } => {
            notice(NoticeKind::Compaction, "The conversation was summarised to make room".into())
        }
        PartKind::Compaction { auto: false } => {
            notice(NoticeKind::Compaction, "The conversation was summarised".into())
        }
        PartKind::Retry { attempt, message } => {
            notice(NoticeKind::Retry, format!("Attempt {attempt} failed: {}", one_line(message, 200)))
        }
        PartKind::Unknown { kind, raw } => Shown::Body(Box::new(PartBody::Notice {
            notice: NoticeKind::Unknown,
            text: format!("A part of an unknown kind: {}", one_line(kind, 80)),
            detail: serde_json::to_string_pretty(raw).ok().map(|raw| plain(&raw)),
        })),
        PartKind::StepStart | PartKind::StepFinish { .. } | PartKind::Snapshot => Shown::Hidden,
    }
}
