use serde::Deserialize;
use serde_json::{Map, Value};

use super::json::{Times, each, id, lenient, lenient_list, millis, optional_id};
use crate::model::{MessageId, RunStatus, Session, SessionId, Todo};

#[derive(Deserialize)]
pub(super) struct WireSession {
    #[serde(deserialize_with = "id")]
    id: SessionId,
    #[serde(default, rename = "parentID", deserialize_with = "optional_id")]
    parent: Option<SessionId>,
    #[serde(default, deserialize_with = "lenient")]
    title: String,
    #[serde(default, deserialize_with = "lenient")]
    directory: String,
    #[serde(default, deserialize_with = "lenient")]
    time: Times,
    #[serde(default, deserialize_with = "lenient")]
    revert: Option<Revert>,
    #[serde(default, deserialize_with = "lenient")]
    cost: f64,
}

#[derive(Deserialize)]
struct Revert {
    #[serde(rename = "messageID", deserialize_with = "id")]
    message: MessageId,
}

impl From<WireSession> for Session {
    fn from(wire: WireSession) -> Self {
        let created = wire.time.created.unwrap_or_default();
        Self {
            id: wire.id,
            parent: wire.parent,
            title: wire.title,
            directory: wire.directory,
            created,
            updated: wire.time.updated.unwrap_or(created),
            archived: wire.time.archived,
            revert: wire.revert.map(|revert| revert.message),
            cost: wire.cost,
        }
    }
}

/// A session, as `GET /session/{id}` and others answer it.
///
/// # Errors
/// It has no id.
pub fn session(value: Value) -> serde_json::Result<Session> {
    serde_json::from_value::<WireSession>(value).map(Session::from)
}

/// The answer of `GET /session`.
pub fn sessions(values: Vec<Value>) -> Vec<Session> {
    each("session", values, session)
}

/// A session's status, of `session.status` and `GET /session/status`.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum WireStatus {
    Idle,
    Busy,
    Retry {
        #[serde(default, deserialize_with = "lenient")]
        attempt: u32,
        #[serde(default, deserialize_with = "lenient")]
        message: String,
        #[serde(default, deserialize_with = "millis")]
        next: Option<i64>,
    },
}

impl From<WireStatus> for RunStatus {
    fn from(wire: WireStatus) -> Self {
        match wire {
            WireStatus::Idle => Self::Idle,
            WireStatus::Busy => Self::Busy,
            WireStatus::Retry { attempt, message, next } => {
                Self::Retry { attempt, message, next: next.unwrap_or_default() }
            }
        }
    }
}

/// The answer of `GET /session/status`: the sessions that work, since it leaves idle ones out. A status that cannot be
/// read counts as busy for the same reason.
pub fn statuses(answer: Map<String, Value>) -> Vec<(SessionId, RunStatus)> {
    let status = |value| serde_json::from_value::<WireStatus>(value).map_or(RunStatus::Busy, RunStatus::from);
    answer
        .into_iter()
        .map(|(session, value)| (SessionId(session), status(value)))
        .filter(|(_, status)| status.is_running())
        .collect()
}

#[derive(Deserialize)]
pub(super) struct WireTodo {
    #[serde(default, deserialize_with = "lenient")]
    content: String,
    #[serde(default, deserialize_with = "lenient")]
    status: String,
    #[serde(default, deserialize_with = "lenient")]
    priority: String,
}

impl From<WireTodo> for Todo {
    fn from(wire: WireTodo) -> Self {
        Self { content: wire.content, status: wire.status, priority: wire.priority }
    }
}

#[derive(Deserialize)]
pub(super) struct TodosUpdated {
    #[serde(rename = "sessionID", deserialize_with = "id")]
    pub(super) session: SessionId,
    #[serde(deserialize_with = "lenient_list")]
    pub(super) todos: Vec<WireTodo>,
}

/// The answer of `GET /session/{id}/todo`.
pub fn todos(values: Vec<Value>) -> Vec<Todo> {
    each("todo", values, |value| serde_json::from_value::<WireTodo>(value).map(Todo::from))
}
