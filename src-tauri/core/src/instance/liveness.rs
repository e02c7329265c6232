//! Finds out at once whether an event stream that looks open still brings what the server does: after the machine
//! slept, when the window comes to the front, when the person asks.

use std::future::pending;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::time::{Instant, sleep_until, timeout};

use crate::model::{RunStatus, SessionId};
use crate::opencode::{Client, WireError};

/// A check in the course of one opening of the stream. Nothing happens until one is asked for.
///
/// The server is asked what works (`GET /session/status`, which is never behind the events, observed on opencode
/// 1.18.33). It must answer soon and, asked again after a pause in which events on their way arrive, say what is shown
/// here. The stream itself must bring something within half the limit of silence: the server sends a heartbeat every
/// 10 s.
pub(super) struct Liveness {
    client: Client,
    silence: Duration,
    question: Option<BoxFuture<'static, Result<Running, WireError>>>,
    /// The first answer said something else than what is shown.
    doubted: bool,
    heard_by: Option<Instant>,
}

/// The sessions that work.
pub(super) type Running = Vec<(SessionId, RunStatus)>;

/// What a check found.
pub(super) enum Finding {
    /// The stream is lost.
    Lost(WireError),
    /// To be compared with what is shown; the outcome goes to [`Liveness::compared`].
    Running(Running),
}

impl Liveness {
    pub(super) fn new(client: Client, silence: Duration) -> Self {
        Self { client, silence, question: None, doubted: false, heard_by: None }
    }

    /// Begins a check, unless one is under way. Without `ask` only the stream itself is looked at: while its snapshot is
    /// still read, what is shown is not to be compared.
    pub(super) fn begin(&mut self, ask: bool) {
        self.heard_by.get_or_insert(Instant::now() + self.silence / 2);
        if ask && self.question.is_none() {
            self.doubted = false;
            self.ask(Duration::ZERO);
        }
    }

    /// The stream brought an event.
    pub(super) fn heard(&mut self) {
        self.heard_by = None;
    }

    /// What is found next; never, while no check is under way. Cancelling it loses nothing.
    pub(super) async fn next(&mut self) -> Finding {
        let heard_by = self.heard_by;
        let answer = async {
            match &mut self.question {
                Some(question) => question.await,
                None => pending().await,
            }
        };
        let silent = async {
            match heard_by {
                Some(until) => sleep_until(until).await,
                None => pending().await,
            }
        };
        let found = tokio::select! {
            answer = answer => answer,
            () = silent => return Finding::Lost(WireError::StreamSilent { limit: self.silence / 2 }),
        };
        self.question = None;
        match found {
            Ok(running) => Finding::Running(running),
            Err(error) => Finding::Lost(error),
        }
    }

    /// Takes in whether the answer said what is shown, and says when the stream is lost.
    pub(super) fn compared(&mut self, same: bool) -> Option<WireError> {
        if same {
            return None;
        }
        if std::mem::replace(&mut self.doubted, true) {
            return Some(WireError::StreamBehind);
        }
        self.ask(self.silence / 20);
        None
    }

    fn ask(&mut self, pause: Duration) {
        let (client, limit) = (self.client.clone(), self.silence / 5);
        self.question = Some(Box::pin(async move {
            tokio::time::sleep(pause).await;
            timeout(limit, client.statuses()).await.unwrap_or(Err(WireError::Timeout { limit }))
        }));
    }
}
