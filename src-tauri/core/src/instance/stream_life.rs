//! The instance's connection: what it tells is folded into the state.

use std::collections::HashSet;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

use crate::model::{Event, Part, PartKind, RunStatus, SessionId, Snapshot};
use crate::opencode::{Client, WireError};
use crate::store::Mark;

use super::backoff::Backoff;
use super::broken_config::BrokenConfig;
use super::connection::{ConnectionTask, Plan, Update};
use super::history::History;
use super::task::InstanceTask;
use super::work::FIRST_PAGE;

/// The most messages of one session that a snapshot asks for: what a window holds at most. Older ones are read again
/// when somebody scrolls there.
const MOST_IN_SNAPSHOT: u32 = 200;

/// How many updates may wait for the instance; beyond that the connection waits.
const WAITING: usize = 1024;

/// The connection's task as its instance sees it. Dropping it ends the task.
pub(super) struct Stream {
    updates: mpsc::Receiver<Update>,
    check: Arc<Notify>,
    token: CancellationToken,
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.token.cancel();
    }
}

impl Stream {
    /// The next update; never, while there is no connection.
    pub(super) async fn next(stream: &mut Option<Self>) -> Update {
        match stream {
            Some(stream) => match stream.updates.recv().await {
                Some(update) => update,
                None => pending().await,
            },
            None => pending().await,
        }
    }

    /// An update that waits already.
    pub(super) fn try_next(&mut self) -> Option<Update> {
        self.updates.try_recv().ok()
    }
}

impl InstanceTask {
    /// Opens the event stream of a server that is ready.
    pub(super) fn connect(&mut self, client: Client) {
        let (sender, updates) = mpsc::channel(WAITING);
        let check = Arc::new(Notify::new());
        let token = self.token.child_token();
        let base = Duration::from_millis(self.settings.reconnect_base_ms.into());
        let task = ConnectionTask {
            client,
            directory: self.subject.state.directory().to_owned(),
            backoff: Backoff::new(base, self.settings.reconnect_attempts),
            silence: Duration::from_millis(self.settings.silence_limit_ms.into()),
            updates: sender,
            check: Arc::clone(&check),
            traffic: Arc::clone(&self.traffic),
            token: token.clone(),
        };
        self.tasks.spawn(task.run());
        self.stream = Some(Stream { updates, check, token });
    }

    /// Lets go of the event stream.
    pub(super) fn disconnect(&mut self) {
        if self.stream.take().is_some() {
            self.stream_lost();
        }
    }

    fn stream_lost(&mut self) {
        let changes = self.subject.state.stream_lost();
        self.whole_since = self.subject.state.mark();
        // What is older is read again, whatever came of it before.
        self.history = History::default();
        self.touch(&changes);
    }

    /// The person does not want to wait.
    pub(super) fn retry(&mut self) {
        match &self.stream {
            Some(stream) if self.server.client().is_some() => stream.check.notify_one(),
            _ => self.restart_for_person(),
        }
    }

    /// Looks at once whether the stream still brings what the server does, and does not wait for the next attempt.
    /// A server that was given up, or died, is left to the person.
    pub(super) fn check(&mut self) {
        if let Some(stream) = &self.stream
            && self.server.client().is_some()
        {
            stream.check.notify_one();
        }
    }

    pub(super) fn update(&mut self, update: Update) {
        match update {
            Update::State(connection) => self.subject.connection = connection,
            Update::Opened(plan) => {
                self.whole_since = self.subject.state.ask();
                plan.send(self.plan()).ok();
            }
            Update::Event(event) => self.event(*event),
            Update::Snapshot(snapshot, since) => self.fold_snapshot(*snapshot, since),
            Update::Running(running, reply) => {
                reply.send(self.subject.state.agrees_on_running(&running)).ok();
            }
            Update::Lost => self.stream_lost(),
            Update::ConfigBroken(error) => self.config_broken(&error),
        }
    }

    /// Takes in the server's answer, asked for at the mark.
    pub(super) fn fold_snapshot(&mut self, snapshot: Snapshot, since: Mark) {
        let known: HashSet<_> = self.subject.state.sessions().map(|(id, _)| id.clone()).collect();
        let sessions = self.subject.state.sessions();
        let working: Vec<_> =
            sessions.filter(|(_, entry)| entry.status().is_running()).map(|(id, _)| id.clone()).collect();
        let changes = self.subject.state.fold_snapshot(snapshot, since);
        self.touch(&changes);
        for session in working {
            if self.subject.state.session(&session).is_some_and(|entry| !entry.status().is_running()) {
                self.reread_if_stopped(&session);
            }
        }
        self.compare_typed();
        self.read_models();
        self.close_lost_tabs();
        self.open_tabs_of_new_children(&known);
        let looked_at: Vec<_> = self.views.sessions().cloned().collect();
        for session in looked_at {
            self.read_messages(&session);
        }
    }

