use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use crate::model::{MessageId, PartId, RequestId, SessionId};
use crate::protocol::{Batch, Focus, InstanceId, Problem, Settings, Snapshot};
use crate::server::StopReport;
use crate::store::State;
use crate::traffic::Traffic;

use super::command::{Answer, Command, Reply, Scroll};

/// Reaches an instance's task. Cheap to clone; when the instance is closed every request answers `instance_closed`.
#[derive(Clone)]
pub struct InstanceHandle {
    pub(super) id: InstanceId,
    pub(super) folder: PathBuf,
    pub(super) commands: mpsc::Sender<Command>,
    pub(super) traffic: Arc<Traffic>,
}

impl InstanceHandle {
    /// The instance.
    pub fn id(&self) -> &InstanceId {
        &self.id
    }

    /// The folder, canonical.
    pub fn folder(&self) -> &std::path::Path {
        &self.folder
    }

    /// The whole view of what the window looks at; batches follow from there. With a focus, the window looks at that
    /// from now on.
    pub async fn view(&self, window: &str, focus: Option<Focus>) -> Result<Snapshot, Problem> {
        if focus.as_ref().is_some_and(|focus| *focus != Focus::Events) {
            self.traffic.leave(window);
        }
        let window = window.to_owned();
        self.ask(|reply| Command::View { window, focus, reply }).await
    }

    /// Forgets a window that is gone.
    pub async fn forget(&self, window: &str) {
        self.traffic.leave(window);
        self.tell(Command::Forget { window: window.to_owned() }).await.ok();
    }

    /// The window has painted the batch that led to this revision and may be sent the next.
    pub async fn acknowledge(&self, window: &str, feed: u64, revision: u64) -> Result<(), Problem> {
        self.tell(Command::Acknowledge { window: window.to_owned(), feed, revision }).await
    }

    /// A batch that was announced without its patches; none when it is outdated.
    pub async fn fetch(&self, window: &str, feed: u64, revision: u64) -> Result<Option<Batch>, Problem> {
        let window = window.to_owned();
        self.ask(|reply| Command::Fetch { window, feed, revision, reply }).await
    }

    /// Moves the window's range of messages; what comes into it arrives as patches.
    pub async fn scroll(&self, window: &str, feed: u64, to: Scroll) -> Result<(), Problem> {
        self.tell(Command::Scroll { window: window.to_owned(), feed, to }).await
    }

    /// Shows input and output of a tool call, or no longer; they arrive as a patch.
    pub async fn expand(
        &self,
        window: &str,
        feed: u64,
        message: &str,
        part: &str,
        expanded: bool,
    ) -> Result<(), Problem> {
        let (message, part) = (MessageId::from(message), PartId::from(part));
        self.tell(Command::Expand { window: window.to_owned(), feed, message, part, expanded }).await
    }

    /// Closes a session's tab. Windows that look at it go to its neighbour.
    pub async fn close_tab(&self, session: &str) -> Result<(), Problem> {
        self.tell(Command::CloseTab { session: session.into() }).await
    }

    /// Makes a session; the window looks at it from now on.
    pub async fn new_session(&self, window: &str) -> Result<Snapshot, Problem> {
        let window = window.to_owned();
        self.ask(|reply| Command::NewSession { window, reply }).await?
    }

    /// Sends a prompt, in a new session when none is given, and says in which session it is. The server has it then;
    /// the message itself arrives as a patch.
    pub async fn prompt(&self, window: &str, session: Option<&str>, text: &str) -> Result<SessionId, Problem> {
        let (window, session, text) = (window.to_owned(), session.map(SessionId::from), text.to_owned());
        self.ask(|reply| Command::Prompt { window, session, text, reply }).await?
    }

    /// Stops a session's run.
    pub async fn abort(&self, session: &str) -> Result<(), Problem> {
        let session = session.into();
        self.ask(|reply| Command::Abort { session, reply }).await?
    }

    /// Answers a request of the agent. One that was answered elsewhere is no error.
    pub async fn answer(&self, request: &str, answer: Answer) -> Result<(), Problem> {
        let request = RequestId::from(request);
        self.ask(|reply| Command::Answer { request, answer, reply }).await?
    }

    /// Stops the server, if it runs, and starts it anew.
    pub async fn restart(&self) -> Result<(), Problem> {
        self.tell(Command::Restart).await
    }

    /// Tries the event stream again at once; a server that is gone is started anew.
    pub async fn retry(&self) -> Result<(), Problem> {
        self.tell(Command::Retry).await
    }

    /// Finds out at once whether the event stream still brings what the server does, and makes a waiting attempt to
    /// reconnect now.
    pub async fn check(&self) -> Result<(), Problem> {
        self.tell(Command::Check).await
    }

    /// A copy of all that is known of the folder. It is not for windows: they see it by their feeds.
    pub async fn inspect(&self) -> Result<State, Problem> {
        self.ask(|reply| Command::Inspect { reply }).await
    }

    /// Takes over changed settings, for the next start and the next connection.
    pub async fn configure(&self, settings: Settings) -> Result<(), Problem> {
        self.tell(Command::Configure(settings)).await
    }

    /// Stops the server and all that it started, and ends the instance.
    pub async fn close(&self) -> Result<StopReport, Problem> {
        self.ask(|reply| Command::Close { reply }).await
    }

    async fn tell(&self, command: Command) -> Result<(), Problem> {
        self.commands.send(command).await.map_err(|_| closed())
    }

    async fn ask<T>(&self, command: impl FnOnce(Reply<T>) -> Command) -> Result<T, Problem> {
        let (reply, answer) = oneshot::channel();
        self.tell(command(reply)).await?;
        answer.await.map_err(|_| closed())
    }
}

pub(super) fn closed() -> Problem {
    Problem::new("instance_closed", "This folder was closed.")
}
