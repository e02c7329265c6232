use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    Block, FindView, InstanceId, InstanceView, LogLine, MessageView, OverviewView, PartView, PermissionView, Problem,
    QuestionView, RetryView, SessionRow, TranscriptView,
};

/// The whole of what a window looks at in one instance. Patches with the same feed number follow it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Snapshot {
    /// The instance.
    pub instance: InstanceId,
    /// Counts up when the window turns to something else; batches of another feed belong to what it no longer looks at.
    #[ts(type = "number")]
    pub feed: u64,
    /// The revision of this state; the first batch has the next one.
    #[ts(type = "number")]
    pub revision: u64,
    /// The instance.
    pub view: InstanceView,
    /// All sessions of the folder.
    pub sessions: Vec<SessionRow>,
    /// Requests for permission of all sessions of the folder, by id.
    pub permissions: Vec<PermissionView>,
    /// Questions of all sessions of the folder, by id.
    pub questions: Vec<QuestionView>,
    /// The transcript, when a session is looked at.
    pub transcript: Option<TranscriptView>,
    /// Prompts of sessions that are still to be made, when the page that invites to a first message is looked at;
    /// oldest first.
    pub outgoing: Vec<MessageView>,
    /// The server's output, when the log is looked at.
    pub log: Option<Vec<LogLine>>,
}

/// Says that a batch is ready. It carries the batch when that is small; else the window fetches it by a command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Announcement {
    /// The instance.
    pub instance: InstanceId,
    /// The feed.
    #[ts(type = "number")]
    pub feed: u64,
    /// The revision that the batch leads to.
    #[ts(type = "number")]
    pub revision: u64,
    /// The batch, unless it is too large for an event.
    pub batch: Option<Batch>,
}

/// Patches that lead from one revision to the next. The window gets no other batch before it has acknowledged this one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Batch {
    /// The instance.
    pub instance: InstanceId,
    /// The feed.
    #[ts(type = "number")]
    pub feed: u64,
    /// The revision after these patches: one more than before them.
    #[ts(type = "number")]
    pub revision: u64,
    /// The patches, to be applied in order.
    pub patches: Vec<Patch>,
}

/// One change of what a window holds, keyed by ids. Applying one twice changes nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum Patch {
    /// The instance's own line changed.
    InstanceUpdated {
        /// The instance now.
        view: InstanceView,
    },
    /// A session is new or changed.
    SessionUpserted {
        /// The session now.
        session: SessionRow,
    },
    /// A session is gone.
    SessionRemoved {
        /// The session.
        id: String,
    },
    /// The transcript's frame changed; the messages come apart.
    TranscriptUpdated {
        /// See [`TranscriptView::loaded`].
        loaded: bool,
        /// See [`TranscriptView::has_older`].
        has_older: bool,
        /// See [`TranscriptView::has_newer`].
        has_newer: bool,
        /// See [`TranscriptView::before`].
        before: u32,
        /// See [`TranscriptView::after`].
        after: u32,
        /// See [`TranscriptView::retry`].
        retry: Option<RetryView>,
        /// See [`TranscriptView::problem`].
        problem: Option<Problem>,
    },
    /// How the session stands changed.
    OverviewUpdated {
        /// See [`TranscriptView::overview`].
        overview: OverviewView,
    },
    /// What was found changed.
    FindUpdated {
        /// See [`TranscriptView::find`].
        find: Option<FindView>,
    },
    /// A message is new or changed, its parts aside: a new one has none yet, a known one keeps those it has.
    MessageUpserted {
        /// The message now, with `parts` left empty.
        message: MessageView,
    },
    /// A message is gone, or has left the window's range.
    MessageRemoved {
        /// The message.
        id: String,
    },
    /// A part is new or changed.
    PartUpserted {
        /// Its message.
        message: String,
        /// The part now.
        part: PartView,
    },
    /// A part is gone.
    PartRemoved {
        /// Its message.
        message: String,
        /// The part.
        part: String,
    },
    /// Text or reasoning went on, or code in it got its colours: these blocks are new or differ, all others stay.
    BlocksReplaced {
        /// The message.
        message: String,
        /// The part.
        part: String,
        /// How many blocks there are now.
        count: u32,
        /// The blocks that are new or differ, in their order. None when the text became shorter.
        blocks: Vec<Block>,
    },
    /// A request for permission is new or changed.
    PermissionUpserted {
        /// The request.
        permission: PermissionView,
    },
    /// A request for permission was answered or is void.
    PermissionRemoved {
        /// The request.
        id: String,
    },
    /// A question is new or changed.
    QuestionUpserted {
        /// The request.
        question: QuestionView,
    },
    /// A question was answered or is void.
    QuestionRemoved {
        /// The request.
        id: String,
    },
    /// A prompt of a session that is still to be made is new or changed.
    OutgoingUpserted {
        /// The prompt now, with its part.
        message: MessageView,
    },
    /// A prompt of a session that is still to be made is gone: its session was made, or it was taken back.
    OutgoingRemoved {
        /// The message.
        id: String,
    },
    /// Lines were added to the log. The window keeps the newest 2,000.
    LogAppended {
        /// The lines.
        lines: Vec<LogLine>,
    },
}
