//! What is asked of the server for the person: each request runs beside the instance's loop and comes back as [`Done`].

use std::time::Duration;

use futures_util::future::join;

use crate::feed::FindAnswer;
use crate::model::{Event, MessagePage, Model, RequestId, Session, SessionId, Todo};
use crate::opencode::{Client, WireError};
use crate::protocol::{Connection, Focus, Problem, Snapshot};
use crate::render::{Answer, paint};
use crate::server::StopReport;
use crate::store::Mark;

use super::command::Reply;
use super::history::HistoryPage;
use super::launch::Prepared;
use super::rereading::Reread;
use super::sending::Sent;
use super::task::InstanceTask;

/// How many of a session's newest messages are read at first.
pub(super) const FIRST_PAGE: u32 = 100;

/// When messages that could not be read are asked for again: after so many times the first delay of reconnecting.
const READ_AGAIN: [u32; 3] = [1, 3, 10];

/// What came of something that ran beside the loop.
pub(super) enum Done {
    /// All that a start needs was found, or not.
    Prepared(Result<Box<Prepared>, Problem>),
    /// The server with this process id has told its version.
    Version { pid: u32, version: Option<String> },
    /// The models that the server can ask were read, or not.
    Models(Option<Vec<Model>>),
    /// The server was stopped, and what it had started.
    Stopped(StopReport),
    /// A session's newest messages were read, asked for at the mark.
    Messages { session: SessionId, since: Mark, page: Result<MessagePage, WireError>, todos: Option<Vec<Todo>> },
    /// Older messages were read, or not.
    History(Box<HistoryPage>),
    /// A slice of a window's search was looked through.
    Found { window: String, feed: u64, answer: FindAnswer },
    /// A session was made; the window looks at it next.
    Created { session: Session, window: String, reply: Reply<Result<Snapshot, Problem>> },
    /// A session's run was stopped.
    Aborted { session: SessionId, reply: Reply<Result<(), Problem>> },
    /// Sessions were deleted.
    Deleted { family: Vec<SessionId>, reply: Reply<Result<(), Problem>> },
    /// Something came of a request for the outbox.
    Sent(Box<Sent>),
    /// A request of the agent was answered, or turned out to have been.
    Answered(RequestId),
    /// What came of an answer that rules gave.
    AnsweredByRules(RequestId, Result<(), Problem>),
    /// Our answer to a request did not reach the server.
    NotAnswered(RequestId),
    /// What a stopped run left is to be read, or was.
    Reread(Reread),
    /// Code was coloured.
    Coloured(Answer),
    /// Whoever asked has been answered.
    Nothing,
}

impl InstanceTask {
    /// Runs something beside the loop. It is dropped when the instance ends.
    pub(super) fn work(&self, work: impl Future<Output = Done> + Send + 'static) {
        let (done, token) = (self.done.clone(), self.token.clone());
        self.tasks.spawn(async move {
            tokio::select! {
                () = token.cancelled() => {}
                outcome = work => {
                    done.send(outcome).ok();
                }
            }
        });
    }

    /// Has code coloured that windows were given plain, when nothing else of this folder is being coloured.
    pub(super) fn colour(&mut self) {
        if let Some(job) = self.views.job() {
            let done = self.done.clone();
            paint(job, move |answer| {
                done.send(Done::Coloured(answer)).ok();
            });
        }
    }

    pub(super) fn done(&mut self, done: Done) {
        match done {
            Done::Prepared(prepared) => self.prepared(prepared),
            Done::Version { pid, version } => {
                if self.subject.details.pid == Some(pid) {
                    self.subject.details.version = version;
                }
            }
            Done::Models(models) => self.models_read(models),
            Done::Stopped(report) => self.stopped(report),
            Done::Messages { session, since, page, todos } => {
                self.reading.remove(&session);
                if let Some(todos) = todos.filter(|_| since >= self.whole_since) {
                    let changes = self.subject.state.fold_todos(&session, todos, since);
                    self.touch(&changes);
                }
                self.fold_page(&session, since, page);
                for reply in self.expected.remove(&session).unwrap_or_default() {
                    reply.send(()).ok();
                }
            }
            Done::History(read) => self.history_read(*read),
            Done::Found { window, feed, answer } => {
                if let Some(feed) = self.views.feed(&window, feed) {
                    feed.found(answer, &self.subject.state);
                }
            }
            Done::Created { session, window, reply } => self.created(session, &window, reply),
            Done::Sent(sent) => self.sent(*sent),
            Done::Reread(reread) => self.reread_done(reread),
            Done::Coloured(answer) => self.views.colour(&answer),
            Done::Nothing => {}
            Done::Aborted { session, reply } => {
                self.void_requests(&session);
                // Also where the stream is lost, and nobody tells that it stopped.
                self.reread();
                reply.send(Ok(())).ok();
            }
            Done::Deleted { family, reply } => self.deleted(family, reply),
            Done::AnsweredByRules(request, result) => self.answered_by_rules(&request, &result),
            Done::NotAnswered(request) => self.own_answers.take_back(&request),
            Done::Answered(request) => {
                let changes = self.subject.state.apply(Event::RequestAnswered(request));
                self.touch(&changes);
            }
        }
    }

