//! Stopping runs.

use std::time::Duration;

use tokio::time::Instant;

use crate::model::{Role, SessionId};
use crate::opencode::{Client, WireError};
use crate::protocol::Problem;

use super::command::Reply;
use super::task::InstanceTask;
use super::work::Done;

/// How long a run that is about to begin is let.
const BEGIN_LIMIT: Duration = Duration::from_secs(2);

/// How often the server is asked whether it has begun.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Answers among so many of a session's newest messages say whether one is being written.
const NEWEST: u32 = 4;

impl InstanceTask {
    /// Stops a session's run.
    pub(super) fn abort(&mut self, session: SessionId, reply: Reply<Result<(), Problem>>) {
        let Some(reply) = self.if_known(Some(&session), reply) else { return };
        let Some((client, reply)) = self.client_or(reply) else { return };
        self.work(async move {
            match stop_run(&client, &session).await {
                Ok(()) => Done::Aborted { session, reply },
                Err(error) => {
                    reply.send(Err(error.to_problem())).ok();
                    Done::Nothing
                }
            }
        });
    }
}

/// Stops a session's run, after its answer has begun. A server that is stopped while it prepares its first run in a
/// folder keeps that as the outcome of the preparation, and fails each later run there until it is started again (seen
/// on 1.18.33: "All fibers interrupted without error").
pub(super) async fn stop_run(client: &Client, session: &SessionId) -> Result<(), WireError> {
    let until = Instant::now() + BEGIN_LIMIT;
    while Instant::now() < until && is_about_to_begin(client, session).await {
        tokio::time::sleep(LOOK_EVERY).await;
    }
    client.abort(session).await
}

/// True when the session works and writes no answer. What cannot be learnt keeps nothing from being stopped.
async fn is_about_to_begin(client: &Client, session: &SessionId) -> bool {
    let (statuses, page) = tokio::join!(client.statuses(), client.messages(session, NEWEST, None));
    let (Ok(statuses), Ok(page)) = (statuses, page) else { return false };
    let works = statuses.iter().any(|(id, status)| id == session && status.is_running());
    let mut heads = page.messages.iter().map(|(head, _)| head);
    works && !heads.any(|head| head.role == Role::Assistant && head.completed.is_none())
}
