use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::instance::{InstanceHandle, Launcher, Opening, Windows};
use crate::profile::Profile;
use crate::protocol::{AppView, InstanceId, InstanceRow, Problem, Settings};
use crate::rules;
use crate::typed::{Shelf, Typed};

use super::AppWindows;
use super::folders::folder_rows;
use super::pulse;
use super::wake::Wake;

/// How long the end of everything may take when the app ends: a server's stop has 8 s.
const CLOSE_LIMIT: Duration = Duration::from_secs(9);

/// Where an answer goes.
pub(super) type Reply<T> = oneshot::Sender<T>;

/// What is asked of the app.
pub(super) enum Command {
    Attach { window: String, reply: Reply<AppView> },
    Detach { window: String },
    Open { window: Option<String>, folder: PathBuf, reply: Reply<InstanceId> },
    Knows { folder: String, reply: Reply<bool> },
    Close { instance: InstanceId, reply: Reply<()> },
    Select { window: String, instance: Option<InstanceId>, reply: Reply<()> },
    Instance { instance: InstanceId, reply: Reply<Option<InstanceHandle>> },
    Instances { reply: Reply<Vec<InstanceHandle>> },
    Configure { settings: Settings, reply: Reply<Result<(), Problem>> },
    Report(Problem),
    Dismiss { code: String },
    Check,
    ShutDown { reply: Reply<()> },
}

pub(super) struct AppTask {
    profile: Profile,
    shelf: Shelf,
    launcher: Launcher,
    windows: Arc<dyn AppWindows>,
    tasks: TaskTracker,
    token: CancellationToken,
    settings: Settings,
    recent: Vec<String>,
    problems: Vec<Problem>,
    instances: Vec<InstanceHandle>,
    /// Folders whose server is still being stopped; cancelled when it is gone.
    ending: HashMap<PathBuf, CancellationToken>,
    /// What each window shows; none is the start page.
    active: BTreeMap<String, Option<InstanceId>>,
    /// Which windows each instance was told that they show it.
    shown: HashMap<InstanceId, BTreeSet<String>>,
    /// The instance that was opened last: what a window shows that attaches later.
    latest: Option<InstanceId>,
    opened: u64,
    revision: u64,
}

impl AppTask {
    pub(super) fn new(
        profile: Profile,
        launcher: Launcher,
        windows: Arc<dyn AppWindows>,
        tasks: TaskTracker,
        token: CancellationToken,
    ) -> Self {
        let (settings, bad_settings) = profile.settings(check);
        let (recent, bad_recent) = profile.recent();
        let shelf = Shelf::new(&profile, tasks.clone());
        shelf.sweep();
        Self {
            profile,
            shelf,
            launcher,
            windows,
            tasks,
            token,
            settings,
            recent,
            problems: [bad_settings, bad_recent].into_iter().flatten().collect(),
            instances: Vec::new(),
            ending: HashMap::new(),
            active: BTreeMap::new(),
            shown: HashMap::new(),
            latest: None,
            opened: 0,
            revision: 0,
        }
    }

