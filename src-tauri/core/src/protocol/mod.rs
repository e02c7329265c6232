//! What a window sees and says: every type that crosses the bridge, and nothing else.
//!
//! These are views. They carry no port, no address and no password of a server, and they are derived from the
//! [`crate::model`] by [`crate::feed`]. The TypeScript in `ui/src/backend/bindings` is generated from them.

mod app;
mod auto_answers;
#[cfg(test)]
mod bindings;
mod draft;
mod file;
mod find;
mod instance;
mod overview;
mod patch;
mod problem;
mod request;
mod settings;
mod tool;
mod traffic;
mod transcript;

pub use app::{AppView, FolderRow, InstanceRow};
pub use auto_answers::{AutoAnswer, AutoAnswersStatus, AutoAnswersView, Rule, RuleAnswer, RuleRow};
pub use draft::DraftView;
pub use file::{FileView, Picture};
pub use find::{FindHit, FindQuery, FindView, PromptLine};
pub use instance::{
    Connection, Focus, InstanceStatus, InstanceView, LogLine, LogStream, Notice, ServerDetails, SessionRow,
    SessionState,
};
pub use overview::{ContextView, OverviewView};
pub use patch::{Announcement, Batch, Patch, Snapshot};
pub use problem::Problem;
pub use request::{PermissionReply, PermissionView, QuestionItem, QuestionOption, QuestionView, SessionName};
pub use settings::Settings;
pub use tool::{
    AnsweredQuestion, ChildState, Diagnostic, DiffChange, DiffFile, DiffRow, DiffRowKind, JsonKind, JsonRow, LineRow,
    Section, SectionBody, SectionPlace, SectionRows, Severity, TodoItem, TodoState, ToolDetail, ToolResult, TreeRow,
    TreeRowKind,
};
pub use traffic::{
    EventDetail, EventPage, EventPlace, EventQuery, EventRow, SavedRecording, TrafficCounters, UnknownType,
};
pub use transcript::{
    Block, MessageState, MessageView, NoticeKind, Outgoing, PartBody, PartView, RetryView, Role, ToolState,
    TranscriptView,
};

/// Identifies one opened folder for as long as the app runs.
pub type InstanceId = String;
