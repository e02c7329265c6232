//! The core with the real OpenCode server and a scripted model: what a window would see, without a window.
#![allow(missing_docs, reason = "tests")]

mod closing;
mod feeds;
mod losses;
mod model_errors;
mod opening;
mod requests;
mod secrets;
mod stage;
mod start_failures;
mod streaming;
mod subagents;
mod tools;