    /// What a fresh snapshot must hold: all transcripts that somebody can see, as far as they are here.
    pub(super) fn plan(&self) -> Plan {
        let state = &self.subject.state;
        let sessions = state
            .sessions()
            .filter(|(id, entry)| {
                self.views.look_at(id) || (entry.transcript().is_loaded() && self.subject.tabs.contains(id))
            })
            .map(|(id, entry)| {
                (
                    id.clone(),
                    u32::try_from(entry.transcript().len()).unwrap_or(u32::MAX).clamp(FIRST_PAGE, MOST_IN_SNAPSHOT),
                )
            })
            .collect();
        Plan { mark: state.mark(), sessions }
    }

    fn event(&mut self, event: Event) {
        if self.is_void(&event) {
            // If a new run asks, whose beginning was not heard, the answer will say so.
            self.reread();
            return;
        }
        match &event {
            Event::Session(session) => {
                let is_new = self.subject.state.session(&session.id).is_none_or(|entry| entry.info().is_none());
                if let Some(parent) = session.parent.clone().filter(|_| is_new) {
                    let state = &self.subject.state;
                    let descends = |id: &SessionId| state.is_within(id, &parent);
                    self.subject.tabs.open_child(session.id.clone(), &parent, descends);
                }
            }
            Event::SessionFailed { session: Some(session), failure } => {
                let (session, failure) = (session.clone(), failure.clone());
                self.prompt_may_have_failed(&session, &failure);
            }
            Event::SessionFailed { session: None, failure } => {
                self.subject.note(format!("{}: {}", failure.name, failure.message));
            }
            Event::Part(Part { kind: PartKind::Unknown { kind, .. }, .. }) if self.unknown.insert(kind.clone()) => {
                self.subject.note(format!("A part of an unknown kind: {kind}."));
            }
            Event::Unknown { name, reason } if self.unknown.insert(name.clone()) => {
                let reason = reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
                self.subject.note(format!("An event of an unknown form: {name}{reason}."));
            }
            _ => {}
        }
        if let Event::Replied(replied) = &event {
            self.replied(replied);
        }
        let removed = match &event {
            Event::SessionRemoved(session) => Some(session.clone()),
            _ => None,
        };
        let idle = match &event {
            Event::Status { session, status: RunStatus::Idle } => Some(session.clone()),
            _ => None,
        };
        let changes = self.subject.state.apply(event);
        self.touch(&changes);
        if let Some(session) = idle {
            self.reread_if_stopped(&session);
        }
        if let Some(session) = removed {
            self.subject.notices.forget(&session);
            self.typed_for_deleted(&session);
            self.close_tab(&session);
        }
    }

    /// What a stopped run still asks: the server does not wait for an answer to it (seen on 1.18.33 when the folder is
    /// disposed of right after a stop).
    fn is_void(&self, event: &Event) -> bool {
        let session = match event {
            Event::Permission(permission) => &permission.session,
            Event::Question(question) => &question.session,
            _ => return false,
        };
        let entry = self.subject.state.session(session);
        entry.is_some_and(|entry| entry.is_stopped() && !entry.status().is_running())
    }

    /// Subagents that were started while the stream was lost, and still work.
    fn open_tabs_of_new_children(&mut self, known: &HashSet<SessionId>) {
        let state = &self.subject.state;
        for (id, entry) in state.sessions().filter(|(id, entry)| entry.status().is_running() && !known.contains(*id)) {
            if let Some(parent) = entry.info().and_then(|info| info.parent.as_ref()) {
                self.subject.tabs.open_child(id.clone(), parent, |other| state.is_within(other, parent));
            }
        }
    }

    /// Tabs of sessions that the server no longer has.
    fn close_lost_tabs(&mut self) {
        for id in self.subject.tabs.ids() {
            let id = SessionId(id);
            if self.subject.state.session(&id).is_none() {
                self.close_tab(&id);
            }
        }
    }

    /// The server answers nothing for this folder until it is started anew with another configuration.
    fn config_broken(&mut self, error: &WireError) {
        let problem = error.to_problem();
        self.disconnect();
        self.failed(problem);
        if let WireError::ConfigBroken { path, .. } = error {
            self.broken_config = Some(BrokenConfig::watch(path));
        }
    }
}
