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
            enter_sends: true,
        }
    }
}
