//! Streams recorded from the real server, replayed through the fold and the feed.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod colours;
mod contract;
mod golden;
mod gone;
mod holes;
mod hostile;
mod interleaving;
mod late;
#[path = "../../../../tests/e2e/stage/mirror.rs"]
mod mirror;
mod outgoing;
mod overview;
mod pages;
mod recording;
mod resync;
mod saved;
mod splits;
mod tools;
