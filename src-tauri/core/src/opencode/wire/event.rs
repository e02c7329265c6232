use serde::Deserialize;
use serde::de::{DeserializeOwned, Error};
use serde_json::Value;

use super::json::{brief, id, lenient, optional_id, parse};
use super::message::{WireFailure, WireMessage};
use super::part::part;
use super::request::{RequestAnswered, WirePermission, WireQuestion};
use super::session::{TodosUpdated, WireSession, WireStatus};
use crate::model::{Event, MessageId, PartId, SessionId, Todo};

/// Events that are known and not used, sorted.
///
/// `session.idle` is among them because each one stands beside a `session.status` that says the same (it never came
/// without one in any recording). `session.diff` is empty in every run; the diffs are in the parts.
const IGNORED: &[&str] = &[
    "catalog.updated",
    "command.executed",
    "file.edited",
    "file.watcher.updated",
    "global.disposed",
    "integration.connection.updated",
    "integration.updated",
    "lsp.updated",
    "models-dev.refreshed",
    "plugin.added",
    "reference.updated",
    "session.diff",
    "session.idle",
    "sync",
];

/// Families of events that are not used, sorted: those of things that Outrider does not show, and the second
/// generation's (`session.next.*`), which the first one's sessions never send.
const IGNORED_FAMILIES: &[&str] = &[
    "installation.",
    "mcp.",
    "permission.v2.",
    "project.",
    "pty.",
    "question.v2.",
    "session.next.",
    "tui.",
    "workspace.",
    "worktree.",
];

fn is_ignored(name: &str) -> bool {
    IGNORED.binary_search(&name).is_ok() || IGNORED_FAMILIES.iter().any(|family| name.starts_with(family))
}

/// Translates the data of one event of `/event`. It never fails: what is not known, or cannot be read, says so.
pub fn translate_event(data: &str) -> Event {
    read_event(data).1
}

/// The name of an event on the wire, empty when it has none that can be read, and its translation.
pub fn read_event(data: &str) -> (String, Event) {
    #[derive(Deserialize)]
    struct Name {
        #[serde(rename = "type")]
        name: String,
    }
    // A list could be taken for an object's fields in their order.
    if !data.trim_start().starts_with('{') {
        return (String::new(), Event::Unknown { name: String::new(), reason: Some("it is no object".to_owned()) });
    }
    // Read twice: the name first, because it decides the form of the rest and need not stand before it, and because
    // most events are not used at all.
    let name = match parse::<Name>(data) {
        Ok(Name { name }) => name,
        Err(error) => return (String::new(), Event::Unknown { name: String::new(), reason: Some(brief(&error)) }),
    };
    let event = match translate(&name, data) {
        Ok(Some(event)) => event,
        Ok(None) if is_ignored(&name) => Event::Ignored,
        Ok(None) => Event::Unknown { name: name.clone(), reason: None },
        Err(error) => Event::Unknown { reason: Some(brief(&error)), name: name.clone() },
    };
    (name, event)
}

/// The event of this name; none when it is not used.
fn translate(name: &str, data: &str) -> serde_json::Result<Option<Event>> {
    Ok(Some(match name {
        "server.connected" => Event::Connected,
        "server.heartbeat" => Event::Heartbeat,
        "server.instance.disposed" => Event::Disposed,
        "session.created" | "session.updated" => Event::Session(properties::<Info<WireSession>>(data)?.info.into()),
        "session.deleted" => Event::SessionRemoved(properties::<OfSession>(data)?.session),
        "session.status" => {
            let StatusOf { session, status } = properties(data)?;
            Event::Status { session, status: status.into() }
        }
        "session.error" => {
            let SessionError { session, error } = properties(data)?;
            Event::SessionFailed { session, failure: error.into() }
        }
        "session.compacted" => Event::Compacted(properties::<OfSession>(data)?.session),
        "message.updated" => Event::Message(properties::<Info<WireMessage>>(data)?.info.into()),
        "message.removed" => {
            let MessageRemoved { session, message } = properties(data)?;
            Event::MessageRemoved { session, message }
        }
        "message.part.updated" => Event::Part(part(properties::<PartUpdated>(data)?.part)?),
        "message.part.delta" => delta(properties(data)?)?,
        "message.part.removed" => {
            let PartRemoved { session, message, part } = properties(data)?;
            Event::PartRemoved { session, message, part }
        }
        "permission.asked" => Event::Permission(properties::<WirePermission>(data)?.into()),
        "question.asked" => Event::Question(properties::<WireQuestion>(data)?.into()),
        "permission.replied" | "question.replied" | "question.rejected" => {
            Event::RequestAnswered(properties::<RequestAnswered>(data)?.request)
        }
        "todo.updated" => {
            let TodosUpdated { session, todos } = properties(data)?;
            Event::Todos { session, todos: todos.into_iter().map(Todo::from).collect() }
        }
        "vcs.branch.updated" => Event::Branch(properties::<Branch>(data)?.branch),
        _ => return Ok(None),
    }))
}

fn properties<T: DeserializeOwned>(data: &str) -> serde_json::Result<T> {
    #[derive(Deserialize)]
    struct Envelope<T> {
        properties: T,
    }
    parse::<Envelope<T>>(data).map(|envelope| envelope.properties)
}

/// Text for the end of a part. Only the field `text` ever streams; another one would be text for another place.
fn delta(wire: PartDelta) -> serde_json::Result<Event> {
    if wire.field != "text" {
        return Err(serde_json::Error::custom(format!("a delta of the field {:?}", wire.field)));
    }
    Ok(Event::Delta { session: wire.session, message: wire.message, part: wire.part, text: wire.delta })
}

#[derive(Deserialize)]
struct Info<T> {
    info: T,
}

#[derive(Deserialize)]
struct OfSession {
    #[serde(rename = "sessionID", deserialize_with = "id")]
    session: SessionId,
}

#[derive(Deserialize)]
struct StatusOf {
    #[serde(rename = "sessionID", deserialize_with = "id")]
    session: SessionId,
    status: WireStatus,
}

#[derive(Deserialize)]
struct SessionError {
    #[serde(default, rename = "sessionID", deserialize_with = "optional_id")]
    session: Option<SessionId>,
    #[serde(default, deserialize_with = "lenient")]
    error: WireFailure,
}

#[derive(Deserialize)]
struct MessageRemoved {
    #[serde(rename = "sessionID", deserialize_with = "id")]
    session: SessionId,
    #[serde(rename = "messageID", deserialize_with = "id")]
    message: MessageId,
}

#[derive(Deserialize)]
struct PartUpdated {
    part: Value,
}

#[derive(Deserialize)]
struct PartDelta {
    #[serde(rename = "sessionID", deserialize_with = "id")]
    session: SessionId,
    #[serde(rename = "messageID", deserialize_with = "id")]
    message: MessageId,
    #[serde(rename = "partID", deserialize_with = "id")]
    part: PartId,
    field: String,
    delta: String,
}

#[derive(Deserialize)]
struct PartRemoved {
    #[serde(rename = "sessionID", deserialize_with = "id")]
    session: SessionId,
    #[serde(rename = "messageID", deserialize_with = "id")]
    message: MessageId,
    #[serde(rename = "partID", deserialize_with = "id")]
    part: PartId,
}

#[derive(Deserialize)]
struct Branch {
    #[serde(default, deserialize_with = "lenient")]
    branch: Option<String>,
}
