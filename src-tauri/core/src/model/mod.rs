//! What Outrider knows of a folder's sessions, in its own words.
//!
//! [`crate::opencode`] translates the server's wire into these types, [`crate::store`] keeps them. Nothing here does
//! I/O or knows the wire or the window. Times are milliseconds since the Unix epoch.

mod event;
mod ids;
mod message;
mod request;
mod session;

pub use event::{Event, MessagePage, Snapshot};
pub use ids::{MessageId, PartId, RequestId, SessionId};
pub use message::{
    Failure, FileRef, Message, Model, Part, PartKind, Prose, Role, Tokens, Tool, ToolProgress, numbered_text,
};
pub use request::{Outcome, Permission, Question, QuestionItem, QuestionOption, Replied};
pub use session::{RunStatus, Session, Todo};
