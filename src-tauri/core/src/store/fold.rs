use std::collections::{HashMap, HashSet};

use crate::model::{SessionId, Snapshot, Todo};

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
}
