//! What is asked of the server for the person: each request runs beside the instance's loop and comes back as [`Done`].

use std::time::Duration;

use crate::model::{Event, MessagePage, RequestId, Session, SessionId, Todo};
use crate::opencode::{Client, PermissionAnswer, PromptIds, WireError};
use crate::protocol::{Focus, PermissionReply, Problem, Snapshot};
use crate::server::StopReport;
use crate::store::Mark;

use super::clock::now_ms;
use super::command::{Answer, Reply};
use super::launch::Prepared;
use super::task::InstanceTask;

/// How many of a session's newest messages are read at first, and of older ones with each further step.
pub(super) const FIRST_PAGE: u32 = 100;

/// When messages that could not be read are asked for again.
const READ_AGAIN: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(3), Duration::from_secs(10)];

/// What came of something that ran beside the loop.
pub(super) enum Done {
    /// All that a start needs was found, or not.
    Prepared(Result<Box<Prepared>, Problem>),
    /// The server with this process id has told its version.
    Version { pid: u32, version: Option<String> },
    /// The server was stopped, and what it had started.
    Stopped(StopReport),
    /// A session's newest messages were read, asked for at the mark.
    Messages { session: SessionId, since: Mark, page: Result<MessagePage, WireError>, todos: Option<Vec<Todo>> },
    /// Older messages were read for a window's feed, asked for at the mark.
    Older { session: SessionId, since: Mark, page: Result<MessagePage, WireError>, window: String, feed: u64 },
    /// A session was made; the window looks at it next.
    Created { session: Session, window: String, reply: Option<Reply<Result<Snapshot, Problem>>> },
    /// A request of the agent was answered, or turned out to have been.
    Answered(RequestId),
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

    pub(super) fn done(&mut self, done: Done) {
        match done {
            Done::Prepared(prepared) => self.prepared(prepared),
            Done::Version { pid, version } => {
                if self.subject.details.pid == Some(pid) {
                    self.subject.details.version = version;
                }
            }
            Done::Stopped(report) => self.stopped(report),
            Done::Messages { session, since, page, todos } => {
                self.reading.remove(&session);
                if let Some(todos) = todos.filter(|_| since >= self.whole_since) {
                    self.subject.state.fold_todos(&session, todos, since);
                }
                self.fold_page(&session, since, page);
            }
            Done::Older { session, since, page, window, feed } => {
                self.reading.remove(&session);
                self.fold_page(&session, since, page);
                if let Some(feed) = self.views.feed(&window, feed)
                    && let Some(entry) = self.subject.state.session(&session)
                {
                    feed.show_older(entry);
                }
            }
            Done::Created { session, window, reply } => self.created(session, &window, reply),
            Done::Nothing => {}
            Done::Answered(request) => {
                let changes = self.subject.state.apply(Event::RequestAnswered(request));
                self.touch(&changes);
            }
        }
    }

    fn fold_page(&mut self, session: &SessionId, since: Mark, page: Result<MessagePage, WireError>) {
        match page {
            // Asked for before the stream was lost or opened: what came in between may be missing from it.
            Ok(_) if since < self.whole_since => {
                if self.views.look_at(session) {
                    self.read_messages(session);
                }
            }
            Ok(page) => {
                let changes = self.subject.state.fold_page(page, since);
                self.touch(&changes);
            }
            Err(error) => self.subject.note(format!("The messages of {session} could not be read: {error}")),
        }
    }

    /// Reads a session's newest messages, unless they are here or on their way.
    pub(super) fn read_messages(&mut self, session: &SessionId) {
        let state = &self.subject.state;
        let wanted = state.session(session).is_some_and(|entry| !entry.transcript().is_loaded());
        let Some(client) = self.server.client().filter(|_| wanted).cloned() else { return };
        if !self.reading.insert(session.clone()) {
            return;
        }
        let (session, since) = (session.clone(), state.mark());
        self.work(async move {
            let mut page = client.messages(&session, FIRST_PAGE, None).await;
            for delay in READ_AGAIN {
                // A server that is gone or lost is the connection's matter: it reads them again when it is back.
                if !page.as_ref().is_err_and(|error| !error.concerns_the_server()) {
                    break;
                }
                tokio::time::sleep(delay).await;
                page = client.messages(&session, FIRST_PAGE, None).await;
            }
            // What it lacks alone is no reason to show no messages.
            let todos = client.todos(&session).await.ok();
            Done::Messages { session, since, page, todos }
        });
    }

    /// Reads the page of messages before the oldest here, for a window that scrolled up to it.
    pub(super) fn read_older(&mut self, session: SessionId, cursor: String, window: String, feed: u64) {
        let Some(client) = self.server.client().cloned() else { return };
        if !self.reading.insert(session.clone()) {
            return;
        }
        let since = self.subject.state.mark();
        self.work(async move {
            let page = client.messages(&session, FIRST_PAGE, Some(&cursor)).await;
            Done::Older { session, since, page, window, feed }
        });
    }

    pub(super) fn new_session(&mut self, window: String, reply: Reply<Result<Snapshot, Problem>>) {
        let Some((client, reply)) = self.client_or(reply) else { return };
        self.work(async move {
            match client.create_session(None).await {
                Ok(session) => Done::Created { session, window, reply: Some(reply) },
                Err(error) => {
                    reply.send(Err(error.to_problem())).ok();
                    Done::Nothing
                }
            }
        });
    }

