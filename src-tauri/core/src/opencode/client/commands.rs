use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::{Client, segment};
use crate::model::{MessageId, PartId, RequestId, Session, SessionId};
use crate::opencode::error::WireError;
use crate::opencode::wire;

/// An answer to a request for permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PermissionAnswer {
    /// This time.
    Once,
    /// This time and, until the server lets go of the folder, whatever matches the request's `always` patterns.
    Always,
    /// Not allowed. Without a message the run stops and the session's other requests are rejected too; with one the
    /// agent goes on with it.
    Reject,
}

/// The ids of a prompt's message and its text.
///
/// A prompt that is sent again with the same ids is stored once, so one whose answer was lost can be sent again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptIds {
    /// The message's id.
    pub message: MessageId,
    /// The id of its only part.
    pub part: PartId,
}

impl PromptIds {
    /// New ids of the server's form: a prefix, 12 hexadecimal digits of the time (`ms * 4096 + counter`, 48 bits) and
    /// 14 random letters and digits.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub fn generate(now_ms: i64) -> std::io::Result<Self> {
        let time = now_ms.wrapping_mul(4096) & 0xFFFF_FFFF_FFFF;
        let message = MessageId(format!("msg_{time:012x}{}", random_text()?));
        let part = PartId(format!("prt_{time:012x}{}", random_text()?));
        Ok(Self { message, part })
    }
}

fn random_text() -> std::io::Result<String> {
    // Not quite even over the alphabet, which does not matter for an id.
    const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut bytes = [0_u8; 14];
    getrandom::fill(&mut bytes).map_err(|error| std::io::Error::other(error.to_string()))?;
    Ok(bytes.iter().map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()])).collect())
}

/// The name under which a session's metadata holds the key that it was made with. The server keeps metadata as given,
/// and lists it (observed on opencode 1.18.33).
pub(super) const MADE_FOR: &str = "outrider";

impl Client {
    /// Makes a session; the server gives it a placeholder title unless one is given.
    ///
    /// # Errors
    /// See [`WireError`]; this holds for every request.
    pub async fn create_session(&self, title: Option<&str>) -> Result<Session, WireError> {
        let body = title.map_or_else(|| json!({}), |title| json!({ "title": title }));
        session(&self.send(Method::POST, "/session", &body).await?)
    }

    /// Makes a session that can be found again by a key of ours, should this answer be lost:
    /// [`Client::session_made_for`].
    pub async fn make_session_for(&self, key: &str) -> Result<Session, WireError> {
        session(&self.send(Method::POST, "/session", &json!({ "metadata": { MADE_FOR: key } })).await?)
    }

    /// Gives a session another title.
    pub async fn rename(&self, id: &SessionId, title: &str) -> Result<Session, WireError> {
        let path = format!("/session/{}", segment(id.as_str())?);
        session(&self.send(Method::PATCH, &path, &json!({ "title": title })).await?)
    }

    /// Deletes a session and its children. One that works goes on working: abort it, wait until it is idle, delete.
    pub async fn delete_session(&self, id: &SessionId) -> Result<(), WireError> {
        self.command(Method::DELETE, &format!("/session/{}", segment(id.as_str())?), &json!({})).await
    }

    /// Sends a prompt. Success only means that the request was well formed: everything else comes as events. A prompt
    /// for a session that works waits until the current step ends.
    pub async fn prompt(&self, id: &SessionId, text: &str, ids: Option<&PromptIds>) -> Result<(), WireError> {
        let mut part = json!({ "type": "text", "text": text });
        let mut body = json!({});
        if let Some(ids) = ids {
            part["id"] = json!(ids.part);
            body["messageID"] = json!(ids.message);
        }
        body["parts"] = Value::Array(vec![part]);
        self.command(Method::POST, &format!("/session/{}/prompt_async", segment(id.as_str())?), &body).await
    }

    /// Stops what a session does, with its children and its shell commands. Success too when it did nothing.
    pub async fn abort(&self, id: &SessionId) -> Result<(), WireError> {
        self.command(Method::POST, &format!("/session/{}/abort", segment(id.as_str())?), &json!({})).await
    }

    /// Answers a request for permission. `not_found` when it was answered already.
    pub async fn reply_permission(
        &self,
        id: &RequestId,
        answer: PermissionAnswer,
        message: Option<&str>,
    ) -> Result<(), WireError> {
        let reply = match answer {
            PermissionAnswer::Once => "once",
            PermissionAnswer::Always => "always",
            PermissionAnswer::Reject => "reject",
        };
        let mut body = json!({ "reply": reply });
        if let Some(message) = message {
            body["message"] = json!(message);
        }
        self.command(Method::POST, &format!("/permission/{}/reply", segment(id.as_str())?), &body).await
    }

    /// Answers all questions of a request, in their order: for each the chosen labels or a text of one's own.
    pub async fn reply_question(&self, id: &RequestId, answers: &[Vec<String>]) -> Result<(), WireError> {
        let path = format!("/question/{}/reply", segment(id.as_str())?);
        self.command(Method::POST, &path, &json!({ "answers": answers })).await
    }

    /// Dismisses a question; the run stops.
    pub async fn reject_question(&self, id: &RequestId) -> Result<(), WireError> {
        self.command(Method::POST, &format!("/question/{}/reject", segment(id.as_str())?), &json!({})).await
    }

    /// Makes the server let go of all folders: it aborts all work, ends shell commands and closes MCP servers, and has
    /// done so when it answers. Took 2 s with much running, so it has a time limit of its own.
    pub async fn dispose(&self, limit: Duration) -> Result<(), WireError> {
        let request = self.request(Method::POST, "/global/dispose").json(&json!({}));
        self.answer(request, limit).await.map(|_| ())
    }

    async fn command(&self, method: Method, path: &str, body: &Value) -> Result<(), WireError> {
        self.send(method, path, body).await.map(|_| ())
    }
}

fn session(body: &str) -> Result<Session, WireError> {
    Ok(wire::session(wire::parse(body)?)?)
}
