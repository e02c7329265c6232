use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::model::{MessageId, Model, PartId, SessionId};
use crate::protocol::{
    Announcement, Batch, Focus, InstanceId, InstanceView, LogLine, Patch, SectionPlace, SectionRows, SessionRow,
    Snapshot,
};
use crate::render::{Answer, Colours, Job};
use crate::store::{Changes, SessionEntry, State};

use super::credit::Credit;
use super::markdown::markdown;
use super::pending::{Beginnings, Pending};
use super::place::Place;
use super::rows::session_row;
use super::tools;
use super::transcript::TranscriptFeed;
use super::waiting::Waiting;

/// The most bytes of JSON that an event carries. WebKit keeps memory for evaluated payloads above some 8 KB on macOS
/// and 64 KB on Linux; a larger batch is announced and fetched.
const EVENT_BYTES: usize = 8 * 1024;

/// What a feed looks at: lent by the instance for the time of one look.
pub struct Source<'a> {
    /// The folder's state.
    pub state: &'a State,
    /// The models that the server can ask.
    pub models: &'a [Model],
    /// The instance's own line, with any focus: each feed puts in its own.
    pub view: &'a InstanceView,
    /// Sessions whose run ended while nobody looked.
    pub unseen: &'a BTreeSet<SessionId>,
    /// The lines of the server's output from this number on.
    pub log: &'a dyn Fn(u64) -> Vec<LogLine>,
}

/// One window's view of one instance.
pub struct Feed {
    instance: InstanceId,
    number: u64,
    revision: u64,
    credit: Credit,
    focus: Focus,
    touched: Changes,
    /// Look at everything again, whatever was touched.
    pub(super) anew: bool,
    view: Option<InstanceView>,
    sessions: BTreeMap<String, SessionRow>,
    pub(super) transcript: Option<TranscriptFeed>,
    waiting: Waiting,
    colours: Colours,
    /// Prompts of this session, or of those that are still to be made, that the server is not known to have.
    pending: Vec<Pending>,
    pending_changed: bool,
    beginnings: Beginnings,
    /// The number of the next line of the log to send, while the log is looked at.
    log: Option<u64>,
    /// A batch that was too large for an event, until it is fetched or acknowledged.
    held: Option<Batch>,
}

impl Feed {
    /// A feed that looks at `focus`, in a session from `place`. Its first snapshot must be taken before it makes batches.
    pub fn new(instance: InstanceId, number: u64, focus: Focus, place: Place) -> Self {
        let transcript = match &focus {
            Focus::Session { id } => Some(TranscriptFeed::new(SessionId(id.clone()), place)),
            Focus::Start | Focus::Logs | Focus::Events => None,
        };
        let log = (focus == Focus::Logs).then_some(0);
        Self {
            instance,
            number,
            revision: 0,
            credit: Credit::Free,
            focus,
            touched: Changes::default(),
            anew: false,
            view: None,
            sessions: BTreeMap::new(),
            transcript,
            waiting: Waiting::default(),
            colours: Colours::default(),
            pending: Vec::new(),
            pending_changed: false,
            beginnings: Beginnings::default(),
            log,
            held: None,
        }
    }

    /// The same, with the colours of code kept here and taken from here.
    #[must_use]
    pub fn coloured_by(mut self, colours: &Colours) -> Self {
        self.colours = colours.clone();
        if let Some(transcript) = &mut self.transcript {
            transcript.colour_with(colours.clone());
        }
        self
    }

    /// Code that the window has and that waits for its colours, if there is any: to be coloured beside the instance's
    /// task. Each is given once.
    pub fn job(&mut self) -> Option<Job> {
        self.transcript.as_mut()?.job()
    }

    /// Takes what came of a job; the window gets it with its next batch.
    pub fn colour(&mut self, answer: &Answer) {
        if let Some(transcript) = &mut self.transcript {
            transcript.colour(answer);
        }
    }

    /// Colours of files came: what was sent without theirs is looked at again.
    pub fn recolour(&mut self) {
        self.touched.requests.append(&mut self.waiting.lacking);
        if let Some(transcript) = &mut self.transcript {
            let session = transcript.session().clone();
            let lacking = std::mem::take(&mut transcript.lacking);
            let parts = lacking.into_iter().map(|(message, part)| (session.clone(), message, part));
            self.touched.parts.extend(parts);
        }
    }

