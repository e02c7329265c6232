use std::collections::HashSet;
use std::collections::btree_set::Range;
use std::ops::Bound::{Excluded, Included, Unbounded};

use crate::model::{MessageId, PartId, Role};
use crate::store::{MessageEntry, MessageKey, SessionEntry};

use super::height;

/// What a window is given at first is about so high, in pixels. Where that does not fill it, it asks for more.
const FIRST_HEIGHT: usize = 1_600;
/// The most messages that it is given at first, and the fewest: an answer with what it answers.
const FIRST: usize = 30;
const FEWEST: usize = 4;
/// How many it is given at each step when the person scrolls on.
const PAGE: usize = 30;
/// The most messages that a window holds.
pub(super) const MOST: usize = 90;

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
    /// Older messages were asked for and are not here yet.
    wants_older: bool,
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
        within(entry, self.from.as_ref(), self.to.as_ref()).map(|(_, id)| id)
    }

    /// There are messages before the range, here or on the server.
    pub(super) fn has_older(&self, entry: &SessionEntry) -> bool {
        entry.transcript().older().is_some() || self.older(entry).next().is_some()
    }

    /// There are messages after the range.
    pub(super) fn has_newer(&self, entry: &SessionEntry) -> bool {
        self.newer(entry).next().is_some()
    }

    /// How many messages are here before the range, and after it.
    pub(super) fn around(&self, entry: &SessionEntry) -> (usize, usize) {
        (self.older(entry).count(), self.newer(entry).count())
    }

    fn older<'a>(&self, entry: &'a SessionEntry) -> impl Iterator<Item = &'a MessageKey> + use<'a> {
        let before = self.from.as_ref().map(|from| before(entry, from));
        before.into_iter().flatten()
    }

    fn newer<'a>(&self, entry: &'a SessionEntry) -> impl Iterator<Item = &'a MessageKey> + use<'a> {
        let to = self.to.clone();
        let after = self.to.as_ref().map(|to| within(entry, Some(to), None));
        after.into_iter().flatten().filter(move |key| Some(*key) != to.as_ref())
    }

    /// Cuts the range to a page when it is shown first, and keeps it bounded while it follows the end.
    pub(super) fn settle(&mut self, entry: &SessionEntry) {
        if self.wants_older {
            self.show_older(entry);
        }
        if self.to.is_some() {
            return;
        }
        if self.cut && entry.transcript().older().is_some() {
            // What is read of it later comes before the range.
            self.pin(entry);
        }
        let keep = if !self.cut {
            first_of(entry)
        } else if within(entry, self.from.as_ref(), None).nth(MOST).is_none() {
            return;
        } else if self.reading_back {
            self.to = self.key_after_from(entry, MOST);
            return;
        } else {
            MOST - PAGE
        };
        self.cut |= entry.transcript().is_loaded();
        if visible(entry).rev().nth(keep).is_some() {
            self.from = visible(entry).rev().nth(keep - 1).cloned();
        } else if self.cut && entry.transcript().older().is_some() {
            self.pin(entry);
        }
    }

    /// Moves the beginning back by a page. False when no older message is here: it must be fetched first, and is shown
    /// when it is here.
    pub(super) fn show_older(&mut self, entry: &SessionEntry) -> bool {
        let Some(from) = self.from.clone().or_else(|| visible(entry).next().cloned()) else { return false };
        let first = before(entry, &from).rev().take(PAGE).last().cloned();
        self.wants_older = first.is_none() && entry.transcript().older().is_some();
        let Some(first) = first else { return false };
        self.from = Some(first);
        self.reading_back = true;
        let last = self.key_after_from(entry, MOST);
        if let Some(last) = last
            && visible(entry).next_back() != Some(&last)
            && self.to.as_ref().is_none_or(|to| *to > last)
        {
            self.to = Some(last);
        }
        true
    }

    /// Moves the range to where so many messages are before what is looked at.
    pub(super) fn show_at(&mut self, entry: &SessionEntry, before: usize) {
        let first = before.saturating_sub(PAGE / 2);
        let newest = visible(entry).rev().take(PAGE + PAGE / 2).last();
        let from = visible(entry).nth(first).min(newest).or(newest);
        let Some(from) = from else { return };
        self.wants_older = false;
        self.cut = true;
        self.from = Some(from.clone());
        let to = within(entry, Some(from), None).nth(PAGE + PAGE / 2 - 1);
        self.to = to.filter(|to| visible(entry).next_back() != Some(to)).cloned();
        self.reading_back = self.to.is_some();
    }

    /// Moves the end on by a page, and follows the end once it is reached.
    pub(super) fn show_newer(&mut self, entry: &SessionEntry) {
        let Some(to) = self.to.take() else { return };
        let next = within(entry, Some(&to), None).filter(|key| **key != to).take(PAGE).last().cloned();
        let next = next.unwrap_or(to);
        let first = within(entry, None, Some(&next)).nth_back(MOST - 1).cloned();
        if visible(entry).next_back().is_some_and(|last| *last > next) {
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
        let holds = self.from.as_ref().is_none_or(|from| *from <= key) && self.to.as_ref().is_none_or(|to| key <= *to);
        // Before the first cut the range is all there is, and the cut might leave it out.
        if holds && self.cut {
            return true;
        }
        self.from = order.range(..&key).rev().take(PAGE / 2).last().cloned().or_else(|| Some(key.clone()));
        self.to = within(entry, Some(&key), None).nth(PAGE / 2 + 1).cloned();
        self.wants_older = false;
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
        within(entry, self.from.as_ref(), None).nth(n - 1).cloned()
    }
}