    pub(super) async fn run(mut self, mut commands: mpsc::Receiver<Command>) {
        let mut wake = Wake::new(&self.tasks, &self.token);
        pulse::beat(&self.tasks, &self.token);
        loop {
            let command = tokio::select! {
                command = commands.recv() => command,
                () = wake.up() => Some(Command::Check),
            };
            let Some(command) = command else { break };
            match command {
                Command::Attach { window, reply } => {
                    let latest = self.latest.clone();
                    self.active.entry(window.clone()).or_insert(latest);
                    reply.send(self.view(&window)).ok();
                }
                Command::Detach { window } => {
                    self.active.remove(&window);
                    for instance in &self.instances {
                        instance.forget(&window).await;
                    }
                }
                Command::Open { window, folder, reply } => {
                    reply.send(self.open(window, &folder)).ok();
                    self.changed();
                }
                Command::Knows { folder, reply } => {
                    let is_open = self.instances.iter().any(|handle| handle.folder() == Path::new(&folder));
                    reply.send(is_open || self.recent.contains(&folder)).ok();
                }
                Command::Close { instance, reply } => {
                    self.close(&instance, reply);
                    self.changed();
                }
                Command::Select { window, instance, reply } => {
                    if instance.as_ref().is_none_or(|id| self.instances.iter().any(|handle| handle.id() == id)) {
                        self.active.insert(window, instance);
                    }
                    reply.send(()).ok();
                    self.changed();
                }
                Command::Instance { instance, reply } => {
                    reply.send(self.instances.iter().find(|handle| *handle.id() == instance).cloned()).ok();
                }
                Command::Instances { reply } => {
                    reply.send(self.instances.clone()).ok();
                }
                Command::Configure { settings, reply } => {
                    reply.send(self.configure(settings).await).ok();
                    self.changed();
                }
                Command::Report(problem) => {
                    self.problems.retain(|other| *other != problem);
                    self.problems.push(problem);
                    self.changed();
                }
                Command::Dismiss { code } => {
                    self.problems.retain(|problem| problem.code != code);
                    self.changed();
                }
                Command::Check => {
                    for instance in &self.instances {
                        instance.check().await.ok();
                    }
                }
                Command::ShutDown { reply } => {
                    drop(wake);
                    self.shut_down().await;
                    reply.send(()).ok();
                    return;
                }
            }
            self.tell_shown().await;
        }
        drop(wake);
        // Nobody can ask for anything any more.
        self.shut_down().await;
    }

    fn open(&mut self, window: Option<String>, folder: &Path) -> InstanceId {
        let open_already =
            self.instances.iter().find(|handle| handle.folder() == folder).map(|handle| handle.id().clone());
        let id = open_already.unwrap_or_else(|| {
            self.opened += 1;
            let id = format!("i{}", self.opened);
            let windows: Arc<dyn Windows> = Arc::clone(&self.windows) as Arc<dyn Windows>;
            let (settings, launcher) = (self.settings.clone(), self.launcher.clone());
            self.ending.retain(|_, ended| !ended.is_cancelled());
            let after = self.ending.get(folder).cloned();
            let (keeper, kept, damaged) = self.shelf.open(folder);
            self.problems.extend(damaged);
            let typed = Typed::new(kept, keeper);
            let (rules, damaged) = rules::open(&self.profile, folder, self.tasks.clone());
            self.problems.extend(damaged);
            let opening =
                Opening { id: id.clone(), folder: folder.to_owned(), settings, launcher, after, typed, rules, windows };
            self.instances.push(opening.open(&self.tasks, &self.token));
            id
        });
        let remembered = self.profile.remember(&mut self.recent, &folder.to_string_lossy());
        self.problems.extend(remembered.err());
        self.latest = Some(id.clone());
        match window {
            Some(window) => {
                self.active.insert(window, Some(id.clone()));
            }
            None => self.active.values_mut().for_each(|active| *active = Some(id.clone())),
        }
        id
    }

    /// Takes the tab away at once; the answer comes when the server and all that it started are gone.
    fn close(&mut self, id: &str, reply: Reply<()>) {
        let Some(at) = self.instances.iter().position(|handle| handle.id() == id) else {
            reply.send(()).ok();
            return;
        };
        let handle = self.instances.remove(at);
        let neighbour = self.instances.get(at).or_else(|| self.instances.last()).map(|handle| handle.id().clone());
        for active in self.active.values_mut().chain([&mut self.latest]) {
            if active.as_deref() == Some(id) {
                active.clone_from(&neighbour);
            }
        }
        let ended = CancellationToken::new();
        self.ending.insert(handle.folder().to_owned(), ended.clone());
        self.tasks.spawn(async move {
            handle.close().await.ok();
            ended.cancel();
            reply.send(()).ok();
        });
    }

