//! The life of a server process, with a script in OpenCode's place.
#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by them")]

mod death;
mod fake;
mod login_shell;
mod output;
mod roles;
mod start;
mod stop;
