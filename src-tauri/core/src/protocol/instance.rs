use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{AutoAnswersStatus, Problem};

/// The life of an instance's server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum InstanceStatus {
    /// The process was started and has not yet said that it listens.
    Starting,
    /// The server listens.
    Ready,
    /// The server could not be started, cannot work, or died.
    Error {
        /// What happened; its detail holds the last lines of output where there are any.
        problem: Problem,
    },
    /// The server was stopped on purpose.
    Stopped,
}

/// The event stream's state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Connection {
    /// The first connection is being made, or a fresh snapshot is being read after one.
    Connecting,
    /// The stream is open and the state is whole.
    Connected,
    /// The stream was lost; another attempt follows.
    Reconnecting {
        /// The attempt that comes next, or is under way, from 1.
        attempt: u32,
        /// How many attempts are made in all.
        attempts: u32,
        /// The delay before this attempt, in milliseconds.
        delay_ms: u32,
        /// When the attempt is made, in milliseconds since the Unix epoch.
        #[ts(type = "number")]
        at: i64,
    },
    /// All attempts failed, or there is no server to connect to.
    Disconnected {
        /// Why, where it is known.
        problem: Option<Problem>,
    },
}

/// What a window looks at inside an instance.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Focus {
    /// Nothing yet: the page that invites to a first message.
    #[default]
    Start,
    /// A session's transcript.
    Session {
        /// The session.
        id: String,
    },
    /// The server's output.
    Logs,
    /// What came over the event stream; the window asks for it by commands.
    Events,
}

/// One instance as a window sees it, without transcript and log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct InstanceView {
    /// The server's state.
    pub status: InstanceStatus,
    /// The stream's state.
    pub connection: Connection,
    /// Sessions that have a tab, in the order of the tabs.
    pub tabs: Vec<String>,
    /// What this window looks at.
    pub focus: Focus,
    /// The branch of the folder's git repository.
    pub branch: Option<String>,
    /// Requests of all sessions that wait for the person.
    pub waiting: u32,
    /// Sessions whose run ended while no window looked at them, and none has since.
    pub unseen: u32,
    /// Which server this is.
    pub server: ServerDetails,
    /// What the person should know, oldest first, until they dismiss it.
    pub notices: Vec<Notice>,
    /// What is answered without the person.
    pub auto_answers: AutoAnswersStatus,
}

/// Something that happened without the person, and that they should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Notice {
    /// Counts up for the life of the instance.
    pub number: u32,
    /// The session that it is about; none when it is about the whole instance.
    pub session: Option<String>,
    /// What happened.
    pub problem: Problem,
}

/// Which server works for an instance, and in which environment: for the person who wonders.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct ServerDetails {
    /// The binary that was started.
    pub binary: Option<String>,
    /// Where it was found: `environment`, `setting`, `path` or `bundled`.
    pub binary_source: Option<String>,
    /// The server's own version.
    pub version: Option<String>,
    /// The process id.
    pub pid: Option<u32>,
    /// PATH as the server has it.
    pub path: Option<String>,
    /// Where that PATH comes from, in words.
    pub path_source: Option<String>,
}

/// How a session is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SessionState {
    /// Nothing runs.
    Idle,
    /// The agent works.
    Busy,
    /// The model's service failed and is tried again.
    Retry,
    /// The last run ended with an error.
    Error,
}

/// A session as lists and tabs show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SessionRow {
    /// The session.
    pub id: String,
    /// The session that started it as a subagent.
    pub parent: Option<String>,
    /// The title; "New session" while it has none of its own.
    pub title: String,
    /// How it is doing.
    pub state: SessionState,
    /// When it was made, in milliseconds since the Unix epoch.
    #[ts(type = "number")]
    pub created: i64,
    /// When it last changed, in milliseconds since the Unix epoch.
    #[ts(type = "number")]
    pub updated: i64,
    /// Requests of this session that wait for the person.
    pub waiting: u32,
    /// Its run ended while no window looked at it, and none has since.
    pub unseen: bool,
}

/// Which of the server's two outputs a line came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LogStream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
    /// What Outrider itself did: started, stopped, reconnected.
    Outrider,
}

/// One line of a server's output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LogLine {
    /// Counts up from 0 for the life of the instance; lines are ordered and keyed by it.
    #[ts(type = "number")]
    pub number: u64,
    /// When it was read, in milliseconds since the Unix epoch.
    #[ts(type = "number")]
    pub at: i64,
    /// Where it came from.
    pub stream: LogStream,
    /// The text, without terminal colours and without the line's end.
    pub text: String,
}
