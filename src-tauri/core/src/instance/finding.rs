//! The search in whole sessions: slices of it are looked through beside the instance's loop.

use crate::feed::FindStep;
use crate::model::MessageId;
use crate::protocol::FindQuery;

use super::task::InstanceTask;
use super::work::Done;

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

    /// Has the next slice of each window's search looked through.
    pub(super) fn search(&mut self) {
        let mut jobs = Vec::new();
        for (window, feed) in self.views.feeds() {
            if let Some(job) = feed.find_job(&self.subject.state) {
                jobs.push((window.clone(), feed.number(), job));
            }
        }
        for (window, feed, job) in jobs {
            self.work(async move {
                let nothing = job.nothing();
                let answer = tokio::task::spawn_blocking(move || job.run()).await.unwrap_or(nothing);
                Done::Found { window, feed, answer }
            });
        }
    }
}
