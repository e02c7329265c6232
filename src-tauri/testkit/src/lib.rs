//! What Outrider's tests and its demo stand on: a chat model that follows a script, isolated places to run the real
//! `OpenCode` server in, a proxy that harms the connection to it, sessions of many messages, and ways to look at the
//! processes that run.
//!
//! Nothing here knows Outrider's own code, and nothing of it is shipped.

pub mod chance;
pub mod demo;
pub mod fake_opencode;
pub mod fault_proxy;
pub mod long_session;
pub mod model;
pub mod place;
#[cfg(target_os = "linux")]
pub mod processes;
pub mod script;
mod wait;

pub use fake_opencode::{FakeOpenCode, FakeOptions};
pub use fault_proxy::FaultProxy;
pub use long_session::LongSession;
pub use model::ScriptedModel;
pub use place::{Place, opencode_binary};
pub use wait::wait_for;
