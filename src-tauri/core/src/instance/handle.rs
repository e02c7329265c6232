use std::collections::BTreeSet;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use crate::feed::{FindStep, picture};
use crate::model::{MessageId, PartId, RequestId, SessionId};
use crate::protocol::{
    AutoAnswersView, Batch, DraftView, FindQuery, Focus, InstanceId, Picture, Problem, PromptLine, SectionPlace,
    SectionRows, Settings, Snapshot,
};
use crate::server::StopReport;
use crate::store::State;
use crate::traffic::Traffic;

use super::command::{Answer, Command, Reply, RuleChange, Scroll};

/// How long a window that turns to a session goes on showing what it shows, when the session's messages come meanwhile.
const PATIENCE: Duration = Duration::from_millis(100);

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
    /// from now on. A session's messages are waited for a moment, so that a window need not draw twice.
    pub async fn view(&self, window: &str, focus: Option<Focus>) -> Result<Snapshot, Problem> {
        if focus.as_ref().is_some_and(|focus| *focus != Focus::Events) {
            self.traffic.leave(window);
        }
        if let Some(Focus::Session { id }) = &focus {
            let session = SessionId::from(id.as_str());
            let read = self.ask(|reply| Command::Expect { session, reply });
            tokio::time::timeout(PATIENCE, read).await.ok();
        }
        let window = window.to_owned();
        self.ask(|reply| Command::View { window, focus, reply }).await
    }

    /// These windows show the instance, and not another, from now on: what ends in the session that they look at is
    /// seen.
    pub async fn shown(&self, windows: BTreeSet<String>) -> Result<(), Problem> {
        self.tell(Command::Shown { windows }).await
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

    /// Looks for something in the whole history of the session that the window looks at, or no longer; what is found
    /// arrives as patches, and with the first place of it the range of messages moves there.
    pub async fn find(&self, window: &str, feed: u64, query: FindQuery) -> Result<(), Problem> {
        self.tell(Command::Find { window: window.to_owned(), feed, query }).await
    }

    /// Goes to the next place in which it was found, or the one before.
    pub async fn find_step(&self, window: &str, feed: u64, step: FindStep) -> Result<(), Problem> {
        self.tell(Command::FindStep { window: window.to_owned(), feed, step }).await
    }

    /// Moves the window's range of messages to one of them; what comes into it arrives as patches. False when it is not
    /// here.
    pub async fn show_message(&self, window: &str, feed: u64, message: &str) -> Result<bool, Problem> {
        let (window, message) = (window.to_owned(), message.into());
        self.ask(|reply| Command::ShowMessage { window, feed, message, reply }).await
    }

    /// The newest 500 prompts of the session that the window looks at, as far as they are here, oldest first.
    pub async fn prompts(&self, window: &str, feed: u64) -> Result<Vec<PromptLine>, Problem> {
        let window = window.to_owned();
        self.ask(|reply| Command::Prompts { window, feed, reply }).await
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

    /// Further rows of a tool call's section, at most 2,000; none when it is gone or has no further rows.
    pub async fn section_rows(
        &self,
        window: &str,
        feed: u64,
        place: SectionPlace,
        rows: Range<u32>,
    ) -> Result<Option<SectionRows>, Problem> {
        let window = window.to_owned();
        self.ask(|reply| Command::SectionRows { window, feed, place, rows, reply }).await
    }

    /// The text of a tool call's section, to be copied, at most 16 MB; none when it is gone.
    pub async fn section_text(&self, window: &str, feed: u64, place: SectionPlace) -> Result<Option<String>, Problem> {
        let window = window.to_owned();
        self.ask(|reply| Command::SectionText { window, feed, place, reply }).await
    }

    /// A message's words in Markdown, to be copied; of the agent's, all that answers the same prompt. None when it is
    /// gone.
    pub async fn message_text(&self, window: &str, feed: u64, message: &str) -> Result<Option<String>, Problem> {
        let window = window.to_owned();
        self.ask(|reply| Command::MessageText { window, feed, message: message.into(), reply }).await
    }

    /// An image of a message: of a file part, or the attachment of this number of a tool call. None when there is none,
    /// or it is not of a kind that is shown.
    pub async fn picture(
        &self,
        session: &str,
        message: &str,
        part: &str,
        number: usize,
    ) -> Result<Option<Picture>, Problem> {
        let (session, message, part) = (session.into(), message.into(), part.into());
        let address = self.ask(|reply| Command::Picture { session, message, part, number, reply }).await?;
        Ok(address.as_deref().and_then(picture))
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

    /// Takes a prompt to be sent, in a new session when none is given, which the window then looks at. It is on disk
    /// when this answers with its message's id; the message and how far it is arrive as patches.
    ///
    /// # Errors
    /// `prompt_empty`, `prompt_too_large`, `too_many_waiting`, `profile_not_saved`.
    pub async fn prompt(&self, window: &str, session: Option<&str>, text: &str) -> Result<MessageId, Problem> {
        let (window, session, text) = (window.to_owned(), session.map(SessionId::from), text.to_owned());
        self.ask(|reply| Command::Prompt { window, session, text, reply }).await?
    }

    /// Sends a prompt again that failed.
    pub async fn retry_prompt(&self, message: &str) -> Result<(), Problem> {
        self.tell(Command::RetryPrompt { message: message.into() }).await
    }

    /// Makes a prompt a draft again, before what is typed there already, and answers with the draft.
    ///
    /// # Errors
    /// `prompt_on_its_way` when the server may have it; `draft_too_large`.
    pub async fn take_back(&self, message: &str) -> Result<DraftView, Problem> {
        let message = message.into();
        self.ask(|reply| Command::TakeBack { message, reply }).await?
    }

    /// Throws a prompt away.
    ///
    /// # Errors
    /// `prompt_on_its_way` when the server may have it.
    pub async fn discard(&self, message: &str) -> Result<(), Problem> {
        let message = message.into();
        self.ask(|reply| Command::Discard { message, reply }).await?
    }

    /// Keeps what is typed and not sent, for a session or the page that invites to a first message. It is on disk when
    /// this answers.
    ///
    /// # Errors
    /// `draft_too_large`, `profile_not_saved`.
    pub async fn save_draft(&self, session: Option<&str>, text: &str) -> Result<(), Problem> {
        let (session, text) = (session.map(SessionId::from), text.to_owned());
        self.ask(|reply| Command::SaveDraft { session, text, reply }).await?
    }

    /// What was typed and not sent.
    pub async fn drafts(&self) -> Result<Vec<DraftView>, Problem> {
        self.ask(|reply| Command::Drafts { reply }).await
    }

    /// Stops a session's run.
    pub async fn abort(&self, session: &str) -> Result<(), Problem> {
        let session = session.into();
        self.ask(|reply| Command::Abort { session, reply }).await?
    }

    /// Deletes a session and those below it. What works is stopped first, and nothing of it comes back.
    ///
    /// # Errors
    /// `session_gone`, `session_not_stopped` when it still worked after 10 s, or what the server said.
    pub async fn delete_session(&self, session: &str) -> Result<(), Problem> {
        let session = session.into();
        self.ask(|reply| Command::Delete { session, reply }).await?
    }

    /// Takes a notice away that the person has read.
    pub async fn dismiss_notice(&self, number: u32) -> Result<(), Problem> {
        self.tell(Command::DismissNotice { number }).await
    }

    /// How many sessions work, or wait for an answer of the person.
    pub async fn working(&self) -> Result<usize, Problem> {
        self.ask(|reply| Command::Working { reply }).await
    }

    /// Further rows of the diff that a request for permission is about, at most 2,000; none when it no longer waits or
    /// has none.
    pub async fn request_rows(&self, request: &str, rows: Range<u32>) -> Result<Option<SectionRows>, Problem> {
        let request = RequestId::from(request);
        self.ask(|reply| Command::RequestRows { request, rows, reply }).await
    }

    /// Answers a request of the agent. One that was answered elsewhere is no error.
    pub async fn answer(&self, request: &str, answer: Answer) -> Result<(), Problem> {
        let request = RequestId::from(request);
        self.ask(|reply| Command::Answer { request, answer, reply }).await?
    }

    /// The rules for automatic answers, and what they answered.
    pub async fn auto_answers(&self) -> Result<AutoAnswersView, Problem> {
        self.ask(|reply| Command::AutoAnswers { reply }).await
    }

    /// Changes the rules at once; it is on disk when this answers. What waits already stays the person's.
    ///
    /// # Errors
    /// `rule_invalid` with what is wrong; `rule_gone`; `profile_not_saved`, and then the change is in force until the
    /// folder is closed.
    pub async fn change_rules(&self, change: RuleChange) -> Result<(), Problem> {
        self.ask(|reply| Command::ChangeRules { change, reply }).await?
    }

    /// Answers by the rules what waits now, also what is older than they are. How many requests that are.
    pub async fn apply_rules(&self) -> Result<u32, Problem> {
        self.ask(|reply| Command::ApplyRules { reply }).await
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
