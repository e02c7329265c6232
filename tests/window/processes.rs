//! The processes of a test: each carries the test's mark in its environment, and is ended by its id.

use std::{
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use outrider_testkit::processes::{Process, processes_with};

/// Set for everything that a test starts.
pub const RUN: &str = "OUTRIDER_TEST_RUN";
/// Set for the app and everything that it starts.
pub const APP: &str = "OUTRIDER_TEST_APP_RUN";

/// How long the processes of a test may take to die when they are killed.
const DEATH: Duration = Duration::from_secs(10);

/// What tells the processes of one test from all others.
#[derive(Debug, Clone)]
pub struct Mark(String);

impl Mark {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        Self(format!("{}-{count}-{now:x}", std::process::id()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The app, its web processes, its servers and what those started.
    pub fn of_the_app(&self) -> Vec<Process> {
        processes_with(APP, &self.0)
    }

    /// Kills all that carries the mark, by id, until nothing is left.
    pub fn kill_all(&self) {
        let end = Instant::now() + DEATH;
        loop {
            let left = processes_with(RUN, &self.0);
            if left.is_empty() || Instant::now() > end {
                return;
            }
            for process in left {
                signal("KILL", process.pid);
            }
            // Nothing tells when a process of somebody else's is gone.
            thread::park_timeout(Duration::from_millis(10));
        }
    }
}

/// Sends a signal to one process. It may be gone already.
pub fn signal(name: &str, pid: u32) {
    #[expect(clippy::disallowed_methods, reason = "`kill` ends at once; it is no server to look after")]
    let sent = Command::new("kill").args([&format!("-{name}"), &pid.to_string()]).output();
    drop(sent.expect("`kill` starts"));
}
