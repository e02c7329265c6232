use crate::model::{
    Event, Failure, Message, MessageId, Part, PartId, PartKind, Replied, RequestId, Role, RunStatus, Session,
    SessionId, ToolProgress,
};

use super::{Changes, Mark, State, Transcript};

/// How many removed sessions are remembered: a run that was not stopped ends long before as many more are removed.
const MOST_REMOVED: usize = 1_000;

/// How many requests that wait no longer are remembered.
const MOST_PAST: usize = 64;

impl State {
    /// Folds one event in and says what it touched. Applying the same event again changes nothing, deltas aside.
    pub fn apply(&mut self, event: Event) -> Changes {
        self.mark.0 += 1;
        let mut changes = Changes::default();
        match event {
            Event::Session(session) => self.put_session(session, &mut changes),
            Event::SessionRemoved(session) => {
                self.remember_removed(&session, self.mark);
                self.drop_session(&session, &mut changes);
            }
            Event::Status { session, status } => self.put_status(&session, status, &mut changes),
            Event::SessionFailed { session: Some(session), failure } => {
                self.put_failure(&session, failure, &mut changes);
            }
            Event::Message(message) => self.put_message(message, &mut changes),
            Event::MessageRemoved { session, message } => self.drop_message(&session, &message, &mut changes),
            Event::Part(part) => self.put_part(part, &mut changes),
            Event::Delta { session, message, part, text } => self.append(session, message, part, &text, &mut changes),
            Event::PartRemoved { session, message, part } => self.drop_part(session, message, part, &mut changes),
            Event::Permission(permission) if !self.removed.contains_key(&permission.session) => {
                changes.requests.insert(permission.id.clone());
                changes.sessions.insert(permission.session.clone());
                self.permissions.insert(permission.id.clone(), (permission, self.mark));
            }
            Event::Question(question) if !self.removed.contains_key(&question.session) => {
                changes.requests.insert(question.id.clone());
                changes.sessions.insert(question.session.clone());
                self.questions.insert(question.id.clone(), (question, self.mark));
            }
            Event::RequestAnswered(id) | Event::Replied(Replied { request: id, .. }) => {
                self.answered.insert(id.clone());
                self.drop_request(&id, &mut changes);
            }
            Event::Todos { session, todos } => {
                if !self.removed.contains_key(&session) {
                    let entry = self.sessions.entry(session.clone()).or_default();
                    changes.frames.insert(session);
                    entry.todos = todos;
                    entry.todos_touched = self.mark;
                }
            }
            Event::Branch(branch) => {
                self.branch = branch;
                self.branch_touched = self.mark;
                changes.branch = true;
            }
            Event::Permission(_)
            | Event::Question(_)
            | Event::SessionFailed { session: None, .. }
            | Event::Compacted(_)
            | Event::Connected
            | Event::Heartbeat
            | Event::Disposed
            | Event::Ignored
            | Event::Unknown { .. } => {}
        }
        changes
    }

    /// A mark for a question to the server that is asked now: after that of each question before, also when no event has
    /// come since.
    pub fn ask(&mut self) -> Mark {
        self.mark.0 += 1;
        self.mark
    }

    /// The server is gone: nothing runs any more, and nobody waits for an answer.
    pub fn server_gone(&mut self) -> Changes {
        self.mark.0 += 1;
        let mut changes = Changes::default();
        let running = self.sessions.iter().filter(|(_, entry)| entry.status.is_running());
        for id in running.map(|(id, _)| id.clone()).collect::<Vec<_>>() {
            let mark = self.mark;
            self.set_status(&id, RunStatus::Idle, mark, &mut changes);
        }
        changes
    }

