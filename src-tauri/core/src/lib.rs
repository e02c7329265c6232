//! Outrider's event core: one task for each opened folder owns its OpenCode server, its event stream and its state,
//! and feeds windows with snapshots and small patches.

pub mod model;
pub mod protocol;
pub mod server;
