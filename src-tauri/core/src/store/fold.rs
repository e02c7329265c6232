use std::collections::{HashMap, HashSet};

use crate::model::{Message, MessageId, MessagePage, Part, PartKind, Role, SessionId, Snapshot, Todo};

use super::reduce::keep_local_text;
use super::{Changes, Mark, State};

impl State {
    /// Folds in the server's answer about the folder, asked for at `since`, with the stream open since before that.
    /// It replaces what is here, except for what events changed after `since`: those are as new or newer.
    pub fn fold_snapshot(&mut self, snapshot: Snapshot, since: Mark) -> Changes {
        let mut changes = Changes::default();
        self.fold_sessions(&snapshot, since, &mut changes);

        // A session that is not listed is deleted, and may go on working on the server, or is so new that its events
        // follow: only those that are known count.
        let mut running: HashMap<_, _> = snapshot.running.into_iter().collect();
        let known: Vec<SessionId> =
            self.sessions.iter().filter(|(_, entry)| entry.status_touched <= since).map(|(id, _)| id.clone()).collect();
        for id in known {
            let status = running.remove(&id).unwrap_or_default();
            self.set_status(&id, status, since, &mut changes);
        }

        let loaded: HashSet<_> = snapshot.messages.iter().map(|page| page.session.clone()).collect();
        for page in snapshot.messages {
            changes.merge(self.fold_page(page, since));
        }
        for (session, todos) in snapshot.todos {
            changes.merge(self.fold_todos(&session, todos, since));
        }
        for (id, entry) in &mut self.sessions {
            if entry.transcript.loaded && !loaded.contains(id) {
                entry.transcript.loaded = false;
                changes.frames.insert(id.clone());
            }
        }

        self.fold_requests(snapshot.permissions, snapshot.questions, since, &mut changes);
        if self.branch_touched <= since && self.branch != snapshot.branch {
            self.branch = snapshot.branch;
            changes.branch = true;
        }
        changes
    }

    fn fold_sessions(&mut self, snapshot: &Snapshot, since: Mark, changes: &mut Changes) {
        // One that is listed after all was not removed; of the others the server may still send what is dropped.
        let known: HashSet<_> = snapshot.sessions.iter().map(|session| &session.id).collect();
        self.removed.retain(|id, mark| *mark > since || !known.contains(id));
        let mut listed = HashSet::new();
        for session in &snapshot.sessions {
            if session.directory != self.directory || self.removed.contains_key(&session.id) {
                continue;
            }
            listed.insert(session.id.clone());
            let entry = self.sessions.entry(session.id.clone()).or_default();
            if entry.info_touched <= since && entry.info.as_ref() != Some(session) {
                entry.info = Some(session.clone());
                changes.sessions.insert(session.id.clone());
                changes.frames.insert(session.id.clone());
            }
        }
        let gone: Vec<_> = self
            .sessions
            .iter()
            .filter(|(id, entry)| !listed.contains(*id) && entry.info.is_some() && entry.info_touched <= since)
            .map(|(id, _)| id.clone())
            .collect();
        for id in gone {
            // Deleting a session does not stop it: what it still does must not bring it back.
            self.remember_removed(&id, since);
            self.drop_session(&id, changes);
        }
    }

    fn fold_requests(
        &mut self,
        permissions: Vec<crate::model::Permission>,
        questions: Vec<crate::model::Question>,
        since: Mark,
        changes: &mut Changes,
    ) {
        let listed: HashSet<_> =
            permissions.iter().map(|p| p.id.clone()).chain(questions.iter().map(|q| q.id.clone())).collect();
        let permissions_here = self.permissions.iter().map(|(id, (_, mark))| (id, mark));
        let questions_here = self.questions.iter().map(|(id, (_, mark))| (id, mark));
        let gone: Vec<_> = permissions_here
            .chain(questions_here)
            .filter(|(id, mark)| **mark <= since && !listed.contains(*id))
            .map(|(id, _)| id.clone())
            .collect();
        for id in gone {
            self.drop_request(&id, changes);
        }
        for permission in permissions {
            if self.accepts(&permission.session, &permission.id) && !self.permissions.contains_key(&permission.id) {
                changes.requests.insert(permission.id.clone());
                changes.sessions.insert(permission.session.clone());
                self.permissions.insert(permission.id.clone(), (permission, since));
            }
        }
        for question in questions {
            if self.accepts(&question.session, &question.id) && !self.questions.contains_key(&question.id) {
                changes.requests.insert(question.id.clone());
                changes.sessions.insert(question.session.clone());
                self.questions.insert(question.id.clone(), (question, since));
            }
        }
    }

    /// The server keeps listing requests whose run was aborted: only those of working sessions count.
    fn accepts(&self, session: &SessionId, request: &crate::model::RequestId) -> bool {
        !self.answered.contains(request) && self.sessions.get(session).is_some_and(|entry| entry.status.is_running())
    }