/// How many of the newest messages a window is given at first.
fn first_of(entry: &SessionEntry) -> usize {
    let newest = visible(entry).rev().take(FIRST).filter_map(|(_, id)| entry.transcript().message(id));
    let mut height = 0;
    let fitting = newest.take_while(|message| {
        let fits = height < FIRST_HEIGHT;
        height += height::about(message);
        fits
    });
    fitting.count().max(FEWEST)
}

/// The ids of the prompts that are shown, newest first.
pub(super) fn prompts(entry: &SessionEntry) -> impl Iterator<Item = &MessageId> {
    let is_prompt = |id: &MessageId| {
        let head = entry.transcript().message(id).and_then(MessageEntry::head);
        head.is_some_and(|head| head.role == Role::User)
    };
    visible(entry).rev().map(|(_, id)| id).filter(move |id| is_prompt(id))
}

/// The messages that are shown, oldest first: those that a revert hides are not.
fn visible(entry: &SessionEntry) -> Range<'_, MessageKey> {
    within(entry, None, None)
}

/// Those of them before one.
fn before<'a>(entry: &'a SessionEntry, key: &MessageKey) -> Range<'a, MessageKey> {
    let end = reverted_from(entry).filter(|end| end < key);
    entry.transcript().order().range(..end.as_ref().unwrap_or(key))
}

/// Those of them from one to another, both included.
fn within<'a>(entry: &'a SessionEntry, from: Option<&MessageKey>, to: Option<&MessageKey>) -> Range<'a, MessageKey> {
    let order = entry.transcript().order();
    let end = reverted_from(entry);
    let to = match (to, &end) {
        (Some(to), Some(end)) if to >= end => Excluded(end),
        (Some(to), _) => Included(to),
        (None, Some(end)) => Excluded(end),
        (None, None) => Unbounded,
    };
    let from = from.map_or(Unbounded, Included);
    match (from, to) {
        (Included(from), Excluded(to) | Included(to)) if from > to => order.range(to..to),
        _ => order.range::<MessageKey, _>((from, to)),
    }
}

/// The first message that a revert hides. One that is older than all that is here hides everything.
pub(super) fn reverted_from(entry: &SessionEntry) -> Option<MessageKey> {
    let message = entry.info()?.revert.as_ref()?;
    let known = entry.transcript().message(message).filter(|message| message.head().is_some());
    Some((known.map_or(i64::MIN, MessageEntry::time), message.clone()))
}
