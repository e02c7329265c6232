//! The processes of a test: each carries the test's mark in its environment, and is ended by its id.

use std::{
    fs,
    path::Path,
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

/// The servers that run in a folder: process and port.
pub fn servers_in(folder: &Path) -> Vec<(u32, u16)> {
    let pids = fs::read_dir("/proc").into_iter().flatten().flatten().filter_map(|entry| {
        let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
        let there = fs::read_link(entry.path().join("cwd")).ok()? == folder;
        let arguments = fs::read(entry.path().join("cmdline")).ok()?;
        let serves = arguments.split(|byte| *byte == 0).nth(1) == Some(b"serve");
        (there && serves).then_some(pid)
    });
    pids.filter_map(|pid| Some((pid, listening_port(pid)?))).collect()
}

/// The port that a process listens on: the socket that both it and the system's table name.
fn listening_port(pid: u32) -> Option<u16> {
    const LISTEN: &str = "0A";
    let files = fs::read_dir(format!("/proc/{pid}/fd")).ok()?.flatten();
    let sockets: Vec<String> = files
        .filter_map(|file| fs::read_link(file.path()).ok()?.to_str()?.strip_prefix("socket:[").map(str::to_owned))
        .map(|inode| inode.trim_end_matches(']').to_owned())
        .collect();
    let table = fs::read_to_string("/proc/net/tcp").ok()?;
    table.lines().skip(1).find_map(|line| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let mine =
            columns.get(3) == Some(&LISTEN) && sockets.iter().any(|inode| columns.get(9) == Some(&inode.as_str()));
        mine.then(|| u16::from_str_radix(columns[1].rsplit_once(':')?.1, 16).ok())?
    })
}
