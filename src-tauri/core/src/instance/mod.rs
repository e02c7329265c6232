//! One task for each opened folder: it owns the folder's server, the connection to it and the state, and is the only
//! one that changes them. Everyone else holds an [`InstanceHandle`], or a copy with a revision.

mod answering;
mod auto_answers;
mod backoff;
mod broken_config;
mod clock;
mod command;
mod connection;
mod deleting;
mod files;
mod finding;
mod handle;
mod history;
mod launch;
mod liveness;
mod models;
mod notices;
mod own_answers;
mod rereading;
mod restarts;
mod sending;
mod server_life;
mod stopping;
mod stream_life;
mod subject;
mod tabs;
mod task;
mod traffic;
mod unseen;
mod views;
mod work;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::protocol::{InstanceId, Settings};
use crate::rules::Rules;
use crate::server::StopReport;
use crate::store::Mark;
use crate::traffic::Traffic;
use crate::typed::Typed;

pub use crate::feed::FindStep;
pub use command::{Answer, RuleChange, Scroll};
pub use handle::InstanceHandle;
pub use launch::Launcher;
pub use views::Windows;

/// How many commands may wait; beyond that whoever asks waits.
const WAITING_COMMANDS: usize = 256;

/// What an instance is opened with.
pub struct Opening {
    /// The instance.
    pub id: InstanceId,
    /// The folder, canonical: the server compares paths as strings.
    pub folder: PathBuf,
    /// The settings in force.
    pub settings: Settings,
    /// Finds binary and environment.
    pub launcher: Launcher,
    /// Cancelled when the server of an earlier instance of this folder is gone: this one's starts then.
    pub after: Option<CancellationToken>,
    /// What was typed in the folder before.
    pub typed: Typed,
    /// By which requests are answered without the person.
    pub rules: Rules,
    /// Where announcements go.
    pub windows: Arc<dyn Windows>,
}

impl Opening {
    /// Opens the instance: its task runs on the tracker and starts the server at once. Cancelling the token kills the
    /// server's group without asking; [`InstanceHandle::close`] is the orderly way.
    pub fn open(self, tasks: &TaskTracker, token: &CancellationToken) -> InstanceHandle {
        let Self { id, folder, settings, launcher, after, typed, rules, windows } = self;
        let (commands, commands_in) = mpsc::channel(WAITING_COMMANDS);
        // Unbounded, but no more wait in it than requests are under way.
        let (done, done_in) = mpsc::unbounded_channel();
        let traffic = Arc::new(Traffic::default());
        let task = task::InstanceTask {
            launcher,
            settings,
            subject: subject::Subject::new(folder.to_string_lossy().into_owned()),
            views: views::Views::new(id.clone(), windows),
            server: server_life::Server::None,
            stream: None,
            traffic: Arc::clone(&traffic),
            broken_config: None,
            whole_since: Mark::default(),
            rereading: rereading::Rereading::default(),
            history: history::History::default(),
            after,
            desk: sending::Desk::new(typed),
            reading: HashSet::new(),
            expected: HashMap::new(),
            unknown: HashSet::new(),
            restart_wanted: false,
            restarts: restarts::Restarts::default(),
            restart_delay: None,
            auto_answers: auto_answers::AutoAnswers::new(rules),
            own_answers: own_answers::OwnAnswers::default(),
            last_report: StopReport::default(),
            closing: None,
            done,
            tasks: tasks.clone(),
            token: token.child_token(),
            folder: folder.clone(),
        };
        tasks.spawn(task.run(commands_in, done_in));
        InstanceHandle { id, folder, commands, traffic }
    }
}
