//! An instance that reaches a server through a proxy that harms requests.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use outrider_core::instance::{InstanceHandle, Launcher, Opening};
use outrider_core::opencode::{Client, Endpoint, Password};
use outrider_core::profile::Profile;
use outrider_core::protocol::{Focus, Settings};
use outrider_core::rules;
use outrider_core::typed::{Shelf, Typed};
use outrider_testkit::FaultProxy;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{BASE_MS, Bridge, MAIN, Pane, Stage, ports_of, variable_of};

/// The second app of a test, at the server of the first one's folder: so much of it as one folder needs.
pub struct Far {
    pub proxy: FaultProxy,
    folder: PathBuf,
    profile: PathBuf,
    bridge: Arc<Bridge>,
    pub port: u16,
    password: String,
    opened: u32,
    running: Option<(CancellationToken, TaskTracker)>,
}

impl Far {
    /// At the server of a folder that is open and ready.
    pub fn new(stage: &Stage, near: &Pane) -> Self {
        let pid = near.now().view.server.pid.unwrap();
        let [port] = ports_of(pid)[..] else { panic!("one port expected") };
        Self {
            proxy: FaultProxy::start(([127, 0, 0, 1], port).into()),
            folder: near.handle.folder().to_owned(),
            profile: stage.place.root().join("far-profile"),
            bridge: Arc::clone(&stage.bridge),
            port,
            password: variable_of(pid, "OPENCODE_SERVER_PASSWORD").unwrap(),
            opened: 0,
            running: None,
        }
    }

    /// Opens the folder, with what was typed in it before.
    pub async fn open(&mut self) -> Pane {
        let pane = self.open_anywhere().await;
        pane.connected().await;
        pane
    }

    /// The same, whether it can be connected or not.
    pub async fn open_anywhere(&mut self) -> Pane {
        let (tasks, token) = (TaskTracker::new(), CancellationToken::new());
        let (keeper, kept, problem) = Shelf::new(&Profile::new(&self.profile), tasks.clone()).open(&self.folder);
        assert_eq!(problem, None);
        self.opened += 1;
        let endpoint = Endpoint::at(&self.proxy.url(), Password::new(&*self.password)).unwrap();
        let settings = Settings {
            reconnect_base_ms: BASE_MS,
            request_limit_ms: 3_000,
            confirm_limit_ms: 5_000,
            ..Settings::default()
        };
        let handle: InstanceHandle = Opening {
            id: format!("far{}", self.opened),
            folder: self.folder.clone(),
            settings,
            launcher: Launcher::at(endpoint),
            after: None,
            typed: Typed::new(kept, keeper),
            rules: rules::open(&Profile::new(&self.profile), &self.folder, tasks.clone()).0,
            windows: Arc::clone(&self.bridge) as Arc<_>,
        }
        .open(&tasks, &token);
        self.running = Some((token, tasks));
        Pane::open(handle, MAIN, Some(Focus::Start), Arc::clone(&self.bridge)).await
    }

    /// Ends the app as a crash would: nothing is said to the server, and nothing more is written.
    pub async fn crash(&mut self) {
        let (token, tasks) = self.running.take().expect("it runs");
        token.cancel();
        tasks.close();
        tasks.wait().await;
    }

    /// Requests that pass no proxy.
    pub fn server(&self) -> Client {
        let endpoint =
            Endpoint::at(&format!("http://127.0.0.1:{}", self.port), Password::new(&*self.password)).unwrap();
        Client::new(endpoint, &self.folder.to_string_lossy(), Duration::from_secs(15)).unwrap()
    }
}
