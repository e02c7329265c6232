//! The app above its instances: which folders are open, which of them a window shows, settings and recent folders.
//!
//! One task owns it, as each instance's task owns the instance; [`App`] is its handle.

mod folders;
mod pulse;
mod task;
mod wake;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::instance::{InstanceHandle, Launcher, Windows};
use crate::profile::Profile;
use crate::protocol::{AppView, InstanceId, Problem, Settings};
use crate::server::{Environment, GuardianCommand, Registry, check_folder};

use task::{AppTask, Command, Reply};

/// How long a folder may take to be looked at.
const FOLDER_LIMIT: Duration = Duration::from_secs(5);

/// The folder of the profile that tells what runs of the app have running.
const RUNNING: &str = "running";

/// How long an instance may take to say whether it works.
const ANSWER_LIMIT: Duration = Duration::from_secs(1);

/// Windows that also hear of the app itself.
pub trait AppWindows: Windows {
    /// Tells a window how the app looks now. Must not block.
    fn app_changed(&self, window: &str, view: &AppView);
}

/// What the app is started with.
pub struct AppStart {
    /// The folder for settings and state.
    pub profile: PathBuf,
    /// The `opencode` that came with the app.
    pub bundled: Option<PathBuf>,
    /// What servers inherit, and where `opencode` is looked for. None is the environment of this process, completed by
    /// the login shell's.
    pub environment: Option<Environment>,
    /// What ends the servers when the app dies. Without it they are ended by the next start.
    pub guardian: Option<GuardianCommand>,
    /// Where announcements go.
    pub windows: Arc<dyn AppWindows>,
}

/// Reaches the app's task. Cheap to clone.
#[derive(Clone)]
pub struct App {
    commands: mpsc::Sender<Command>,
}

impl AppStart {
    /// Starts the app's task. Must be called in a tokio runtime.
    pub fn start(self) -> App {
        let (commands, commands_in) = mpsc::channel(64);
        let (tasks, token) = (TaskTracker::new(), CancellationToken::new());
        let app = App { commands };
        let registry = Registry::open(Some(self.profile.join(RUNNING)), self.guardian);
        tasks.spawn(report_leftovers(registry.clone(), app.clone()));
        let launcher = Launcher::new(self.bundled, self.environment, registry).concealing(&self.profile);
        let task = AppTask::new(Profile::new(self.profile), launcher, self.windows, tasks, token);
        // Not on the tracker whose end it waits for when it shuts down.
        TaskTracker::new().spawn(task.run(commands_in));
        app
    }
}

/// Ends what earlier runs left behind. Servers start when that is done.
async fn report_leftovers(registry: Registry, app: App) {
    for problem in registry.clean_up().await {
        app.report(problem).await;
    }
}

impl App {
    /// How the app looks to this window, which from now on is told of each change.
    pub async fn attach(&self, window: &str) -> Result<AppView, Problem> {
        let window = window.to_owned();
        self.ask(|reply| Command::Attach { window, reply }).await
    }

    /// Forgets a window that is gone.
    pub async fn detach(&self, window: &str) {
        let window = window.to_owned();
        self.commands.send(Command::Detach { window }).await.ok();
    }

    /// Opens a folder, or goes to its tab when it is open already. With a window, that window shows it.
    ///
    /// # Errors
    /// `folder_missing`, `folder_not_a_directory` or `folder_not_readable`.
    pub async fn open_folder(&self, window: Option<&str>, path: impl Into<PathBuf>) -> Result<InstanceId, Problem> {
        let (window, path) = (window.map(str::to_owned), path.into());
        // Not in the app's task: a folder on a disk that does not answer would hold up everything else.
        let folder = tokio::time::timeout(FOLDER_LIMIT, check_folder(&path)).await.map_err(|_| {
            Problem::new("folder_not_readable", format!("The folder {} does not answer.", path.display()))
        })??;
        self.ask(|reply| Command::Open { window, folder, reply }).await
    }

    /// Opens a folder that is open or among the recent ones, in this window.
    ///
    /// # Errors
    /// `folder_not_known` when it is neither; otherwise as [`App::open_folder`].
    pub async fn open_again(&self, window: &str, path: &str) -> Result<InstanceId, Problem> {
        let folder = path.to_owned();
        if !self.ask(|reply| Command::Knows { folder, reply }).await? {
            let message = "This folder was not opened before. Choose it with \u{201c}Open folder\u{201d}.";
            return Err(Problem::new("folder_not_known", message));
        }
        self.open_folder(Some(window), path).await
    }

    /// Stops an instance's server and closes its tab. Answers when nothing of it is left.
    pub async fn close_instance(&self, instance: &str) -> Result<(), Problem> {
        let instance = instance.to_owned();
        self.ask(|reply| Command::Close { instance, reply }).await
    }

    /// Shows an instance in a window, or the start page.
    pub async fn select_instance(&self, window: &str, instance: Option<&str>) -> Result<(), Problem> {
        let (window, instance) = (window.to_owned(), instance.map(str::to_owned));
        self.ask(|reply| Command::Select { window, instance, reply }).await
    }

    /// Reaches an instance.
    ///
    /// # Errors
    /// `instance_closed` when there is none of this id.
    pub async fn instance(&self, instance: &str) -> Result<InstanceHandle, Problem> {
        let instance = instance.to_owned();
        self.ask(|reply| Command::Instance { instance, reply })
            .await?
            .ok_or_else(|| Problem::new("instance_closed", "This folder was closed."))
    }

    /// Changes and saves the settings.
    ///
    /// # Errors
    /// `settings_invalid` with what is wrong; `profile_not_saved` when they could not be written, and then they are in
    /// force until the app ends.
    pub async fn update_settings(&self, settings: Settings) -> Result<(), Problem> {
        self.ask(|reply| Command::Configure { settings, reply }).await?
    }

    /// Shows a problem at the level of the app, until it is dismissed.
    pub async fn report(&self, problem: Problem) {
        self.commands.send(Command::Report(problem)).await.ok();
    }

    /// Takes a problem away that the person has read.
    pub async fn dismiss(&self, code: &str) {
        self.commands.send(Command::Dismiss { code: code.to_owned() }).await.ok();
    }

    /// Finds out at once whether all event streams still work: the person came back to the window.
    pub async fn check(&self) {
        self.commands.send(Command::Check).await.ok();
    }

    /// In how many folders something works now. A folder that does not answer in time counts: its state is not known.
    pub async fn working(&self) -> usize {
        let instances = self.ask(|reply| Command::Instances { reply }).await.unwrap_or_default();
        let asked = instances.iter().map(|instance| async {
            !matches!(tokio::time::timeout(ANSWER_LIMIT, instance.working()).await, Ok(Ok(0) | Err(_)))
        });
        futures_util::future::join_all(asked).await.into_iter().filter(|works| *works).count()
    }

    /// Stops all servers. The app's task ends with it.
    pub async fn shut_down(&self) {
        self.ask(|reply| Command::ShutDown { reply }).await.ok();
    }

    async fn ask<T>(&self, command: impl FnOnce(Reply<T>) -> Command) -> Result<T, Problem> {
        let gone = || Problem::new("shutting_down", "Outrider is closing.");
        let (reply, answer) = oneshot::channel();
        self.commands.send(command(reply)).await.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())
    }
}
