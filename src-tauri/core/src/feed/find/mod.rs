//! The search in a session's whole history. What is found is counted for each text and never copied: any place is told by
//! its message, its part and its number there.

mod job;
mod needle;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound::{Excluded, Included, Unbounded};
use std::sync::Arc;

use crate::model::{MessageId, PartId};
use crate::protocol::{FindHit, FindQuery, FindView};
use crate::store::{MessageKey, SessionEntry, State};

use super::place::reverted_from;

pub use job::{FindAnswer, FindJob};

use job::Spot;
use needle::Needle;

/// A search, as long as its bar is open.
#[derive(Debug)]
pub(super) struct Search {
    /// Tells its jobs from those of the search before.
    number: u64,
    query: u32,
    needle: Arc<Needle>,
    /// The place to begin at.
    near: MessageKey,
    /// Messages that are to be looked through.
    wanted: BTreeSet<MessageKey>,
    /// Messages that were touched since their place was looked up.
    touched: BTreeSet<MessageId>,
    /// Messages in which the words are.
    found: BTreeMap<MessageKey, Vec<Spot>>,
    /// Their places: a prompt may get another.
    keys: HashMap<MessageId, MessageKey>,
    at: Option<At>,
    jumps: u32,
    /// A job is under way.
    running: bool,
    /// Older messages could not be read.
    stuck: bool,
    /// Something changed since it was told.
    changed: bool,
}

/// The place that is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
struct At {
    key: MessageKey,
    part: PartId,
    section: Option<u32>,
    occurrence: u32,
}

/// Which way to the next place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindStep {
    /// To the one behind.
    Next,
    /// To the one before.
    Previous,
}

impl Search {
    /// None where there is nothing to look for.
    pub(super) fn new(number: u64, query: &FindQuery, entry: &SessionEntry) -> Option<Self> {
        let needle = Arc::new(Needle::new(&query.text, query.match_case)?);
        let near = query.near.as_deref().map(MessageId::from);
        let near = near.and_then(|id| Some((entry.transcript().message(&id)?.time(), id)));
        Some(Self {
            number,
            query: query.number,
            needle,
            near: near.unwrap_or_else(|| (i64::MAX, MessageId::from(""))),
            wanted: entry.transcript().order().clone(),
            touched: BTreeSet::new(),
            found: BTreeMap::new(),
            keys: HashMap::new(),
            at: None,
            jumps: 0,
            running: false,
            stuck: false,
            changed: true,
        })
    }

    /// These messages are to be looked through again.
    pub(super) fn touch(&mut self, messages: impl Iterator<Item = MessageId>) {
        self.touched.extend(messages);
        // What a revert hides or shows again may be among what was found.
        self.changed = true;
    }

    /// The next slice, from what is read now back to the beginning, and then from there on; none while one is under way.
    pub(super) fn job(&mut self, state: &State, entry: &SessionEntry) -> Option<FindJob> {
        if self.running {
            return None;
        }
        let touched = std::mem::take(&mut self.touched);
        let mends = !touched.is_empty();
        for id in touched {
            let key = entry.transcript().message(&id).filter(|message| message.head().is_some());
            let key = key.map(|message| (message.time(), id.clone()));
            if let Some(before) = self.keys.get(&id).filter(|before| Some(*before) != key.as_ref()) {
                self.found.remove(before);
                self.wanted.remove(before);
                self.keys.remove(&id);
                self.changed = true;
            }
            self.wanted.extend(key);
        }
        if mends {
            self.mend(entry);
        }
        let mut job = FindJob::new(self.number, Arc::clone(&self.needle), state.directory());
        while !job.is_full() {
            let back = self.wanted.range((Unbounded, Included(&self.near))).next_back().cloned();
            let Some(key) = back.or_else(|| self.wanted.first().cloned()) else { break };
            self.wanted.remove(&key);
            if let Some(message) = entry.transcript().message(&key.1) {
                job.add(key, message);
            }
        }
        self.running = !job.is_empty();
        self.running.then_some(job)
    }

    /// Takes what a slice brought. True when the window has to go to the first place.
    pub(super) fn answer(&mut self, answer: FindAnswer, entry: &SessionEntry) -> bool {
        if answer.search != self.number {
            return false;
        }
        self.running = false;
        self.changed = true;
        for (key, spots) in answer.messages {
            let known = entry.transcript().message(&key.1).is_some_and(|message| message.time() == key.0);
            if spots.is_empty() || !known {
                self.found.remove(&key);
                self.keys.remove(&key.1);
            } else {
                self.keys.insert(key.1.clone(), key.clone());
                self.found.insert(key, spots);
            }
        }
        self.begin(entry)
    }

    /// Goes to the first place, once it is known which one that is.
    fn begin(&mut self, entry: &SessionEntry) -> bool {
        if self.at.is_some() {
            self.mend(entry);
            return false;
        }
        let end = reverted_from(entry);
        let near = end.as_ref().map_or(&self.near, |end| end.min(&self.near));
        let back = self.found.range((Unbounded, Included(near))).next_back();
        let nearer = back.is_some_and(|(key, _)| self.wanted.range((Excluded(key), Included(near))).next().is_none());
        let first = if nearer {
            back.map(|(key, spots)| last_of(key, spots))
        } else if self.wanted.is_empty() && !self.reads_older(entry) {
            self.shown(entry).next().map(|(key, spots)| first_of(key, spots))
        } else {
            None
        };
        let Some(first) = first.flatten() else { return false };
        self.go(first);
        true
    }

