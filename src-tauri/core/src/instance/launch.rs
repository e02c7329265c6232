//! Finds everything that a server's start needs.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use crate::protocol::{Problem, ServerDetails, Settings};
use crate::server::{Binary, BinaryPlaces, Environment, OPENCODE_VARIABLE, check_folder};

/// What servers are started with, shared by all instances of the app.
#[derive(Clone)]
pub struct Launcher {
    /// Where none was given, the login shell is asked once, when the first server starts.
    environment: Arc<OnceCell<Environment>>,
    bundled: Option<PathBuf>,
}

/// All that a start needs.
pub(super) struct Prepared {
    pub(super) binary: Binary,
    pub(super) environment: Environment,
    pub(super) details: ServerDetails,
}

impl Launcher {
    /// A launcher that falls back to the bundled binary, if there is one. Servers get `environment`; without one they
    /// get this process's, completed by the login shell's where that is needed.
    pub fn new(bundled: Option<PathBuf>, environment: Option<Environment>) -> Self {
        Self { environment: Arc::new(OnceCell::new_with(environment)), bundled }
    }

    /// Checks the folder, finds the environment and the binary.
    pub(super) async fn prepare(
        &self,
        folder: &Path,
        settings: &Settings,
        token: &CancellationToken,
    ) -> Result<Prepared, Problem> {
        check_folder(folder).await?;
        let environment = self.environment.get_or_init(|| Environment::load(token)).await.clone();
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
        Ok(Prepared { binary, environment, details })
    }
}
