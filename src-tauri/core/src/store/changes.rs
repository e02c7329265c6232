use std::collections::BTreeSet;

use crate::model::{MessageId, PartId, RequestId, SessionId};

/// What an event touched, by key. It says where to look again, not what is there now, so that any number of events
/// merge into one set that never grows beyond the things themselves.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// Sessions whose row may read differently, or that came or went.
    pub sessions: BTreeSet<SessionId>,
    /// Sessions whose transcript has another frame: loaded, retry, problem, its first and last message.
    pub frames: BTreeSet<SessionId>,
    /// Messages whose head may read differently, or that came or went.
    pub messages: BTreeSet<(SessionId, MessageId)>,
    /// Parts that changed, came or went.
    pub parts: BTreeSet<(SessionId, MessageId, PartId)>,
    /// Requests for permission and questions that came or went.
    pub requests: BTreeSet<RequestId>,
    /// The repository's branch changed.
    pub branch: bool,
}

impl Changes {
    /// True when nothing was touched.
    pub fn is_empty(&self) -> bool {
        !self.branch
            && self.sessions.is_empty()
            && self.frames.is_empty()
            && self.messages.is_empty()
            && self.parts.is_empty()
            && self.requests.is_empty()
    }

    /// Adds what another event touched.
    pub fn merge(&mut self, other: Self) {
        self.sessions.extend(other.sessions);
        self.frames.extend(other.frames);
        self.messages.extend(other.messages);
        self.parts.extend(other.parts);
        self.requests.extend(other.requests);
        self.branch |= other.branch;
    }
}
