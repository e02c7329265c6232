//! What was typed: drafts are kept, and prompts go out as the outbox says, each request beside the instance's loop.

use std::collections::HashMap;
use std::future::pending;
use std::time::Duration;

use tokio::time::Instant;

use crate::feed::{Pending, problem_of};
use crate::model::{Event, Failure, Message, MessageId, Part, Session, SessionId};
use crate::opencode::{Client, PromptIds, WireError};
use crate::protocol::{Connection, DraftView, Focus, Problem};
use crate::store::{Changes, MessageEntry};
use crate::typed::{Action, Lane, NoAnswer, Prompt, Saved, Trouble, Typed};

use super::clock::now_ms;
use super::command::Reply;
use super::task::InstanceTask;
use super::work::Done;

/// What was typed in the folder, and what belongs to it only while the app runs.
pub(super) struct Desk {
    pub(super) typed: Typed,
    /// The window that began a session with its first prompt, by the session's key.
    beginners: HashMap<MessageId, String>,
    /// What was kept has been compared with the server's sessions.
    compared: bool,
    began: Instant,
}

/// What came of a request for the outbox.
pub(super) enum Sent {
    /// A new prompt is on disk, or could not be put there.
    Kept(MessageId, Result<(), Problem>, Reply<Result<MessageId, Problem>>),
    Found(MessageId, Result<Option<Session>, WireError>),
    Made(MessageId, Result<Session, Trouble>),
    Asked(MessageId, Result<Option<(Message, Vec<Part>)>, WireError>),
    Posted(MessageId, Result<(), Trouble>),
}

impl Desk {
    pub(super) fn new(typed: Typed) -> Self {
        Self { typed, beginners: HashMap::new(), compared: false, began: Instant::now() }
    }

