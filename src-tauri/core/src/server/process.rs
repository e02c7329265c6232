use std::{pin::pin, sync::Arc, time::Duration};

use futures_util::future::join;
use tokio::{
    io::AsyncRead,
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
    time::{Instant, sleep_until},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    diagnosis,
    drain::{Drain, Output, OutputBatch, ReadyLine},
    exit::ServerExit,
    registry::Registration,
    spawn::{self, EndSignal, Group, Launch},
    survivors::{Identity, Trace},
};
use crate::protocol::{LogStream, Problem};
use crate::secrets::{Quotes, Secrets};

/// Finds the URL in the line that says that the server listens; None for every other line.
pub type ParseReady = fn(&str) -> Option<String>;

/// How long the rest of the output is waited for when the server is gone: a tool that outlives it may hold its
/// outputs open for ever.
const REST_LIMIT: Duration = Duration::from_millis(500);

/// The user of HTTP Basic that the server expects with its password.
const USER: &str = "opencode";

/// What happens to a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerEvent {
    /// It printed something.
    Output(OutputBatch),
    /// It listens here. At most once.
    Ready {
        /// The URL of its ready line.
        url: String,
    },
    /// It did not listen in time (`server_not_ready`). It still runs: stop it.
    NotReady(Problem),
    /// It is gone. What it started may not be: stop it all the same.
    Exited {
        /// How it ended.
        exit: ServerExit,
        /// It ended without having been ready.
        before_ready: bool,
        /// What that means: `server_exited`, or before it was ready `server_exited_early` or `config_invalid`.
        problem: Problem,
    },
}

/// The events of one server, in order.
#[derive(Debug)]
pub struct ServerEvents {
    output: Arc<Output>,
    events: mpsc::Receiver<ServerEvent>,
    held: Option<ServerEvent>,
}

impl ServerEvents {
    /// The next event; None when the [`ServerProcess`] is gone. Safe to cancel. Whoever is slow here loses old lines of
    /// output and nothing else, and never holds up the server.
    pub async fn next(&mut self) -> Option<ServerEvent> {
        if let Some(event) = self.held.take() {
            return Some(event);
        }
        let event = tokio::select! {
            biased;
            event = self.events.recv() => event,
            batch = self.output.next() => return Some(ServerEvent::Output(batch)),
        };
        // The lines before an end come before it.
        let is_end = !matches!(event, Some(ServerEvent::Ready { .. }));
        match if is_end { self.output.take() } else { None } {
            Some(batch) => {
                self.held = event;
                Some(ServerEvent::Output(batch))
            }
            None => event,
        }
    }
}

/// A server that was started. Dropping it kills the server's group; only [`ServerProcess::stop`] finds all the rest.
#[derive(Debug)]
pub struct ServerProcess {
    pid: u32,
    pub(super) trace: Trace,
    pub(super) registration: Registration,
    pub(super) signals: mpsc::Sender<EndSignal>,
    pub(super) exit: watch::Receiver<Option<ServerExit>>,
}

impl ServerProcess {
    /// Starts a server and watches it with tasks on the tracker, until its handle is dropped or the token cancelled;
    /// both kill its group. Must be called in a tokio runtime.
    ///
    /// # Errors
    /// `spawn_failed` when the system does not start the binary.
    pub fn start(
        launch: &Launch<'_>,
        ready_limit: Duration,
        parse_ready: ParseReady,
        tasks: &TaskTracker,
        token: &CancellationToken,
    ) -> Result<(Self, ServerEvents), Problem> {
        // Before it is there: the app can end between the start and the next line.
        let mut registration = launch.registry.enter(launch);
        let mut group = match spawn::server(launch) {
            Ok(group) => group,
            Err(error) => {
                registration.over();
                return Err(spawn_failed(launch, &error.to_string()));
            }
        };
        let pid = group.pid().ok_or_else(|| spawn_failed(launch, "it has no process id"))?;
        let identity = Identity::of(pid);
        registration.runs(identity);
        let trace = Trace::new(launch.marker.clone(), Some(identity));
        let output = Arc::new(Output::default());
        let (found, ready) = oneshot::channel();
        let (stdout, stderr) = group.take_output();
        let secrets = Arc::new(Secrets::of_server(USER, launch.password, &launch.environment.variables));
        let reader = Reader { output: &output, secrets: &secrets, tasks, token };
        let stdout = reader.spawn(stdout, LogStream::Stdout, Some(ReadyLine { parse: parse_ready, found }));
        let stderr = reader.spawn(stderr, LogStream::Stderr, None);
        let (signals, signals_asked) = mpsc::channel(8);
        let (exit_seen, exit) = watch::channel(None);
        // Room for all that is ever sent, so that sending never waits.
        let (events_out, events) = mpsc::channel(4);
        let watch = Watch { group, output: Arc::clone(&output), events: events_out, exit_seen, ready_limit };
        let token = token.clone();
        tasks.spawn(async move {
            tokio::select! {
                biased;
                () = token.cancelled() => {}
                () = watch.run(signals_asked, ready, stdout, stderr) => {}
            }
        });
        Ok((Self { pid, trace, registration, signals, exit }, ServerEvents { output, events, held: None }))
    }

