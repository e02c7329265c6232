//! Deleting sessions, and stopping them first.

use std::time::Duration;

use tokio::time::Instant;

use crate::model::{Event, SessionId};
use crate::opencode::{Client, WireError};
use crate::protocol::Problem;

use super::command::Reply;
use super::stopping::stop_run;
use super::task::InstanceTask;
use super::work::Done;

/// How long a session may take to stop.
const STOP_LIMIT: Duration = Duration::from_secs(10);

/// How often the server is asked whether it has. The stream may be lost, and then nothing tells.
const LOOK_EVERY: Duration = Duration::from_millis(100);

impl InstanceTask {
    /// Deletes a session and those below it. The server goes on working on a session that it deletes (seen on 1.18.33),
    /// so that those that work are stopped before.
    pub(super) fn delete_session(&mut self, session: SessionId, reply: Reply<Result<(), Problem>>) {
        let Some((client, reply)) = self.client_or(reply) else { return };
        let family = self.family(&session);
        if family.is_empty() {
            reply.send(Err(Problem::new("session_gone", "This session no longer exists."))).ok();
            return;
        }
        self.work(async move {
            match delete(&client, &session, &family).await {
                Ok(()) => Done::Deleted { family, reply },
                Err(problem) => {
                    reply.send(Err(problem)).ok();
                    Done::Nothing
                }
            }
        });
    }

    /// The server has deleted them. Its own events may be lost, or still come.
    pub(super) fn deleted(&mut self, family: Vec<SessionId>, reply: Reply<Result<(), Problem>>) {
        for id in family {
            let changes = self.subject.state.apply(Event::SessionRemoved(id.clone()));
            self.touch(&changes);
            self.subject.notices.forget(&id);
            self.typed_for_deleted(&id);
            self.close_tab(&id);
        }
        reply.send(Ok(())).ok();
    }

    /// The session that is known, first, and all below it.
    pub(super) fn family(&self, session: &SessionId) -> Vec<SessionId> {
        let state = &self.subject.state;
        let known = state.session(session).is_some().then(|| session.clone());
        let below = state.sessions().map(|(id, _)| id).filter(|id| *id != session && state.is_within(id, session));
        known.iter().chain(below).cloned().collect()
    }
}

async fn delete(client: &Client, session: &SessionId, family: &[SessionId]) -> Result<(), Problem> {
    let until = Instant::now() + STOP_LIMIT;
    let mut aborted = Vec::new();
    loop {
        // The server knows best what works, and a subagent may have begun meanwhile.
        let statuses = client.statuses().await.map_err(|error| error.to_problem())?;
        let running: Vec<_> =
            statuses.into_iter().filter(|(id, status)| status.is_running() && family.contains(id)).collect();
        if running.is_empty() {
            break;
        }
        for (id, _) in &running {
            if !aborted.contains(id) {
                stop_run(client, id).await.map_err(|error| error.to_problem())?;
                aborted.push(id.clone());
            }
        }
        if Instant::now() >= until {
            let seconds = STOP_LIMIT.as_secs();
            let message = format!(
                "The session did not stop within {seconds} s, so it was not deleted. Try again, or restart OpenCode."
            );
            return Err(Problem::new("session_not_stopped", message));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    match client.delete_session(session).await {
        // Somebody else was faster.
        Ok(()) | Err(WireError::NotFound { .. }) => Ok(()),
        Err(error) => Err(error.to_problem()),
    }
}
