//! The search of a feed: its jobs, and where the window stands with it.

use crate::model::MessageId;
use crate::protocol::{FindQuery, FindView, Patch, PromptLine};
use crate::render::one_line;
use crate::store::{Changes, MessageEntry, SessionEntry, State};

use super::find::{FindAnswer, FindJob, FindStep, Search};
use super::instance_feed::Feed;
use super::parts::{Shown, shown};
use super::place::prompts;
use super::transcript::TranscriptFeed;

/// The most prompts that a rail shows: the newest.
const MOST_PROMPTS: usize = 500;
/// The most characters of a prompt's line there.
const LINE: usize = 120;

impl Feed {
    /// Looks for something in the session from now on, or for nothing.
    pub fn find(&mut self, query: &FindQuery, entry: &SessionEntry) {
        let Some(transcript) = &mut self.transcript else { return };
        transcript.searches += 1;
        transcript.search = Search::new(transcript.searches, query, entry);
        transcript.find_ended = transcript.search.is_none();
        if transcript.search.is_some() {
            transcript.place.pin(entry);
        }
    }

    /// Goes to the next place in which it was found.
    pub fn find_step(&mut self, step: FindStep, entry: &SessionEntry) {
        if let Some(search) = self.search()
            && search.step(step, entry)
        {
            self.go_to_found(entry);
        }
    }

    /// The next slice of the search, to be looked through beside the instance's task.
    pub fn find_job(&mut self, state: &State) -> Option<FindJob> {
        let entry = state.session(self.session()?)?;
        self.search()?.job(state, entry)
    }

    /// Takes what came of a slice; the window gets it with its next batch.
    pub fn found(&mut self, answer: FindAnswer, state: &State) {
        let Some(entry) = self.session().and_then(|session| state.session(session)) else { return };
        if self.search().is_some_and(|search| search.answer(answer, entry)) {
            self.go_to_found(entry);
        }
    }

    /// Older messages are to be searched that are not here. What is here comes first: it is what people look at, and what
    /// bounds how much is copied meanwhile.
    pub fn searches_older(&self, entry: &SessionEntry) -> bool {
        let search = self.transcript.as_ref().and_then(|transcript| transcript.search.as_ref());
        search.is_some_and(|search| search.reads_older(entry) && search.is_through())
    }

    /// Older messages could not be read.
    pub fn find_without_older(&mut self, entry: &SessionEntry) {
        if self.search().is_some_and(|search| search.give_up(entry)) {
            self.go_to_found(entry);
        }
    }

    /// Older messages were read after all.
    pub fn find_older_again(&mut self) {
        if let Some(search) = self.search() {
            search.resume();
        }
    }

    /// Moves the window's range to a message. False when it is not here.
    pub fn show_message(&mut self, message: &MessageId, entry: &SessionEntry) -> bool {
        self.anew = true;
        self.transcript.as_mut().is_some_and(|transcript| transcript.place.show_around(entry, message))
    }

    /// The newest prompts of the session that are here, oldest first.
    pub fn prompts(&self, state: &State) -> Vec<PromptLine> {
        let entry = self.session().and_then(|session| state.session(session));
        let Some(entry) = entry else { return Vec::new() };
        let newest = prompts(entry).take(MOST_PROMPTS);
        let mut lines: Vec<_> = newest
            .map(|id| {
                let parts = entry.transcript().message(id).into_iter().flat_map(MessageEntry::parts);
                let line = parts.filter_map(|(_, part)| match shown(part, false) {
                    Shown::Prose { prose, .. } => Some(one_line(&prose.text, LINE)),
                    _ => None,
                });
                let line = line.into_iter().find(|line| !line.is_empty()).unwrap_or_default();
                PromptLine { id: id.0.clone(), line }
            })
            .collect();
        lines.reverse();
        lines
    }

    fn search(&mut self) -> Option<&mut Search> {
        self.transcript.as_mut()?.search.as_mut()
    }

    fn go_to_found(&mut self, entry: &SessionEntry) {
        let message = self.search().and_then(|search| search.message().cloned());
        if let Some(message) = message {
            self.show_message(&message, entry);
        }
    }
}

impl TranscriptFeed {
    /// What was touched is looked through again.
    pub(super) fn touch_search(&mut self, changes: &Changes) {
        let session = self.session().clone();
        if let Some(search) = &mut self.search {
            let parts = changes.parts.iter().map(|(session, message, _)| (session, message));
            let touched = changes.messages.iter().map(|(session, message)| (session, message)).chain(parts);
            let own: Vec<MessageId> =
                touched.filter(|(of, _)| **of == session).map(|(_, message)| message.clone()).collect();
            if !own.is_empty() || changes.frames.contains(&session) {
                search.touch(own.into_iter());
            }
        }
    }

    /// What was found so far.
    pub(super) fn find_view(&self, state: &State) -> Option<FindView> {
        Some(self.search.as_ref()?.view(state.session(self.session())?))
    }

    /// The patch that tells of what was found since.
    pub(super) fn update_find(&mut self, state: &State) -> Option<Patch> {
        let changed = self.search.as_mut().map_or(self.find_ended, Search::take_changed);
        self.find_ended = false;
        changed.then(|| Patch::FindUpdated { find: self.find_view(state) })
    }
}