    /// The server's process id.
    pub fn pid(&self) -> u32 {
        self.pid
    }
}

fn spawn_failed(launch: &Launch<'_>, reason: &str) -> Problem {
    let message = format!("OpenCode could not be started: {}: {reason}.", launch.binary.display());
    Problem::new("spawn_failed", message)
}

/// What the readers of both outputs share.
struct Reader<'a> {
    output: &'a Arc<Output>,
    secrets: &'a Arc<Secrets>,
    tasks: &'a TaskTracker,
    token: &'a CancellationToken,
}

impl Reader<'_> {
    fn spawn(
        &self,
        reader: Option<impl AsyncRead + Unpin + Send + 'static>,
        stream: LogStream,
        ready: Option<ReadyLine>,
    ) -> JoinHandle<()> {
        let (output, secrets, token) = (Arc::clone(self.output), Arc::clone(self.secrets), self.token.clone());
        self.tasks.spawn(async move {
            if let Some(reader) = reader {
                let quotes = Quotes::default();
                Drain { output: &output, stream, secrets: &secrets, quotes, ready }.run(reader, &token).await;
            }
        })
    }
}

/// The task that owns the process.
struct Watch {
    group: Group,
    output: Arc<Output>,
    events: mpsc::Sender<ServerEvent>,
    exit_seen: watch::Sender<Option<ServerExit>>,
    ready_limit: Duration,
}

impl Watch {
    /// Until the handle is gone; dropping the group then kills what still runs.
    async fn run(
        mut self,
        mut signals: mpsc::Receiver<EndSignal>,
        mut ready: oneshot::Receiver<String>,
        stdout: JoinHandle<()>,
        stderr: JoinHandle<()>,
    ) {
        let mut drained = pin!(join(stdout, stderr));
        // Until when the ready line is waited for; none when it came, or is waited for no longer.
        let mut ready_until = Some(Instant::now() + self.ready_limit);
        let mut ready_open = true;
        let mut was_ready = false;
        let mut exit = None;
        // Until when the rest of the output is waited for; some between the end and its announcement.
        let mut rest_until = None;
        loop {
            let timer = rest_until.or(ready_until);
            tokio::select! {
                biased;
                signal = signals.recv() => match signal {
                    Some(signal) => self.group.signal(signal),
                    None => return,
                },
                url = &mut ready, if ready_until.is_some() && ready_open => {
                    ready_open = false;
                    // An output that ended without it leaves the rest to the time limit and the process's end.
                    if let Ok(url) = url {
                        ready_until = None;
                        was_ready = true;
                        self.send(ServerEvent::Ready { url });
                    }
                }
                status = self.group.wait(), if exit.is_none() => {
                    let seen = status.map(ServerExit::from).unwrap_or_default();
                    exit = Some(seen);
                    self.exit_seen.send_replace(exit);
                    rest_until = Some(Instant::now() + REST_LIMIT);
                }
                _ = &mut drained, if rest_until.is_some() => {
                    was_ready |= self.ready_at_the_end(&mut ready, ready_until.take());
                    rest_until = None;
                    self.announce(exit.unwrap_or_default(), was_ready);
                }
                () = sleep_until(timer.unwrap_or_else(Instant::now)), if timer.is_some() => {
                    if rest_until.take().is_some() {
                        was_ready |= self.ready_at_the_end(&mut ready, ready_until.take());
                        self.announce(exit.unwrap_or_default(), was_ready);
                    } else {
                        ready_until = None;
                        self.send(ServerEvent::NotReady(diagnosis::not_ready(self.ready_limit, &self.output.recent())));
                    }
                }
            }
        }
    }

    /// The ready line may have come together with the end.
    fn ready_at_the_end(&self, ready: &mut oneshot::Receiver<String>, awaited: Option<Instant>) -> bool {
        let url = awaited.and_then(|_| ready.try_recv().ok());
        let is_ready = url.is_some();
        if let Some(url) = url {
            self.send(ServerEvent::Ready { url });
        }
        is_ready
    }

    fn announce(&self, exit: ServerExit, was_ready: bool) {
        let lines = self.output.recent();
        let problem = if was_ready { diagnosis::exited(exit, &lines) } else { diagnosis::exited_early(exit, &lines) };
        self.send(ServerEvent::Exited { exit, before_ready: !was_ready, problem });
    }

    fn send(&self, event: ServerEvent) {
        // Fails only when nobody listens any more.
        let _ = self.events.try_send(event);
    }
}
