//! What goes through the outbox.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::{MessageId, PartId, SessionId};
use crate::protocol::{Outgoing, Problem};

/// Where a prompt goes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// Into this session.
    Session(SessionId),
    /// Into a session that is still to be made, marked with this key: the id of the first prompt for it.
    New(MessageId),
}

/// A prompt as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prompt {
    /// The message's id. It never changes.
    pub id: MessageId,
    /// The id of its text.
    pub part: PartId,
    /// Where it goes.
    pub lane: Lane,
    /// What was typed.
    #[serde(with = "super::super::text")]
    pub text: Arc<str>,
    /// References to what is attached.
    #[serde(default)]
    pub attachments: Vec<String>,
    /// When the person sent it, in milliseconds since the Unix epoch.
    pub created: i64,
    /// Something was, or was about to be, asked of the server for it: it may be there.
    pub begun: bool,
    /// Why it is not tried again by itself.
    #[serde(default)]
    pub failed: Option<Problem>,
}

impl Prompt {
    /// Its session; none while that is still to be made.
    pub fn session(&self) -> Option<&SessionId> {
        match &self.lane {
            Lane::Session(session) => Some(session),
            Lane::New(_) => None,
        }
    }
}

/// What is to be asked of the server. Each is answered to the outbox once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Look for the session that was made with this key: [`super::Outbox::found`].
    Find(MessageId),
    /// Make a session with this key: [`super::Outbox::made`].
    Make(MessageId),
    /// Ask whether the session has the message: [`super::Outbox::asked`].
    Ask(SessionId, MessageId),
    /// Send the prompt: [`super::Outbox::posted`].
    Post {
        /// Where to.
        session: SessionId,
        /// The message's id.
        message: MessageId,
        /// The id of its text.
        part: PartId,
        /// The text.
        text: Arc<str>,
    },
}

/// Why a request failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// It may have been done.
    Lost(Problem),
    /// It never reached the server.
    Unreached(Problem),
    /// The server refused it, and would again.
    Refused(Problem),
    /// The session does not exist.
    NoSession(Problem),
}

/// A question that was not answered: it is asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoAnswer;

/// A prompt as it is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// The message's id.
    pub id: MessageId,
    /// The id of its text.
    pub part: PartId,
    /// Its session; none while that is still to be made.
    pub session: Option<SessionId>,
    /// The text.
    pub text: Arc<str>,
    /// When the person sent it, in milliseconds since the Unix epoch.
    pub created: i64,
    /// How far it is.
    pub state: Outgoing,
}
