//! Finds everything that a server's start needs.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::{Mutex, OnceCell, OwnedMutexGuard};
use tokio_util::sync::CancellationToken;

use crate::opencode::Endpoint;
use crate::protocol::{Problem, ServerDetails, Settings};
use crate::server::{Binary, BinaryPlaces, Environment, OPENCODE_VARIABLE, Registry, check_folder};

/// What servers are started with, shared by all instances of the app.
#[derive(Clone)]
pub struct Launcher {
    /// Where none was given, the login shell is asked once, when the first server starts.
    environment: Arc<OnceCell<Environment>>,
    bundled: Option<PathBuf>,
    first: FirstStart,
    registry: Registry,
    /// A server that runs already and is not ours to start or stop.
    running: Option<Endpoint>,
}

/// Servers start one at a time until one was ready: the first server of a home makes the database that all share, and
/// another that begins meanwhile ends with "Failed query: CREATE TABLE" (seen on 1.18.33).
#[derive(Clone, Default)]
struct FirstStart {
    alone: Arc<Mutex<()>>,
    done: Arc<AtomicBool>,
}

/// The right to be the only server that starts; given up when it is dropped.
pub(super) struct Turn {
    _alone: OwnedMutexGuard<()>,
    done: Arc<AtomicBool>,
}

impl FirstStart {
    /// Waits for the others, unless one of them was ready.
    async fn turn(&self) -> Option<Turn> {
        if self.done.load(Ordering::Acquire) {
            return None;
        }
        let alone = Arc::clone(&self.alone).lock_owned().await;
        let done = Arc::clone(&self.done);
        (!done.load(Ordering::Acquire)).then_some(Turn { _alone: alone, done })
    }
}

impl Turn {
    /// The server is ready: from now on any number may start at the same time.
    pub(super) fn ready(self) {
        self.done.store(true, Ordering::Release);
    }
}

/// All that a start needs.
pub(super) struct Prepared {
    pub(super) binary: Binary,
    pub(super) environment: Environment,
    pub(super) details: ServerDetails,
    pub(super) turn: Option<Turn>,
    pub(super) registry: Registry,
}

impl Launcher {
    /// A launcher that falls back to the bundled binary, if there is one. Servers get `environment`; without one they
    /// get this process's, completed by the login shell's where that is needed.
    pub fn new(bundled: Option<PathBuf>, environment: Option<Environment>, registry: Registry) -> Self {
        let environment = Arc::new(OnceCell::new_with(environment));
        Self { environment, bundled, first: FirstStart::default(), registry, running: None }
    }

    /// A launcher that starts nothing: instances work with the server at this address, which somebody else starts and
    /// stops. It may be another process at the same address later on; instances notice by the loss of their stream.
    pub fn at(running: Endpoint) -> Self {
        Self { running: Some(running), ..Self::new(None, None, Registry::default()) }
    }

    /// The server that runs already, where one was named.
    pub(super) fn running(&self) -> Option<&Endpoint> {
        self.running.as_ref()
    }

    /// No server starts any more, and the guardian of those that ran ends.
    pub(crate) async fn close(&self) {
        self.registry.close().await;
    }

    /// Checks the folder, finds the environment and the binary, and waits until a server may start.
    pub(super) async fn prepare(&self, folder: &Path, settings: &Settings) -> Result<Prepared, Problem> {
        check_folder(folder).await?;
        // The answer is for all instances: it does not end with the one that asked first. It has a time limit.
        let never = CancellationToken::new();
        let environment = self.environment.get_or_init(|| Environment::load(&never)).await.clone();
        let path: Option<OsString> = environment.path().map(ToOwned::to_owned);
        let places = BinaryPlaces {
            variable: environment.get(OPENCODE_VARIABLE),
            setting: settings.opencode_path.as_deref(),
            path: path.as_deref(),
            bundled: self.bundled.as_deref(),
        };
        let binary = places.find()?;
        let details = ServerDetails {
            binary: Some(binary.path.display().to_string()),
            binary_source: Some(binary.source.as_str().to_owned()),
            version: None,
            pid: None,
            path: path.map(|path| path.to_string_lossy().into_owned()),
            path_source: Some(environment.path_source.clone()),
        };
        let turn = self.first.turn().await;
        // Two servers on one folder do not hear of each other; one of an earlier run may still be there.
        self.registry.cleaned().await;
        Ok(Prepared { binary, environment, details, turn, registry: self.registry.clone() })
    }
}
