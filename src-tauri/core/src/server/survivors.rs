//! Finds what a server started. The shells of its bash tool live in sessions of their own, so no signal to the server or
//! its group reaches them; what they hardly shake off is the environment they inherited, and who started them.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    fmt, process,
    sync::{Arc, Mutex, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};
use sysinfo::{Pid, ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, Signal, System, UpdateKind};

use super::{
    marker::{INSTANCE_VARIABLE, Marker},
    spawn::{EndSignal, SERVE_ARGUMENTS},
};

/// What the server puts into the environment of its tools (wire study, section 1).
const PID_VARIABLE: &str = "OPENCODE_PID";

/// Start times are known to the second, and computed from a boot time that may be off by one.
const START_TIME_SLACK: u64 = 2;

/// A process that outlived its server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survivor {
    /// Its id.
    pub pid: u32,
    /// Its name, without arguments: they may hold secrets.
    pub name: String,
}

impl fmt::Display for Survivor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({})", self.name, self.pid)
    }
}

/// A process by its id and its start, because ids are given out again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Identity {
    pub(super) pid: u32,
    /// Seconds since the Unix epoch.
    pub(super) started: u64,
}

impl Identity {
    /// The process that has this id now; as if started now, when the system doesn't tell.
    pub(super) fn of(pid: u32) -> Self {
        let now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        Self { pid, started: start_of(pid).unwrap_or_else(now) }
    }

    pub(super) fn is_alive(self) -> bool {
        start_of(self.pid).is_some_and(|started| self.is_start(started))
    }

    fn is_start(self, started: u64) -> bool {
        self.started.abs_diff(started) <= START_TIME_SLACK
    }
}

fn start_of(pid: u32) -> Option<u64> {
    let pid = Pid::from_u32(pid);
    let mut system = System::new().ok()?;
    let kind = ProcessRefreshKind::nothing().without_tasks();
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), true, kind);
    system.process(pid).filter(|process| is_alive(process)).map(sysinfo::Process::start_time)
}

/// By what the processes of one server are known.
#[derive(Debug, Clone)]
pub(super) struct Trace {
    marker: Marker,
    /// None when nobody saw whether it started.
    server: Option<Identity>,
    /// What the server was started from; known for one of an earlier run of the app.
    earlier: Option<String>,
    /// What earlier looks found: it stays the server's when its parents are gone.
    known: Arc<Mutex<BTreeMap<u32, u64>>>,
}

/// What one look at all processes showed.
#[derive(Debug, Default)]
pub(super) struct Sweep {
    /// The server's processes by id, itself included, before the signal took effect.
    pub(super) found: BTreeMap<u32, Survivor>,
    /// Some process has the server's id: the server, or a stranger when the server is gone.
    pub(super) pid_is_taken: bool,
}

/// A living process as the system shows it.
#[derive(Debug, Clone, Copy)]
struct Seen<'a> {
    pid: u32,
    parent: Option<u32>,
    started: u64,
    /// Empty when it cannot be read, as that of the system's own programs on macOS.
    environment: &'a [OsString],
    command: &'a [OsString],
}

impl Trace {
    /// The trace of a server of this run of the app.
    pub(super) fn new(marker: Marker, server: Option<Identity>) -> Self {
        Self { marker, server, earlier: None, known: Arc::default() }
    }

    /// The trace of a server of an earlier run, started from `binary`. Its id may have been another server's since, so
    /// what names that id only is not touched.
    pub(super) fn of_an_earlier_run(marker: Marker, server: Option<Identity>, binary: String) -> Self {
        Self { earlier: Some(binary), ..Self::new(marker, server) }
    }

