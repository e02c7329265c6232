//! What every journey stands on: a scripted model, a place of its own, the app's core, and windows that mirror it.

mod bridge;
mod far;
mod mirror;
mod pane;
mod processes;
mod read;
mod rewriter;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use outrider_core::app::{App, AppStart};
use outrider_core::protocol::{Focus, Settings};
use outrider_core::server::Environment;
use outrider_testkit::place::ServerConfig;
use outrider_testkit::processes::wait_until_gone;
use outrider_testkit::{Place, ScriptedModel, opencode_binary};

pub use bridge::Bridge;
pub use far::Far;
pub use mirror::apply;
pub use pane::Pane;
pub use processes::{kill, ports_of, variable_of};
pub use read::*;
pub use rewriter::UnknownAgent;

/// The window of most tests.
pub const MAIN: &str = "main";

/// The delay before the first attempt to reconnect, in milliseconds: long enough that a window sees each attempt.
pub const BASE_MS: u32 = 100;

/// The app's core in a place of its own, with a scripted model.
pub struct Stage {
    pub model: ScriptedModel,
    pub place: Place,
    pub app: App,
    pub bridge: Arc<Bridge>,
    environment: BTreeMap<String, String>,
}

impl Stage {
    pub async fn new() -> Self {
        Self::with(|config| config).await
    }

    /// With other settings of the server.
    pub async fn with(configure: impl FnOnce(ServerConfig) -> ServerConfig) -> Self {
        Self::in_environment(configure, |_, _| {}).await
    }

    /// With another environment: the place and its variables are there to be changed before the app starts.
    pub async fn in_environment(
        configure: impl FnOnce(ServerConfig) -> ServerConfig,
        change: impl FnOnce(&Place, &mut BTreeMap<String, String>),
    ) -> Self {
        let (model, place) = (ScriptedModel::start().await, Place::new());
        let mut environment = place.environment(&configure(ServerConfig::new(&model.base_url())));
        environment.insert("OUTRIDER_OPENCODE".into(), opencode_binary().display().to_string());
        change(&place, &mut environment);
        let bridge = Arc::new(Bridge::default());
        let app = start(&place, &environment, &bridge);
        let settings = Settings { reconnect_base_ms: BASE_MS, ..Settings::default() };
        app.update_settings(settings).await.unwrap();
        Self { model, place, app, bridge, environment }
    }

    /// Opens a folder in the main window.
    pub async fn open(&self, folder: &Path) -> Pane {
        let instance = self.app.open_folder(Some(MAIN), folder).await.unwrap();
        self.pane(&instance, MAIN, None).await
    }

    /// Looks at an instance in a window.
    pub async fn pane(&self, instance: &str, window: &str, focus: Option<Focus>) -> Pane {
        let handle = self.app.instance(instance).await.unwrap();
        Pane::open(handle, window, focus, Arc::clone(&self.bridge)).await
    }

    /// Opens a fresh folder and waits until its server is connected.
    pub async fn ready(&self, name: &str) -> Pane {
        let pane = self.open(&self.place.folder(name)).await;
        pane.connected().await;
        pane
    }

    /// Quits the app and starts it anew.
    pub async fn start_again(&mut self) {
        self.app.shut_down().await;
        self.app = start(&self.place, &self.environment, &self.bridge);
    }

    /// Quits the app. Nothing that ran in this place may be left.
    pub async fn end(self) {
        self.app.shut_down().await;
        self.nothing_runs().await;
    }

    /// Waits until no process runs that has the place's home.
    pub async fn nothing_runs(&self) {
        let home = self.place.home();
        wait_until_gone("HOME", &home.display().to_string(), Duration::from_secs(2)).await;
    }

    /// Writes an executable script into the place.
    pub fn script(place: &Place, name: &str, text: &str) -> PathBuf {
        use std::os::unix::fs::PermissionsExt as _;
        let path = place.root().join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }
}

fn start(place: &Place, environment: &BTreeMap<String, String>, bridge: &Arc<Bridge>) -> App {
    let variables = environment.iter().map(|(name, value)| (OsString::from(name), OsString::from(value))).collect();
    let environment = Environment { variables, path_source: "the test's environment".to_owned() };
    let windows = Arc::clone(bridge);
    let profile = place.root().join("profile");
    AppStart { profile, bundled: None, environment: Some(environment), guardian: None, windows }.start()
}
