//! The wire's JSON and its translation into [`crate::model`].
//!
//! The rule everywhere: strict on ids, because nothing can be filed without them; lenient on every other field, because
//! a field that is missing, null or of another form must not cost the person the rest. An entry of a list that cannot
//! be read is left out and logged; an event that cannot be read becomes [`crate::model::Event::Unknown`].

mod event;
mod json;
mod message;
mod models;
mod part;
mod request;
mod session;
mod twice;

pub use event::{read_event, translate_event};
pub(super) use json::brief;
pub(crate) use json::parse;
pub use message::{message_page, messages};
pub use models::WireProviders;
pub use request::{permissions, questions};
pub use session::{session, sessions, statuses, todos};

#[cfg(test)]
mod tests;
