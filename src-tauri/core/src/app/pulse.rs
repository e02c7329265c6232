//! For who looks for leaks: how many tasks are alive, in the log at the level debug.

use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How often it is said.
const BEAT: Duration = Duration::from_secs(10);

/// Says it again and again until the token is cancelled; does nothing where nobody listens.
pub(super) fn beat(tasks: &TaskTracker, token: &CancellationToken) {
    if !tracing::enabled!(tracing::Level::DEBUG) {
        return;
    }
    let token = token.clone();
    tasks.spawn(async move {
        let mut beats = interval(BEAT);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = token.cancelled() => return,
                _ = beats.tick() => {}
            }
            tracing::debug!(count = Handle::current().metrics().num_alive_tasks(), "tasks alive");
        }
    });
}
