//! The instance's server: started, watched, stopped.

use std::future::{Future, pending};
use std::time::Duration;

use crate::opencode::{Client, Endpoint, Password, WireError, parse_ready_line};
use crate::protocol::{Connection, InstanceStatus, LogStream, Problem};
use crate::server::{Launch, Marker, OutputBatch, ServerEvent, ServerEvents, ServerProcess, StopLimits, StopReport};

use super::clock::now_ms;
use super::launch::{Prepared, Turn};
use super::task::InstanceTask;
use super::work::Done;

/// What runs for the instance.
pub(super) enum Server {
    /// Nothing.
    None,
    /// A start is being prepared.
    Preparing,
    /// A process runs, or has just ended by itself.
    Running(Box<Running>),
    /// A server of somebody else's, which runs without us.
    Attached(Client),
    /// A process is being stopped.
    Stopping,
}

/// A server's process and what reaches it.
pub(super) struct Running {
    process: ServerProcess,
    events: ServerEvents,
    password: Password,
    /// None before it is ready.
    client: Option<Client>,
    /// Kept until it is ready, where others wait for that.
    turn: Option<Turn>,
    /// True once the process has ended.
    gone: bool,
}

impl Server {
    /// The next event of the process; never, while there is none.
    pub(super) async fn next(&mut self) -> ServerEvent {
        match self {
            Self::Running(running) => match running.events.next().await {
                Some(event) => event,
                None => pending().await,
            },
            _ => pending().await,
        }
    }

    /// Reaches the server, once it is ready.
    pub(super) fn client(&self) -> Option<&Client> {
        match self {
            Self::Running(running) if !running.gone => running.client.as_ref(),
            Self::Attached(client) => Some(client),
            _ => None,
        }
    }
}

impl InstanceTask {
    /// Prepares a start; the process follows when all that it needs is found.
    pub(super) fn start(&mut self) {
        self.broken_config = None;
        self.subject.status = InstanceStatus::Starting;
        self.subject.connection = Connection::Connecting;
        if let Some(endpoint) = self.launcher.running().cloned() {
            return self.attach(endpoint);
        }
        self.server = Server::Preparing;
        let (launcher, folder, settings) = (self.launcher.clone(), self.folder.clone(), self.settings.clone());
        let after = self.after.take();
        self.work(async move {
            // Two servers on one folder answer twice and do not hear of each other.
            if let Some(ended) = after {
                ended.cancelled().await;
            }
            Done::Prepared(launcher.prepare(&folder, &settings).await.map(Box::new))
        });
    }

    /// Works with a server that runs already.
    fn attach(&mut self, endpoint: Endpoint) {
        match self.client(endpoint) {
            Ok(client) => {
                self.server = Server::Attached(client.clone());
                self.subject.status = InstanceStatus::Ready;
                self.connect(client);
            }
            Err(error) => self.failed(error.to_problem()),
        }
    }

    fn client(&self, endpoint: Endpoint) -> Result<Client, WireError> {
        let limit = Duration::from_millis(self.settings.request_limit_ms.into());
        Client::new(endpoint, self.subject.state.directory(), limit)
    }

    /// Everything for a start was found, or not.
    pub(super) fn prepared(&mut self, prepared: Result<Box<Prepared>, Problem>) {
        if !matches!(self.server, Server::Preparing) {
            return;
        }
        self.server = Server::None;
        if self.closing.is_some() {
            return;
        }
        if std::mem::take(&mut self.restart_wanted) {
            return self.start();
        }
        let started = prepared.and_then(|prepared| self.launch(*prepared));
        match started {
            Ok(running) => self.server = Server::Running(Box::new(running)),
            Err(problem) => self.failed(problem),
        }
    }

    fn launch(&mut self, prepared: Prepared) -> Result<Running, Problem> {
        let Prepared { binary, environment, mut details, turn, registry } = prepared;
        let password = Password::generate()
            .map_err(|error| Problem::new("no_randomness", format!("The system gave no random numbers: {error}.")))?;
        let marker = Marker::random()?;
        let launch = Launch {
            binary: &binary.path,
            folder: &self.folder,
            environment: &environment,
            password: password.reveal(),
            marker: &marker,
            registry: &registry,
        };
        let limit = Duration::from_millis(self.settings.ready_timeout_ms.into());
        let (process, events) = ServerProcess::start(&launch, limit, ready_url, &self.tasks, &self.token)?;
        self.subject.note(format!("Started {} (process {}).", binary.path.display(), process.pid()));
        details.pid = Some(process.pid());
        self.subject.details = details;
        Ok(Running { process, events, password, client: None, turn, gone: false })
    }