    fn created(&mut self, session: Session, window: &str, reply: Option<Reply<Result<Snapshot, Problem>>>) {
        let id = session.id.0.clone();
        let changes = self.subject.state.apply(Event::Session(session));
        self.touch(&changes);
        if let Some(reply) = reply {
            reply.send(Ok(self.view(window, Some(Focus::Session { id })))).ok();
        } else {
            self.subject.tabs.open(SessionId::from(id.as_str()));
            self.subject.look(|source| self.views.turn(window, Focus::Session { id }, source));
        }
    }

    pub(super) fn prompt(
        &mut self,
        window: String,
        session: Option<SessionId>,
        text: String,
        reply: Reply<Result<SessionId, Problem>>,
    ) {
        let Some(reply) = self.if_known(session.as_ref(), reply) else { return };
        let Some((client, reply)) = self.client_or(reply) else { return };
        let done = self.done.clone();
        self.work(async move {
            let sent = match session {
                Some(id) => send(&client, &id, &text).await.map(|()| id),
                None => match begin(&client, &text).await {
                    Ok(session) => {
                        let id = session.id.clone();
                        done.send(Done::Created { session, window, reply: None }).ok();
                        Ok(id)
                    }
                    Err(error) => Err(error),
                },
            };
            reply.send(sent.map_err(|error| error.to_problem())).ok();
            Done::Nothing
        });
    }

    pub(super) fn abort(&mut self, session: SessionId, reply: Reply<Result<(), Problem>>) {
        let Some(reply) = self.if_known(Some(&session), reply) else { return };
        self.request(reply, |client| async move { client.abort(&session).await.map(|()| Done::Nothing) });
    }

    pub(super) fn answer(&mut self, request: RequestId, answer: Answer, reply: Reply<Result<(), Problem>>) {
        if !self.waits(&request) {
            // It was answered meanwhile, or there never was one: the server is not asked either way.
            reply.send(Ok(())).ok();
            return;
        }
        self.request(reply, |client| async move {
            let sent = match answer {
                Answer::Permission(decision, message) => {
                    client.reply_permission(&request, permission_answer(decision), message.as_deref()).await
                }
                Answer::Question(answers) => client.reply_question(&request, &answers).await,
                Answer::Dismiss => client.reject_question(&request).await,
            };
            match sent {
                // Somebody else was faster: it is answered all the same.
                Ok(()) | Err(WireError::NotFound { .. }) => Ok(Done::Answered(request)),
                Err(error) => Err(error),
            }
        });
    }

    /// Runs a request and tells how it went.
    fn request<F>(&mut self, reply: Reply<Result<(), Problem>>, request: impl FnOnce(Client) -> F)
    where
        F: Future<Output = Result<Done, WireError>> + Send + 'static,
    {
        let Some((client, reply)) = self.client_or(reply) else { return };
        let request = request(client);
        self.work(async move {
            let (outcome, done) = match request.await {
                Ok(done) => (Ok(()), done),
                Err(error) => (Err(error.to_problem()), Done::Nothing),
            };
            reply.send(outcome).ok();
            done
        });
    }

    /// The reply again, when the session is one of this folder; if not, that is the answer. The server would find
    /// sessions of folders that the person has not opened.
    fn if_known<T>(
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
    fn waits(&self, request: &RequestId) -> bool {
        let state = &self.subject.state;
        state.permissions().any(|permission| permission.id == *request)
            || state.questions().any(|question| question.id == *request)
    }

    /// The server's client; if there is none, that is the answer.
    fn client_or<T>(&self, reply: Reply<Result<T, Problem>>) -> Option<(Client, Reply<Result<T, Problem>>)> {
        if let Some(client) = self.server.client() {
            return Some((client.clone(), reply));
        }
        let message = "OpenCode does not run for this folder. Start it again, then repeat this.";
        reply.send(Err(Problem::new("server_not_running", message))).ok();
        None
    }
}

/// A new session with its first prompt. One that could not be prompted is taken away again: the person's text is still
/// where they typed it.
async fn begin(client: &Client, text: &str) -> Result<Session, WireError> {
    let session = client.create_session(None).await?;
    match send(client, &session.id, text).await {
        Ok(()) => Ok(session),
        Err(error) => {
            client.delete_session(&session.id).await.ok();
            Err(error)
        }
    }
}

/// Sends a prompt under ids of its own. When its answer is lost it is sent once more under the same ids: the server
/// stores them once.
async fn send(client: &Client, session: &SessionId, text: &str) -> Result<(), WireError> {
    let ids = PromptIds::generate(now_ms()).ok();
    match client.prompt(session, text, ids.as_ref()).await {
        Err(error) if error.is_ambiguous() && ids.is_some() => client.prompt(session, text, ids.as_ref()).await,
        sent => sent,
    }
}

fn permission_answer(reply: PermissionReply) -> PermissionAnswer {
    match reply {
        PermissionReply::Once => PermissionAnswer::Once,
        PermissionReply::Always => PermissionAnswer::Always,
        PermissionReply::Reject => PermissionAnswer::Reject,
    }
}
