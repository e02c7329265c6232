//! Reading again after a stop.
//!
//! What a stopped run still wrote is in the server's answers, but some of it was never told: the stop cuts the server's
//! work off between the writing and the telling (seen on 1.18.33 under load, up to 1 s after the session was idle).

use std::time::Duration;

use crate::model::{Failure, SessionId, Snapshot};
use crate::opencode::WireError;
use crate::store::Mark;

use super::task::InstanceTask;
use super::work::Done;

/// How long after a session said that it stopped its answers are taken as the last word.
const SETTLE: Duration = Duration::from_millis(500);

/// How often a reading that fails is tried again, so long as the stream lives.
const ATTEMPTS: u8 = 3;

/// A reading that is to come, or under way.
#[derive(Default)]
pub(super) struct Rereading {
    under_way: bool,
    /// Something else stopped meanwhile.
    again: bool,
    failed: u8,
}

/// What came of it.
pub(super) enum Reread {
    /// It is time to ask.
    Settled,
    /// The answer, asked for at the mark.
    Read(Mark, Result<Box<Snapshot>, WireError>),
}

impl InstanceTask {
    /// A session is idle.
    pub(super) fn reread_if_stopped(&mut self, session: &SessionId) {
        let Some(entry) = self.subject.state.session(session) else { return };
        let failure = entry.transcript().newest_answer().and_then(|answer| answer.failure.as_ref());
        if entry.is_stopped() || failure.is_some_and(Failure::is_abort) {
            self.reread();
        }
    }

    /// Reads everything once more, a moment from now.
    pub(super) fn reread(&mut self) {
        if std::mem::replace(&mut self.rereading.under_way, true) {
            self.rereading.again = true;
            return;
        }
        self.work(async move {
            tokio::time::sleep(SETTLE).await;
            Done::Reread(Reread::Settled)
        });
    }

    pub(super) fn reread_done(&mut self, done: Reread) {
        match done {
            Reread::Settled => {
                let Some(client) = self.server.client().cloned() else {
                    self.rereading = Rereading::default();
                    return;
                };
                let since = self.subject.state.ask();
                let (sessions, directory) = (self.plan().sessions, self.subject.state.directory().to_owned());
                self.rereading.again = false;
                self.work(async move {
                    let read = client.read_snapshot(&directory, &sessions).await;
                    Done::Reread(Reread::Read(since, read.map(Box::new)))
                });
            }
            Reread::Read(since, read) => {
                let mut again = self.rereading.again;
                let failed = self.rereading.failed;
                self.rereading = Rereading::default();
                match read {
                    // Asked for before the stream was lost or opened: what came in between may be missing from it.
                    Ok(_) if since < self.whole_since => again = true,
                    Ok(snapshot) => self.fold_snapshot(*snapshot, since),
                    Err(_) if failed < ATTEMPTS => {
                        self.rereading.failed = failed + 1;
                        again = true;
                    }
                    Err(error) => self.subject.note(format!("What a stopped run left could not be read: {error}")),
                }
                if again {
                    self.reread();
                }
            }
        }
    }
}
