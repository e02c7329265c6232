//! Everything that knows OpenCode's wire, version 1 (npm package `opencode-ai`, 1.18): addresses, requests, the event
//! stream and their translation into [`crate::model`]. Wire facts are from the server's own OpenAPI document and from
//! recordings of the real binary (`tests/recordings`).

pub mod wire;

pub use wire::translate_event;