    /// Waits until something of the outbox is due by time alone.
    pub(super) async fn due(&self) {
        match self.typed.outbox.next_due() {
            Some(at) => tokio::time::sleep_until(self.began + Duration::from_millis(at)).await,
            None => pending().await,
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

impl InstanceTask {
    /// Puts a prompt into the outbox. The answer comes when it is on disk: from then on it is not lost.
    pub(super) fn prompt(
        &mut self,
        window: String,
        session: Option<&SessionId>,
        text: &str,
        reply: Reply<Result<MessageId, Problem>>,
    ) {
        let Some(reply) = self.if_known(session, reply) else { return };
        let id = match self.put_into_outbox(session, text) {
            Ok((id, key)) => {
                if let Some(key) = key {
                    if key == id {
                        // All others were begun, or failed.
                        self.desk.beginners.clear();
                    }
                    self.desk.beginners.insert(key, window);
                }
                id
            }
            Err(problem) => {
                reply.send(Err(problem)).ok();
                return;
            }
        };
        // In one file with the outbox: the text is in the one or in the other.
        self.desk.typed.drafts.forget(session);
        let saved = self.desk.typed.save();
        self.work(async move { Done::Sent(Box::new(Sent::Kept(id, saved.on_disk().await, reply))) });
    }

    /// The prompt's id, and the key of the session that it needs.
    fn put_into_outbox(
        &mut self,
        session: Option<&SessionId>,
        text: &str,
    ) -> Result<(MessageId, Option<MessageId>), Problem> {
        if text.trim().is_empty() {
            return Err(Problem::new("prompt_empty", "There is nothing to send."));
        }
        let created = now_ms();
        let PromptIds { message: id, part } = PromptIds::generate(created)
            .map_err(|error| Problem::new("no_randomness", format!("The system gave no random numbers: {error}.")))?;
        let outbox = &mut self.desk.typed.outbox;
        let lane = match session {
            Some(session) => Lane::Session(session.clone()),
            None => outbox.new_lane().unwrap_or_else(|| Lane::New(id.clone())),
        };
        let key = match &lane {
            Lane::New(key) => Some(key.clone()),
            Lane::Session(_) => None,
        };
        let (text, attachments) = (text.into(), Vec::new());
        outbox.add(Prompt { id: id.clone(), part, lane, text, attachments, created, begun: false, failed: None })?;
        Ok((id, key))
    }

    /// What is typed now, and not sent. The answer comes when it is on disk.
    pub(super) fn save_draft(&mut self, session: Option<SessionId>, text: &str, reply: Reply<Result<(), Problem>>) {
        match self.desk.typed.drafts.put(session, text, now_ms()) {
            Ok(true) => {
                let saved = self.desk.typed.save();
                self.work(async move {
                    reply.send(saved.on_disk().await).ok();
                    Done::Nothing
                });
            }
            other => {
                reply.send(other.map(|_| ())).ok();
            }
        }
    }

    /// All drafts of the folder.
    pub(super) fn drafts(&self) -> Vec<DraftView> {
        let drafts = self.desk.typed.drafts.all().iter();
        let view = |session: &Option<SessionId>, text: &str| DraftView {
            session: session.as_ref().map(|session| session.0.clone()),
            text: text.to_owned(),
        };
        drafts.map(|draft| view(&draft.session, &draft.text)).collect()
    }

    /// Makes a prompt that the server does not have a draft again, before what is typed there already.
    pub(super) fn take_back(&mut self, id: &MessageId) -> Result<DraftView, Problem> {
        let Typed { outbox, drafts, .. } = &mut self.desk.typed;
        let prompt = outbox.take_back(id).ok_or_else(on_its_way)?;
        let session = prompt.session().cloned();
        let typed = drafts.of(session.as_ref()).map(|draft| draft.text.to_string()).unwrap_or_default();
        let text = if typed.trim().is_empty() {
            prompt.text.to_string()
        } else {
            format!("{}\n\n{typed}", prompt.text.trim_end())
        };
        // Two long texts together may be longer than one may be: then it stays what it was.
        if let Err(problem) = drafts.put(session.clone(), &text, now_ms()) {
            outbox.put_back(prompt);
            return Err(problem);
        }
        Ok(DraftView { session: session.map(|session| session.0), text })
    }

    /// Throws a prompt away that the server does not have.
    pub(super) fn discard(&mut self, id: &MessageId) -> Result<(), Problem> {
        self.desk.typed.outbox.take_back(id).map(|_| ()).ok_or_else(on_its_way)
    }

    /// Sends a prompt again that failed.
    pub(super) fn retry_prompt(&mut self, id: &MessageId) {
        self.desk.typed.outbox.retry(id);
    }

    /// Lets out what is due, keeps what changed, and gives windows what they show of it. Once in each turn of the loop.
    pub(super) fn send_waiting(&mut self) {
        let client = self.server.client().filter(|_| self.subject.connection == Connection::Connected).cloned();
        let client = client.filter(|_| self.closing.is_none());
        self.desk.typed.outbox.set_online(client.is_some());
        if let Some(client) = client {
            let (actions, begun) = self.desk.typed.outbox.poll(self.desk.now());
            for action in actions {
                // What is begun must be known to be, should the app end now.
                let saved = begun.then(|| self.desk.typed.save());
                let directory = self.subject.state.directory().to_owned();
                let client = client.clone();
                self.work(async move { Done::Sent(Box::new(act(&client, &directory, action, saved).await)) });
            }
        }
        if self.desk.typed.outbox.take_changed() {
            self.desk.typed.save();
        }
        let shown = self.desk.typed.outbox.shown().map(|shown| Pending {
            id: shown.id,
            part: shown.part,
            session: shown.session,
            text: shown.text,
            created: shown.created,
            state: shown.state,
        });
        self.views.set_pending(shown.collect());
    }

    pub(super) fn sent(&mut self, sent: Sent) {
        let now = self.desk.now();
        let limit = self.settings.confirm_limit_ms.into();
        let outbox = &mut self.desk.typed.outbox;
        match sent {
            Sent::Kept(id, kept, reply) => {
                if kept.is_ok() {
                    outbox.release(&id);
                } else if let Some(prompt) = outbox.take_back(&id) {
                    // It is still where it was typed.
                    let session = prompt.session().cloned();
                    self.desk.typed.drafts.put(session, &prompt.text, now_ms()).ok();
                }
                reply.send(kept.map(|()| id)).ok();
            }
            Sent::Found(key, Ok(Some(session))) => {
                outbox.found(&key, Ok(Some(&session.id)), now);
                self.session_made(&key, session);
            }
            Sent::Found(key, found) => outbox.found(&key, found.map(|_| None).map_err(|_| NoAnswer), now),
            Sent::Made(key, Ok(session)) => {
                outbox.made(&key, Ok(session.id.clone()), now);
                self.session_made(&key, session);
            }
            Sent::Made(key, Err(trouble)) => outbox.made(&key, Err(trouble), now),
            Sent::Asked(id, Ok(Some((_, parts)))) if parts.is_empty() => outbox.asked_too_early(&id, now),
            Sent::Asked(id, Ok(Some((head, parts)))) => {
                outbox.asked(&id, Ok(true), now);
                self.message_found(head, parts);
            }
            Sent::Asked(id, asked) => outbox.asked(&id, asked.map(|_| false).map_err(|_| NoAnswer), now),
            Sent::Posted(id, posted) => outbox.posted(&id, posted, now, limit),
        }
    }

    /// A session was made for a first prompt: the window that began it looks at it next, unless it looks at something
    /// else by now. After a restart of the app nobody knows which window that was.
    fn session_made(&mut self, key: &MessageId, session: Session) {
        let id = session.id.clone();
        let changes = self.subject.state.apply(Event::Session(session));
        self.touch(&changes);
        self.subject.tabs.open(id.clone());
        // What the window is given next must hold the prompt.
        self.send_waiting();
        let beginner = self.desk.beginners.remove(key);
        for window in self.views.at_start() {
            if beginner.as_ref().is_none_or(|beginner| *beginner == window) {
                let focus = Focus::Session { id: id.0.clone() };
                self.subject.look(|source| self.views.turn(&window, focus, source));
            }
        }
    }

    /// The server has a message that no event has told of.
    fn message_found(&mut self, head: Message, parts: Vec<Part>) {
        let entry = self.subject.state.session(&head.session);
        if entry.and_then(|entry| entry.transcript().message(&head.id)).is_some_and(MessageEntry::is_whole) {
            return;
        }
        let parts = parts.into_iter().map(Event::Part);
        for event in [Event::Message(head)].into_iter().chain(parts) {
            let changes = self.subject.state.apply(event);
            self.touch(&changes);
        }
    }

    /// Takes out of the outbox what the server has shown.
    pub(super) fn confirm(&mut self, changes: &Changes) {
        let outbox = &mut self.desk.typed.outbox;
        if outbox.is_empty() {
            return;
        }
        // Its text comes after it: until then ours is shown.
        let messages = changes.messages.iter().map(|(session, message)| (session, message));
        for (session, message) in messages.chain(changes.parts.iter().map(|(session, message, _)| (session, message))) {
            let entry = self.subject.state.session(session);
            let message_entry = entry.and_then(|entry| entry.transcript().message(message));
            if message_entry.is_some_and(MessageEntry::is_whole) {
                outbox.confirm(message);
            }
        }
    }

    /// A session had an error.
    pub(super) fn prompt_may_have_failed(&mut self, session: &SessionId, failure: &Failure) {
        let (now, limit) = (self.desk.now(), self.settings.confirm_limit_ms.into());
        self.desk.typed.outbox.session_failed(session, &problem_of(failure), now, limit);
    }

    /// A session was deleted.
    pub(super) fn typed_for_deleted(&mut self, session: &SessionId) {
        self.desk.typed.outbox.session_gone(session);
        if self.desk.typed.drafts.forget(Some(session)) {
            self.desk.typed.save();
        }
    }

    /// The server's sessions are known, after a start for the first time: those that something waits for get tabs.
    pub(super) fn compare_typed(&mut self) {
        if std::mem::replace(&mut self.desk.compared, true) {
            return;
        }
        for session in self.desk.typed.outbox.sessions() {
            if self.subject.state.session(&session).is_some() {
                self.subject.tabs.open(session);
            }
        }
        let state = &self.subject.state;
        if self.desk.typed.drafts.prune(|session| state.session(session).is_some(), now_ms()) {
            self.desk.typed.save();
        }
    }
}

async fn act(client: &Client, directory: &str, action: Action, saved: Option<Saved>) -> Sent {
    let kept = match saved {
        Some(saved) => saved.on_disk().await.map_err(Trouble::Unreached),
        None => Ok(()),
    };
    match (action, kept) {
        (Action::Find(key), _) => {
            let found = client.session_made_for(directory, key.as_str()).await;
            Sent::Found(key, found)
        }
        (Action::Ask(session, id), _) => {
            let found = client.message(&session, &id).await;
            Sent::Asked(id, found)
        }
        (Action::Make(key), Ok(())) => {
            let made = client.make_session_for(key.as_str()).await;
            Sent::Made(key, made.map_err(|error| trouble(&error)))
        }
        (Action::Make(key), Err(trouble)) => Sent::Made(key, Err(trouble)),
        (Action::Post { session, message, part, text }, Ok(())) => {
            let ids = PromptIds { message, part };
            let posted = client.prompt(&session, &text, Some(&ids)).await;
            Sent::Posted(ids.message, posted.map_err(|error| trouble(&error)))
        }
        (Action::Post { message, .. }, Err(trouble)) => Sent::Posted(message, Err(trouble)),
    }
}

fn trouble(error: &WireError) -> Trouble {
    let problem = error.to_problem();
    match error {
        WireError::Refused { .. } => Trouble::Unreached(problem),
        WireError::NotFound { .. } => Trouble::NoSession(problem),
        WireError::Unauthorized
        | WireError::ConfigBroken { .. }
        | WireError::Busy { .. }
        | WireError::BadRequest { .. } => Trouble::Refused(problem),
        _ => Trouble::Lost(problem),
    }
}

fn on_its_way() -> Problem {
    Problem::new("prompt_on_its_way", "This message is on its way, and cannot be taken back any more.")
}