    /// A request for permission is being answered without the person, or is theirs after all.
    pub fn withhold(&mut self, id: &RequestId, withheld: bool) -> Changes {
        let mut changes = Changes::default();
        let Some((permission, _)) = self.permissions.get(id) else { return changes };
        let is_new = if withheld { self.withheld.insert(id.clone()) } else { self.withheld.remove(id) };
        if is_new {
            changes.requests.insert(id.clone());
            changes.sessions.insert(permission.session.clone());
        }
        changes
    }

    /// Lets go of a session's messages; they are read again when somebody looks. What still streams is kept: the
    /// server does not have it.
    pub fn release(&mut self, id: &SessionId) {
        let released = self.ask();
        if let Some(entry) = self.sessions.get_mut(id).filter(|entry| !entry.status.is_running()) {
            entry.transcript = Transcript { released, ..Transcript::default() };
        }
    }

    /// The stream was lost: text that streams meanwhile does not come back until its part ends, so every open part
    /// has a hole from here on, and what was loaded must be read again.
    pub fn stream_lost(&mut self) -> Changes {
        self.mark.0 += 1;
        let mut changes = Changes::default();
        for (session, entry) in &mut self.sessions {
            entry.transcript.lost = true;
            for (message, message_entry) in &mut entry.transcript.entries {
                for (id, part) in &mut message_entry.parts {
                    if part.abandoned || message_entry.head.as_ref().is_some_and(|head| head.completed.is_some()) {
                        continue;
                    }
                    if let Some(prose) = part.prose_mut().filter(|prose| prose.is_open() && !prose.gapped) {
                        prose.gapped = true;
                        changes.parts.insert((session.clone(), message.clone(), id.clone()));
                    }
                }
            }
        }
        changes
    }

    fn put_session(&mut self, session: Session, changes: &mut Changes) {
        if session.directory != self.directory || self.removed.contains_key(&session.id) {
            return;
        }
        let id = session.id.clone();
        let entry = self.sessions.entry(id.clone()).or_default();
        if entry.info.as_ref().is_some_and(|before| before.revert != session.revert) {
            changes.frames.insert(id.clone());
        }
        entry.info = Some(session);
        entry.info_touched = self.mark;
        changes.sessions.insert(id);
    }

    /// What the server still sends for this session is dropped from now on.
    pub(super) fn remember_removed(&mut self, id: &SessionId, mark: Mark) {
        if self.removed.len() >= MOST_REMOVED
            && let Some(oldest) = self.removed.iter().min_by_key(|(_, mark)| **mark).map(|(id, _)| id.clone())
        {
            self.removed.remove(&oldest);
        }
        self.removed.insert(id.clone(), mark);
    }

    pub(super) fn drop_session(&mut self, id: &SessionId, changes: &mut Changes) {
        if self.sessions.remove(id).is_some() {
            changes.sessions.insert(id.clone());
            changes.frames.insert(id.clone());
        }
        self.drop_requests_of(id, changes);
    }

    fn put_status(&mut self, id: &SessionId, status: RunStatus, changes: &mut Changes) {
        if self.removed.contains_key(id) {
            return;
        }
        let mark = self.mark;
        self.set_status(id, status, mark, changes);
    }

    pub(super) fn set_status(&mut self, id: &SessionId, status: RunStatus, mark: Mark, changes: &mut Changes) {
        let entry = self.sessions.entry(id.clone()).or_default();
        entry.status_touched = mark;
        if status == RunStatus::Busy && matches!(entry.status, RunStatus::Idle) {
            entry.stopped = false;
            if entry.failure.take().is_some() {
                changes.frames.insert(id.clone());
            }
        }
        if matches!(status, RunStatus::Retry { .. }) {
            // The failed attempt's parts never end; the next attempt makes new ones.
            let answer =
                entry.transcript.newest_answer().filter(|head| head.completed.is_none() && entry.works_on(&head.id));
            let answer = answer.map(|head| head.id.clone());
            if let Some(message) = answer
                && let Some(message_entry) = entry.transcript.entries.get_mut(&message)
            {
                for (part_id, part) in &mut message_entry.parts {
                    if part.has_open_prose() && !part.abandoned {
                        part.abandoned = true;
                        changes.parts.insert((id.clone(), message.clone(), part_id.clone()));
                    }
                }
            }
        }
        if entry.status != status {
            changes.sessions.insert(id.clone());
            changes.frames.insert(id.clone());
            if status.is_running() && !entry.status.is_running() {
                entry.run_began = mark;
            }
            entry.status = status;
        }
        if self.sessions.get(id).is_some_and(|entry| !entry.status.is_running()) {
            // The server keeps the requests of aborted runs and tells nobody: they are void.
            self.drop_requests_of(id, changes);
        }
    }