    /// The feed's number.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// What the window looks at.
    pub fn focus(&self) -> &Focus {
        &self.focus
    }

    /// The session that the window looks at.
    pub fn session(&self) -> Option<&SessionId> {
        self.transcript.as_ref().map(TranscriptFeed::session)
    }

    /// Where in the transcript the window stands.
    pub fn place(&self) -> Option<&Place> {
        self.transcript.as_ref().map(|transcript| &transcript.place)
    }

    /// The whole view. Batches that follow begin here.
    pub fn snapshot(&mut self, source: &Source<'_>) -> Snapshot {
        self.touched = Changes::default();
        self.anew = false;
        self.pending_changed = false;
        self.credit = Credit::Free;
        self.held = None;
        self.sessions.clear();
        self.waiting.clear();
        self.update_sessions(source, None);
        self.waiting.update(source.state, &BTreeSet::new(), &self.colours);
        let view = self.own_view(source);
        self.view = Some(view.clone());
        let transcript =
            self.transcript.as_mut().map(|transcript| transcript.view(source.state, source.models, &self.pending));
        if self.focus == Focus::Start {
            self.beginnings.update(&self.pending);
        }
        let log = self.log.is_some().then(|| (source.log)(0));
        self.log = log.as_ref().map(|lines| lines.last().map_or(0, |line| line.number + 1));
        Snapshot {
            instance: self.instance.clone(),
            feed: self.number,
            revision: self.revision,
            view,
            sessions: self.sessions.values().cloned().collect(),
            permissions: self.waiting.permissions(),
            questions: self.waiting.questions(),
            transcript,
            outgoing: self.beginnings.views(),
            log,
        }
    }

    /// What the server is not known to have, in its order. Each window is given all of it, and shows what is its own.
    pub fn set_pending(&mut self, pending: &[Pending]) {
        let session = self.session().cloned();
        let own = |prompt: &&Pending| prompt.session == session;
        if !self.pending.iter().eq(pending.iter().filter(own)) {
            self.pending = pending.iter().filter(own).cloned().collect();
            self.pending_changed = true;
        }
    }

    /// Remembers what was touched, until there is credit for a batch.
    pub fn touch(&mut self, changes: &Changes) {
        if let Some(transcript) = &mut self.transcript {
            transcript.touch_search(changes);
        }
        self.touched.merge(changes.clone());
    }

    /// Makes the next batch if the window has painted the last one and something differs.
    pub fn next(&mut self, source: &Source<'_>) -> Option<Announcement> {
        if !self.credit.is_free() {
            return None;
        }
        let touched = std::mem::take(&mut self.touched);
        let anew = std::mem::take(&mut self.anew);
        let pending_changed = std::mem::take(&mut self.pending_changed);
        let mut patches = Vec::new();

        let view = self.own_view(source);
        if self.view.as_ref() != Some(&view) {
            self.view = Some(view.clone());
            patches.push(Patch::InstanceUpdated { view });
        }
        if !touched.sessions.is_empty() {
            patches.extend(self.update_sessions(source, Some(&touched.sessions)));
        }
        if let Some(transcript) = &mut self.transcript
            && (anew || pending_changed || !touched.is_empty())
        {
            patches.extend(transcript.update(source.state, &touched, anew, &self.pending));
            // Text that goes on changes nothing of it.
            if anew || !(touched.frames.is_empty() && touched.messages.is_empty() && touched.sessions.is_empty()) {
                patches.extend(transcript.update_overview(source.state, source.models));
            }
        }
        if let Some(transcript) = &mut self.transcript {
            patches.extend(transcript.recolour());
            // After the messages, which may have moved to what was found.
            patches.extend(transcript.update_find(source.state));
        }
        if pending_changed && self.focus == Focus::Start {
            patches.extend(self.beginnings.update(&self.pending));
        }
        if !touched.requests.is_empty() || !touched.parts.is_empty() || !touched.sessions.is_empty() {
            patches.extend(self.waiting.update(source.state, &touched.requests, &self.colours));
        }
        if let Some(from) = self.log {
            let lines = (source.log)(from);
            if let Some(last) = lines.last() {
                self.log = Some(last.number + 1);
                patches.push(Patch::LogAppended { lines });
            }
        }
        if patches.is_empty() {
            return None;
        }
        self.revision += 1;
        self.credit = Credit::InFlight(self.revision);
        Some(self.announce(Batch {
            instance: self.instance.clone(),
            feed: self.number,
            revision: self.revision,
            patches,
        }))
    }

