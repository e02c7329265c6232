use std::sync::Arc;

use crate::protocol::{EventPage, EventPlace, EventQuery};

use super::entry::Entry;
use super::recorder::Recorder;

/// The most rows that a window gets at once.
const ROWS: u32 = 200;

impl Recorder {
    /// A stretch of the list as this window sees it, at this time in milliseconds since the Unix epoch. Pauses and
    /// resumes the list as the query says.
    pub fn page(&mut self, now: i64, window: &str, query: &EventQuery) -> EventPage {
        if query.paused {
            self.pause(window);
        } else {
            self.resume(window);
        }
        let filter = Filter::new(query);
        let shown = self.shown(window);
        let matching: Vec<&Arc<Entry>> = shown.iter().filter(|entry| filter.matches(entry)).collect();
        let limit = query.limit.min(ROWS) as usize;
        let mut anchor = None;
        let first = match query.from {
            EventPlace::End => matching.len().saturating_sub(limit),
            EventPlace::Row { row } => row as usize,
            EventPlace::Event { number, before } => {
                let row = matching.partition_point(|entry| entry.number < number);
                anchor = Some(count(row));
                row.saturating_sub(before as usize)
            }
        };
        let first = first.min(matching.len());
        let rows = matching[first..].iter().take(limit).map(|entry| entry.row()).collect();
        // What came since the list was paused; nothing while it is not.
        let after = shown.back().map_or(0, |last| last.number + 1);
        let newer = self.entries.iter().rev().take_while(|entry| query.paused && entry.number >= after);
        EventPage {
            rows,
            first: count(first),
            anchor,
            matching: count(matching.len()),
            listed: count(shown.len()),
            newer: count(newer.filter(|entry| filter.matches(entry)).count()),
            counters: self.counters.at(now),
        }
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

struct Filter<'a> {
    query: &'a EventQuery,
    text: String,
}

impl<'a> Filter<'a> {
    fn new(query: &'a EventQuery) -> Self {
        Self { query, text: query.text.trim().to_lowercase() }
    }

    fn matches(&self, entry: &Entry) -> bool {
        if self.query.only_unknown && entry.unknown.is_none() {
            return false;
        }
        if self.query.hide_heartbeats && &*entry.name == "server.heartbeat" {
            return false;
        }
        let holds = |text: &str| text.to_lowercase().contains(&self.text);
        let session = || entry.session.as_deref();
        self.text.is_empty()
            || holds(&entry.name)
            || session().is_some_and(|id| holds(id) || self.query.sessions.iter().any(|wanted| wanted == id))
    }
}
