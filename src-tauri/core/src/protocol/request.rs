use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The agent asks for permission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PermissionView {
    /// The request.
    pub id: String,
    /// The session that asks.
    pub session: String,
    /// The kind of permission as the server names it (`bash`, `edit`, `external_directory`, …).
    pub kind: String,
    /// What is asked, as one sentence.
    pub title: String,
    /// What it is about: the command, the diff, the path; cut when very long.
    pub detail: Option<String>,
    /// True when the detail is a unified diff.
    pub detail_is_diff: bool,
    /// What "Always allow" would allow from then on.
    pub always: Vec<String>,
    /// The tool call that waits for it.
    pub part: Option<String>,
}

/// The person's answer to a request for permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PermissionReply {
    /// This time.
    Once,
    /// This time, and whatever matches the request's patterns until the server ends.
    Always,
    /// No; without a message this ends the run.
    Reject,
}

/// The agent asks questions; all of one request are answered together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct QuestionView {
    /// The request.
    pub id: String,
    /// The session that asks.
    pub session: String,
    /// The questions.
    pub questions: Vec<QuestionItem>,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct QuestionItem {
    /// A short heading.
    pub header: String,
    /// The question.
    pub question: String,
    /// What can be chosen; the person may also write an answer.
    pub options: Vec<QuestionOption>,
    /// True when several options may be chosen.
    pub multiple: bool,
}

/// One option of a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct QuestionOption {
    /// The option; it is also the answer that is sent.
    pub label: String,
    /// What it means.
    pub description: String,
}
