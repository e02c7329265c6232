//! Finds what a server started and left behind. The shells of its bash tool live in sessions of their own, so no
//! signal to the server or its group reaches them; what they cannot shake off is the environment they inherited.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fmt, process,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use sysinfo::{Pid, ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, Signal, System, UpdateKind};

use super::{
    marker::{INSTANCE_VARIABLE, Marker},
    spawn::EndSignal,
};

/// What the server puts into the environment of its tools (wire study, section 1).
const PID_VARIABLE: &str = "OPENCODE_PID";

/// Start times are known to the second, and computed from a boot time that may be off by one.
const START_TIME_SLACK: Duration = Duration::from_secs(2);

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

/// By what the processes of one server are known.
#[derive(Debug, Clone)]
pub(super) struct Trace {
    marker: Marker,
    pid: u32,
    /// Seconds since the Unix epoch; nothing of the server is older.
    started: u64,
}

/// What one look at all processes showed.
#[derive(Debug, Default)]
pub(super) struct Sweep {
    /// The server's processes by id, itself included, before the signal took effect.
    pub(super) found: BTreeMap<u32, Survivor>,
    /// Some process has the server's id: the server, or a stranger when the server is gone.
    pub(super) pid_is_taken: bool,
}

impl Trace {
    pub(super) fn new(marker: Marker, pid: u32) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { marker, pid, started: now.saturating_sub(START_TIME_SLACK).as_secs() }
    }

    pub(super) fn pid(&self) -> u32 {
        self.pid
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
        let kind = ProcessRefreshKind::nothing().without_tasks().with_environ(UpdateKind::Always);
        system.refresh_processes_specifics(ProcessesToUpdate::All, true, kind);
        let pid_is_taken = system.process(Pid::from_u32(self.pid)).is_some_and(is_alive);
        let mut found = BTreeMap::new();
        for (pid, process) in system.processes() {
            let is_one = pid.as_u32() != process::id()
                && is_alive(process)
                && self.owns(process.environ(), process.start_time(), pid_is_taken);
            if !is_one {
                continue;
            }
            match signal {
                Some(EndSignal::Term) if process.kill_with(Signal::Term).is_some() => {}
                Some(_) => {
                    process.kill();
                }
                None => {}
            }
            let name = process.name().to_string_lossy().into_owned();
            found.insert(pid.as_u32(), Survivor { pid: pid.as_u32(), name });
        }
        Sweep { found, pid_is_taken }
    }

    /// The marker decides. The server's id counts for those who lost the marker, as long as nobody else has that id,
    /// and only for those started since.
    fn owns(&self, environment: &[OsString], started: u64, pid_is_taken: bool) -> bool {
        let value = |name: &str| {
            environment
                .iter()
                .find_map(|entry| entry.to_str()?.strip_prefix(name)?.strip_prefix('=').map(str::to_owned))
        };
        match value(INSTANCE_VARIABLE) {
            Some(marker) => marker == self.marker.as_str(),
            None => {
                !pid_is_taken
                    && started >= self.started
                    && value(PID_VARIABLE).is_some_and(|pid| pid == self.pid.to_string())
            }
        }
    }
}

/// A zombie has ended; that nobody asked for its exit code is another matter.
fn is_alive(process: &sysinfo::Process) -> bool {
    !matches!(process.status(), ProcessStatus::Zombie | ProcessStatus::Dead)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_marker_decides_and_a_reused_id_is_not_mistaken() {
        let marker = Marker::random().unwrap();
        let trace = Trace { marker: marker.clone(), pid: 77, started: 1000 };
        let ours = format!("OUTRIDER_INSTANCE={}", marker.as_str());
        let owns = |environment: &[&str], started, taken| {
            let environment: Vec<OsString> = environment.iter().map(OsString::from).collect();
            trace.owns(&environment, started, taken)
        };
        assert!(owns(&["A=1", &ours], 5, true));
        assert!(owns(&["OPENCODE_PID=77"], 1000, false));
        assert!(!owns(&["OPENCODE_PID=77"], 999, false), "older than the server");
        assert!(!owns(&["OPENCODE_PID=77"], 1000, true), "the id is somebody else's by now");
        assert!(!owns(&["OPENCODE_PID=77", "OUTRIDER_INSTANCE=other"], 1000, false), "another instance's");
        assert!(!owns(&["OPENCODE_PID=7", "XOUTRIDER_INSTANCE=1"], 1000, false));
        assert!(!owns(&[], 1000, false));
    }
}