    /// Looks for the server's processes and signals each one as it is found. Blocks for some milliseconds.
    pub(super) fn sweep(&self, signal: Option<EndSignal>) -> Sweep {
        let mut system = match System::new() {
            Ok(system) => system,
            Err(error) => {
                tracing::warn!(%error, "cannot look for processes that outlived a server");
                return Sweep { pid_is_taken: true, ..Sweep::default() };
            }
        };
        let mut kind = ProcessRefreshKind::nothing().without_tasks().with_environ(UpdateKind::Always);
        if self.earlier.is_some() {
            kind = kind.with_cmd(UpdateKind::Always);
        }
        system.refresh_processes_specifics(ProcessesToUpdate::All, true, kind);
        let own = process::id();
        let alive = system.processes().values().filter(|process| process.pid().as_u32() != own && is_alive(process));
        let seen: Vec<_> = alive.map(look_at).collect();
        let pid_is_taken = self.server.is_none_or(|server| seen.iter().any(|process| process.pid == server.pid));
        let mut found = BTreeMap::new();
        for pid in self.own(&seen) {
            let Some(process) = system.process(Pid::from_u32(pid)) else { continue };
            match signal {
                Some(EndSignal::Term) if process.kill_with(Signal::Term).is_some() => {}
                Some(_) => {
                    process.kill();
                }
                None => {}
            }
            let name = process.name().to_string_lossy().into_owned();
            found.insert(pid, Survivor { pid, name });
        }
        Sweep { found, pid_is_taken }
    }

    /// The server's processes among these: those that show it, and whatever they started, even with an empty environment.
    fn own(&self, seen: &[Seen<'_>]) -> BTreeSet<u32> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let pid_is_taken = self.server.is_none_or(|server| seen.iter().any(|process| process.pid == server.pid));
        let mut children: BTreeMap<u32, Vec<Seen<'_>>> = BTreeMap::new();
        for process in seen {
            if let Some(parent) = process.parent {
                children.entry(parent).or_default().push(*process);
            }
        }
        let is_known = |process: &Seen<'_>| known.get(&process.pid) == Some(&process.started);
        let mut next: Vec<_> =
            seen.iter().filter(|process| is_known(process) || self.shows(process, pid_is_taken)).copied().collect();
        let mut own = BTreeMap::new();
        while let Some(process) = next.pop() {
            if own.insert(process.pid, process.started).is_none() {
                let started = children.remove(&process.pid).unwrap_or_default();
                // An older one has a parent that had this id before.
                next.extend(started.into_iter().filter(|child| child.started >= process.started));
            }
        }
        known.clone_from(&own);
        own.into_keys().collect()
    }

    /// The marker decides. Where there is none, the server's id counts for the tools of a server of this run, as long as
    /// nobody else has that id, and only for those started since; and the server itself, where no environment can be
    /// read, by its id, start and command line together.
    fn shows(&self, process: &Seen<'_>, pid_is_taken: bool) -> bool {
        let value = |name: &str| {
            process
                .environment
                .iter()
                .find_map(|entry| entry.to_str()?.strip_prefix(name)?.strip_prefix('=').map(str::to_owned))
        };
        if let Some(marker) = value(INSTANCE_VARIABLE) {
            return marker == self.marker.as_str();
        }
        let Some(server) = self.server else { return false };
        match &self.earlier {
            None => {
                !pid_is_taken
                    && process.started + START_TIME_SLACK >= server.started
                    && value(PID_VARIABLE).is_some_and(|pid| pid == server.pid.to_string())
            }
            Some(binary) => {
                process.environment.is_empty()
                    && process.pid == server.pid
                    && server.is_start(process.started)
                    && is_serving(process.command, binary)
            }
        }
    }
}

/// Whether a command line is that of `binary` serving. A script's has its interpreter in front.
fn is_serving(command: &[OsString], binary: &str) -> bool {
    let Some((program, arguments)) = command.split_at_checked(command.len().saturating_sub(SERVE_ARGUMENTS.len()))
    else {
        return false;
    };
    arguments == SERVE_ARGUMENTS && program.iter().any(|part| part == binary)
}

fn look_at(process: &sysinfo::Process) -> Seen<'_> {
    Seen {
        pid: process.pid().as_u32(),
        parent: process.parent().map(Pid::as_u32),
        started: process.start_time(),
        environment: process.environ(),
        command: process.cmd(),
    }
}

