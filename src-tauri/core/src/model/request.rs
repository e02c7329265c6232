use serde_json::Value;

use super::{MessageId, RequestId, SessionId};

/// The agent asks for permission.
#[derive(Debug, Clone, PartialEq)]
pub struct Permission {
    /// Its id.
    pub id: RequestId,
    /// The session that asks.
    pub session: SessionId,
    /// What for: `bash`, `edit`, `read`, `external_directory`, `task`, ….
    pub kind: String,
    /// The patterns that were matched against the rules.
    pub patterns: Vec<String>,
    /// What "always" would allow.
    pub always: Vec<String>,
    /// Details that depend on the kind: `command`, `filepath`, `diff`, ….
    pub metadata: Value,
    /// The message and call id of the tool call that waits.
    pub tool: Option<(MessageId, String)>,
}

/// The agent asks questions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Its id.
    pub id: RequestId,
    /// The session that asks.
    pub session: SessionId,
    /// The questions; all are answered together.
    pub items: Vec<QuestionItem>,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionItem {
    /// A short heading.
    pub header: String,
    /// The question.
    pub question: String,
    /// What can be chosen.
    pub options: Vec<QuestionOption>,
    /// True when several may be chosen.
    pub multiple: bool,
    /// True when an answer may be written that is none of the options.
    pub custom: bool,
}

/// One option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionOption {
    /// The option, and the answer that is sent.
    pub label: String,
    /// What it means.
    pub description: String,
}

/// How a request was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A permission, this time.
    Once,
    /// A permission, from now on.
    Always,
    /// No permission.
    Rejected,
    /// Questions, with answers.
    Answered,
    /// Questions, without an answer.
    Dismissed,
    /// A permission, in a way that this version does not know.
    Other,
}

/// The server's word that a request was answered. It does not say by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replied {
    /// The request.
    pub request: RequestId,
    /// The session that asked.
    pub session: SessionId,
    /// The answer.
    pub outcome: Outcome,
}
