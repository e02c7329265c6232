use std::collections::BTreeSet;
use std::ops::Range;

use tokio::sync::oneshot;

use crate::feed::FindStep;
use crate::model::{MessageId, PartId, RequestId, SessionId};
use crate::protocol::{
    AutoAnswersView, Batch, DraftView, FindQuery, Focus, PermissionReply, Problem, PromptLine, Rule, SectionPlace,
    SectionRows, Settings, Snapshot,
};
use crate::server::StopReport;
use crate::store::State;

/// Where an answer goes.
pub(super) type Reply<T> = oneshot::Sender<T>;

/// What others ask of an instance. Only the instance's task reads them, one after the other.
pub(super) enum Command {
    /// A window wants the whole view of what it looks at, or from now on looks at something else.
    View { window: String, focus: Option<Focus>, reply: Reply<Snapshot> },
    /// A session's newest messages are wanted: answered when they are here, or could not be read.
    Expect { session: SessionId, reply: Reply<()> },
    /// These windows show the instance, and not another, from now on.
    Shown { windows: BTreeSet<String> },
    /// A window of that label is gone.
    Forget { window: String },
    /// A window has painted a batch.
    Acknowledge { window: String, feed: u64, revision: u64 },
    /// A window fetches a batch that was too large for an event.
    Fetch { window: String, feed: u64, revision: u64, reply: Reply<Option<Batch>> },
    /// A window moves its range of messages.
    Scroll { window: String, feed: u64, to: Scroll },
    /// A window looks for something in the session that it looks at.
    Find { window: String, feed: u64, query: FindQuery },
    /// A window goes to the next place in which it was found.
    FindStep { window: String, feed: u64, step: FindStep },
    /// A window moves its range of messages to one of them. False when it is not here.
    ShowMessage { window: String, feed: u64, message: MessageId, reply: Reply<bool> },
    /// A window wants the prompts of the session that it looks at.
    Prompts { window: String, feed: u64, reply: Reply<Vec<PromptLine>> },
    /// A window shows input and output of a tool call, or no longer.
    Expand { window: String, feed: u64, message: MessageId, part: PartId, expanded: bool },
    /// A window wants further rows of a tool call's section.
    SectionRows { window: String, feed: u64, place: SectionPlace, rows: Range<u32>, reply: Reply<Option<SectionRows>> },
    /// A window wants the whole text of a tool call's section.
    SectionText { window: String, feed: u64, place: SectionPlace, reply: Reply<Option<String>> },
    /// A window wants a message's words in Markdown.
    MessageText { window: String, feed: u64, message: MessageId, reply: Reply<Option<String>> },
    /// A window wants an image: its address.
    Picture { session: SessionId, message: MessageId, part: PartId, number: usize, reply: Reply<Option<String>> },
    /// A session's tab is closed.
    CloseTab { session: SessionId },
    /// A new session, which the window then looks at.
    NewSession { window: String, reply: Reply<Result<Snapshot, Problem>> },
    /// A prompt; without a session it begins a new one, which the window then looks at.
    Prompt { window: String, session: Option<SessionId>, text: String, reply: Reply<Result<MessageId, Problem>> },
    /// A prompt that failed is sent again.
    RetryPrompt { message: MessageId },
    /// A prompt that the server does not have becomes a draft again.
    TakeBack { message: MessageId, reply: Reply<Result<DraftView, Problem>> },
    /// A prompt that the server does not have is thrown away.
    Discard { message: MessageId, reply: Reply<Result<(), Problem>> },
    /// What is typed and not sent changed.
    SaveDraft { session: Option<SessionId>, text: String, reply: Reply<Result<(), Problem>> },
    /// A window wants to know what was typed and not sent.
    Drafts { reply: Reply<Vec<DraftView>> },
    /// A session's run is stopped.
    Abort { session: SessionId, reply: Reply<Result<(), Problem>> },
    /// A session is deleted, stopped before where it works, with all below it.
    Delete { session: SessionId, reply: Reply<Result<(), Problem>> },
    /// A notice was read.
    DismissNotice { number: u32 },
    /// How many sessions work.
    Working { reply: Reply<usize> },
    /// A window wants further rows of the diff that a request is about.
    RequestRows { request: RequestId, rows: Range<u32>, reply: Reply<Option<SectionRows>> },
    /// A request of the agent is answered.
    Answer { request: RequestId, answer: Answer, reply: Reply<Result<(), Problem>> },
    /// A window wants the rules for automatic answers, and what they answered.
    AutoAnswers { reply: Reply<AutoAnswersView> },
    /// The rules change.
    ChangeRules { change: RuleChange, reply: Reply<Result<(), Problem>> },
    /// What waits is answered by the rules.
    ApplyRules { reply: Reply<u32> },
    /// The server is started anew.
    Restart,
    /// The event stream is tried again at once; a server that is gone is started anew.
    Retry,
    /// Whether the event stream still works is to be found out now.
    Check,
    /// A copy of the state is wanted, to be compared with the server's.
    Inspect { reply: Reply<State> },
    /// The settings changed.
    Configure(Settings),
    /// The server is stopped and the instance ends.
    Close { reply: Reply<StopReport> },
}

/// A change of the rules for automatic answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleChange {
    /// All are switched on or off.
    Switch(bool),
    /// A rule is made, or the one of this number is changed.
    Put(Option<u32>, Rule),
    /// The rule of this number is deleted.
    Delete(u32),
}

/// Which way a window's range of messages moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scroll {
    /// A page back.
    Older,
    /// A page on.
    Newer,
    /// To the end.
    Latest,
    /// To where so many messages are before what is looked at.
    At {
        /// The first message of the range as the window knew it. One that was moved since stays where it is.
        first: MessageId,
        /// How many.
        before: u32,
    },
}

/// The person's answer to a request of the agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// To a request for permission.
    Permission(PermissionReply, Option<String>),
    /// To questions: for each the chosen options or the text written.
    Question(Vec<Vec<String>>),
    /// The questions are not answered.
    Dismiss,
}
