use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use indexmap::IndexMap;

use crate::model::{Failure, MessageId, PartId, Permission, Question, RequestId, RunStatus, Session, SessionId, Todo};

use super::Transcript;
use super::tombstones::Tombstones;

/// A point in the order of events. An answer that was asked for at a mark never overwrites what an event changed
/// after it: the event is as new, or a newer one follows on the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Mark(pub(super) u64);

/// Everything known of one folder.
#[derive(Debug, Clone)]
pub struct State {
    pub(super) directory: String,
    pub(super) mark: Mark,
    pub(super) sessions: BTreeMap<SessionId, SessionEntry>,
    /// Sessions removed by an event; what the server still sends for them is dropped.
    pub(super) removed: HashMap<SessionId, Mark>,
    pub(super) permissions: IndexMap<RequestId, (Permission, Mark)>,
    pub(super) questions: IndexMap<RequestId, (Question, Mark)>,
    /// The last requests for permission that wait no longer: the event of their answer may still be on its way.
    pub(super) past: VecDeque<Permission>,
    /// Requests that are being answered without the person.
    pub(super) withheld: BTreeSet<RequestId>,
    /// Requests that were answered or are void. The server keeps listing some of them.
    pub(super) answered: Tombstones<RequestId>,
    pub(super) branch: Option<String>,
    pub(super) branch_touched: Mark,
}

/// A session with all that belongs to it.
#[derive(Debug, Clone, Default)]
pub struct SessionEntry {
    pub(super) info: Option<Session>,
    pub(super) info_touched: Mark,
    pub(super) status: RunStatus,
    pub(super) status_touched: Mark,
    /// Where it last began to work.
    pub(super) run_began: Mark,
    pub(super) failure: Option<Failure>,
    pub(super) stopped: bool,
    pub(super) transcript: Transcript,
    pub(super) todos: Vec<Todo>,
    pub(super) todos_touched: Mark,
}

impl SessionEntry {
    /// The session; none while only events about it were heard.
    pub fn info(&self) -> Option<&Session> {
        self.info.as_ref()
    }

    /// Whether it works.
    pub fn status(&self) -> &RunStatus {
        &self.status
    }

    /// True while it works and this message belongs to that run: what an earlier run left unfinished stays so.
    pub fn works_on(&self, message: &MessageId) -> bool {
        let entry = self.transcript.message(message);
        self.status.is_running() && entry.is_some_and(|entry| entry.touched >= self.run_began)
    }

    /// Why its last run failed; cleared when the next one begins.
    pub fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    /// Its messages.
    pub fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    /// Its to-do list.
    pub fn todos(&self) -> &[Todo] {
        &self.todos
    }

    /// True when a person stopped its last run.
    pub fn is_stopped(&self) -> bool {
        self.stopped
    }
}

impl State {
    /// Nothing is known yet of this folder (a canonical path: the server's sessions of other folders are left out).
    pub fn new(directory: impl Into<String>) -> Self {
        Self {
            directory: directory.into(),
            mark: Mark::default(),
            sessions: BTreeMap::new(),
            removed: HashMap::new(),
            permissions: IndexMap::new(),
            questions: IndexMap::new(),
            past: VecDeque::new(),
            withheld: BTreeSet::new(),
            answered: Tombstones::default(),
            branch: None,
            branch_touched: Mark::default(),
        }
    }

    /// The folder.
    pub fn directory(&self) -> &str {
        &self.directory
    }

    /// Where the order of events stands: to be taken before a request is made whose answer will be folded in.
    pub fn mark(&self) -> Mark {
        self.mark
    }

    /// The sessions, by id.
    pub fn sessions(&self) -> impl Iterator<Item = (&SessionId, &SessionEntry)> {
        self.sessions.iter()
    }

    /// One session.
    pub fn session(&self, id: &SessionId) -> Option<&SessionEntry> {
        self.sessions.get(id)
    }

    /// Requests for permission that wait, in the order in which they came.
    pub fn permissions(&self) -> impl Iterator<Item = &Permission> {
        self.permissions.values().map(|(permission, _)| permission)
    }

    /// One request for permission.
    pub fn permission(&self, id: &RequestId) -> Option<&Permission> {
        self.permissions.get(id).map(|(permission, _)| permission)
    }

    /// One request for permission that waits, or that waited lately: a list without it, or the end of its run, may come
    /// before the event that tells of its answer.
    pub fn asked(&self, id: &RequestId) -> Option<&Permission> {
        self.permission(id).or_else(|| self.past.iter().find(|permission| permission.id == *id))
    }

    /// Requests for permission that wait for the person: those that are not being answered without them.
    pub fn shown_permissions(&self) -> impl Iterator<Item = &Permission> {
        self.permissions().filter(|permission| !self.withheld.contains(&permission.id))
    }

    /// Questions that wait, in the order in which they came.
    pub fn questions(&self) -> impl Iterator<Item = &Question> {
        self.questions.values().map(|(question, _)| question)
    }

    /// The repository's branch.
    pub fn branch(&self) -> Option<&str> {
        self.branch.as_deref()
    }

    /// True when exactly these sessions work as far as is known here. What the server still does for sessions that were
    /// deleted does not count.
    pub fn agrees_on_running(&self, running: &[(SessionId, RunStatus)]) -> bool {
        let theirs: BTreeSet<_> = running
            .iter()
            .filter(|(id, status)| status.is_running() && !self.removed.contains_key(id))
            .map(|(id, _)| id)
            .collect();
        let ours = self.sessions.iter().filter(|(_, entry)| entry.status.is_running()).map(|(id, _)| id);
        theirs.into_iter().eq(ours)
    }

    /// True when `session` is `ancestor` or was started by it, at any depth.
    pub fn is_within(&self, session: &SessionId, ancestor: &SessionId) -> bool {
        let mut at = Some(session);
        // Parents form a tree on the server; the bound keeps a corrupt answer from looping.
        for _ in 0..64 {
            match at {
                Some(id) if id == ancestor => return true,
                Some(id) => at = self.sessions.get(id).and_then(|entry| entry.info.as_ref()?.parent.as_ref()),
                None => return false,
            }
        }
        false
    }

    /// The id of the part whose tool call has this call id in this message.
    pub fn part_of_call(&self, session: &SessionId, message: &MessageId, call: &str) -> Option<&PartId> {
        let entry = self.sessions.get(session)?.transcript.message(message)?;
        entry.parts().find_map(|(id, part)| match &part.part()?.kind {
            crate::model::PartKind::Tool(tool) if tool.call == call => Some(id),
            _ => None,
        })
    }
}
