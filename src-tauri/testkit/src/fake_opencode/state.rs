//! What the server holds: the data that a restart keeps and the memory that it loses. Every change that the server tells
//! of is made and told under one lock, so that an answer is never behind the event that a client has just received.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

use super::{files, ids::Ids};

/// How many events may wait for a client that does not read. The real server has no limit (wire study, section 2); a
/// client that is this far behind loses its stream here.
pub(super) const QUEUED_EVENTS: usize = 100_000;

/// The files of the folder, by absolute path.
pub(super) type Files = BTreeMap<String, String>;

#[derive(Debug)]
pub(super) struct State {
    pub(super) ids: Ids,
    pub(super) stored: Stored,
    pub(super) live: Live,
}

/// What a restart keeps.
#[derive(Debug, Default)]
pub(super) struct Stored {
    pub(super) sessions: HashMap<String, Session>,
    pub(super) files: Files,
    /// How often each fault with `times=` was met. The model counts it, not the server, so it outlives the server.
    pub(super) met: HashMap<(String, usize, usize), u32>,
}

/// What only the process knows.
#[derive(Debug, Default)]
pub(super) struct Live {
    pub(super) subscribers: Vec<Subscriber>,
    pub(super) status: BTreeMap<String, Value>,
    pub(super) runs: HashMap<String, Run>,
    pub(super) permissions: Vec<Pending<Reply>>,
    pub(super) questions: Vec<Pending<Option<Value>>>,
    /// Permissions given for good: the kind and the pattern.
    pub(super) always: Vec<(String, String)>,
    /// The directories of sessions that were deleted: their runs go on and tell of it.
    pub(super) deleted: HashMap<String, String>,
}

#[derive(Debug)]
pub(super) struct Session {
    pub(super) info: Value,
    /// In the order of their insertion.
    pub(super) messages: Vec<Message>,
    pub(super) todos: Value,
    /// The files as they were before the first step for each user message.
    pub(super) before: HashMap<String, Files>,
    /// The files as they were before a revert.
    pub(super) before_revert: Option<Files>,
}

#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) info: Value,
    pub(super) parts: Vec<Value>,
}

/// A client's event stream.
#[derive(Debug)]
pub(super) struct Subscriber {
    pub(super) directory: String,
    pub(super) events: mpsc::Sender<String>,
}

/// A session that works.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) cancel: CancellationToken,
    pub(super) progress: watch::Receiver<Progress>,
    /// A prompt came while the run was being stopped.
    pub(super) again: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
pub(super) enum Progress {
    Running,
    /// Aborted: the client was told that the session is idle, the last updates follow.
    Stopping,
    Done,
}

/// A request that waits for the person. It stays listed when nobody waits for its answer any more (section 6).
#[derive(Debug)]
pub(super) struct Pending<T> {
    pub(super) request: Value,
    pub(super) answer: Option<oneshot::Sender<T>>,
}

/// An answer to a request for permission.
#[derive(Debug)]
pub(super) enum Reply {
    Allowed,
    Rejected(Option<String>),
}

/// The session was deleted, so nothing can be stored for it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Gone;

impl State {
    pub(super) fn now(&self) -> u64 {
        self.ids.now()
    }

    /// Sends an event to those who listen to this directory.
    pub(super) fn emit(&mut self, directory: &str, kind: &str, properties: &Value) {
        let event = json!({ "id": self.ids.next("evt"), "type": kind, "properties": properties }).to_string();
        self.live.subscribers.retain(|subscriber| {
            subscriber.directory != directory || subscriber.events.try_send(event.clone()).is_ok()
        });
    }

    /// Sends an event about a session.
    pub(super) fn tell(&mut self, session: &str, kind: &str, mut properties: Value) {
        properties["sessionID"] = json!(session);
        let directory = self.directory_of(session);
        self.emit(&directory, kind, &properties);
    }

    fn directory_of(&self, session: &str) -> String {
        let stored = self.stored.sessions.get(session).and_then(|session| session.info["directory"].as_str());
        let deleted = || self.live.deleted.get(session).map(String::as_str);
        stored.or_else(deleted).unwrap_or_default().to_owned()
    }

    pub(super) fn session(&mut self, id: &str) -> Result<&mut Session, Gone> {
        self.stored.sessions.get_mut(id).ok_or(Gone)
    }

    /// Tells of a session as it is, its time of change set to now.
    pub(super) fn touch(&mut self, id: &str) -> Result<(), Gone> {
        let now = self.now();
        self.session(id)?.info["time"]["updated"] = json!(now);
        self.tell_session(id)
    }

    /// Tells of a session as it is.
    pub(super) fn tell_session(&mut self, id: &str) -> Result<(), Gone> {
        let info = self.session(id)?.info.clone();
        self.tell(id, "session.updated", json!({ "info": info }));
        Ok(())
    }

