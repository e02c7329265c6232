//! The imitation of the server against recordings of the real one, and the faults that only it can show.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod cases;
mod client;
mod faults;
mod goldens;
mod notation;
mod rules;
