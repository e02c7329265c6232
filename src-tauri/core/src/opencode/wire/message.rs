use serde::Deserialize;
use serde_json::Value;

use super::json::{Times, count, each, id, lenient, optional_id};
use super::part::part;
use crate::model::{Failure, Message, MessageId, MessagePage, Part, Role, SessionId, Tokens};

#[derive(Deserialize)]
pub(super) struct WireMessage {
    #[serde(deserialize_with = "id")]
    id: MessageId,
    #[serde(rename = "sessionID", deserialize_with = "id")]
    session: SessionId,
    role: WireRole,
    #[serde(default, deserialize_with = "lenient")]
    time: Times,
    #[serde(default, rename = "parentID", deserialize_with = "optional_id")]
    parent: Option<MessageId>,
    #[serde(default, deserialize_with = "lenient")]
    agent: Option<String>,
    /// Of the agent's messages; a user's has them in `model`.
    #[serde(default, rename = "providerID", deserialize_with = "lenient")]
    provider: Option<String>,
    #[serde(default, rename = "modelID", deserialize_with = "lenient")]
    model_id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    model: ModelRef,
    #[serde(default, deserialize_with = "lenient")]
    finish: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    error: Option<WireFailure>,
    /// `true` for a compaction's summary. Of a user's message an object with diffs, which counts as false.
    #[serde(default, deserialize_with = "lenient")]
    summary: bool,
    #[serde(default, deserialize_with = "lenient")]
    cost: f64,
    #[serde(default, deserialize_with = "lenient")]
    tokens: WireTokens,
}

#[derive(Deserialize, Default)]
struct WireTokens {
    #[serde(default, deserialize_with = "count")]
    input: u64,
    #[serde(default, deserialize_with = "count")]
    output: u64,
    #[serde(default, deserialize_with = "count")]
    reasoning: u64,
    #[serde(default, deserialize_with = "lenient")]
    cache: WireCache,
}

#[derive(Deserialize, Default)]
struct WireCache {
    #[serde(default, deserialize_with = "count")]
    read: u64,
    #[serde(default, deserialize_with = "count")]
    write: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum WireRole {
    User,
    Assistant,
}

#[derive(Deserialize, Default)]
struct ModelRef {
    #[serde(default, rename = "providerID", deserialize_with = "lenient")]
    provider: Option<String>,
    #[serde(default, rename = "modelID", deserialize_with = "lenient")]
    model: Option<String>,
}

impl From<WireMessage> for Message {
    fn from(wire: WireMessage) -> Self {
        Self {
            id: wire.id,
            session: wire.session,
            role: match wire.role {
                WireRole::User => Role::User,
                WireRole::Assistant => Role::Assistant,
            },
            created: wire.time.created.unwrap_or_default(),
            completed: wire.time.completed,
            parent: wire.parent,
            agent: wire.agent,
            provider: wire.provider.or(wire.model.provider),
            model: wire.model_id.or(wire.model.model),
            finish: wire.finish,
            failure: wire.error.map(Failure::from),
            summary: wire.summary,
            cost: wire.cost,
            tokens: Tokens {
                input: wire.tokens.input,
                output: wire.tokens.output,
                reasoning: wire.tokens.reasoning,
                cache_read: wire.tokens.cache.read,
                cache_write: wire.tokens.cache.write,
            },
        }
    }
}

/// An error of a message or a session: `{name, data: {message, …}}`. No field is sure.
#[derive(Deserialize, Default)]
pub(super) struct WireFailure {
    #[serde(default, deserialize_with = "lenient")]
    name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    data: WireFailureData,
}

#[derive(Deserialize, Default)]
struct WireFailureData {
    #[serde(default, deserialize_with = "lenient")]
    message: String,
    #[serde(default, rename = "statusCode", deserialize_with = "lenient")]
    status: Option<u16>,
    #[serde(default, rename = "isRetryable", deserialize_with = "lenient")]
    retryable: bool,
}

impl From<WireFailure> for Failure {
    fn from(wire: WireFailure) -> Self {
        Self {
            name: wire.name.unwrap_or_else(|| "UnknownError".to_owned()),
            message: wire.data.message,
            status: wire.data.status,
            retryable: wire.data.retryable,
        }
    }
}

/// One entry of `GET /session/{id}/message`.
#[derive(Deserialize)]
struct Entry {
    info: WireMessage,
    #[serde(default, deserialize_with = "lenient")]
    parts: Vec<Value>,
}

/// The entries of `GET /session/{id}/message`, oldest first, parts ordered by id.
pub fn messages(values: Vec<Value>) -> Vec<(Message, Vec<Part>)> {
    each("message", values, |value| {
        let entry: Entry = serde_json::from_value(value)?;
        Ok((entry.info.into(), each("part", entry.parts, part)))
    })
}

/// The answer of `GET /session/{id}/message` with the cursors that frame it.
pub fn message_page(
    session: SessionId,
    values: Vec<Value>,
    before: Option<String>,
    older: Option<String>,
    bytes: usize,
) -> MessagePage {
    MessagePage { session, messages: messages(values), older, before, bytes }
}
