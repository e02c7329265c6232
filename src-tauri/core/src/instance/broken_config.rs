use std::future::pending;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

/// How often the file is looked at. Only while the server is useless because of it.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// A configuration file that keeps the server from working. The server does not read it again by itself: it is started
/// anew when the file changes.
pub(super) struct BrokenConfig {
    path: PathBuf,
    seen: Option<Stamp>,
    next_look: Instant,
}

/// What changes when a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
}

impl BrokenConfig {
    /// Watches the file as it is now.
    pub(super) fn watch(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref().to_owned();
        let seen = std::fs::metadata(&path).ok().map(|file| Stamp::of(&file));
        Self { path, seen, next_look: Instant::now() + LOOK_EVERY }
    }

    /// Resolves when the file has changed or gone; never, when no file is watched. Safe to cancel.
    pub(super) async fn changed(watched: &mut Option<Self>) {
        let Some(config) = watched else { return pending().await };
        loop {
            // A point in time, not a pause: the caller drops this future whenever something else happens.
            tokio::time::sleep_until(config.next_look).await;
            config.next_look = Instant::now() + LOOK_EVERY;
            let now = tokio::fs::metadata(&config.path).await.ok().map(|file| Stamp::of(&file));
            if now != config.seen {
                config.seen = now;
                return;
            }
        }
    }
}

impl Stamp {
    fn of(file: &std::fs::Metadata) -> Self {
        Self { modified: file.modified().ok(), length: file.len() }
    }
}
