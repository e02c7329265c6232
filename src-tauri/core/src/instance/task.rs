//! The one owner of an instance: its server, its connection and its state. Everything that changes them passes through
//! this task's loop, one thing after the other.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::feed::{permission_rows, picture_address};
use crate::model::{MessageId, PartId, SessionId};
use crate::protocol::{Focus, Settings, Snapshot};
use crate::server::StopReport;
use crate::store::{Changes, Mark};
use crate::traffic::Traffic;

use super::auto_answers::AutoAnswers;
use super::broken_config::BrokenConfig;
use super::command::{Command, Reply, Scroll};
use super::history::History;
use super::launch::Launcher;
use super::own_answers::OwnAnswers;
use super::rereading::Rereading;
use super::restarts::Restarts;
use super::sending::Desk;
use super::server_life::Server;
use super::stream_life::Stream;
use super::subject::Subject;
use super::views::Views;
use super::work::Done;

/// How many things are folded in before windows get their batches, when more wait.
const BURST: usize = 512;

pub(super) struct InstanceTask {
    pub(super) folder: PathBuf,
    pub(super) launcher: Launcher,
    pub(super) settings: Settings,
    pub(super) subject: Subject,
    pub(super) views: Views,
    pub(super) server: Server,
    pub(super) stream: Option<Stream>,
    /// What came over the stream, also over those before.
    pub(super) traffic: Arc<Traffic>,
    pub(super) broken_config: Option<BrokenConfig>,
    /// From here on the stream has had no hole: what was asked for before may be stale.
    pub(super) whole_since: Mark,
    pub(super) rereading: Rereading,
    pub(super) history: History,
    /// Cancelled when a server that is still being stopped for the same folder is gone.
    pub(super) after: Option<CancellationToken>,
    /// Drafts, and prompts on their way.
    pub(super) desk: Desk,
    /// Sessions whose messages are being read.
    pub(super) reading: HashSet<SessionId>,
    /// Who waits for the newest messages of sessions.
    pub(super) expected: HashMap<SessionId, Vec<Reply<()>>>,
    /// Names of unknown events and kinds of parts that were logged.
    pub(super) unknown: HashSet<String>,
    /// The server is to be started again when the one before is gone.
    pub(super) restart_wanted: bool,
    /// Whether a server that died is started again by itself.
    pub(super) restarts: Restarts,
    /// While a server that died waits to be started again; cancelled when it waits no longer.
    pub(super) restart_delay: Option<CancellationToken>,
    /// Rules, and the answers they gave.
    pub(super) auto_answers: AutoAnswers,
    /// Our answers to the agent's requests.
    pub(super) own_answers: OwnAnswers,
    /// How the last server was stopped.
    pub(super) last_report: StopReport,
    pub(super) closing: Option<Reply<StopReport>>,
    pub(super) done: mpsc::UnboundedSender<Done>,
    pub(super) tasks: TaskTracker,
    pub(super) token: CancellationToken,
}