    pub(super) fn fold_page(&mut self, session: &SessionId, since: Mark, page: Result<MessagePage, WireError>) {
        match page {
            // Asked for before the stream was lost or opened: what came in between may be missing from it.
            Ok(_) if since < self.whole_since => {
                if self.views.look_at(session) {
                    self.read_messages(session);
                }
            }
            // A snapshot has brought them meanwhile, and may be the newer of the two.
            Ok(page) if page.before.is_none() && self.is_loaded(session) => {}
            Ok(page) => {
                let changes = self.subject.state.fold_page(page, since);
                self.touch(&changes);
                // Asked for before its messages were let go of.
                if self.views.look_at(session) {
                    self.read_messages(session);
                }
            }
            Err(error) => {
                self.subject.note(format!("The messages of {session} could not be read: {error}"));
                // The stream lives although requests fail: no reconnecting will read them.
                let connected = self.subject.connection == Connection::Connected;
                if connected && error.concerns_the_server() && self.views.look_at(session) {
                    self.read_messages(session);
                }
            }
        }
    }

    fn is_loaded(&self, session: &SessionId) -> bool {
        self.subject.state.session(session).is_some_and(|entry| entry.transcript().is_loaded())
    }

    /// Reads a session's newest messages, unless they are here or on their way.
    pub(super) fn read_messages(&mut self, session: &SessionId) {
        let state = &self.subject.state;
        let wanted = state.session(session).is_some_and(|entry| !entry.transcript().is_loaded());
        let Some(client) = self.server.client().filter(|_| wanted).cloned() else { return };
        if !self.reading.insert(session.clone()) {
            return;
        }
        let (session, since) = (session.clone(), self.subject.state.ask());
        let pause = Duration::from_millis(self.settings.reconnect_base_ms.into());
        self.work(async move {
            let (mut page, mut todos) = join(client.messages(&session, FIRST_PAGE, None), client.todos(&session)).await;
            for times in READ_AGAIN {
                if page.is_ok() {
                    break;
                }
                tokio::time::sleep(pause * times).await;
                page = client.messages(&session, FIRST_PAGE, None).await;
            }
            if todos.is_err() {
                todos = client.todos(&session).await;
            }
            // What it lacks alone is no reason to show no messages.
            Done::Messages { session, since, page, todos: todos.ok() }
        });
    }

    /// Reads a session's newest messages for somebody who waits for them.
    pub(super) fn expect(&mut self, session: SessionId, reply: Reply<()>) {
        self.read_messages(&session);
        if self.reading.contains(&session) && !self.is_loaded(&session) {
            self.expected.entry(session).or_default().push(reply);
        } else {
            reply.send(()).ok();
        }
    }

    pub(super) fn new_session(&mut self, window: String, reply: Reply<Result<Snapshot, Problem>>) {
        let Some((client, reply)) = self.client_or(reply) else { return };
        self.work(async move {
            match client.create_session(None).await {
                Ok(session) => Done::Created { session, window, reply },
                Err(error) => {
                    reply.send(Err(error.to_problem())).ok();
                    Done::Nothing
                }
            }
        });
    }

    fn created(&mut self, session: Session, window: &str, reply: Reply<Result<Snapshot, Problem>>) {
        let id = session.id.0.clone();
        let changes = self.subject.state.apply(Event::Session(session));
        self.touch(&changes);
        reply.send(Ok(self.view(window, Some(Focus::Session { id })))).ok();
    }

    /// The reply again, when the session is one of this folder; if not, that is the answer. The server would find
    /// sessions of folders that the person has not opened.
    pub(super) fn if_known<T>(
        &self,
        session: Option<&SessionId>,
        reply: Reply<Result<T, Problem>>,
    ) -> Option<Reply<Result<T, Problem>>> {
        if session.is_none_or(|id| self.subject.state.session(id).is_some()) {
            return Some(reply);
        }
        reply.send(Err(Problem::new("not_found", "This session is not in this folder."))).ok();
        None
    }

    /// True when the agent waits for an answer to this.
    pub(super) fn waits(&self, request: &RequestId) -> bool {
        let state = &self.subject.state;
        state.permissions().any(|permission| permission.id == *request)
            || state.questions().any(|question| question.id == *request)
    }

    /// The server's client; if there is none, that is the answer.
    pub(super) fn client_or<T>(&self, reply: Reply<Result<T, Problem>>) -> Option<(Client, Reply<Result<T, Problem>>)> {
        if let Some(client) = self.server.client() {
            return Some((client.clone(), reply));
        }
        let message = "OpenCode does not run for this folder. Start it again, then repeat this.";
        reply.send(Err(Problem::new("server_not_running", message))).ok();
        None
    }
}
