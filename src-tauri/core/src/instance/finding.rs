//! The search in whole sessions: slices of it are looked through beside the instance's loop, and older messages are read
//! for it from the server.

use crate::feed::FindStep;
use crate::model::{MessageId, MessagePage, SessionId};
use crate::opencode::WireError;
use crate::protocol::FindQuery;
use crate::store::Mark;

use super::task::InstanceTask;
use super::work::Done;

/// How many messages are read at a time to be searched.
const PAGE: u32 = 200;

impl InstanceTask {
    pub(super) fn find(&mut self, window: &str, feed: u64, query: &FindQuery) {
        let Some(feed) = self.views.feed(window, feed) else { return };
        if let Some(entry) = feed.session().and_then(|session| self.subject.state.session(session)) {
            feed.find(query, entry);
        }
    }

    pub(super) fn find_step(&mut self, window: &str, feed: u64, step: FindStep) {
        let Some(feed) = self.views.feed(window, feed) else { return };
        if let Some(entry) = feed.session().and_then(|session| self.subject.state.session(session)) {
            feed.find_step(step, entry);
        }
    }

    pub(super) fn show_message(&mut self, window: &str, feed: u64, message: &MessageId) -> bool {
        let Some(feed) = self.views.feed(window, feed) else { return false };
        let entry = feed.session().and_then(|session| self.subject.state.session(session));
        entry.is_some_and(|entry| feed.show_message(message, entry))
    }

    /// Has the next slice of each window's search looked through, and reads what is not here.
    pub(super) fn search(&mut self) {
        let (mut jobs, mut older) = (Vec::new(), Vec::new());
        for (window, feed) in self.views.feeds() {
            if let Some(job) = feed.find_job(&self.subject.state) {
                jobs.push((window.clone(), feed.number(), job));
            } else if let Some((session, cursor)) = feed.session().cloned().zip(feed.find_older(&self.subject.state)) {
                older.push((session, cursor));
            }
        }
        for (window, feed, job) in jobs {
            self.work(async move {
                let nothing = job.nothing();
                let answer = tokio::task::spawn_blocking(move || job.run()).await.unwrap_or(nothing);
                Done::Found { window, feed, answer }
            });
        }
        for (session, cursor) in older {
            self.read_to_search(session, cursor);
        }
    }

    fn read_to_search(&mut self, session: SessionId, cursor: String) {
        let Some(client) = self.server.client().cloned() else { return };
        if !self.reading.insert(session.clone()) {
            return;
        }
        let since = self.subject.state.mark();
        self.work(async move {
            let page = client.messages(&session, PAGE, Some(&cursor)).await;
            Done::OlderToSearch { session, since, cursor, page }
        });
    }

    pub(super) fn older_to_search(
        &mut self,
        session: &SessionId,
        since: Mark,
        cursor: &str,
        page: Result<MessagePage, WireError>,
    ) {
        self.reading.remove(session);
        let whole = since >= self.whole_since;
        self.fold_page(session, since, page);
        let Some(entry) = self.subject.state.session(session) else { return };
        // A page that brought nothing would be asked for again and again.
        if whole && entry.transcript().older() == Some(cursor) {
            for (_, feed) in self.views.feeds() {
                if feed.session() == Some(session) {
                    feed.find_without_older(entry);
                }
            }
        }
    }
}