/// A zombie has ended; that nobody asked for its exit code is another matter.
fn is_alive(process: &sysinfo::Process) -> bool {
    !matches!(process.status(), ProcessStatus::Zombie | ProcessStatus::Dead)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVER: Identity = Identity { pid: 77, started: 1000 };

    fn words(words: &[&str]) -> Vec<OsString> {
        words.iter().map(OsString::from).collect()
    }

    #[test]
    fn the_marker_decides_and_a_reused_id_is_not_mistaken() {
        let marker = Marker::random().unwrap();
        let ours = format!("OUTRIDER_INSTANCE={}", marker.as_str());
        let trace = Trace::new(marker, Some(SERVER));
        let shows = |environment: &[&str], started, taken| {
            let environment = words(environment);
            let process = Seen { pid: 90, parent: None, started, environment: &environment, command: &[] };
            trace.shows(&process, taken)
        };
        assert!(shows(&["A=1", &ours], 5, true));
        assert!(shows(&["OPENCODE_PID=77"], 1000, false));
        assert!(!shows(&["OPENCODE_PID=77"], 997, false), "older than the server");
        assert!(!shows(&["OPENCODE_PID=77"], 1000, true), "the id is somebody else's by now");
        assert!(!shows(&["OPENCODE_PID=77", "OUTRIDER_INSTANCE=other"], 1000, false), "another instance's");
        assert!(!shows(&["OPENCODE_PID=7", "XOUTRIDER_INSTANCE=1"], 1000, false));
        assert!(!shows(&[], 1000, false));
    }

    #[test]
    fn a_server_of_an_earlier_run_is_known_by_marker_or_by_id_start_and_command_line_together() {
        let marker = Marker::random().unwrap();
        let ours = words(&[&format!("OUTRIDER_INSTANCE={}", marker.as_str())]);
        let trace = Trace::of_an_earlier_run(marker, Some(SERVER), "/bin/opencode".to_owned());
        let command = words(&["/bin/opencode", "serve", "--hostname", "127.0.0.1", "--port", "0"]);
        let script = words(&["sh", "/bin/opencode", "serve", "--hostname", "127.0.0.1", "--port", "0"]);
        let server = Seen { pid: 77, parent: None, started: 1001, environment: &[], command: &command };
        let shows = |process| trace.shows(&process, true);
        assert!(shows(server) && shows(Seen { command: &script, ..server }));
        assert!(shows(Seen { pid: 5, started: 9, environment: &ours, command: &[], ..server }));
        assert!(!shows(Seen { started: 1003, ..server }), "the id was given out again");
        assert!(!shows(Seen { pid: 78, ..server }));
        let other = words(&["/bin/opencode", "serve", "--hostname", "127.0.0.1", "--port", "4096"]);
        assert!(!shows(Seen { command: &other, ..server }), "started by somebody else");
        let other = words(&["/opt/opencode", "serve", "--hostname", "127.0.0.1", "--port", "0"]);
        assert!(!shows(Seen { command: &other, ..server }) && !shows(Seen { command: &[], ..server }));
        let readable = words(&["HOME=/home/ada"]);
        assert!(!shows(Seen { environment: &readable, ..server }), "it would show the marker");
        let tool = words(&["OPENCODE_PID=77"]);
        assert!(!shows(Seen { pid: 90, environment: &tool, ..server }), "the id may be a later server's");
    }

    #[test]
    fn what_a_process_started_is_found_without_any_environment_and_stays_known() {
        let marker = Marker::random().unwrap();
        let ours = words(&[&format!("OUTRIDER_INSTANCE={}", marker.as_str())]);
        let trace = Trace::new(marker, Some(SERVER));
        let bare = Seen { pid: 1, parent: None, started: 900, environment: &[], command: &[] };
        let server = Seen { pid: 77, parent: Some(1), started: 1000, environment: &ours, ..bare };
        let tool = Seen { pid: 80, parent: Some(77), started: 1001, ..bare };
        let program = Seen { pid: 79, parent: Some(80), started: 1002, ..bare };
        let older = Seen { pid: 60, parent: Some(77), ..bare };
        let own = |seen: &[Seen<'_>]| Vec::from_iter(trace.own(seen));
        assert_eq!(own(&[bare, older, program, tool, server]), [77, 79, 80]);
        // Their parents are gone, and their places taken by the first process.
        let orphan = Seen { parent: Some(1), ..program };
        assert_eq!(own(&[bare, older, orphan]), [79]);
        assert_eq!(own(&[bare, older, Seen { started: 1003, ..orphan }]), [0; 0], "the id was given out again");
    }
}
