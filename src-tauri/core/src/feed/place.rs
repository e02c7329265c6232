use std::collections::{BTreeSet, HashSet};

use crate::model::{MessageId, PartId, Role};
use crate::store::{MessageEntry, MessageKey, SessionEntry};

/// How many messages a window is given at first, and at each step when the person scrolls on.
const PAGE: usize = 50;
/// The most messages that a window holds.
pub(super) const MOST: usize = 200;

/// Where in a transcript a window stands: the range of messages it holds, and the tool calls it has unfolded.
#[derive(Debug, Clone, Default)]
pub struct Place {
    /// The first message of the range; none while it begins at the oldest message known.
    from: Option<MessageKey>,
    /// The last message of the range; none while it follows the end.
    to: Option<MessageKey>,
    /// The range was cut to a page, after the messages were loaded.
    cut: bool,
    /// The person went back from the end: what they read must not be taken away under their eyes.
    reading_back: bool,
    expanded: HashSet<PartId>,
}

impl Place {
    /// What is worth keeping of it while the window looks at something else: where it reads back, and what is unfolded.
    pub fn kept(&self) -> Option<Self> {
        if self.reading_back {
            return Some(self.clone());
        }
        (!self.expanded.is_empty()).then(|| Self { expanded: self.expanded.clone(), ..Self::default() })
    }

    /// Shows input and output of a tool call, or no longer.
    pub(super) fn expand(&mut self, part: PartId, expanded: bool) {
        if expanded {
            self.expanded.insert(part);
        } else {
            self.expanded.remove(&part);
        }
    }

    pub(super) fn is_expanded(&self, part: &PartId) -> bool {
        self.expanded.contains(part)
    }

    /// The ids of the messages in the range, oldest first.
    pub(super) fn range<'a>(&'a self, entry: &'a SessionEntry) -> impl Iterator<Item = &'a MessageId> {
        let from = self.from.as_ref();
        let to = self.to.as_ref();
        visible(entry)
            .skip_while(move |key| from.is_some_and(|from| *key < from))
            .take_while(move |key| to.is_none_or(|to| *key <= to))
            .map(|(_, id)| id)
    }

    /// There are messages before the range, here or on the server.
    pub(super) fn has_older(&self, entry: &SessionEntry) -> bool {
        let first = visible(entry).next();
        entry.transcript().older().is_some()
            || self.from.as_ref().is_some_and(|from| first.is_some_and(|first| first < from))
    }

    /// There are messages after the range.
    pub(super) fn has_newer(&self, entry: &SessionEntry) -> bool {
        self.to.as_ref().is_some_and(|to| visible_back(entry).next().is_some_and(|last| last > to))
    }

    /// Cuts the range to a page when it is shown first, and keeps it bounded while it follows the end.
    pub(super) fn settle(&mut self, entry: &SessionEntry) {
        if self.to.is_some() {
            return;
        }
        let keep = if !self.cut {
            PAGE
        } else if self.range(entry).nth(MOST).is_none() {
            return;
        } else if self.reading_back {
            self.to = self.key_after_from(entry, MOST);
            return;
        } else {
            MOST - PAGE
        };
        self.cut |= entry.transcript().is_loaded();
        if visible_back(entry).nth(keep).is_some() {
            self.from = visible_back(entry).nth(keep - 1).cloned();
        }
    }

    /// Moves the beginning back by a page. False when no older message is here: it must be fetched first.
    pub(super) fn show_older(&mut self, entry: &SessionEntry) -> bool {
        let Some(from) = self.from.clone().or_else(|| visible(entry).next().cloned()) else { return false };
        let Some(first) = visible_back(entry).skip_while(|key| **key >= from).take(PAGE).last().cloned() else {
            return false;
        };
        self.from = Some(first);
        self.reading_back = true;
        let last = self.key_after_from(entry, MOST);
        if let Some(last) = last
            && visible_back(entry).next() != Some(&last)
            && self.to.as_ref().is_none_or(|to| *to > last)
        {
            self.to = Some(last);
        }
        true
    }

