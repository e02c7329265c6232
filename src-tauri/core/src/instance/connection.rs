//! Keeps the event stream of one server open, and reads a fresh snapshot each time that it was opened.
//!
//! A task of its own: it must read always, because the server queues without bound for a slow reader.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{Notify, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::model::{Event, SessionId, Snapshot};
use crate::opencode::{self, Client, WireError};
use crate::protocol::{Connection, Problem};
use crate::store::Mark;
use crate::traffic::Traffic;

use super::backoff::{Backoff, Next};
use super::clock::now_ms;
use super::liveness::{Finding, Liveness, Running};

/// What the connection tells the instance, in order.
pub(super) enum Update {
    /// Its state changed.
    State(Connection),
    /// The stream is open; events follow. The answer says what the snapshot must hold.
    Opened(oneshot::Sender<Plan>),
    /// An event of the stream.
    Event(Box<Event>),
    /// The server's answer, asked for at the mark. Followed by [`Connection::Connected`].
    Snapshot(Box<Snapshot>, Mark),
    /// What works, as the server says now. The answer is whether the same is shown.
    Running(Running, oneshot::Sender<bool>),
    /// A stream that was open is lost.
    Lost,
    /// The server refuses the folder because of its configuration, until it is started anew.
    ConfigBroken(WireError),
}

/// What a snapshot must hold, and where the order of events stood when it was asked for.
pub(super) struct Plan {
    pub(super) mark: Mark,
    /// Sessions whose newest messages are to be read, and how many.
    pub(super) sessions: Vec<(SessionId, u32)>,
}

/// How one opening of the stream ended.
struct Ended {
    /// For how long the stream had worked, its snapshot read; none if it never did.
    worked: Option<Duration>,
    error: WireError,
}

pub(super) struct ConnectionTask {
    pub(super) client: Client,
    pub(super) directory: String,
    pub(super) backoff: Backoff,
    /// How long the stream may bring no byte.
    pub(super) silence: Duration,
    pub(super) updates: mpsc::Sender<Update>,
    /// The stream is to be looked at now, and the next attempt made now.
    pub(super) check: Arc<Notify>,
    /// Everything that comes is recorded here.
    pub(super) traffic: Arc<Traffic>,
    pub(super) token: CancellationToken,
}

impl ConnectionTask {
    /// Runs until the token is cancelled, the instance no longer listens, or the server refuses the folder for good.
    pub(super) async fn run(mut self) {
        let token = self.token.clone();
        tokio::select! {
            () = token.cancelled() => {}
            // The instance is gone when nothing can be sent to it: there is nobody to tell.
            _ = self.keep_open() => {}
        }
    }

    async fn keep_open(&mut self) -> Option<()> {
        self.send(Update::State(Connection::Connecting)).await?;
        loop {
            let ended = self.open_once().await?;
            if matches!(ended.error, WireError::ConfigBroken { .. }) {
                return self.send(Update::ConfigBroken(ended.error)).await;
            }
            let next = match ended.worked {
                Some(lived) => self.backoff.lost(lived),
                None => self.backoff.failed(),
            };
            match next {
                Next::AtOnce => self.reconnecting(0, Duration::ZERO).await?,
                Next::After { attempt, delay } => {
                    self.reconnecting(attempt, delay).await?;
                    tokio::select! {
                        () = tokio::time::sleep(delay) => {}
                        () = self.check.notified() => {}
                    }
                }
                Next::GiveUp => {
                    let problem = Some(gave_up(&ended.error));
                    self.send(Update::State(Connection::Disconnected { problem })).await?;
                    self.check.notified().await;
                    self.backoff.restart();
                    self.send(Update::State(Connection::Connecting)).await?;
                }
            }
        }
    }

    async fn reconnecting(&self, attempt: u32, delay: Duration) -> Option<()> {
        let delay_ms = u32::try_from(delay.as_millis()).unwrap_or(u32::MAX);
        let state = Connection::Reconnecting {
            attempt,
            attempts: self.backoff.attempts(),
            delay_ms,
            at: now_ms() + i64::from(delay_ms),
        };
        self.send(Update::State(state)).await
    }

    /// Opens the stream, reads the snapshot beside it, and passes everything on until it ends.
    async fn open_once(&self) -> Option<Ended> {
        let mut stream = match opencode::open(&self.client, self.silence).await {
            Ok(stream) => stream,
            Err(error) => return Some(Ended { worked: None, error }),
        };
        self.traffic.opened();
        let (plan_in, plan) = oneshot::channel();
        self.send(Update::Opened(plan_in)).await?;
        let plan = plan.await.ok()?;
        let mark = plan.mark;
        let mut reading = std::pin::pin!(self.client.read_snapshot(&self.directory, &plan.sessions));
        let mut working_since = None;
        let mut liveness = Liveness::new(self.client.clone(), self.silence);
        let error = loop {
            tokio::select! {
                event = stream.next() => match event {
                    Some(Ok(received)) => {
                        liveness.heard();
                        match self.traffic.record(now_ms(), received) {
                            Event::Disposed => break WireError::StreamEnded { clean: true },
                            event => self.send(Update::Event(Box::new(event))).await?,
                        }
                    }
                    None => break WireError::StreamEnded { clean: true },
                    Some(Err(error)) => break error,
                },
                read = &mut reading, if working_since.is_none() => match read {
                    Ok(snapshot) => {
                        working_since = Some(Instant::now());
                        self.traffic.synced();
                        self.send(Update::Snapshot(Box::new(snapshot), mark)).await?;
                        self.send(Update::State(Connection::Connected)).await?;
                    }
                    Err(error) => break error,
                },
                () = self.check.notified() => liveness.begin(working_since.is_some()),
                finding = liveness.next() => match finding {
                    Finding::Lost(error) => break error,
                    Finding::Running(running) => {
                        let (reply, same) = oneshot::channel();
                        self.send(Update::Running(running, reply)).await?;
                        if let Some(error) = liveness.compared(same.await.ok()?) {
                            break error;
                        }
                    }
                },
            }
        };
        self.send(Update::Lost).await?;
        Some(Ended { worked: working_since.map(|since| since.elapsed()), error })
    }

    async fn send(&self, update: Update) -> Option<()> {
        self.updates.send(update).await.ok()
    }
}

fn gave_up(error: &WireError) -> Problem {
    let cause = error.to_problem();
    Problem::new(
        "disconnected",
        format!("The connection to OpenCode was lost and could not be made again. {}", cause.message),
    )
}

#[cfg(test)]
mod tests;
