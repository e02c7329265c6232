//! Everything that knows OpenCode's wire, version 1 (npm package `opencode-ai`, 1.18): addresses, requests, the event
//! stream and their translation into [`crate::model`]. Wire facts are from the server's own description of its API (`GET /doc`)
//! and from recordings of the real binary (`tests/recordings`).

mod client;
mod endpoint;
mod error;
#[cfg(test)]
pub(crate) mod fake;
mod stream;
pub mod wire;

pub use client::{Client, PermissionAnswer, PromptIds};
pub use endpoint::{Endpoint, Password, parse_ready_line};
pub use error::WireError;
pub use stream::{EventStream, Received, open};
pub(crate) use wire::parse as parse_json;
pub use wire::{read_event, translate_event};
