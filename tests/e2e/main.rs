//! The core with the real OpenCode server and a scripted model: what a window would see, without a window.
#![allow(missing_docs, reason = "tests")]

mod closing;
mod losses;
mod opening;
mod requests;
mod stage;
mod streaming;
mod subagents;
mod tools;
