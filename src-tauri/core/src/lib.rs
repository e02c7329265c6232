//! Outrider's event core: one task for each opened folder owns its OpenCode server, its event stream and its state,
//! and feeds windows with snapshots and small patches.

pub mod app;
pub mod feed;
pub mod instance;
pub mod model;
pub mod opencode;
pub mod profile;
pub mod protocol;
pub mod render;
pub mod rules;
pub mod secrets;
pub mod server;
pub mod store;
pub mod traffic;
pub mod typed;