    fn put_failure(&mut self, id: &SessionId, failure: Failure, changes: &mut Changes) {
        if self.removed.contains_key(id) {
            return;
        }
        let entry = self.sessions.entry(id.clone()).or_default();
        if failure.is_abort() {
            entry.stopped = true;
        } else {
            entry.failure = Some(failure);
        }
        changes.sessions.insert(id.clone());
        changes.frames.insert(id.clone());
    }

    fn put_message(&mut self, message: Message, changes: &mut Changes) {
        if self.removed.contains_key(&message.session) {
            return;
        }
        let mark = self.mark;
        let session = message.session.clone();
        let entry = self.sessions.entry(session.clone()).or_default();
        if entry.transcript.is_beyond_older(&message) {
            return;
        }
        let id = message.id.clone();
        let before = entry.transcript.message(&id).and_then(|entry| entry.head());
        if before == Some(&message) {
            // Nothing new, but it says that the message is of the run that goes on now.
            let works_on = entry.works_on(&id);
            if let Some(message) = entry.transcript.entries.get_mut(&id) {
                message.touched = mark;
            }
            if entry.works_on(&id) != works_on {
                changes.messages.insert((session, id));
            }
            return;
        }
        if before.is_some_and(|before| before.completed.is_some() && message.completed.is_none()) {
            // From before the answer that told of its end, which comes again.
            return;
        }
        let settles = before.is_some_and(|before| before.completed.is_none()) && message.completed.is_some();
        let is_new = before.is_none();
        // The run goes on after its error, as after a conversation that was too long and is summarised.
        let goes_on =
            is_new && message.role == Role::Assistant && message.failure.is_none() && message.completed.is_none();
        if let Some(prompt) = entry.transcript.set_head(message, mark) {
            changes.messages.insert((session.clone(), prompt));
        }
        if settles && let Some(message_entry) = entry.transcript.message(&id) {
            for (part, _) in message_entry.parts() {
                changes.parts.insert((session.clone(), id.clone(), part.clone()));
            }
        }
        if is_new {
            changes.frames.insert(session.clone());
        }
        if goes_on && entry.failure.take().is_some() {
            changes.sessions.insert(session.clone());
            changes.frames.insert(session.clone());
        }
        changes.messages.insert((session, id));
    }

    fn drop_message(&mut self, session: &SessionId, message: &MessageId, changes: &mut Changes) {
        let mark = self.mark;
        let Some(entry) = self.sessions.get_mut(session) else { return };
        entry.transcript.removed.insert(message.clone(), mark);
        if entry.transcript.remove(message).is_some() {
            changes.messages.insert((session.clone(), message.clone()));
            changes.frames.insert(session.clone());
        }
    }

    fn put_part(&mut self, part: Part, changes: &mut Changes) {
        if self.removed.contains_key(&part.session) {
            return;
        }
        let mark = self.mark;
        let key = (part.session.clone(), part.message.clone(), part.id.clone());
        let transcript = &mut self.sessions.entry(part.session.clone()).or_default().transcript;
        if transcript.removed.contains_key(&part.message) {
            return;
        }
        let entry =
            transcript.entries.entry(part.message.clone()).or_default().parts.entry(part.id.clone()).or_default();
        entry.touched = mark;
        entry.early.clear();
        let part = keep_local_text(entry.part.as_ref(), part);
        if entry.part.as_ref() != Some(&part) {
            entry.part = Some(part);
            changes.parts.insert(key);
        }
    }