    pub(super) fn server_event(&mut self, event: ServerEvent) {
        match event {
            ServerEvent::Output(batch) => self.output(batch),
            ServerEvent::Ready { url } => self.ready(&url),
            ServerEvent::NotReady(problem) => {
                self.failed(problem);
                self.stop();
            }
            ServerEvent::Exited { exit, problem, .. } => {
                self.subject.note(format!("OpenCode ended {exit}."));
                self.subject.details.pid = None;
                if let Server::Running(running) = &mut self.server {
                    running.gone = true;
                }
                let changes = self.subject.state.server_gone();
                self.touch(&changes);
                self.failed(problem);
                // Its tools' shells live in sessions of their own and survive it.
                self.stop();
            }
        }
    }

    fn output(&mut self, batch: OutputBatch) {
        if batch.left_out > 0 {
            self.subject.log.push(now_ms(), LogStream::Outrider, format!("{} lines were left out.", batch.left_out));
        }
        for line in batch.lines {
            self.subject.log.push(line.at, line.stream, line.text);
        }
    }

    fn ready(&mut self, url: &str) {
        let Server::Running(running) = &mut self.server else { return };
        if let Some(turn) = running.turn.take() {
            turn.ready();
        }
        let (endpoint, running_pid) = (Endpoint::at(url, running.password.clone()), running.process.pid());
        match endpoint.and_then(|endpoint| self.client(endpoint)) {
            Ok(client) => {
                if let Server::Running(running) = &mut self.server {
                    running.client = Some(client.clone());
                }
                self.subject.status = InstanceStatus::Ready;
                self.connect(client.clone());
                let pid = running_pid;
                self.work(async move { Done::Version { pid, version: client.health().await.ok() } });
            }
            Err(error) => {
                self.failed(error.to_problem());
                self.stop();
            }
        }
    }

    /// The server could not be started, or cannot work any more.
    pub(super) fn failed(&mut self, problem: Problem) {
        tracing::warn!(folder = %self.folder.display(), code = problem.code, "server failed");
        self.subject.note(problem.message.clone());
        self.subject.status = InstanceStatus::Error { problem };
        if self.stream.is_none() {
            self.subject.connection = Connection::Disconnected { problem: None };
        }
    }

    /// Stops the server, if one runs, and starts it anew.
    pub(super) fn restart(&mut self) {
        if self.closing.is_some() {
            return;
        }
        self.subject.status = InstanceStatus::Starting;
        self.subject.connection = Connection::Connecting;
        self.disconnect();
        match self.server {
            Server::None | Server::Attached(_) => self.start(),
            // What is being prepared was asked for with the settings of then: it is let go when it comes.
            Server::Preparing => self.restart_wanted = true,
            Server::Running(_) | Server::Stopping => {
                self.restart_wanted = true;
                self.stop();
            }
        }
    }

    /// Stops the process, if one runs, and all that it started, beside the loop.
    pub(super) fn stop(&mut self) {
        match std::mem::replace(&mut self.server, Server::Stopping) {
            Server::Running(running) => {
                let stop = stop(*running);
                self.work(async move { Done::Stopped(stop.await) });
            }
            // What was prepared is let go when it comes: no process was started.
            Server::Preparing | Server::None => self.server = Server::None,
            // Nor was one here: it goes on for whoever started it.
            Server::Attached(_) => {
                self.server = Server::None;
                self.subject.status = InstanceStatus::Stopped;
            }
            Server::Stopping => {}
        }
    }

    /// The process is gone, and what it had started.
    pub(super) fn stopped(&mut self, report: StopReport) {
        self.subject.note(report.to_string());
        self.subject.details.pid = None;
        self.server = Server::None;
        self.last_report = report;
        let changes = self.subject.state.server_gone();
        self.touch(&changes);
        if self.closing.is_some() {
            self.subject.status = InstanceStatus::Stopped;
        } else if std::mem::take(&mut self.restart_wanted) {
            self.disconnect();
            self.start();
        }
    }
}

fn stop(running: Running) -> impl Future<Output = StopReport> {
    let Running { process, client, turn, gone, .. } = running;
    let limits = StopLimits::default();
    async move {
        // One that never was ready lets the next one start when it is gone.
        let _turn = turn;
        let dispose = client.filter(|_| !gone).map(|client| async move {
            // Its answer changes nothing: the signals follow.
            client.dispose(limits.dispose).await.ok();
        });
        process.stop(dispose, &limits).await
    }
}

fn ready_url(line: &str) -> Option<String> {
    parse_ready_line(line).map(String::from)
}