    /// A batch that was announced without its patches.
    pub fn fetch(&mut self, revision: u64) -> Option<Batch> {
        self.held.take_if(|batch| batch.revision == revision)
    }

    /// The window has painted the batch that led to this revision.
    pub fn acknowledge(&mut self, revision: u64) {
        self.credit.acknowledge(revision);
        if self.credit.is_free() {
            self.held = None;
        }
    }

    /// Shows input and output of a tool call, or no longer.
    pub fn expand(&mut self, message: &MessageId, part: PartId, expanded: bool) {
        if let Some(transcript) = &mut self.transcript {
            self.touched.parts.insert((transcript.session().clone(), message.clone(), part.clone()));
            transcript.place.expand(part, expanded);
        }
    }

    /// Further rows of a tool call's section.
    pub fn section_rows(&self, state: &State, place: &SectionPlace, rows: Range<u32>) -> Option<SectionRows> {
        tools::rows(tools::at(state, self.session()?, place)?, state, &self.colours, place.section, rows)
    }

    /// The text of a tool call's section.
    pub fn section_text(&self, state: &State, place: &SectionPlace) -> Option<String> {
        tools::text(tools::at(state, self.session()?, place)?, state, place.section)
    }

    /// A message's words in Markdown, to be copied.
    pub fn message_text(&self, state: &State, message: &MessageId) -> Option<String> {
        markdown(state.session(self.session()?)?, message)
    }

    /// Moves the window's range back. False when no older messages are here; they are shown when they are.
    pub fn show_older(&mut self, entry: &SessionEntry) -> bool {
        self.anew = true;
        self.transcript.as_mut().is_some_and(|transcript| transcript.place.show_older(entry))
    }

    /// Moves the window's range to where so many messages are before what is looked at. Not when the range no longer
    /// begins at `first`: it was moved, to something that was found, say, and the place is one in what was before.
    pub fn show_at(&mut self, entry: &SessionEntry, first: &MessageId, before: usize) {
        let Some(transcript) = &mut self.transcript else { return };
        if transcript.place.range(entry).next() != Some(first) {
            return;
        }
        self.anew = true;
        transcript.place.show_at(entry, before);
    }

    /// Moves the window's range on.
    pub fn show_newer(&mut self, entry: &SessionEntry) {
        self.anew = true;
        if let Some(transcript) = &mut self.transcript {
            transcript.place.show_newer(entry);
        }
    }

    /// Moves the window's range to the end.
    pub fn show_latest(&mut self) {
        self.anew = true;
        if let Some(transcript) = &mut self.transcript {
            transcript.place.show_latest();
        }
    }

    fn own_view(&self, source: &Source<'_>) -> InstanceView {
        InstanceView { focus: self.focus.clone(), ..source.view.clone() }
    }

    fn update_sessions(&mut self, source: &Source<'_>, touched: Option<&BTreeSet<SessionId>>) -> Vec<Patch> {
        let mut patches = Vec::new();
        let all = || source.state.sessions().map(|(id, _)| id.clone()).collect();
        let ids: BTreeSet<SessionId> = touched.cloned().unwrap_or_else(all);
        for id in ids {
            let row = source
                .state
                .session(&id)
                .and_then(|entry| session_row(source.state, &id, entry, source.unseen.contains(&id)));
            match row {
                Some(row) if self.sessions.get(&id.0) == Some(&row) => {}
                Some(row) => {
                    self.sessions.insert(id.0, row.clone());
                    patches.push(Patch::SessionUpserted { session: row });
                }
                None => {
                    if self.sessions.remove(&id.0).is_some() {
                        patches.push(Patch::SessionRemoved { id: id.0 });
                    }
                }
            }
        }
        patches
    }

    fn announce(&mut self, batch: Batch) -> Announcement {
        let small = serde_json::to_vec(&batch).is_ok_and(|json| json.len() <= EVENT_BYTES);
        let Batch { feed, revision, .. } = batch;
        let batch = if small {
            Some(batch)
        } else {
            self.held = Some(batch);
            None
        };
        Announcement { instance: self.instance.clone(), feed, revision, batch }
    }
}