    /// What is shown may be there no longer: the next place is, and the window stays where it is.
    fn mend(&mut self, entry: &SessionEntry) {
        let Some(at) = self.at.clone().filter(|at| self.index_of(at, entry).is_none()) else { return };
        let behind = self.shown(entry).find(|(key, _)| **key >= at.key).and_then(|(key, spots)| first_of(key, spots));
        self.at = behind.or_else(|| self.shown(entry).next_back().and_then(|(key, spots)| last_of(key, spots)));
    }

    /// Goes to the next place, and from the last one to the first. True when the window has to go there.
    pub(super) fn step(&mut self, step: FindStep, entry: &SessionEntry) -> bool {
        self.changed = true;
        let Some(at) = &self.at else { return self.begin(entry) };
        let to = match step {
            FindStep::Next => self.after(at, entry).or_else(|| self.shown(entry).next().and_then(of(first_of))),
            FindStep::Previous => {
                self.before(at, entry).or_else(|| self.shown(entry).next_back().and_then(of(last_of)))
            }
        };
        let Some(to) = to else { return false };
        self.go(to);
        true
    }

    fn go(&mut self, to: At) {
        self.at = Some(to);
        self.jumps += 1;
    }

    fn after(&self, at: &At, entry: &SessionEntry) -> Option<At> {
        let own = self.found.get(&at.key).map_or(&[][..], Vec::as_slice);
        let spot = own.iter().position(|spot| at.is_in(spot));
        if let Some(spot) = spot {
            if at.occurrence + 1 < own[spot].count {
                return Some(At { occurrence: at.occurrence + 1, ..at.clone() });
            }
            if let Some(next) = own.get(spot + 1) {
                return Some(At::new(&at.key, next, 0));
            }
        }
        self.shown(entry).find(|(key, _)| **key > at.key).and_then(of(first_of))
    }

    fn before(&self, at: &At, entry: &SessionEntry) -> Option<At> {
        let own = self.found.get(&at.key).map_or(&[][..], Vec::as_slice);
        let spot = own.iter().position(|spot| at.is_in(spot));
        if let Some(spot) = spot {
            if at.occurrence > 0 {
                return Some(At { occurrence: at.occurrence - 1, ..at.clone() });
            }
            if let Some(before) = spot.checked_sub(1).and_then(|before| own.get(before)) {
                return Some(At::new(&at.key, before, before.count - 1));
            }
        }
        self.shown(entry).rfind(|(key, _)| **key < at.key).and_then(of(last_of))
    }

    /// The messages with the words in them that are shown, oldest first.
    fn shown(&self, entry: &SessionEntry) -> impl DoubleEndedIterator<Item = (&MessageKey, &Vec<Spot>)> {
        let end = reverted_from(entry);
        self.found.range((Unbounded, end.map_or(Unbounded, Excluded)))
    }

    /// Older messages are to be read from the server.
    pub(super) fn reads_older(&self, entry: &SessionEntry) -> bool {
        !self.stuck && entry.transcript().is_loaded() && entry.transcript().older().is_some()
    }

    /// All that is here was looked through.
    pub(super) fn is_through(&self) -> bool {
        !self.running && self.wanted.is_empty() && self.touched.is_empty()
    }

    /// Older messages could not be read.
    pub(super) fn give_up(&mut self, entry: &SessionEntry) -> bool {
        self.stuck = true;
        self.changed = true;
        self.begin(entry)
    }

    /// Older messages can be read after all.
    pub(super) fn resume(&mut self) {
        self.changed |= std::mem::take(&mut self.stuck);
    }

    /// The message that the window has to show.
    pub(super) fn message(&self) -> Option<&MessageId> {
        self.at.as_ref().map(|at| &at.key.1)
    }

    /// Whether it changed since it was asked for this.
    pub(super) fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    fn index_of(&self, at: &At, entry: &SessionEntry) -> Option<u32> {
        let mut before = 0_u32;
        for (key, spots) in self.shown(entry).take_while(|(key, _)| **key <= at.key) {
            for spot in spots {
                if *key == at.key && at.is_in(spot) {
                    return (at.occurrence < spot.count).then(|| before.saturating_add(at.occurrence + 1));
                }
                before = before.saturating_add(spot.count);
            }
        }
        None
    }

    pub(super) fn view(&self, entry: &SessionEntry) -> FindView {
        let counts = self.shown(entry).flat_map(|(_, spots)| spots.iter().map(|spot| spot.count));
        let at = self.at.as_ref().and_then(|at| {
            Some(FindHit {
                index: self.index_of(at, entry)?,
                message: at.key.1.0.clone(),
                part: at.part.0.clone(),
                section: at.section,
                occurrence: at.occurrence,
                jump: self.jumps,
            })
        });
        FindView {
            query: self.query,
            count: counts.fold(0, u32::saturating_add),
            searching: !self.is_through(),
            older: self.reads_older(entry),
            incomplete: self.stuck,
            at,
        }
    }
}

impl At {
    fn new(key: &MessageKey, spot: &Spot, occurrence: u32) -> Self {
        Self { key: key.clone(), part: spot.part.clone(), section: spot.section, occurrence }
    }

    fn is_in(&self, spot: &Spot) -> bool {
        self.part == spot.part && self.section == spot.section
    }
}

fn first_of(key: &MessageKey, spots: &[Spot]) -> Option<At> {
    Some(At::new(key, spots.first()?, 0))
}

fn last_of(key: &MessageKey, spots: &[Spot]) -> Option<At> {
    let spot = spots.last()?;
    Some(At::new(key, spot, spot.count - 1))
}

fn of<'a>(
    which: impl Fn(&MessageKey, &[Spot]) -> Option<At>,
) -> impl Fn((&'a MessageKey, &'a Vec<Spot>)) -> Option<At> {
    move |(key, spots)| which(key, spots)
}
