//! The guardian: a small process beside the app that ends the app's servers when the app cannot do it any more.
//!
//! Its standard input is a pipe from the app, which tells it what was started and what has ended. However the app ends,
//! the system closes the pipe, and the guardian does what is left to do and ends as well.

use std::{collections::BTreeMap, io, path::PathBuf, time::Duration};

use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::{
    clearing::{ClearingLimits, clear},
    marker::Marker,
    registry::Entry,
    registry_files,
    survivors::Trace,
};

/// Between TERM and KILL. A server that swallows the first TERM (wire study, section 1) gets no second one: whoever
/// killed the app wants its servers gone.
const TERM: Duration = Duration::from_secs(1);
/// How long a server that the app was just starting may take until it can be seen.
const STARTING: Duration = Duration::from_millis(500);
/// All is over by then.
const LIMIT: Duration = Duration::from_millis(4_500);

/// What the app tells its guardian, one JSON object on each line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Notice {
    /// Where the files of this run of the app are.
    Run { folder: PathBuf, run: Marker },
    /// A server is being started, or runs. Takes the place of what was said of it before.
    Entered(Entry),
    /// Nothing of the server is left.
    Left(Marker),
}

/// What the guardian knows.
#[derive(Debug, Default)]
struct Wards {
    files: Option<(PathBuf, Marker)>,
    servers: BTreeMap<Marker, Entry>,
}

impl Wards {
    fn hear(&mut self, notice: Notice) {
        match notice {
            Notice::Run { folder, run } => self.files = Some((folder, run)),
            Notice::Entered(entry) => {
                self.servers.insert(entry.marker.clone(), entry);
            }
            Notice::Left(marker) => {
                self.servers.remove(&marker);
            }
        }
    }
}

/// The whole life of a guardian process: it returns when its app is gone and nothing of the app's servers is left.
pub fn guard() {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    runtime.block_on(async {
        let _deaf = Deaf::new();
        // On a thread of its own: reading blocks until the app says something.
        let wards = tokio::task::spawn_blocking(|| listen(io::stdin().lock())).await.unwrap_or_default();
        end(wards).await;
    });
}

/// Listens until the app is gone.
fn listen(lines: impl io::BufRead) -> Wards {
    let mut wards = Wards::default();
    for line in lines.lines() {
        let Ok(line) = line else { break };
        // The last line of an app that was killed may be half a line.
        if let Ok(notice) = serde_json::from_str(&line) {
            wards.hear(notice);
        }
    }
    wards
}

async fn end(wards: Wards) {
    if wards.servers.is_empty() {
        return;
    }
    // A start of the app at this moment leaves this run to us.
    let _lock = wards.files.as_ref().map(|(folder, run)| registry_files::lock(folder, run));
    let deadline = Instant::now() + LIMIT;
    let cleared = join_all(wards.servers.into_values().map(|entry| async move {
        let settle = if entry.server.is_some() { Duration::ZERO } else { STARTING };
        let limits = ClearingLimits { term: TERM, settle, deadline };
        // The server's group needs no signal of its own: whoever is in it was seen while the server lived.
        let cleared = clear(&Trace::new(entry.marker.clone(), entry.server), limits, |_| {}).await;
        (!cleared.left.is_empty()).then_some(entry)
    }));
    let left: Vec<_> = cleared.await.into_iter().flatten().collect();
    if let Some((folder, run)) = &wards.files {
        registry_files::finish(folder, run, &left);
    }
}

/// While it lives, the signals that ask a process to end do nothing: the end of a session sends them to everybody, and
/// the guardian ends with the app.
struct Deaf {
    #[cfg(unix)]
    _signals: [Option<tokio::signal::unix::Signal>; 4],
}

impl Deaf {
    fn new() -> Self {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let kinds = [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup(), SignalKind::quit()];
            Self { _signals: kinds.map(|kind| signal(kind).ok()) }
        }
        #[cfg(not(unix))]
        Self {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::survivors::Identity;

    #[test]
    fn what_is_told_is_heard_up_to_a_half_line() {
        let marker = || Marker::random().unwrap();
        let (kept, left, run) = (marker(), marker(), marker());
        let entry = |marker: &Marker, server| Entry {
            marker: marker.clone(),
            server,
            binary: "/bin/opencode".to_owned(),
            folder: "/code".to_owned(),
        };
        let runs = entry(&kept, Some(Identity { pid: 7, started: 1 }));
        let notices = [
            Notice::Run { folder: "/profile".into(), run: run.clone() },
            Notice::Entered(entry(&kept, None)),
            Notice::Entered(entry(&left, None)),
            Notice::Entered(runs.clone()),
            Notice::Left(left.clone()),
        ];
        let mut lines: String = notices.map(|notice| serde_json::to_string(&notice).unwrap() + "\n").concat();
        lines.push_str("no notice\n");
        let half = serde_json::to_string(&Notice::Left(kept.clone())).unwrap();
        lines.push_str(&half[..half.len() - 2]);
        let wards = listen(lines.as_bytes());
        assert_eq!(wards.files, Some(("/profile".into(), run)));
        assert_eq!(wards.servers, BTreeMap::from([(kept, runs)]));
    }
}