    pub(super) fn set_status(&mut self, session: &str, status: &Value) {
        let idle = status["type"] == "idle";
        if idle {
            self.live.status.remove(session);
        } else {
            self.live.status.insert(session.to_owned(), status.clone());
        }
        self.tell(session, "session.status", json!({ "status": status }));
        if idle {
            self.tell(session, "session.idle", json!({}));
        }
    }

    /// Stores a message's head and tells of it; a new one comes last.
    pub(super) fn put_message(&mut self, session: &str, info: &Value) -> Result<(), Gone> {
        let messages = &mut self.session(session)?.messages;
        if let Some(message) = messages.iter_mut().find(|message| message.info["id"] == info["id"]) {
            message.info = info.clone();
        } else {
            // Those of one millisecond are ordered by id.
            let later = |other: &Message| {
                other.info["time"]["created"] == info["time"]["created"]
                    && other.info["id"].as_str() > info["id"].as_str()
            };
            let same = messages.iter().rev().take_while(|other| later(other)).count();
            messages.insert(messages.len() - same, Message { info: info.clone(), parts: Vec::new() });
        }
        self.tell(session, "message.updated", json!({ "info": info }));
        Ok(())
    }

    /// Changes a message's head and tells of it.
    pub(super) fn change_message(
        &mut self,
        session: &str,
        id: &str,
        change: impl FnOnce(&mut Value),
    ) -> Result<(), Gone> {
        let message = self.message(session, id)?;
        change(&mut message.info);
        let info = message.info.clone();
        self.tell(session, "message.updated", json!({ "info": info }));
        Ok(())
    }

    pub(super) fn message(&mut self, session: &str, id: &str) -> Result<&mut Message, Gone> {
        self.session(session)?.messages.iter_mut().find(|message| message.info["id"] == id).ok_or(Gone)
    }

    /// Stores a part and tells of it. Parts sort by id (section 4).
    pub(super) fn put_part(&mut self, session: &str, message: &str, part: Value) -> Result<(), Gone> {
        let part = self.store_part(session, message, part)?;
        let now = self.now();
        self.tell(session, "message.part.updated", json!({ "part": part, "time": now }));
        Ok(())
    }

    /// Stores a part, and tells nobody.
    pub(super) fn store_part(&mut self, session: &str, message: &str, mut part: Value) -> Result<Value, Gone> {
        part["sessionID"] = json!(session);
        part["messageID"] = json!(message);
        let parts = &mut self.message(session, message)?.parts;
        match parts.iter_mut().find(|stored| stored["id"] == part["id"]) {
            Some(stored) => *stored = part.clone(),
            None => parts.push(part.clone()),
        }
        parts.sort_by(|one, other| one["id"].as_str().cmp(&other["id"].as_str()));
        Ok(part)
    }

    /// Makes a session's cost and tokens the sums over its messages.
    pub(super) fn add_up(&mut self, id: &str) -> Result<(), Gone> {
        let session = self.session(id)?;
        let sum = |pointer: &str| -> u64 {
            session.messages.iter().filter_map(|message| message.info["tokens"].pointer(pointer)?.as_u64()).sum()
        };
        let cost: f64 = session.messages.iter().filter_map(|message| message.info["cost"].as_f64()).sum();
        let tokens = json!({
            "input": sum("/input"), "output": sum("/output"), "reasoning": sum("/reasoning"),
            "cache": { "read": sum("/cache/read"), "write": sum("/cache/write") },
        });
        session.info["tokens"] = tokens;
        session.info["cost"] = if cost == 0.0 { json!(0) } else { json!(cost) };
        Ok(())
    }

    /// What changed in the files since the first step for a user message, as the server keeps it with the message.
    pub(super) fn diffs(&mut self, session: &str, user_message: &str) -> Result<Vec<Value>, Gone> {
        let now = self.stored.files.clone();
        let session = self.session(session)?;
        let directory = session.info["directory"].as_str().unwrap_or_default();
        Ok(session.before.get(user_message).map(|before| files::diffs(directory, before, &now)).unwrap_or_default())
    }

    /// Writes the present changes of files into a user message and tells of it.
    pub(super) fn sum_up(&mut self, session: &str, user_message: &str) -> Result<(), Gone> {
        let diffs = self.diffs(session, user_message)?;
        self.change_message(session, user_message, |info| info["summary"] = json!({ "diffs": diffs }))
    }

    /// The ids of a session's children.
    pub(super) fn children(&self, id: &str) -> Vec<String> {
        let children = self.stored.sessions.iter().filter(|(_, session)| session.info["parentID"] == id);
        let mut children: Vec<_> = children.map(|(id, _)| id.clone()).collect();
        children.sort();
        children
    }
}
