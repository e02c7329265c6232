//! Reading what is older than the newest messages of the sessions that windows look at: page after page, so that a window
//! can go to any place, and a search has the whole session.

use std::collections::HashMap;
use std::time::Duration;

use crate::model::{MessagePage, SessionId};
use crate::opencode::WireError;
use crate::protocol::Connection;
use crate::store::Mark;

use super::task::InstanceTask;
use super::work::Done;

/// How many messages are read at a time.
const PAGE: u32 = 200;

/// So many bytes of a session are read unasked. What is older is read when a person scrolls up to it, or searches it.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// How long after the newest messages the reading begins: first they are drawn.
const BREATH: Duration = Duration::from_millis(400);

/// When a page that could not be read is asked for again: after so many times the first delay of reconnecting.
const READ_AGAIN: [u32; 3] = [1, 3, 10];

/// How far the older messages of sessions were read.
#[derive(Default)]
pub(super) struct History {
    /// For each session how many bytes of older messages were read.
    bytes: HashMap<SessionId, usize>,
    /// The cursors behind which nothing could be read.
    stuck: HashMap<SessionId, String>,
}

/// What came of reading a page.
pub(super) struct HistoryPage {
    session: SessionId,
    /// When it was asked for.
    since: Mark,
    cursor: String,
    page: Result<MessagePage, WireError>,
}

impl InstanceTask {
    /// Reads the next page of each session that a window looks at, so long as there is one.
    pub(super) fn read_history(&mut self) {
        // Without a connection it waits, and so does a search.
        if self.subject.connection != Connection::Connected {
            return;
        }
        let mut next = Vec::new();
        for (_, feed) in self.views.feeds() {
            let Some(session) = feed.session().cloned() else { continue };
            let Some(entry) = self.subject.state.session(&session) else { continue };
            let searched = feed.searches_older(entry);
            let Some(cursor) = entry.transcript().older().filter(|_| entry.transcript().is_loaded()) else { continue };
            let is_stuck = self.history.stuck.get(&session).is_some_and(|stuck| stuck == cursor);
            if is_stuck {
                if searched {
                    feed.find_without_older(entry);
                }
            } else if searched || self.history.bytes.get(&session).is_none_or(|bytes| *bytes < MOST_BYTES) {
                let begins = !searched && !self.history.bytes.contains_key(&session);
                next.push((session, cursor.to_owned(), if begins { BREATH } else { Duration::ZERO }));
            }
        }
        for (session, cursor, after) in next {
            self.read_page(session, cursor, after);
        }
    }

    /// Reads the next page of a session for a person who scrolled up to it.
    pub(super) fn read_older(&mut self, session: &SessionId) {
        self.history.stuck.remove(session);
        let Some(entry) = self.subject.state.session(session) else { return };
        if let Some(cursor) = entry.transcript().older().map(str::to_owned) {
            self.read_page(session.clone(), cursor, Duration::ZERO);
        }
    }

    fn read_page(&mut self, session: SessionId, cursor: String, after: Duration) {
        let Some(client) = self.server.client().cloned() else { return };
        if !self.reading.insert(session.clone()) {
            return;
        }
        let since = self.subject.state.mark();
        let pause = Duration::from_millis(self.settings.reconnect_base_ms.into());
        self.work(async move {
            tokio::time::sleep(after).await;
            let mut page = client.messages(&session, PAGE, Some(&cursor)).await;
            for times in READ_AGAIN {
                if page.is_ok() {
                    break;
                }
                tokio::time::sleep(pause * times).await;
                page = client.messages(&session, PAGE, Some(&cursor)).await;
            }
            Done::History(Box::new(HistoryPage { session, since, cursor, page }))
        });
    }

    pub(super) fn history_read(&mut self, read: HistoryPage) {
        let HistoryPage { session, since, cursor, page } = read;
        self.reading.remove(&session);
        let whole = since >= self.whole_since;
        if let Ok(page) = &page {
            *self.history.bytes.entry(session.clone()).or_default() += page.bytes;
        }
        self.fold_page(&session, since, page);
        let entry = self.subject.state.session(&session);
        // A page that brought nothing would be asked for again and again.
        if whole && entry.is_some_and(|entry| entry.transcript().older() == Some(&cursor)) {
            self.history.stuck.insert(session, cursor);
            return;
        }
        self.history.stuck.remove(&session);
        for (_, feed) in self.views.feeds() {
            if feed.session() == Some(&session) {
                feed.find_older_again();
            }
        }
    }

    /// What was read of a session is let go of.
    pub(super) fn forget_history(&mut self, session: &SessionId) {
        self.history.bytes.remove(session);
        self.history.stuck.remove(session);
    }
}