    /// Moves the end on by a page, and follows the end once it is reached.
    pub(super) fn show_newer(&mut self, entry: &SessionEntry) {
        let Some(to) = self.to.take() else { return };
        let next = visible(entry).skip_while(|key| **key <= to).take(PAGE).last().cloned();
        let next = next.unwrap_or(to);
        let first = visible_back(entry).skip_while(|key| **key > next).nth(MOST - 1).cloned();
        if visible_back(entry).next().is_some_and(|last| *last > next) {
            self.to = Some(next);
        } else {
            self.reading_back = false;
        }
        if first.is_some() && first > self.from {
            self.from = first;
        }
    }

    /// Goes back to the newest page and follows the end.
    pub(super) fn show_latest(&mut self) {
        let expanded = std::mem::take(&mut self.expanded);
        *self = Self { expanded, ..Self::default() };
    }

    /// Moves the range to a message, unless it is in it. False when it is not here.
    pub(super) fn show_around(&mut self, entry: &SessionEntry, message: &MessageId) -> bool {
        let Some(key) = entry.transcript().message(message).map(|entry| (entry.time(), message.clone())) else {
            return false;
        };
        let order = entry.transcript().order();
        let end = reverted_from(entry);
        if !order.contains(&key) || end.as_ref().is_some_and(|end| key >= *end) {
            return false;
        }
        let within = self.from.as_ref().is_none_or(|from| *from <= key) && self.to.as_ref().is_none_or(|to| key <= *to);
        // Before the first cut the range is all there is, and the cut might leave it out.
        if within && self.cut {
            return true;
        }
        self.from = order.range(..&key).rev().take(PAGE / 2).last().cloned().or_else(|| Some(key.clone()));
        self.to = visible(entry).skip_while(|other| **other <= key).nth(PAGE / 2).cloned();
        self.cut = true;
        self.reading_back = true;
        true
    }

    /// Holds the beginning of the range where it is, whatever older messages come.
    pub(super) fn pin(&mut self, entry: &SessionEntry) {
        if self.from.is_none() {
            self.from = visible(entry).next().cloned();
        }
    }

    /// The key of the range's n-th message.
    fn key_after_from(&self, entry: &SessionEntry, n: usize) -> Option<MessageKey> {
        visible(entry).skip_while(|key| self.from.as_ref().is_some_and(|from| *key < from)).nth(n - 1).cloned()
    }
}

/// The ids of the prompts that are shown, newest first.
pub(super) fn prompts(entry: &SessionEntry) -> impl Iterator<Item = &MessageId> {
    let is_prompt = |id: &MessageId| {
        let head = entry.transcript().message(id).and_then(MessageEntry::head);
        head.is_some_and(|head| head.role == Role::User)
    };
    visible_back(entry).map(|(_, id)| id).filter(move |id| is_prompt(id))
}

/// The messages that are shown, oldest first: those that a revert hides are not.
fn visible(entry: &SessionEntry) -> impl Iterator<Item = &MessageKey> {
    shown_order(entry)
}

/// The same, newest first.
fn visible_back(entry: &SessionEntry) -> impl Iterator<Item = &MessageKey> {
    shown_order(entry).rev()
}

fn shown_order(entry: &SessionEntry) -> std::collections::btree_set::Range<'_, MessageKey> {
    let order: &BTreeSet<MessageKey> = entry.transcript().order();
    match reverted_from(entry) {
        Some(end) => order.range(..end),
        None => order.range::<MessageKey, _>(..),
    }
}

/// The first message that a revert hides. One that is older than all that is here hides everything.
pub(super) fn reverted_from(entry: &SessionEntry) -> Option<MessageKey> {
    let message = entry.info()?.revert.as_ref()?;
    let known = entry.transcript().message(message).filter(|message| message.head().is_some());
    Some((known.map_or(i64::MIN, MessageEntry::time), message.clone()))
}
