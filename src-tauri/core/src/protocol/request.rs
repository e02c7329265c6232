use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::SectionBody;

/// A session by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SessionName {
    /// The session.
    pub id: String,
    /// Its title.
    pub title: String,
}

/// The agent asks for permission.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PermissionView {
    /// The request.
    pub id: String,
    /// The session that asks.
    pub session: String,
    /// That session behind those that started it, the first of them first.
    pub path: Vec<SessionName>,
    /// When it was asked, in milliseconds since the Unix epoch, where the request says so.
    #[ts(type = "number | null")]
    pub asked: Option<i64>,
    /// The kind of permission as the server names it (`bash`, `edit`, `external_directory`, …).
    pub kind: String,
    /// What is asked, as one sentence.
    pub title: String,
    /// What it is about: the command or the path. A command is whole as far as the system could run it.
    pub detail: Option<String>,
    /// What would be changed in files: always a diff, with its first rows.
    pub diff: Option<SectionBody>,
    /// The first of the patterns that rules are matched against, whole.
    pub pattern: Option<String>,
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
    /// That session behind those that started it, the first of them first.
    pub path: Vec<SessionName>,
    /// When it was asked, in milliseconds since the Unix epoch, where the request says so.
    #[ts(type = "number | null")]
    pub asked: Option<i64>,
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
    /// What can be chosen.
    pub options: Vec<QuestionOption>,
    /// True when several options may be chosen.
    pub multiple: bool,
    /// True when the person may also write an answer.
    pub custom: bool,
}

/// One option of a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct QuestionOption {
    /// The option; it is also the answer that is sent.
    pub label: String,
    /// What it means.
    pub description: String,
}
