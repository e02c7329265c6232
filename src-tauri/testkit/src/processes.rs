//! Looking at the processes and sockets of the machine (Linux).

use std::{fmt, fs, time::Duration};

use crate::wait_for;

/// A process that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Its id.
    pub pid: u32,
    /// Its command line, the arguments joined by spaces.
    pub command_line: String,
}

impl fmt::Display for Process {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({})", self.pid, self.command_line)
    }
}

/// The processes that were started with the variable `name` set to `value`. The dead whose parent has not asked after
/// them do not count.
pub fn processes_with(name: &str, value: &str) -> Vec<Process> {
    let variable = format!("{name}={value}");
    let pids = fs::read_dir("/proc").into_iter().flatten().flatten().filter_map(|entry| {
        let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
        // Processes of others, and those that ended meanwhile, cannot be read.
        let environment = fs::read(entry.path().join("environ")).ok()?;
        environment.split(|byte| *byte == 0).any(|line| line == variable.as_bytes()).then_some(pid)
    });
    pids.map(|pid| Process { pid, command_line: command_line(pid) }).collect()
}

/// Waits until no process runs that was started with the variable `name` set to `value`.
///
/// # Panics
/// When some are left after `limit`.
pub async fn wait_until_gone(name: &str, value: &str, limit: Duration) {
    let what = format!("the end of the processes with {name}={value}");
    wait_for(what, limit, || std::future::ready(processes_with(name, value).is_empty())).await;
}

/// Whether the process with this id runs. A dead one whose parent has not asked after it does not.
pub fn is_running(pid: u32) -> bool {
    let state = fs::read_to_string(format!("/proc/{pid}/stat")).ok();
    // The name in parentheses may hold anything, parentheses too.
    state.is_some_and(|stat| stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X'])))
}

/// A TCP socket that listens. A server asks for a port that another has just left, so a port alone does not tell whether
/// the socket that listened on it is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listener {
    /// What the kernel calls it by, for as long as it is open.
    inode: String,
}

impl Listener {
    /// The one on this port, without connecting to it.
    pub fn on(port: u16) -> Option<Self> {
        let suffix = format!(":{port:04X}");
        listeners().into_iter().find(|(local, _)| local.ends_with(&suffix)).map(|(_, it)| it)
    }

    /// Whether it listens still.
    pub fn is_open(&self) -> bool {
        listeners().iter().any(|(_, it)| it == self)
    }
}

/// Whether something listens on this TCP port, without connecting to it.
pub fn listening(port: u16) -> bool {
    Listener::on(port).is_some()
}

/// All of the machine, with the addresses as the kernel writes them.
fn listeners() -> Vec<(String, Listener)> {
    const LISTEN: &str = "0A";
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(|table| fs::read_to_string(table).unwrap_or_default());
    let rows = tables.iter().flat_map(|table| table.lines().skip(1));
    let listeners = rows.filter_map(|row| {
        let columns: Vec<&str> = row.split_whitespace().collect();
        let (local, state, inode) = (columns.get(1)?, columns.get(3)?, columns.get(9)?);
        (*state == LISTEN).then(|| ((*local).to_owned(), Listener { inode: (*inode).to_owned() }))
    });
    listeners.collect()
}

fn command_line(pid: u32) -> String {
    let bytes = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).trim_end_matches('\0').replace('\0', " ")
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn sees_sockets_come_and_go() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        assert!(listening(port));
        let seen = Listener::on(port).unwrap();
        drop(listener);
        assert!(!listening(port) && !seen.is_open());
        // Another on the same port is another one.
        let _later = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        assert!(listening(port) && !seen.is_open());
    }

    #[tokio::test]
    #[expect(clippy::disallowed_methods, reason = "the process looked for is the subject of this test")]
    async fn finds_processes_by_a_variable_until_they_end() {
        let value = format!("mark-{}", std::process::id());
        let mut command = tokio::process::Command::new("sleep");
        let mut child = command.arg("60").env("OUTRIDER_MARK", &value).kill_on_drop(true).spawn().unwrap();
        let pid = child.id().unwrap();
        wait_for("the process", Duration::from_secs(5), || async {
            processes_with("OUTRIDER_MARK", &value) == [Process { pid, command_line: "sleep 60".into() }]
        })
        .await;
        assert!(is_running(pid) && processes_with("OUTRIDER_MARK", "another").is_empty());
        child.start_kill().unwrap();
        // Not waited for by its parent yet: dead, but still listed.
        wait_until_gone("OUTRIDER_MARK", &value, Duration::from_secs(5)).await;
        assert!(!is_running(pid));
        child.wait().await.unwrap();
    }
}
