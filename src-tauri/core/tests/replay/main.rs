//! Streams recorded from the real server, replayed through the fold and the feed.

mod contract;
mod golden;
mod holes;
mod recording;
mod resync;
