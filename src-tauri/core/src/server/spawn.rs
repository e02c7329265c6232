//! The one place where processes start.

use std::{
    ffi::{OsStr, OsString},
    io,
    path::Path,
    process::{ExitStatus, Stdio},
};

use process_wrap::tokio::{ChildWrapper, CommandWrap, KillOnDrop};
use tokio::process::{ChildStderr, ChildStdout, Command};

use super::{
    environment::{Environment, Variables},
    guardian_keeper::GuardianCommand,
    marker::{INSTANCE_VARIABLE, Marker},
    registry::Registry,
};

/// The port is the system's choice, and told in the ready line. The password is never among these.
pub(super) const SERVE_ARGUMENTS: [&str; 5] = ["serve", "--hostname", "127.0.0.1", "--port", "0"];

/// By how much servers, and with them the tools that they start, are nicer than the app. Where several of them keep the
/// processors busy, each step of a text to the window would otherwise wait for its turn among them.
#[cfg(unix)]
const NICER: i32 = 5;

/// What a server is started with.
///
/// Not `Debug`: it holds the password.
#[derive(Clone, Copy)]
pub struct Launch<'a> {
    /// The binary.
    pub binary: &'a Path,
    /// The folder it works in; checked before.
    pub folder: &'a Path,
    /// The environment it inherits.
    pub environment: &'a Environment,
    /// What requests to it must show. Handed over in the environment only.
    pub password: &'a str,
    /// What finds its processes again.
    pub marker: &'a Marker,
    /// Where it is entered, so that it is ended even when the app cannot do it any more.
    pub registry: &'a Registry,
}

/// The signals that end processes. Without signals (Windows) each of them ends the job at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EndSignal {
    /// Please end.
    Term,
    /// End now.
    Kill,
}

/// A started process that leads a group of its own. Dropping it kills the group.
#[derive(Debug)]
pub(super) struct Group {
    child: Box<dyn ChildWrapper>,
    /// The leader is gone and its number is free for others: from here on nothing is killed without asking.
    reaped: bool,
}

impl Group {
    pub(super) fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    pub(super) fn take_output(&mut self) -> (Option<ChildStdout>, Option<ChildStderr>) {
        (self.child.stdout().take(), self.child.stderr().take())
    }

    /// Waits for the leader's end. Safe to cancel, and to ask again.
    pub(super) async fn wait(&mut self) -> io::Result<ExitStatus> {
        let status = self.child.wait().await?;
        self.reaped = true;
        Ok(status)
    }

    /// Signals the whole group. A group that is gone is no error.
    pub(super) fn signal(&mut self, signal: EndSignal) {
        #[cfg(unix)]
        // POSIX fixes the number of TERM.
        let sent = match signal {
            EndSignal::Term => self.child.signal(15),
            EndSignal::Kill => self.child.start_kill(),
        };
        #[cfg(not(unix))]
        let sent = {
            let _ = signal;
            self.child.start_kill()
        };
        if let Err(error) = sent {
            tracing::debug!(?signal, %error, "signal not delivered");
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if !self.reaped {
            self.signal(EndSignal::Kill);
        }
    }
}

/// Starts `opencode serve`.
///
/// Under Windows it gets a job that ends with its last handle, which is ours: with `KillOnDrop`, process-wrap sets
/// `JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE`, and the process is assigned while it is still suspended. The system closes the
/// handle when the app dies in any way, so no guardian is needed there.
///
/// Linux could signal it when we die (`PR_SET_PDEATHSIG`), but that follows the thread that started it, and a runtime
/// ends its threads as it likes; it would end the server only, and hide from the guardian which tools were its children.
pub(super) fn server(launch: &Launch<'_>) -> io::Result<Group> {
    let mut command = command(launch.binary, &server_variables(launch));
    command.args(SERVE_ARGUMENTS).current_dir(launch.folder).stderr(Stdio::piped());
    let mut command = CommandWrap::from(command);
    #[cfg(unix)]
    command.wrap(process_wrap::tokio::ProcessGroup::leader());
    #[cfg(windows)]
    command.wrap(process_wrap::tokio::JobObject);
    let group = start(command)?;
    #[cfg(unix)]
    yield_to_the_window(&group);
    Ok(group)
}

/// Lowers the priority of a group that has just started, with the threads that it has by now; later ones inherit it.
#[cfg(unix)]
fn yield_to_the_window(group: &Group) {
    use rustix::process::{Pid, getpriority_process, setpriority_pgrp};
    let Some(leader) = group.pid().and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?)) else { return };
    if let Err(error) = getpriority_process(None).and_then(|own| setpriority_pgrp(Some(leader), own + NICER)) {
        tracing::warn!(%error, "a server has the window's priority");
    }
}

/// Starts a login shell on a script. It gets a session of its own: an interactive shell that shares a terminal with us
/// would take it, or be stopped by it.
#[cfg(unix)]
pub(super) fn login_shell(shell: &Path, script: &str, variables: &Variables, home: Option<&Path>) -> io::Result<Group> {
    let mut command = command(shell, variables);
    command.args(["-l", "-i", "-c", script]).stderr(Stdio::null());
    if let Some(home) = home {
        command.current_dir(home);
    }
    let mut command = CommandWrap::from(command);
    command.wrap(process_wrap::tokio::ProcessSession);
    start(command)
}

/// Starts a guardian, in a session of its own: what a terminal or the end of a session signals is not for it. It holds
/// nothing of ours but the end of a pipe, and is not killed with our handle: it is there for when we are gone.
#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "this file is where processes start")]
pub(super) fn guardian(command: &GuardianCommand) -> io::Result<(Box<dyn ChildWrapper>, io::PipeWriter)> {
    let (theirs, ours) = io::pipe()?;
    let mut process = Command::new(&command.program);
    process.args(&command.arguments).current_dir("/");
    process.stdin(theirs).stdout(Stdio::null()).stderr(Stdio::null());
    let mut process = CommandWrap::from(process);
    process.wrap(process_wrap::tokio::ProcessSession);
    Ok((process.spawn()?, ours))
}

#[expect(clippy::disallowed_methods, reason = "this file is where processes start")]
fn command(program: &Path, variables: &Variables) -> Command {
    let mut command = Command::new(program);
    command.env_clear().envs(variables).stdin(Stdio::null()).stdout(Stdio::piped());
    command
}

fn start(mut command: CommandWrap) -> io::Result<Group> {
    command.wrap(KillOnDrop);
    Ok(Group { child: command.spawn()?, reaped: false })
}

/// The environment of a server: what it inherits, without what an OpenCode or another instance around us left in it
/// (`OPENCODE` and `OPENCODE_PID` are what its tools get, wire study section 1), and with what is its own.
fn server_variables(launch: &Launch<'_>) -> Variables {
    let mut variables = launch.environment.variables.clone();
    variables.retain(|name, _| !is_foreign(name));
    let mut set = |name: &str, value: &OsStr| variables.insert(OsString::from(name), value.to_owned());
    set("OPENCODE_SERVER_USERNAME", OsStr::new("opencode"));
    set("OPENCODE_SERVER_PASSWORD", OsStr::new(launch.password));
    set(INSTANCE_VARIABLE, OsStr::new(launch.marker.as_str()));
    // A shell keeps this in step with the folder; programs believe it more than the system.
    #[cfg(unix)]
    set("PWD", launch.folder.as_os_str());
    variables
}

fn is_foreign(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    matches!(&*name, "OPENCODE" | "OPENCODE_PID" | "OLDPWD" | INSTANCE_VARIABLE) || name.starts_with("OPENCODE_SERVER_")
}
