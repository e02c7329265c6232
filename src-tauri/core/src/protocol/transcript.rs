use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{FileView, FindView, OverviewView, Problem, ToolDetail, ToolResult};

/// The part of a session's transcript that a window holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct TranscriptView {
    /// The session.
    pub session: String,
    /// False until the messages were read from the server once.
    pub loaded: bool,
    /// Messages in this window, oldest first.
    pub messages: Vec<MessageView>,
    /// There are older messages than the first one here.
    pub has_older: bool,
    /// There are newer messages than the last one here (the person reads further up).
    pub has_newer: bool,
    /// How many messages are known before the first one here. There may be more on the server.
    pub before: u32,
    /// How many messages are known after the last one here.
    pub after: u32,
    /// The model's service failed and is tried again.
    pub retry: Option<RetryView>,
    /// Why the last run failed, where no message says it.
    pub problem: Option<Problem>,
    /// How the session stands, beside its messages.
    pub overview: OverviewView,
    /// What is being looked for in it.
    pub find: Option<FindView>,
}

/// A failed request to the model that is tried again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RetryView {
    /// The attempt that comes next.
    pub attempt: u32,
    /// Why the last one failed.
    pub message: String,
    /// When it comes, in milliseconds since the Unix epoch.
    #[ts(type = "number")]
    pub next: i64,
}

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The person.
    User,
    /// The agent.
    Assistant,
}

/// How far a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum MessageState {
    /// The agent is writing it.
    Streaming,
    /// It is whole.
    Complete,
    /// It ended with an error, was stopped, or was interrupted.
    Error,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct MessageView {
    /// The message.
    pub id: String,
    /// Who wrote it.
    pub role: Role,
    /// How far it is.
    pub state: MessageState,
    /// When it was made, in milliseconds since the Unix epoch. Messages are ordered by this, then by id.
    #[ts(type = "number")]
    pub created: i64,
    /// When it was finished, in milliseconds since the Unix epoch.
    #[ts(type = "number | null")]
    pub completed: Option<i64>,
    /// The agent that writes it, or is asked.
    pub agent: Option<String>,
    /// The model that writes it, or is asked.
    pub model: Option<String>,
    /// What it cost, in US dollars.
    pub cost: f64,
    /// True for a prompt that waits for its turn.
    pub queued: bool,
    /// Set while the server is not known to have it: a prompt on its way, at the end of the transcript. It keeps its id
    /// and its part when the server has it.
    pub outgoing: Option<Outgoing>,
    /// Why it ended with an error.
    pub problem: Option<Problem>,
    /// Its visible parts, ordered by id. Left out (empty) in `message_upserted` patches, where parts come apart.
    pub parts: Vec<PartView>,
}

/// How far a prompt is that the server is not known to have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Outgoing {
    /// It was not sent: the connection is missing, or one before it goes first. It can be taken back.
    Waiting,
    /// It is being sent, or the server has not shown it yet.
    Sending,
    /// It was sent, the connection was lost, and whether it arrived is asked as soon as there is one again.
    Unconfirmed,
    /// The server does not have it and it is not tried again by itself. It can be tried again or taken back.
    Failed {
        /// Why.
        problem: Problem,
    },
}

/// One visible part of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PartView {
    /// The part.
    pub id: String,
    /// What it is.
    pub body: PartBody,
}

/// What a part shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PartBody {
    /// Text, as Markdown rendered to safe HTML.
    Text {
        /// Its blocks in order.
        blocks: Vec<Block>,
        /// True while more may come.
        open: bool,
        /// True when text was lost while the connection was down and has not come back yet.
        gapped: bool,
    },
    /// What the model thought before it answered.
    Reasoning {
        /// Its blocks in order.
        blocks: Vec<Block>,
        /// True while more may come.
        open: bool,
        /// True when text was lost while the connection was down and has not come back yet.
        gapped: bool,
        /// When it began, in milliseconds since the Unix epoch.
        #[ts(type = "number | null")]
        started: Option<i64>,
        /// When it ended, in milliseconds since the Unix epoch.
        #[ts(type = "number | null")]
        ended: Option<i64>,
    },
    /// A tool call.
    Tool {
        /// The tool's name.
        name: String,
        /// How far it is.
        state: ToolState,
        /// What a person wants to know of it, on one line; may be empty.
        summary: String,
        /// Why it failed, on one line.
        error: Option<String>,
        /// When it began, in milliseconds since the Unix epoch.
        #[ts(type = "number | null")]
        started: Option<i64>,
        /// When it ended, in milliseconds since the Unix epoch.
        #[ts(type = "number | null")]
        ended: Option<i64>,
        /// Lines added and removed, where it changed a file.
        changed: Option<(u32, u32)>,
        /// What came of it, in a few words.
        result: Option<ToolResult>,
        /// The session of the subagent that it started.
        child: Option<String>,
        /// What that subagent does now, on one line.
        doing: Option<String>,
        /// True when its session stopped before it ended.
        interrupted: bool,
        /// Input and output, only while the window has it expanded.
        detail: Option<ToolDetail>,
    },
    /// A file that the person attached.
    File {
        /// The file.
        file: FileView,
    },
    /// Something to know, on one line.
    Notice {
        /// What kind of thing.
        notice: NoticeKind,
        /// The line.
        text: String,
        /// More, to unfold.
        detail: Option<String>,
    },
}

/// What a notice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// An agent was mentioned.
    Agent,
    /// A subtask was asked for.
    Subtask,
    /// Files were changed.
    Patch,
    /// The conversation was summarised to make room.
    Compaction,
    /// A request to the model was tried again.
    Retry,
    /// A part of a kind that this version does not know.
    Unknown,
}

/// A piece of rendered text. A closed block never changes again; its number is its key within the part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Block {
    /// Counts up from 0 within the part.
    pub number: u32,
    /// Safe HTML, made by the core alone.
    pub html: String,
}

/// How far a tool call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ToolState {
    /// The model is still writing its input.
    Pending,
    /// It runs, or waits for permission.
    Running,
    /// It ended.
    Completed,
    /// It failed or was not allowed.
    Error,
}
