//! The core with the real OpenCode server and a scripted model: what a window would see, without a window.
//!
//! Each test has a place of its own and ends by making sure that nothing runs in it any more.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a failing step fails the test")]

mod answers;
mod auto_answers;
mod closing;
mod deleting;
mod doors;
mod events;
mod feeds;
mod finding;
mod losses;
mod model_errors;
mod opening;
mod outbox;
mod overview;
mod requests;
mod restarts;
mod secrets;
mod stage;
mod start_failures;
mod streaming;
mod subagents;
mod tools;
mod unseen;
