//! The server as a whole: its state, and the process that can be killed and started again.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::Router;
use tokio::{
    net::TcpListener,
    sync::{mpsc, watch},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    FakeOptions,
    admission::{self, Admission},
    http,
    ids::Ids,
    listener::Connections,
    state::{Live, Progress, Run, State, Stored},
    turn,
};
use crate::model::gates::Gates;

/// How many prompts may wait to be taken up.
const QUEUED_PROMPTS: usize = 1000;

#[derive(Debug)]
pub(super) struct World {
    pub(super) options: FakeOptions,
    pub(super) gates: Gates,
    /// Prompts that were taken and runs with their last updates that have not ended.
    working: watch::Sender<usize>,
    state: Mutex<State>,
    process: Mutex<Process>,
}

/// What ends with the server.
#[derive(Debug, Clone)]
struct Process {
    killed: CancellationToken,
    tasks: TaskTracker,
    admissions: Option<mpsc::Sender<Admission>>,
    /// Cancelled when event streams are to break off.
    cut: CancellationToken,
}

/// Counts as work until it is dropped.
#[derive(Debug)]
pub(super) struct Working(Arc<World>);

impl Working {
    pub(super) fn begin(world: &Arc<World>) -> Self {
        world.working.send_modify(|count| *count += 1);
        Self(Arc::clone(world))
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.0.working.send_modify(|count| *count -= 1);
    }
}

impl World {
    pub(super) fn new(options: FakeOptions) -> Self {
        let stored = Stored { files: options.files.iter().cloned().collect(), ..Stored::default() };
        let ids = Ids::new(options.starts_at_ms, options.seed);
        let process = Process {
            killed: CancellationToken::new(),
            tasks: TaskTracker::new(),
            admissions: None,
            cut: CancellationToken::new(),
        };
        let state = Mutex::new(State { ids, stored, live: Live::default() });
        Self { options, gates: Gates::default(), working: watch::Sender::new(0), state, process: Mutex::new(process) }
    }

    /// Never held while waiting.
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn process(&self) -> MutexGuard<'_, Process> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Listens as a new process.
    pub(super) async fn serve(world: &Arc<Self>, port: u16) -> io::Result<SocketAddr> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let killed = CancellationToken::new();
        let tasks = TaskTracker::new();
        let (admissions, waiting) = mpsc::channel(QUEUED_PROMPTS);
        let process = Process {
            killed: killed.clone(),
            tasks: tasks.clone(),
            admissions: Some(admissions),
            cut: killed.child_token(),
        };
        *world.process() = process;
        let router = Router::new().fallback(http::handle).with_state(Arc::clone(world));
        let connections = Connections { listener, killed: killed.clone() };
        tasks.spawn({
            let killed = killed.clone();
            async move {
                // Ends only by the token; a listener that fails to accept tries again by itself.
                let _ = axum::serve(connections, router).with_graceful_shutdown(killed.cancelled_owned()).await;
            }
        });
        let admitting = Arc::clone(world);
        tasks.spawn(async move {
            killed.run_until_cancelled(admission::admit_all(&admitting, waiting)).await;
        });
        Ok(address)
    }

    /// Ends the process and forgets what only it knew.
    pub(super) async fn kill(&self) {
        let process = self.process().clone();
        process.killed.cancel();
        process.tasks.close();
        process.tasks.wait().await;
        self.process().admissions = None;
        self.lock().live = Live::default();
    }

    pub(super) fn stop(&self) {
        self.process().killed.cancel();
    }

    pub(super) fn cut_event_streams(&self) {
        let mut process = self.process();
        process.cut.cancel();
        process.cut = process.killed.child_token();
        self.lock().live.subscribers.clear();
    }

    /// Cancelled when an event stream that begins now is to break off.
    pub(super) fn cut_token(&self) -> CancellationToken {
        self.process().cut.clone()
    }

    /// Takes up a prompt after its answer. Prompts keep their order.
    pub(super) async fn admit(&self, admission: Admission) {
        let admissions = self.process().admissions.clone();
        if let Some(admissions) = admissions {
            // Fails only while the process is being killed, and then the prompt is lost with it.
            let _ = admissions.send(admission).await;
        }
    }

    /// A pause of the script, scaled.
    pub(super) async fn pause(&self, length: Duration) {
        let length = self.scaled(length);
        if length.is_zero() {
            tokio::task::yield_now().await;
        } else {
            tokio::time::sleep(length).await;
        }
    }

    pub(super) fn scaled(&self, length: Duration) -> Duration {
        Duration::try_from_secs_f64(length.as_secs_f64() * self.options.pace).unwrap_or(length)
    }

    /// Lets a session work on its last prompt, unless it works already: a run takes up new prompts after each step.
    pub(super) fn run(world: &Arc<Self>, session: &str) {
        let process = world.process().clone();
        let mut state = world.lock();
        if let Some(run) = state.live.runs.get_mut(session) {
            run.again |= *run.progress.borrow() != Progress::Running;
            return;
        }
        let (progress, watched) = watch::channel(Progress::Running);
        let cancel = process.killed.child_token();
        let run = Run { cancel: cancel.clone(), progress: watched, again: false };
        state.live.runs.insert(session.to_owned(), run);
        drop(state);
        let (running, session) = (Arc::clone(world), session.to_owned());
        let working = Working::begin(world);
        process.tasks.spawn(async move {
            let _working = working;
            process.killed.run_until_cancelled(turn::work(running, session, cancel, progress)).await;
        });
    }

    /// Ends the work of a session, if it works, and returns when the client was told that it is idle.
    pub(super) async fn abort(&self, session: &str) -> bool {
        self.abort_until(session, Progress::Stopping).await
    }

    /// Ends the work of a session, if it works, and returns when it has come to this progress.
    pub(super) async fn abort_until(&self, session: &str, progress: Progress) -> bool {
        let watched = self.lock().live.runs.get(session).map(|run| (run.cancel.clone(), run.progress.clone()));
        let Some((cancel, mut watched)) = watched else { return false };
        cancel.cancel();
        // Fails when the run ended, which is as good.
        let _ = watched.wait_for(|now| *now >= progress).await;
        true
    }

    /// Returns when no prompt waits and nothing works, last updates included.
    pub(super) async fn settled(&self) {
        // Fails only without a sender, and that one is borrowed here.
        let _ = self.working.subscribe().wait_for(|count| *count == 0).await;
    }

    /// Returns when a session does not work (any more).
    pub(super) async fn idle(&self, session: &str) {
        let watched = self.lock().live.runs.get(session).map(|run| run.progress.clone());
        if let Some(mut watched) = watched {
            let _ = watched.wait_for(|now| *now == Progress::Done).await;
        }
    }
}