    async fn configure(&mut self, settings: Settings) -> Result<(), Problem> {
        check(&settings)?;
        self.settings = settings;
        for instance in &self.instances {
            instance.configure(self.settings.clone()).await.ok();
        }
        self.profile.save_settings(&self.settings)
    }

    async fn shut_down(&mut self) {
        let closing: Vec<_> = self.instances.drain(..).map(|handle| async move { handle.close().await.ok() }).collect();
        self.tasks.close();
        // Folders that were closed just before may still be ending: their tasks are waited for as well.
        let ended = async {
            futures_util::future::join_all(closing).await;
            self.tasks.wait().await;
        };
        tokio::time::timeout(CLOSE_LIMIT, ended).await.ok();
        self.token.cancel();
        self.launcher.close().await;
    }

    /// Tells each instance which windows show it, where that changed.
    async fn tell_shown(&mut self) {
        self.shown.retain(|id, _| self.instances.iter().any(|handle| handle.id() == id));
        for instance in &self.instances {
            let shows = |(_, active): &(&String, &Option<InstanceId>)| active.as_ref() == Some(instance.id());
            let windows: BTreeSet<String> =
                self.active.iter().filter(shows).map(|(window, _)| window.clone()).collect();
            let told = self.shown.entry(instance.id().clone()).or_default();
            if *told != windows {
                told.clone_from(&windows);
                instance.shown(windows).await.ok();
            }
        }
    }

    fn changed(&mut self) {
        self.revision += 1;
        for window in self.active.keys() {
            self.windows.app_changed(window, &self.view(window));
        }
    }

    fn view(&self, window: &str) -> AppView {
        let home = std::env::home_dir();
        let open: Vec<_> = self.instances.iter().map(|handle| handle.folder().to_string_lossy().into_owned()).collect();
        let recent: Vec<_> = self.recent.iter().filter(|path| !open.contains(path)).cloned().collect();
        let ids = self.instances.iter().map(|handle| handle.id().clone());
        let rows = folder_rows(&open, home.as_deref());
        AppView {
            revision: self.revision,
            instances: ids.zip(rows).map(|(id, folder)| InstanceRow { id, folder }).collect(),
            active: self.active.get(window).cloned().flatten(),
            recent: folder_rows(&recent, home.as_deref()),
            settings: self.settings.clone(),
            problems: self.problems.clone(),
        }
    }
}

fn check(settings: &Settings) -> Result<(), Problem> {
    let invalid = |message: &str| Err(Problem::new("settings_invalid", message));
    if !(1_000..=600_000).contains(&settings.ready_timeout_ms) {
        return invalid("The time limit for a start must be between 1 and 600 seconds.");
    }
    if !(10..=60_000).contains(&settings.reconnect_base_ms) {
        return invalid("The first delay before reconnecting must be between 10 and 60,000 milliseconds.");
    }
    if !(1..=20).contains(&settings.reconnect_attempts) {
        return invalid("The number of attempts to reconnect must be between 1 and 20.");
    }
    if !(100..=600_000).contains(&settings.silence_limit_ms) {
        return invalid("The longest silence of an event stream must be between 100 milliseconds and 10 minutes.");
    }
    if !(10..=60_000).contains(&settings.restart_delay_ms) {
        return invalid("The delay before a server is started again must be between 10 and 60,000 milliseconds.");
    }
    if !(100..=600_000).contains(&settings.confirm_limit_ms) {
        return invalid("The time limit for a prompt to appear must be between 100 milliseconds and 10 minutes.");
    }
    if !(100..=600_000).contains(&settings.request_limit_ms) {
        return invalid("The time limit for a request must be between 100 milliseconds and 10 minutes.");
    }
    if settings.opencode_path.as_ref().is_some_and(|path| path.trim().is_empty()) {
        return invalid("The path of the opencode binary is empty; leave it out to find it by itself.");
    }
    Ok(())
}