    fn append(&mut self, session: SessionId, message: MessageId, part: PartId, text: &str, changes: &mut Changes) {
        if self.removed.contains_key(&session) {
            return;
        }
        let mark = self.mark;
        let transcript = &mut self.sessions.entry(session.clone()).or_default().transcript;
        if transcript.removed.contains_key(&message) {
            return;
        }
        let entry = transcript.entries.entry(message.clone()).or_default().parts.entry(part.clone()).or_default();
        if entry.part.is_none() {
            entry.early.push_str(text);
            return;
        }
        // A part that has ended was delivered whole: a late delta is already in it.
        if let Some(prose) = entry.prose_mut().filter(|prose| prose.is_open()) {
            prose.text.push_str(text);
            entry.touched = mark;
            changes.parts.insert((session, message, part));
        }
    }

    fn drop_part(&mut self, session: SessionId, message: MessageId, part: PartId, changes: &mut Changes) {
        let transcript = self.sessions.get_mut(&session).map(|entry| &mut entry.transcript);
        let Some(entry) = transcript.and_then(|transcript| transcript.entries.get_mut(&message)) else { return };
        if entry.parts.remove(&part).is_some() {
            changes.parts.insert((session, message, part));
        }
    }

    pub(super) fn drop_request(&mut self, id: &RequestId, changes: &mut Changes) {
        self.withheld.remove(id);
        let permission = self.permissions.shift_remove(id).map(|(permission, _)| permission);
        let session = match &permission {
            Some(permission) => Some(permission.session.clone()),
            None => self.questions.shift_remove(id).map(|(question, _)| question.session),
        };
        self.past.extend(permission);
        if self.past.len() > MOST_PAST {
            self.past.pop_front();
        }
        if let Some(session) = session {
            changes.requests.insert(id.clone());
            changes.sessions.insert(session);
        }
    }

    fn drop_requests_of(&mut self, session: &SessionId, changes: &mut Changes) {
        let permissions = self.permissions.values().map(|(p, _)| (&p.session, &p.id));
        let questions = self.questions.values().map(|(q, _)| (&q.session, &q.id));
        let void: Vec<_> =
            permissions.chain(questions).filter(|(of, _)| *of == session).map(|(_, id)| id.clone()).collect();
        for id in void {
            self.answered.insert(id.clone());
            self.drop_request(&id, changes);
        }
    }
}

/// An open part comes from the server with its text empty or behind ours, because streamed text is stored only when
/// the part ends. What we have stays, with its mark when there is a hole in it.
///
/// A part that has ended stays so: what says otherwise is an event from before the answer that told of its end.
pub(super) fn keep_local_text(local: Option<&Part>, mut incoming: Part) -> Part {
    if let Some(local) = local
        && has_ended(&local.kind)
        && !has_ended(&incoming.kind)
    {
        return local.clone();
    }
    let local = local.map(|part| &part.kind);
    if let (
        Some(PartKind::Text(local) | PartKind::Reasoning(local)),
        PartKind::Text(incoming) | PartKind::Reasoning(incoming),
    ) = (local, &mut incoming.kind)
        && incoming.is_open()
        && local.is_open()
        && local.text.starts_with(&incoming.text)
    {
        incoming.text.clone_from(&local.text);
        incoming.gapped = local.gapped;
    }
    incoming
}

/// True for text and tool calls to which nothing can be added any more.
fn has_ended(kind: &PartKind) -> bool {
    match kind {
        PartKind::Text(prose) | PartKind::Reasoning(prose) => prose.ended.is_some(),
        PartKind::Tool(tool) => matches!(tool.progress, ToolProgress::Completed { .. } | ToolProgress::Error { .. }),
        _ => false,
    }
}
