//! The built app in a real window, driven over WebDriver, on the real server and the scripted model.
//!
//! Each test has a display, a driver, a profile and folders of its own. The window is asked by the roles and names that
//! screen readers use.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod connection;
mod conversation;
mod crashes;
mod deleting;
mod desktop;
mod diagrams;
mod driver;
mod events;
mod files;
mod finding;
mod installed;
mod isolation;
mod long;
mod long_output;
mod looks;
mod opening;
mod page;
mod processes;
mod proxied;
mod quitting;
mod reading;
mod requests;
mod safety;
mod secrets;
mod seed;
mod sessions;
mod stage;
mod start_failures;
mod typed;
mod window;

/// The app that was built with these tests, when it was built with its UI.
const BUILT_APP: Option<&str> =
    if cfg!(feature = "custom-protocol") { Some(env!("CARGO_BIN_EXE_outrider")) } else { None };
/// Where pictures are kept.
const PICTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/artifacts/screenshots");
