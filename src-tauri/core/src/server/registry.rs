//! What this app has started and not yet ended: told to a guardian, and written to a file for the next start.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    guardian::Notice,
    guardian_keeper::{GuardianCommand, Keeper},
    marker::Marker,
    registry_files::{self, RunFiles},
    spawn::Launch,
    survivors::Identity,
};
use crate::protocol::Problem;

/// How long the guardian's end is waited for: one that still has something to end is left to it.
const GUARDIAN_END: Duration = Duration::from_secs(1);

/// A server as it is registered. Nothing in it is secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) marker: Marker,
    /// None while it is being started.
    pub(super) server: Option<Identity>,
    pub(super) binary: String,
    pub(super) folder: String,
}

/// The servers of this app. Cheap to clone; when the last clone is dropped, the guardian ends what is still registered.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
pub(super) struct Shared {
    state: Mutex<State>,
    folder: Option<PathBuf>,
    /// Cancelled when what earlier runs left behind is gone.
    cleaned: CancellationToken,
    /// Of the task that looks after the guardian.
    pub(super) tasks: TaskTracker,
}

#[derive(Debug, Default)]
pub(super) struct State {
    entries: BTreeMap<Marker, Entry>,
    files: Option<RunFiles>,
    pub(super) keeper: Option<Keeper>,
}

impl Registry {
    /// A registry that writes to files in `folder`, and starts a guardian with the first server. Neither is there under
    /// tests; without a guardian, what the app leaves behind is ended by the next start.
    pub fn open(folder: Option<PathBuf>, guardian: Option<GuardianCommand>) -> Self {
        let run = Marker::random().map_err(|error| tracing::warn!(%error, "no registry of servers")).ok();
        let files = folder.clone().zip(run).map(|(folder, run)| RunFiles::new(folder, run));
        let state = State { entries: BTreeMap::new(), files, keeper: guardian.map(Keeper::new) };
        Self { shared: Arc::new(Shared { state: Mutex::new(state), folder, ..Shared::default() }) }
    }

    /// Ends what earlier runs of the app left behind, and says so. Runs of the app that still live are not touched.
    pub async fn clean_up(&self) -> Vec<Problem> {
        // Also when it is interrupted: nothing may wait for it for ever.
        let _cleaned = self.shared.cleaned.clone().drop_guard();
        match &self.shared.folder {
            Some(folder) => registry_files::clean_up(folder).await,
            None => Vec::new(),
        }
    }

    /// Waits until [`Registry::clean_up`] has ended.
    pub(crate) async fn cleaned(&self) {
        self.shared.cleaned.cancelled().await;
    }

    /// The guardian's process id, while one runs.
    pub fn guardian(&self) -> Option<u32> {
        self.shared.lock().keeper.as_ref().and_then(Keeper::pid)
    }

    /// Enters a server that is about to be started. Must be called in a tokio runtime.
    pub(super) fn enter(&self, launch: &Launch<'_>) -> Registration {
        let marker = launch.marker.clone();
        let entry = Entry {
            marker: marker.clone(),
            server: None,
            binary: launch.binary.to_string_lossy().into_owned(),
            folder: launch.folder.to_string_lossy().into_owned(),
        };
        Keeper::start(&self.shared);
        self.shared.lock().enter(entry);
        Registration { shared: Arc::clone(&self.shared), marker }
    }

    /// Lets the guardian go and waits for its end, when the app ends in order. It takes along what could not be ended.
    pub async fn close(&self) {
        {
            let mut state = self.shared.lock();
            if let Some(keeper) = &mut state.keeper {
                keeper.close();
            }
            state.files = None;
        }
        self.shared.tasks.close();
        timeout(GUARDIAN_END, self.shared.tasks.wait()).await.ok();
    }
}

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn enter(&mut self, entry: Entry) {
        self.tell(&Notice::Entered(entry.clone()));
        self.entries.insert(entry.marker.clone(), entry);
        self.save();
    }

    fn leave(&mut self, marker: &Marker) {
        if self.entries.remove(marker).is_some() {
            self.tell(&Notice::Left(marker.clone()));
            self.save();
        }
    }

    /// Tells a new guardian everything.
    pub(super) fn tell_all(&mut self) {
        if let Some(files) = &self.files {
            let (folder, run) = files.place();
            self.tell(&Notice::Run { folder: folder.to_owned(), run: run.clone() });
        }
        for entry in self.entries.values().cloned().collect::<Vec<_>>() {
            self.tell(&Notice::Entered(entry));
        }
    }

    fn tell(&mut self, notice: &Notice) {
        if let Some(keeper) = &mut self.keeper {
            keeper.tell(notice);
        }
    }

    fn save(&mut self) {
        if let Some(files) = &mut self.files
            && let Err(problem) = files.save(self.entries.values())
        {
            // The guardian knows it all the same.
            tracing::warn!(%problem, "the registry of servers is not up to date");
        }
    }
}

/// A server's place in the registry. It stays when this is dropped: only who ended the server takes it out.
#[derive(Debug)]
pub(super) struct Registration {
    shared: Arc<Shared>,
    marker: Marker,
}

impl Registration {
    /// The server was started.
    pub(super) fn runs(&mut self, server: Identity) {
        let mut state = self.shared.lock();
        if let Some(entry) = state.entries.get(&self.marker) {
            let entry = Entry { server: Some(server), ..entry.clone() };
            state.enter(entry);
        }
    }

    /// Nothing of the server is left.
    pub(super) fn over(self) {
        self.shared.lock().leave(&self.marker);
    }
}
