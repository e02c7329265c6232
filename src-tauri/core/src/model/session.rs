use super::{MessageId, SessionId};

/// A conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// The session whose tool call started it.
    pub parent: Option<SessionId>,
    /// The title as the server has it, placeholder included.
    pub title: String,
    /// The folder that it belongs to, canonical. The server's lists mix folders of one project.
    pub directory: String,
    /// When it was made.
    pub created: i64,
    /// When it last changed.
    pub updated: i64,
    /// When it was archived.
    pub archived: Option<i64>,
    /// Set while it is reverted: messages from this one on are hidden.
    pub revert: Option<MessageId>,
    /// What it cost so far, in US dollars.
    pub cost: f64,
}

/// Whether a session works. The server's `/session/status` and `session.status` are the only truth about it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum RunStatus {
    /// Nothing runs.
    #[default]
    Idle,
    /// The agent works.
    Busy,
    /// A request to the model failed and is tried again; the session counts as busy.
    Retry {
        /// The attempt that comes next.
        attempt: u32,
        /// Why the last one failed.
        message: String,
        /// When the next one comes.
        next: i64,
    },
}

impl RunStatus {
    /// True while the agent works or waits to try again.
    pub fn is_running(&self) -> bool {
        !matches!(self, Self::Idle)
    }
}

/// An entry of a session's to-do list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Todo {
    /// What is to be done.
    pub content: String,
    /// `pending`, `in_progress`, `completed`, `cancelled`, or what else the server says.
    pub status: String,
    /// `high`, `medium`, `low`, or what else the server says.
    pub priority: String,
}
