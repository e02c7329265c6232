use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What the person can change. Kept as JSON in the profile folder; a missing field has its default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Settings {
    /// The `opencode` binary to start; none means: the first on PATH, then the bundled one.
    pub opencode_path: Option<String>,
    /// How long a server may take until it says that it listens, in milliseconds.
    pub ready_timeout_ms: u32,
    /// The first delay before an event stream is tried again, in milliseconds; it doubles with each attempt.
    pub reconnect_base_ms: u32,
    /// How many attempts are made before the connection counts as disconnected.
    pub reconnect_attempts: u32,
    /// How long an event stream may bring no byte before it counts as lost, in milliseconds. The server sends a
    /// heartbeat every 10 s (observed on opencode 1.18.33).
    pub silence_limit_ms: u32,
    /// How long a server that died is left alone before it is started again by itself, in milliseconds.
    pub restart_delay_ms: u32,
    /// How long the server may take to show a prompt that it accepted, in milliseconds.
    pub confirm_limit_ms: u32,
    /// How long the server may take to answer a request, in milliseconds. The first one of a folder starts its
    /// instance.
    pub request_limit_ms: u32,
    /// True: Enter sends and Shift+Enter makes a new line. False: the other way about.
    pub enter_sends: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            opencode_path: None,
            ready_timeout_ms: 60_000,
            reconnect_base_ms: 1_000,
            reconnect_attempts: 5,
            silence_limit_ms: 25_000,
            restart_delay_ms: 1_000,
            confirm_limit_ms: 15_000,
            request_limit_ms: 15_000,
            enter_sends: true,
        }
    }
}
