//! The app's end of its guardian: starts it, tells it what runs, and starts another when it dies.

use std::{
    ffi::OsString,
    io::{self, PipeWriter, Write as _},
    path::PathBuf,
    sync::{Arc, Weak},
    time::Duration,
};

use process_wrap::tokio::ChildWrapper;
use tokio::time::{Instant, sleep};

use super::{guardian::Notice, registry::Shared};

/// A guardian that lived so long was well.
const WELL: Duration = Duration::from_secs(10);
/// The first delay before another guardian is started; doubled for each that died soon.
const DELAY: Duration = Duration::from_millis(50);
/// The longest delay.
const LONGEST: Duration = Duration::from_secs(10);

/// How a guardian is started: a program that calls [`super::guard`].
#[derive(Debug, Clone)]
pub struct GuardianCommand {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
}

/// What the registry keeps of its guardian.
#[derive(Debug)]
pub(super) struct Keeper {
    command: GuardianCommand,
    /// The pipe and the process id of the guardian that runs.
    running: Option<(PipeWriter, Option<u32>)>,
    /// There is a task that keeps one running.
    kept: bool,
    closed: bool,
}

type Child = Box<dyn ChildWrapper>;

impl Keeper {
    pub(super) fn new(command: GuardianCommand) -> Self {
        Self { command, running: None, kept: false, closed: false }
    }

    pub(super) fn pid(&self) -> Option<u32> {
        self.running.as_ref().and_then(|(_, pid)| *pid)
    }

    /// Starts the guardian of a registry that has one and did not start it yet, at once: before the first server.
    pub(super) fn start(shared: &Arc<Shared>) {
        let mut state = shared.lock();
        let Some(keeper) = state.keeper.as_mut().filter(|keeper| !keeper.kept && !keeper.closed) else { return };
        keeper.kept = true;
        drop(state);
        let first = launch(shared);
        shared.tasks.spawn(keep(Arc::downgrade(shared), first));
    }

    /// Says it when somebody listens. A write of a line blocks only when the guardian has not read hundreds of them.
    pub(super) fn tell(&mut self, notice: &Notice) {
        let Some((pipe, _)) = &mut self.running else { return };
        let told = serde_json::to_vec(notice).map_err(io::Error::from).and_then(|mut line| {
            line.push(b'\n');
            pipe.write_all(&line)
        });
        if let Err(error) = told {
            // Its end is noticed by the task, which tells the next one everything.
            tracing::debug!(%error, "the guardian does not hear");
        }
    }

    /// Closes the pipe: the guardian ends.
    pub(super) fn close(&mut self) {
        self.closed = true;
        self.running = None;
    }
}

/// Starts a guardian and tells it all that runs; none when there is to be none any more.
fn launch(shared: &Shared) -> Option<io::Result<Child>> {
    let mut state = shared.lock();
    let keeper = state.keeper.as_mut().filter(|keeper| !keeper.closed)?;
    let started = start_process(&keeper.command).map(|(child, pipe)| {
        keeper.running = Some((pipe, child.id()));
        child
    });
    if started.is_ok() {
        state.tell_all();
    }
    Some(started)
}

#[cfg(unix)]
fn start_process(command: &GuardianCommand) -> io::Result<(Child, PipeWriter)> {
    super::spawn::guardian(command)
}

/// Windows ends servers with their jobs.
#[cfg(not(unix))]
fn start_process(_: &GuardianCommand) -> io::Result<(Child, PipeWriter)> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Waits for each guardian's end and starts the next. Holds nothing of the registry while it waits, whose end closes the
/// pipe and so ends the guardian.
async fn keep(shared: Weak<Shared>, mut started: Option<io::Result<Child>>) {
    let mut delay = DELAY;
    while let Some(guardian) = started.take() {
        let began = Instant::now();
        match guardian {
            Ok(mut child) => {
                let ended = child.wait().await;
                tracing::debug!(?ended, "the guardian has ended");
            }
            Err(error) => tracing::warn!(%error, "the guardian does not start"),
        }
        {
            let Some(shared) = shared.upgrade() else { return };
            let mut state = shared.lock();
            let Some(keeper) = state.keeper.as_mut().filter(|keeper| !keeper.closed) else { return };
            keeper.running = None;
        }
        delay = if began.elapsed() < WELL { (delay * 2).min(LONGEST) } else { DELAY };
        sleep(delay).await;
        let Some(shared) = shared.upgrade() else { return };
        started = launch(&shared);
    }
}
