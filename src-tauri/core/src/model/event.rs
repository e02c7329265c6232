use super::{
    Failure, Message, MessageId, Part, PartId, Permission, Question, Replied, RequestId, RunStatus, Session, SessionId,
    Todo,
};

/// Something that changes the state: from the event stream, or an answer of the server to a request of ours.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The stream is open (`server.connected`).
    Connected,
    /// The stream lives (`server.heartbeat`).
    Heartbeat,
    /// The server let go of the folder: its work was aborted, and the stream ends.
    Disposed,
    /// A session is new or changed.
    Session(Session),
    /// A session is gone.
    SessionRemoved(SessionId),
    /// A session began, waits to try again, or stopped working.
    Status {
        /// The session.
        session: SessionId,
        /// Its status.
        status: RunStatus,
    },
    /// A run had an error. A notice only: the end of a run is its status.
    SessionFailed {
        /// The session; none when the server does not say.
        session: Option<SessionId>,
        /// The error.
        failure: Failure,
    },
    /// A session's conversation was summarised.
    Compacted(SessionId),
    /// A message is new or changed, without its parts.
    Message(Message),
    /// A message is gone, with its parts.
    MessageRemoved {
        /// Its session.
        session: SessionId,
        /// The message.
        message: MessageId,
    },
    /// A part is new or changed.
    Part(Part),
    /// Text to append to an open part.
    Delta {
        /// The session.
        session: SessionId,
        /// The message.
        message: MessageId,
        /// The part.
        part: PartId,
        /// The text.
        text: String,
    },
    /// A part is gone.
    PartRemoved {
        /// Its session.
        session: SessionId,
        /// Its message.
        message: MessageId,
        /// The part.
        part: PartId,
    },
    /// The agent asks for permission.
    Permission(Permission),
    /// The agent asks questions.
    Question(Question),
    /// A request was answered by us, or is void.
    RequestAnswered(RequestId),
    /// A request was answered, here or elsewhere.
    Replied(Replied),
    /// A session's to-do list was replaced.
    Todos {
        /// The session.
        session: SessionId,
        /// The list.
        todos: Vec<Todo>,
    },
    /// The repository's branch changed.
    Branch(Option<String>),
    /// An event that is known and deliberately not used.
    Ignored,
    /// An event that this version does not know, or cannot read.
    Unknown {
        /// Its name on the wire.
        name: String,
        /// Why it could not be read; none when the name is unknown.
        reason: Option<String>,
    },
}

/// The server's whole answer about a folder, read after the stream was opened.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Snapshot {
    /// All sessions of the folder.
    pub sessions: Vec<Session>,
    /// The sessions that work; all others are idle.
    pub running: Vec<(SessionId, RunStatus)>,
    /// Requests that wait; those of idle sessions are stale.
    pub permissions: Vec<Permission>,
    /// Questions that wait; those of idle sessions are stale.
    pub questions: Vec<Question>,
    /// The newest messages of the sessions that were asked for.
    pub messages: Vec<MessagePage>,
    /// The to-do lists of the sessions that were asked for.
    pub todos: Vec<(SessionId, Vec<Todo>)>,
    /// The repository's branch.
    pub branch: Option<String>,
}

/// A stretch of a session's messages as the server returns it, oldest first.
#[derive(Debug, Clone, PartialEq)]
pub struct MessagePage {
    /// The session.
    pub session: SessionId,
    /// The messages with their parts.
    pub messages: Vec<(Message, Vec<Part>)>,
    /// The cursor of the next older page; none at the beginning.
    pub older: Option<String>,
    /// The cursor that was given for this page; none for the newest one.
    pub before: Option<String>,
    /// How long the server's answer was.
    pub bytes: usize,
}
