//! The state of one folder and the one fold that changes it.
//!
//! Pure and synchronous: no clock, no I/O, no task. Live events, answers to requests and recorded streams all go
//! through [`State::apply`], [`State::fold_snapshot`] and [`State::fold_page`], so what is tested by replay is what
//! runs. Knows only [`crate::model`].

mod changes;
mod fold;
mod pages;
mod reduce;
mod state;
mod tombstones;
mod transcript;

pub use changes::Changes;
pub use state::{Mark, SessionEntry, State};
pub use transcript::{MessageEntry, MessageKey, PartEntry, Transcript};
