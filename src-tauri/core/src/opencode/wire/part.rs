use serde::Deserialize;
use serde_json::Value;

use super::json::{Times, id, lenient, lenient_list};
use super::message::WireFailure;
use super::twice::keep_once;
use crate::model::{Failure, FileRef, MessageId, Part, PartId, PartKind, Prose, SessionId, Tool, ToolProgress};

/// What every part has.
#[derive(Deserialize)]
struct Head {
    #[serde(deserialize_with = "id")]
    id: PartId,
    #[serde(rename = "messageID", deserialize_with = "id")]
    message: MessageId,
    #[serde(rename = "sessionID", deserialize_with = "id")]
    session: SessionId,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct WireProse {
    #[serde(default, deserialize_with = "lenient")]
    text: String,
    #[serde(default, deserialize_with = "lenient")]
    time: Times,
    #[serde(default, deserialize_with = "lenient")]
    synthetic: bool,
    #[serde(default, deserialize_with = "lenient")]
    ignored: bool,
}

impl From<WireProse> for Prose {
    fn from(wire: WireProse) -> Self {
        Self {
            text: wire.text,
            started: wire.time.start,
            ended: wire.time.end,
            synthetic: wire.synthetic,
            ignored: wire.ignored,
            gapped: false,
        }
    }
}

#[derive(Deserialize)]
struct WireTool {
    #[serde(default, rename = "callID", deserialize_with = "lenient")]
    call: String,
    #[serde(default, deserialize_with = "lenient")]
    tool: String,
    state: WireToolState,
}

#[derive(Deserialize)]
struct WireToolState {
    status: WireToolStatus,
    #[serde(default)]
    input: Value,
    #[serde(default, deserialize_with = "lenient")]
    output: String,
    #[serde(default, deserialize_with = "lenient")]
    error: String,
    #[serde(default, deserialize_with = "lenient")]
    title: Option<String>,
    #[serde(default)]
    metadata: Value,
    #[serde(default, deserialize_with = "lenient_list")]
    attachments: Vec<WireAttachment>,
    #[serde(default, deserialize_with = "lenient")]
    time: Times,
}

/// A file part within a tool's state, without a place of its own.
#[derive(Deserialize)]
struct WireAttachment {
    #[serde(default, deserialize_with = "lenient")]
    filename: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    mime: String,
    url: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum WireToolStatus {
    Pending,
    Running,
    Completed,
    Error,
}

impl From<WireAttachment> for FileRef {
    fn from(wire: WireAttachment) -> Self {
        Self { name: wire.filename, mime: wire.mime, url: wire.url }
    }
}

impl From<WireTool> for Tool {
    fn from(wire: WireTool) -> Self {
        let state = wire.state;
        Self {
            call: wire.call,
            name: wire.tool,
            input: state.input,
            progress: match state.status {
                WireToolStatus::Pending => ToolProgress::Pending,
                WireToolStatus::Running => ToolProgress::Running,
                WireToolStatus::Completed => ToolProgress::Completed { output: state.output },
                WireToolStatus::Error => ToolProgress::Error { error: state.error },
            },
            title: state.title,
            metadata: state.metadata,
            attachments: state.attachments.into_iter().map(FileRef::from).collect(),
            started: state.time.start,
            ended: state.time.end,
        }
    }
}

/// The fields of all small kinds together: no two of them use a name for different things.
#[derive(Deserialize)]
struct WireSmall {
    #[serde(default, deserialize_with = "lenient")]
    name: String,
    #[serde(default, deserialize_with = "lenient")]
    filename: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    mime: String,
    #[serde(default, deserialize_with = "lenient")]
    url: String,
    #[serde(default, deserialize_with = "lenient")]
    description: String,
    #[serde(default, deserialize_with = "lenient")]
    agent: String,
    #[serde(default, deserialize_with = "lenient")]
    prompt: String,
    #[serde(default, deserialize_with = "lenient_list")]
    files: Vec<String>,
    #[serde(default, deserialize_with = "lenient")]
    auto: bool,
    #[serde(default, deserialize_with = "lenient")]
    attempt: u32,
    #[serde(default, deserialize_with = "lenient")]
    error: WireFailure,
    #[serde(default, deserialize_with = "lenient")]
    reason: String,
    #[serde(default, deserialize_with = "lenient")]
    cost: f64,
}

/// A part, of `message.part.updated` and of message lists.
///
/// # Errors
/// It has no id, message, session or type.
pub(super) fn part(value: Value) -> serde_json::Result<Part> {
    let head = Head::deserialize(&value)?;
    let kind = match head.kind.as_str() {
        "text" => PartKind::Text(serde_json::from_value::<WireProse>(value)?.into()),
        "reasoning" => PartKind::Reasoning(serde_json::from_value::<WireProse>(value)?.into()),
        "tool" if is_known_tool(&value) => {
            let mut tool = Tool::from(serde_json::from_value::<WireTool>(value)?);
            keep_once(&mut tool);
            PartKind::Tool(Box::new(tool))
        }
        "step-start" => PartKind::StepStart,
        "snapshot" => PartKind::Snapshot,
        "agent" | "compaction" | "file" | "patch" | "retry" | "step-finish" | "subtask" => small(value, &head.kind)?,
        _ => PartKind::Unknown { kind: head.kind, raw: value },
    };
    Ok(Part { id: head.id, message: head.message, session: head.session, kind })
}

/// True when the state is one that this version knows; the part is kept as it came else.
fn is_known_tool(value: &Value) -> bool {
    value.pointer("/state/status").is_some_and(|status| WireToolStatus::deserialize(status).is_ok())
}

fn small(value: Value, kind: &str) -> serde_json::Result<PartKind> {
    let wire: WireSmall = serde_json::from_value(value)?;
    Ok(match kind {
        "agent" => PartKind::Agent { name: wire.name },
        "compaction" => PartKind::Compaction { auto: wire.auto },
        "file" => PartKind::File(FileRef { name: wire.filename, mime: wire.mime, url: wire.url }),
        "patch" => PartKind::Patch { files: wire.files },
        "retry" => PartKind::Retry { attempt: wire.attempt, message: Failure::from(wire.error).message },
        "subtask" => PartKind::Subtask { description: wire.description, agent: wire.agent, prompt: wire.prompt },
        _ => PartKind::StepFinish { reason: wire.reason, cost: wire.cost },
    })
}
