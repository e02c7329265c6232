use std::time::Duration;

use outrider_core::protocol::Settings;
use outrider_testkit::fault_proxy::Scale;

/// How fast everything goes: limits, heartbeats, words and pauses.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    pub heartbeat: Duration,
    pub silence: Duration,
    pub request: Duration,
    pub reconnect_base: Duration,
    /// The longest pause between two words, in milliseconds.
    pub word_ms: u64,
    /// The most words of a text.
    pub words: u64,
    /// The longest pause between two acts or strikes, in milliseconds.
    pub pause_ms: u64,
    /// How long the server may take until it begins to work for a prompt.
    pub taken_up: Duration,
    /// How long the healed connection may take until all is equal.
    pub recovery: Duration,
}

impl Pace {
    /// For the real server: its answers take tens of milliseconds, and more on a busy machine.
    pub const REAL: Self = Self {
        heartbeat: Duration::from_millis(150),
        silence: Duration::from_millis(700),
        request: Duration::from_millis(1_500),
        reconnect_base: Duration::from_millis(25),
        word_ms: 20,
        words: 40,
        pause_ms: 350,
        taken_up: Duration::from_secs(4),
        recovery: Duration::from_secs(30),
    };

    /// For a server in this process. Many scenarios share two cores, so its answers take tens of milliseconds too.
    pub const FAKE: Self = Self {
        heartbeat: Duration::from_millis(100),
        silence: Duration::from_millis(600),
        request: Duration::from_millis(800),
        reconnect_base: Duration::from_millis(20),
        word_ms: 8,
        words: 30,
        pause_ms: 120,
        taken_up: Duration::from_millis(300),
        recovery: Duration::from_secs(20),
    };

    pub fn settings(&self) -> Settings {
        let ms = |duration: Duration| u32::try_from(duration.as_millis()).unwrap_or(u32::MAX);
        Settings {
            reconnect_base_ms: ms(self.reconnect_base),
            reconnect_attempts: 5,
            silence_limit_ms: ms(self.silence),
            request_limit_ms: ms(self.request),
            confirm_limit_ms: ms(self.request),
            ..Settings::default()
        }
    }

    pub fn scale(&self) -> Scale {
        Scale { silence: self.silence, request: self.request }
    }
}
