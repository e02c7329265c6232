//! The registry on disk: for each run of the app a folder with what it has running, and a lock that it holds while it
//! lives.
//! The system frees the lock however the app ends, so that a later start can tell a dead run from a living one.

use std::{
    collections::BTreeSet,
    env,
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    process,
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::{
    clearing::{ClearingLimits, clear},
    marker::{INSTANCE_VARIABLE, Marker},
    registry::Entry,
    survivors::{Identity, Survivor, Trace},
};
use crate::{
    profile::{Document, Profile},
    protocol::Problem,
};

/// Between TERM and KILL for what an earlier run left behind.
const TERM: Duration = Duration::from_secs(1);
/// How long one server's leftovers are looked for.
const LIMIT: Duration = Duration::from_secs(5);
/// How many processes a notice names.
const NAMED: usize = 8;

/// What a run has running.
const SERVERS: Document = Document { name: "servers", what: "running servers", version: 1, limit: 1 << 20 };
const LOCK: &str = "lock";

/// What a run of the app has running.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Record {
    app: Option<Identity>,
    servers: Vec<Entry>,
}

/// The files of this run.
#[derive(Debug)]
pub(super) struct RunFiles {
    folder: PathBuf,
    run: Marker,
    app: Identity,
    /// Held from the first server to the end of the app.
    lock: Option<File>,
}

impl RunFiles {
    pub(super) fn new(folder: PathBuf, run: Marker) -> Self {
        Self { folder, run, app: Identity::of(process::id()), lock: None }
    }

    /// The folder of all runs, and the name of this one.
    pub(super) fn place(&self) -> (&Path, &Marker) {
        (&self.folder, &self.run)
    }

    pub(super) fn save<'a>(&mut self, entries: impl Iterator<Item = &'a Entry>) -> Result<(), Problem> {
        if self.lock.is_none() {
            self.lock = lock(&self.folder, &self.run).map_err(|error| not_saved(&self.folder, &error))?;
        }
        let own = self.folder.join(self.run.as_str());
        let record = Record { app: Some(self.app), servers: entries.cloned().collect() };
        if record.servers.is_empty() {
            return remove(&record_in(&own)).map_err(|error| not_saved(&self.folder, &error));
        }
        Profile::new(own).save(&SERVERS, &record)
    }
}

impl Drop for RunFiles {
    fn drop(&mut self) {
        // What is still registered is the guardian's, or the next start's.
        if self.lock.is_some() && !record_in(&self.folder.join(self.run.as_str())).exists() {
            finish(&self.folder, &self.run, &[]);
        }
    }
}

/// Takes away the files of a dead run of which nothing is left; keeps what is left of it.
pub(super) fn finish(folder: &Path, run: &Marker, left: &[Entry]) {
    let own = folder.join(run.as_str());
    if left.is_empty() {
        remove(&record_in(&own)).ok();
        remove(&own.join(LOCK)).ok();
        // What was set aside in it stays, and the folder with it.
        fs::remove_dir(own).ok();
    } else {
        Profile::new(own).save(&SERVERS, &Record { app: None, servers: left.to_vec() }).ok();
    }
}

/// Ends what dead runs left behind.
pub(super) async fn clean_up(folder: &Path) -> Vec<Problem> {
    let (mut ended, mut left, mut problems) = (Vec::new(), Vec::new(), Vec::new());
    for run in runs(folder) {
        // Held until its files are gone: of two starts at the same time one cleans up.
        let _lock = match lock(folder, &run) {
            Ok(Some(lock)) => Some(lock),
            Ok(None) => continue,
            // Not every file system has locks; the app's id and start decide there.
            Err(error) if error.kind() == io::ErrorKind::Unsupported => None,
            Err(error) => {
                tracing::warn!(%error, "an earlier run's list of servers is not looked at");
                continue;
            }
        };
        let (record, problem) = Profile::new(folder.join(run.as_str())).load::<Record>(&SERVERS, |_| Ok(()));
        let is_unreadable = problem.as_ref().is_some_and(|problem| problem.code == "profile_unreadable");
        problems.extend(problem);
        if is_unreadable || record.app.is_some_and(Identity::is_alive) {
            continue;
        }
        let mut kept = Vec::new();
        for entry in record.servers {
            // Started from a tool of that server, this app carries its marker, and so do our own web processes.
            if env::var_os(INSTANCE_VARIABLE).is_some_and(|marker| marker == entry.marker.as_str()) {
                kept.push(entry);
                continue;
            }
            let trace = Trace::of_an_earlier_run(entry.marker.clone(), entry.server, entry.binary.clone());
            let limits = ClearingLimits { term: TERM, settle: Duration::ZERO, deadline: Instant::now() + LIMIT };
            // Not by the group: its number may be somebody else's by now.
            let cleared = clear(&trace, limits, |_| {}).await;
            if !cleared.left.is_empty() {
                kept.push(entry);
            }
            ended.extend(cleared.ended);
            left.extend(cleared.left);
        }
        finish(folder, &run, &kept);
    }
    problems.extend(notice(&ended, &left));
    problems
}

fn notice(ended: &[Survivor], left: &[Survivor]) -> Option<Problem> {
    let before = "Outrider ended unexpectedly before";
    if !left.is_empty() {
        let message = format!("{before}, and could not end what its servers left running: {}.", names(left));
        return Some(Problem::new("leftovers_still_run", message));
    }
    let message = || format!("{before}. What its servers left running was ended now: {}.", names(ended));
    (!ended.is_empty()).then(|| Problem::new("leftovers_ended", message()))
}

fn names(survivors: &[Survivor]) -> String {
    let mut names: Vec<_> = survivors.iter().take(NAMED).map(ToString::to_string).collect();
    if survivors.len() > NAMED {
        names.push(format!("and {} more", survivors.len() - NAMED));
    }
    names.join(", ")
}

/// The runs of which there is a folder, this one's not yet.
fn runs(folder: &Path) -> BTreeSet<Marker> {
    let folders = fs::read_dir(folder).into_iter().flatten().flatten();
    folders.filter_map(|folder| Marker::try_from(folder.file_name().into_string().ok()?).ok()).collect()
}

/// Takes a run's lock; none when another process holds it.
pub(super) fn lock(folder: &Path, run: &Marker) -> io::Result<Option<File>> {
    let own = folder.join(run.as_str());
    fs::create_dir_all(&own)?;
    let file = File::options().create(true).truncate(false).write(true).open(own.join(LOCK))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn record_in(own: &Path) -> PathBuf {
    own.join(format!("{}.json", SERVERS.name))
}

fn not_saved(folder: &Path, error: &io::Error) -> Problem {
    Problem::new(
        "profile_not_saved",
        format!("The {} could not be saved in {}: {error}.", SERVERS.what, folder.display()),
    )
}
