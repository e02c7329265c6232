use std::collections::{BTreeSet, HashMap};

use litemap::LiteMap;

use crate::model::{Message, MessageId, Part, PartId, PartKind, Prose, Role};

use super::Mark;

/// Where a message stands in its transcript: by time (see [`MessageEntry::time`]), then by id.
pub type MessageKey = (i64, MessageId);

/// A session's messages, as far as they are known.
#[derive(Debug, Clone, Default)]
pub struct Transcript {
    /// True when the newest messages were read from the server and the stream has not been lost since.
    pub(super) loaded: bool,
    /// When its messages were let go of: what events told before is not here, so that an answer to an earlier question
    /// leaves it with holes.
    pub(super) released: Mark,
    /// The server's cursor for messages older than those that were read.
    pub(super) older: Option<String>,
    /// The oldest message that was read since the stream was opened, by its time on the server, while there are older
    /// ones. What is here of those is from before.
    pub(super) read_from: Option<MessageKey>,
    /// The stream was lost since the newest messages were read: those that are older may have changed.
    pub(super) lost: bool,
    /// No message is missing between those that are here: they were read once, and not let go of.
    pub(super) joined: bool,
    pub(super) entries: HashMap<MessageId, MessageEntry>,
    /// The messages whose head is known, in order.
    pub(super) order: BTreeSet<MessageKey>,
    /// The answers to each prompt, by when they were made.
    pub(super) answers: HashMap<MessageId, BTreeSet<MessageKey>>,
    /// Messages removed by an event, so that an older answer does not bring them back.
    pub(super) removed: HashMap<MessageId, Mark>,
}

/// A message with its parts.
#[derive(Debug, Clone, Default)]
pub struct MessageEntry {
    /// The head; none while only parts of it were heard of.
    pub(super) head: Option<Message>,
    /// See [`MessageEntry::time`]; 0 while the head is unknown.
    pub(super) time: i64,
    pub(super) parts: LiteMap<PartId, PartEntry>,
    pub(super) touched: Mark,
}

/// A part and what is known of it locally.
#[derive(Debug, Clone, Default)]
pub struct PartEntry {
    /// The part; none while only deltas for it were heard.
    pub(super) part: Option<Part>,
    /// Deltas that came before the part itself was known.
    pub(super) early: String,
    /// An attempt that failed and was begun anew: nothing more comes for it, although it never ended.
    pub(super) abandoned: bool,
    pub(super) touched: Mark,
}

impl PartEntry {
    /// The part, when it is known.
    pub fn part(&self) -> Option<&Part> {
        self.part.as_ref()
    }

    /// True when its request to the model failed before it ended, and another attempt was made.
    pub fn is_abandoned(&self) -> bool {
        self.abandoned
    }

    pub(super) fn prose_mut(&mut self) -> Option<&mut Prose> {
        match &mut self.part.as_mut()?.kind {
            PartKind::Text(prose) | PartKind::Reasoning(prose) => Some(prose),
            _ => None,
        }
    }

    pub(super) fn has_open_prose(&self) -> bool {
        match self.part.as_ref().map(|part| &part.kind) {
            Some(PartKind::Text(prose) | PartKind::Reasoning(prose)) => prose.is_open(),
            _ => false,
        }
    }
}

impl MessageEntry {
    /// The head, when it is known.
    pub fn head(&self) -> Option<&Message> {
        self.head.as_ref()
    }

    /// When it was made, as far as its place tells. A prompt that is sent again under its ids gets a later time from the
    /// server, and keeps its place there (wire study, section 8): it never stands behind its answers.
    pub fn time(&self) -> i64 {
        self.time
    }

    /// True when its head and something of its content are known: the server tells of them one after the other.
    pub fn is_whole(&self) -> bool {
        self.head.is_some() && !self.parts.is_empty()
    }

    /// The parts in order.
    pub fn parts(&self) -> impl DoubleEndedIterator<Item = (&PartId, &PartEntry)> {
        self.parts.iter()
    }

    /// One part.
    pub fn part(&self, id: &PartId) -> Option<&PartEntry> {
        self.parts.get(id)
    }
}

impl Transcript {
    /// True when the newest messages are known to be here.
    pub fn is_loaded(&self) -> bool {
        self.loaded
    }

    /// The server's cursor for messages that are older than those that were read. Some of them may be here, from before
    /// the stream was lost.
    pub fn older(&self) -> Option<&str> {
        self.older.as_deref()
    }

    /// How many messages are here.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// True when no message is here.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The messages' places, oldest first.
    pub fn order(&self) -> &BTreeSet<MessageKey> {
        &self.order
    }

    /// One message.
    pub fn message(&self, id: &MessageId) -> Option<&MessageEntry> {
        self.entries.get(id)
    }

    /// The messages, oldest first.
    pub fn messages(&self) -> impl DoubleEndedIterator<Item = (&Message, &MessageEntry)> {
        self.order.iter().filter_map(|(_, id)| {
            let entry = self.entries.get(id)?;
            Some((entry.head.as_ref()?, entry))
        })
    }

    /// The newest message of the agent: the only one that can still be written.
    pub fn newest_answer(&self) -> Option<&Message> {
        self.messages().rev().map(|(head, _)| head).find(|head| head.role == Role::Assistant)
    }

    /// Puts a message's head in its place. Gives the prompt that has to move because this is an answer from before it.
    pub(super) fn set_head(&mut self, head: Message, mark: Mark) -> Option<MessageId> {
        let id = head.id.clone();
        self.forget_answer(&id);
        if let Some(prompt) = &head.parent {
            self.answers.entry(prompt.clone()).or_default().insert((head.created, id.clone()));
        }
        let first_answer = self.answers.get(&id).and_then(BTreeSet::first).map(|(created, _)| *created);
        let time = first_answer.map_or(head.created, |answered| answered.min(head.created));
        let (parent, created) = (head.parent.clone(), head.created);
        let entry = self.entries.entry(id.clone()).or_default();
        entry.head = Some(head);
        entry.touched = mark;
        self.place(&id, time);
        let late = |prompt: &MessageId| {
            self.entries.get(prompt).is_some_and(|prompt| prompt.head.is_some() && prompt.time > created)
        };
        let prompt = parent.filter(late)?;
        self.place(&prompt, created);
        Some(prompt)
    }

    fn place(&mut self, id: &MessageId, time: i64) {
        if let Some(entry) = self.entries.get_mut(id) {
            self.order.remove(&(entry.time, id.clone()));
            entry.time = time;
            self.order.insert((time, id.clone()));
        }
    }

    /// Takes a message out of the answers to its prompt.
    fn forget_answer(&mut self, id: &MessageId) {
        let Some(head) = self.entries.get(id).and_then(|entry| entry.head.as_ref()) else { return };
        let Some(prompt) = &head.parent else { return };
        if let Some(answers) = self.answers.get_mut(prompt) {
            answers.remove(&(head.created, id.clone()));
            if answers.is_empty() {
                self.answers.remove(prompt);
            }
        }
    }

    pub(super) fn remove(&mut self, id: &MessageId) -> Option<MessageEntry> {
        self.forget_answer(id);
        let entry = self.entries.remove(id)?;
        self.order.remove(&(entry.time, id.clone()));
        Some(entry)
    }

    /// True for a message older than all that was loaded: it would stand there with a hole behind it.
    pub(super) fn is_beyond_older(&self, message: &Message) -> bool {
        self.loaded
            && self.older.is_some()
            && self.order.first().is_some_and(|first| (message.created, &message.id) < (first.0, &first.1))
    }
}
