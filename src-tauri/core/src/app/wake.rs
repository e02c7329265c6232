//! Notices that the machine slept, so that what was connected before is looked at without waiting for its limits.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::Notify;
use tokio::time::{Interval, MissedTickBehavior, interval};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

/// How often the clocks are compared.
const LOOK: Duration = Duration::from_secs(5);

/// How far the clocks may differ, or a look be late, before the machine must have slept.
const TOLERANCE: Duration = Duration::from_secs(4);

/// Both clocks at one moment.
#[derive(Debug, Clone, Copy)]
struct Reading {
    /// Goes on while the machine sleeps, and can be set.
    wall: SystemTime,
    /// Stands still while the machine sleeps, on Linux and macOS.
    run: Instant,
}

impl Reading {
    fn now() -> Self {
        Self { wall: SystemTime::now(), run: Instant::now() }
    }
}

/// True when more time went by between two looks than can have passed awake. A wall clock that was set forward looks
/// the same; what follows is a check that finds everything well.
fn slept(before: Reading, now: Reading) -> bool {
    let run = now.run.saturating_duration_since(before.run);
    let wall = now.wall.duration_since(before.wall).unwrap_or_default();
    run.max(wall) > LOOK + TOLERANCE
}

/// Watches the clocks and, where there is one, listens to the system's own notice.
pub(super) struct Wake {
    looks: Interval,
    before: Reading,
    notice: Arc<Notify>,
    /// Ends what listens together with this.
    _listening: DropGuard,
}

impl Wake {
    pub(super) fn new(tasks: &TaskTracker, token: &CancellationToken) -> Self {
        let notice = Arc::new(Notify::new());
        let listening = token.child_token();
        listen(&notice, tasks, &listening);
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { looks, before: Reading::now(), notice, _listening: listening.drop_guard() }
    }

    /// Waits until the machine woke up. Cancelling it loses nothing.
    pub(super) async fn up(&mut self) {
        loop {
            let noticed = tokio::select! {
                _ = self.looks.tick() => false,
                () = self.notice.notified() => true,
            };
            let before = std::mem::replace(&mut self.before, Reading::now());
            if noticed || slept(before, self.before) {
                return;
            }
        }
    }
}

/// logind says before and after each sleep (`PrepareForSleep`, false after it). Without it the clocks must do.
#[cfg(target_os = "linux")]
fn listen(notice: &Arc<Notify>, tasks: &TaskTracker, token: &CancellationToken) {
    use futures_util::StreamExt;

    let (notice, token) = (Arc::clone(notice), token.clone());
    let notices = async move {
        let bus = zbus::Connection::system().await?;
        let manager = zbus::Proxy::new(
            &bus,
            "org.freedesktop.login1",
            "/org/freedesktop/login1",
            "org.freedesktop.login1.Manager",
        )
        .await?;
        let mut signals = manager.receive_signal("PrepareForSleep").await?;
        while let Some(signal) = signals.next().await {
            if !signal.body().deserialize::<bool>()? {
                notice.notify_one();
            }
        }
        zbus::Result::Ok(())
    };
    tasks.spawn(async move {
        tokio::select! {
            () = token.cancelled() => {}
            ended = notices => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "no notice of sleep from the system");
                }
            }
        }
    });
}

#[cfg(not(target_os = "linux"))]
fn listen(_notice: &Arc<Notify>, _tasks: &TaskTracker, _token: &CancellationToken) {}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(before: Reading, wall: i64, run: u64) -> Reading {
        let wall_moved = Duration::from_secs(wall.unsigned_abs());
        let wall = if wall < 0 { before.wall - wall_moved } else { before.wall + wall_moved };
        Reading { wall, run: before.run + Duration::from_secs(run) }
    }

    #[test]
    fn time_that_cannot_have_passed_awake_is_sleep() {
        let before = Reading::now();
        assert!(!slept(before, after(before, 5, 5)), "an ordinary look");
        assert!(!slept(before, after(before, 8, 8)), "a look that came late on a busy machine");
        assert!(!slept(before, after(before, -3_600, 5)), "a wall clock set back");
        assert!(slept(before, after(before, 600, 5)), "the running clock stood still");
        assert!(slept(before, after(before, 600, 600)), "clocks that both go on, as after SIGSTOP");
    }
}
