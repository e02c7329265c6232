use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::model::Event;
use crate::opencode::Received;

use super::counters::Counters;
use super::entry::Entry;

/// How many events are kept.
pub const EVENTS: usize = 5_000;
/// How many bytes they may take together; beyond that the oldest go.
pub const BYTES: usize = 16 << 20;
/// The largest event, in bytes of JSON, that is kept whole.
pub const WHOLE: usize = 1 << 20;
/// How many bytes are kept of a larger one.
pub const HEAD: usize = 4 << 10;

/// Entries are shared: a paused list and a recording hold them on after the recorder let them go.
pub(super) type Entries = VecDeque<Arc<Entry>>;

/// The newest events of a stream, at most [`EVENTS`] of them and [`BYTES`] in all.
#[derive(Default)]
pub struct Recorder {
    pub(super) entries: Entries,
    /// What the entries take together.
    weight: usize,
    /// The number of the next event.
    pub(super) next: u64,
    /// What windows see whose list is paused.
    pub(super) paused: HashMap<String, Entries>,
    pub(super) counters: Counters,
}

impl Recorder {
    /// Keeps an event that came at this time, in milliseconds since the Unix epoch, and gives its meaning back.
    pub fn record(&mut self, at: i64, received: Received) -> Event {
        let (entry, event) = Entry::new(self.next, at, received);
        self.next += 1;
        self.counters.count(at, entry.size, entry.unknown.is_some().then_some(&*entry.name));
        self.weight += entry.weight();
        self.entries.push_back(Arc::new(entry));
        while self.entries.len() > EVENTS || self.weight > BYTES {
            let Some(oldest) = self.entries.pop_front() else { break };
            self.weight -= oldest.weight();
        }
        event
    }

    /// How many events are kept, and how many bytes they take.
    pub fn size(&self) -> (usize, usize) {
        (self.entries.len(), self.weight)
    }

    /// Keeps the list of this window as it is now, unless it is kept already.
    pub(super) fn pause(&mut self, window: &str) {
        if !self.paused.contains_key(window) {
            self.paused.insert(window.to_owned(), self.entries.clone());
        }
    }

    /// Lets go of the window's own list.
    pub(super) fn resume(&mut self, window: &str) {
        self.paused.remove(window);
    }

    /// What this window's list holds, and how many events came before.
    pub(super) fn list(&self, window: &str) -> (Entries, u64) {
        let entries = self.shown(window).clone();
        let earlier = entries.front().map_or(self.next, |entry| entry.number);
        (entries, earlier)
    }

    pub(super) fn entry(&self, window: &str, number: u64) -> Option<Arc<Entry>> {
        let find = |entries: &Entries| {
            let at = entries.binary_search_by_key(&number, |entry| entry.number).ok()?;
            entries.get(at).cloned()
        };
        find(self.shown(window)).or_else(|| find(&self.entries))
    }

    pub(super) fn shown(&self, window: &str) -> &Entries {
        self.paused.get(window).unwrap_or(&self.entries)
    }
}