impl InstanceTask {
    /// Starts the server and serves until the instance is closed, or all handles are gone.
    pub(super) async fn run(mut self, mut commands: mpsc::Receiver<Command>, mut done: mpsc::UnboundedReceiver<Done>) {
        self.start();
        'life: loop {
            tokio::select! {
                // Dropping the server's handle kills its group: the whole app is going down.
                () = self.token.cancelled() => break,
                command = commands.recv() => match command {
                    Some(command) => self.command(command),
                    None => break,
                },
                Some(done) = done.recv() => self.done(done),
                event = self.server.next() => self.server_event(event),
                update = Stream::next(&mut self.stream) => self.update(update),
                () = BrokenConfig::changed(&mut self.broken_config) => self.restart(),
                () = self.desk.due() => {}
            }
            // What waits already is folded in first, so that a burst makes one batch and not hundreds.
            for _ in 0..BURST {
                if let Ok(done) = done.try_recv() {
                    self.done(done);
                } else if let Some(update) = self.stream.as_mut().and_then(Stream::try_next) {
                    self.update(update);
                } else {
                    break;
                }
            }
            if self.closing.is_some() && matches!(self.server, Server::None) {
                break 'life;
            }
            self.send_waiting();
            self.see();
            self.subject.auto_answers = self.auto_answers.status();
            self.subject.look(|source| self.views.flush(source));
            self.colour();
            self.search();
            self.read_history();
        }
        self.token.cancel();
        if let Some(reply) = self.closing.take() {
            reply.send(std::mem::take(&mut self.last_report)).ok();
        }
    }

    fn command(&mut self, command: Command) {
        match command {
            Command::View { window, focus, reply } => {
                reply.send(self.view(&window, focus)).ok();
            }
            Command::Expect { session, reply } => self.expect(session, reply),
            Command::Shown { windows } => self.views.show_in(windows),
            Command::Forget { window } => self.views.forget(&window),
            Command::Acknowledge { window, feed, revision } => {
                if let Some(feed) = self.views.feed(&window, feed) {
                    feed.acknowledge(revision);
                }
            }
            Command::Fetch { window, feed, revision, reply } => {
                reply.send(self.views.feed(&window, feed).and_then(|feed| feed.fetch(revision))).ok();
            }
            Command::Scroll { window, feed, to } => self.scroll(&window, feed, to),
            Command::Find { window, feed, query } => self.find(&window, feed, &query),
            Command::FindStep { window, feed, step } => self.find_step(&window, feed, step),
            Command::ShowMessage { window, feed, message, reply } => {
                reply.send(self.show_message(&window, feed, &message)).ok();
            }
            Command::Prompts { window, feed, reply } => {
                let feed = self.views.feed(&window, feed);
                reply.send(feed.map(|feed| feed.prompts(&self.subject.state)).unwrap_or_default()).ok();
            }
            Command::Expand { window, feed, message, part, expanded } => {
                self.expand(&window, feed, &message, part, expanded);
            }
            Command::SectionRows { window, feed, place, rows, reply } => {
                let feed = self.views.feed(&window, feed);
                reply.send(feed.and_then(|feed| feed.section_rows(&self.subject.state, &place, rows))).ok();
            }
            Command::SectionText { window, feed, place, reply } => {
                let feed = self.views.feed(&window, feed);
                reply.send(feed.and_then(|feed| feed.section_text(&self.subject.state, &place))).ok();
            }
            Command::MessageText { window, feed, message, reply } => {
                let feed = self.views.feed(&window, feed);
                reply.send(feed.and_then(|feed| feed.message_text(&self.subject.state, &message))).ok();
            }
            Command::Picture { session, message, part, number, reply } => {
                let address = picture_address(&self.subject.state, &session, &message, &part, number);
                reply.send(address.map(str::to_owned)).ok();
            }
            Command::CloseTab { session } => self.close_tab(&session),
            Command::NewSession { window, reply } => self.new_session(window, reply),
            Command::Prompt { window, session, text, reply } => self.prompt(window, session.as_ref(), &text, reply),
            Command::RetryPrompt { message } => self.retry_prompt(&message),
            Command::TakeBack { message, reply } => {
                reply.send(self.take_back(&message)).ok();
            }
            Command::Discard { message, reply } => {
                reply.send(self.discard(&message)).ok();
            }
            Command::SaveDraft { session, text, reply } => self.save_draft(session, &text, reply),
            Command::Drafts { reply } => {
                reply.send(self.drafts()).ok();
            }
            Command::Abort { session, reply } => self.abort(session, reply),
            Command::Delete { session, reply } => self.delete_session(session, reply),
            Command::DismissNotice { number } => self.subject.notices.dismiss(number),
            Command::Working { reply } => {
                let sessions = self.subject.state.sessions();
                reply.send(sessions.filter(|(_, entry)| entry.status().is_running()).count()).ok();
            }
            Command::RequestRows { request, rows, reply } => {
                reply.send(permission_rows(&self.subject.state, &request, self.views.colours(), rows)).ok();
            }
            Command::Answer { request, answer, reply } => self.answer(request, answer, reply),
            Command::AutoAnswers { reply } => drop(reply.send(self.auto_answers_view())),
            Command::ChangeRules { change, reply } => self.change_rules(change, reply),
            Command::ApplyRules { reply } => drop(reply.send(self.apply_rules())),
            Command::Restart => self.restart_for_person(),
            Command::Retry => self.retry(),
            Command::Check => self.check(),
            Command::Inspect { reply } => drop(reply.send(self.subject.state.clone())),
            Command::Configure(settings) => self.settings = settings,
            Command::Close { reply } => {
                self.closing = Some(reply);
                self.stop_waiting();
                self.disconnect();
                self.stop();
            }
        }
    }

    /// The window's view, from now on of `focus` when that is given. A session that is looked at gets a tab, and its
    /// messages are read if they are not here yet.
    pub(super) fn view(&mut self, window: &str, focus: Option<Focus>) -> Snapshot {
        let known = |id: &str| self.subject.state.session(&SessionId::from(id)).is_some();
        let focus = match focus {
            Some(Focus::Session { id }) if !known(&id) => None,
            Some(Focus::Session { id }) => {
                self.subject.tabs.open(SessionId::from(id.as_str()));
                Some(Focus::Session { id })
            }
            other => other,
        };
        self.subject.auto_answers = self.auto_answers.status();
        let snapshot = self.subject.look(|source| self.views.open(window, focus, source));
        if let Focus::Session { id } = &snapshot.view.focus {
            self.read_messages(&SessionId::from(id.as_str()));
        }
        snapshot
    }

    fn scroll(&mut self, window: &str, feed: u64, to: Scroll) {
        let Some(feed) = self.views.feed(window, feed) else { return };
        let Some(session) = feed.session().cloned() else { return };
        let Some(entry) = self.subject.state.session(&session) else { return };
        match to {
            Scroll::Newer => feed.show_newer(entry),
            Scroll::Latest => feed.show_latest(),
            Scroll::At { first, before } => feed.show_at(entry, &first, before as usize),
            Scroll::Older => {
                if !feed.show_older(entry) {
                    self.read_older(&session);
                }
            }
        }
    }

    fn expand(&mut self, window: &str, feed: u64, message: &MessageId, part: PartId, expanded: bool) {
        let Some(feed) = self.views.feed(window, feed) else { return };
        let entry = feed.session().and_then(|session| self.subject.state.session(session));
        let message_entry = entry.and_then(|entry| entry.transcript().message(message));
        // What is unfolded is remembered: only what there is.
        if !expanded || message_entry.is_some_and(|entry| entry.part(&part).is_some()) {
            feed.expand(message, part, expanded);
        }
    }

    /// Takes a session's tab away, and turns the windows that look at it to its neighbour.
    pub(super) fn close_tab(&mut self, session: &SessionId) {
        let neighbour = self.subject.tabs.close(session);
        let focus = neighbour.clone().map_or(Focus::Start, |id| Focus::Session { id: id.0 });
        self.subject.look(|source| self.views.turn_away(session, &focus, source));
        if let Some(neighbour) = neighbour.filter(|id| self.views.look_at(id)) {
            self.read_messages(&neighbour);
        }
        if !self.views.look_at(session) {
            self.subject.state.release(session);
            self.forget_history(session);
        }
    }

    /// Lets all windows know what was touched; they get it with their next batch.
    pub(super) fn touch(&mut self, changes: &Changes) {
        if !changes.is_empty() {
            self.confirm(changes);
            self.views.touch(changes);
            self.answer_by_rules(&changes.requests);
            // These have touched their sessions already.
            self.subject.unseen.note(&self.subject.state, &changes.sessions);
        }
    }

    /// What is on a screen is seen.
    fn see(&mut self) {
        for session in self.views.on_screen() {
            let seen = self.subject.unseen.look_at(&self.subject.state, &session);
            self.views.touch(&Changes { sessions: seen.into_iter().collect(), ..Changes::default() });
        }
    }
}