    /// Folds in a session's to-do list, asked for at `since`.
    pub fn fold_todos(&mut self, session: &SessionId, todos: Vec<Todo>, since: Mark) -> Changes {
        let mut changes = Changes::default();
        if let Some(entry) = self.sessions.get_mut(session)
            && entry.todos_touched <= since
            && entry.todos != todos
        {
            entry.todos = todos;
            changes.frames.insert(session.clone());
        }
        changes
    }

    /// Folds in a stretch of messages, asked for at `since`. The newest page replaces what is here; an older one adds.
    pub fn fold_page(&mut self, page: MessagePage, since: Mark) -> Changes {
        let mut changes = Changes::default();
        if self.removed.contains_key(&page.session) {
            return changes;
        }
        let session = page.session;
        let newest = page.before.is_none();
        let entry = self.sessions.entry(session.clone()).or_default();
        if newest && since < entry.transcript.released {
            return changes;
        }
        if !newest && (!entry.transcript.loaded || entry.transcript.older != page.before) {
            // The transcript was read anew meanwhile; this page no longer joins it.
            return changes;
        }
        let listed: HashSet<_> = page.messages.iter().map(|(head, _)| head.id.clone()).collect();
        entry.transcript.removed.retain(|id, mark| *mark > since || !listed.contains(id));
        entry.transcript.older = page.older;
        entry.transcript.loaded = true;
        changes.frames.insert(session.clone());

        if newest {
            let gone: Vec<_> = entry
                .transcript
                .entries
                .iter()
                .filter(|(id, entry)| !listed.contains(*id) && entry.touched <= since)
                .filter(|(_, entry)| entry.parts.values().all(|part| part.touched <= since))
                .map(|(id, _)| id.clone())
                .collect();
            for id in gone {
                entry.transcript.remove(&id);
                changes.messages.insert((session.clone(), id));
            }
        }
        for (head, parts) in page.messages {
            self.fold_message(&session, head, parts, since, &mut changes);
        }
        if newest {
            self.claim_newest_answer(&session, &mut changes);
        }
        changes
    }

    /// An unfinished answer to the newest prompt of a session that works is what it works on, although it was read by
    /// a question that was asked before the work began.
    fn claim_newest_answer(&mut self, session: &SessionId, changes: &mut Changes) {
        let mark = self.mark;
        let Some(entry) = self.sessions.get_mut(session).filter(|entry| entry.status.is_running()) else { return };
        let Some(answer) = entry.transcript.newest_answer().filter(|answer| answer.completed.is_none()) else { return };
        let prompt = entry.transcript.messages().rev().find(|(head, _)| head.role == Role::User);
        if answer.parent.is_none() || answer.parent.as_ref() != prompt.map(|(head, _)| &head.id) {
            return;
        }
        let id = answer.id.clone();
        let works_on = entry.works_on(&id);
        if let Some(message) = entry.transcript.entries.get_mut(&id).filter(|_| !works_on) {
            message.touched = mark;
            changes.messages.insert((session.clone(), id));
        }
    }

    fn fold_message(
        &mut self,
        session: &SessionId,
        head: Message,
        parts: Vec<Part>,
        since: Mark,
        changes: &mut Changes,
    ) {
        let Some(entry) = self.sessions.get_mut(session) else { return };
        let transcript = &mut entry.transcript;
        if transcript.removed.contains_key(&head.id) {
            return;
        }
        let id: MessageId = head.id.clone();
        let local = transcript.entries.get(&id);
        let stale = local.is_some_and(|entry| entry.head.is_some() && entry.touched > since);
        let settled = head.completed.is_some();
        let settles =
            settled && local.and_then(|entry| entry.head.as_ref()).is_some_and(|head| head.completed.is_none());
        if !stale && local.and_then(|entry| entry.head.as_ref()) != Some(&head) {
            if let Some(prompt) = transcript.set_head(head, since) {
                changes.messages.insert((session.clone(), prompt));
            }
            changes.messages.insert((session.clone(), id.clone()));
        }
        let message = transcript.entries.entry(id.clone()).or_default();
        let listed: HashSet<_> = parts.iter().map(|part| part.id.clone()).collect();
        message.parts.retain(|part_id, part| {
            let keep = listed.contains(part_id) || part.touched > since || (part.part.is_none() && !settled);
            if !keep {
                changes.parts.insert((session.clone(), id.clone(), part_id.clone()));
            }
            keep
        });
        for part in parts {
            let entry = message.parts.entry(part.id.clone()).or_default();
            if entry.part.is_some() && entry.touched > since {
                continue;
            }
            let mut incoming = keep_local_text(entry.part.as_ref(), part);
            if entry.part.is_none()
                && let PartKind::Text(prose) | PartKind::Reasoning(prose) = &mut incoming.kind
                && prose.is_open()
            {
                // It began before we listened: the deltas heard so far are its end, and its beginning is missing.
                prose.text.push_str(&std::mem::take(&mut entry.early));
                prose.gapped = true;
            }
            if settles || entry.part.as_ref() != Some(&incoming) {
                changes.parts.insert((session.clone(), id.clone(), incoming.id.clone()));
                entry.part = Some(incoming);
            }
        }
    }
}
