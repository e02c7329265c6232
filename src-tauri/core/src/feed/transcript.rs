use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::model::{Message, MessageId, Model, PartId, Role, RunStatus, SessionId};
use crate::protocol::{
    MessageView, Outgoing, OverviewView, PartBody, PartView, Patch, Problem, RetryView, TranscriptView,
};
use crate::render::{Colours, Stream, one_line, verbatim};
use crate::store::{Changes, MessageEntry, SessionEntry, State};

use super::blocks::prose_patch;
use super::find::Search;
use super::heads::{Context, Work, head_view};
use super::overview::overview;
use super::parts::{Shown, shown};
use super::pending::Pending;
use super::place::Place;
use super::problems::problem_of;
use super::tools::{Call, Shades, child_of, tool_body};

/// A session's transcript as one window holds it: a range of its messages, and for each what was sent last.
pub(super) struct TranscriptFeed {
    session: SessionId,
    pub(super) place: Place,
    pub(super) sent: HashMap<MessageId, Sent>,
    /// The calls here that started subagents, whose lines say what those do.
    children: HashMap<SessionId, (MessageId, PartId)>,
    frame: Frame,
    colours: Colours,
    /// There may be code that waits for its colours.
    pub(super) waiting: bool,
    /// Parts in which code got its colours since they were sent.
    pub(super) coloured: BTreeSet<(MessageId, PartId)>,
    /// Tool calls whose code was sent without colours that come later.
    pub(super) lacking: BTreeSet<(MessageId, PartId)>,
    overview: OverviewView,
    /// How many messages are here before the range, and after it.
    around: (usize, usize),
    /// What is being looked for.
    pub(super) search: Option<Search>,
    /// How many searches there were.
    pub(super) searches: u64,
    /// A search has ended, and the window was not told.
    pub(super) find_ended: bool,
    /// What the messages' views depended on beside the messages themselves, when they were sent.
    work: Work,
}

/// A message as it was sent last.
pub(super) struct Sent {
    pub(super) head: MessageView,
    pub(super) parts: BTreeMap<PartId, SentPart>,
}

pub(super) struct SentPart {
    pub(super) view: PartView,
    /// Kept while the text may go on, so that only its end is rendered again, and while code in it waits for its colours.
    pub(super) stream: Option<Stream>,
}

#[derive(Debug, Clone, PartialEq, Default)]
struct Frame {
    loaded: bool,
    has_older: bool,
    has_newer: bool,
    before: u32,
    after: u32,
    retry: Option<RetryView>,
    problem: Option<Problem>,
}

impl TranscriptFeed {
    pub(super) fn new(session: SessionId, place: Place) -> Self {
        Self {
            session,
            place,
            sent: HashMap::new(),
            children: HashMap::new(),
            frame: Frame::default(),
            colours: Colours::default(),
            waiting: false,
            coloured: BTreeSet::new(),
            lacking: BTreeSet::new(),
            overview: OverviewView::default(),
            around: (0, 0),
            search: None,
            searches: 0,
            find_ended: false,
            work: Work::default(),
        }
    }

    /// Keeps the colours of code here, and takes those that are.
    pub(super) fn colour_with(&mut self, colours: Colours) {
        self.colours = colours;
    }

    pub(super) fn session(&self) -> &SessionId {
        &self.session
    }

    /// What the window holds now. Brings everything up to date first.
    pub(super) fn view(&mut self, state: &State, models: &[Model], pending: &[Pending]) -> TranscriptView {
        self.sent.clear();
        self.update(state, &Changes::default(), true, pending);
        self.update_overview(state, models);
        let mut messages: Vec<_> = self.sent.values().map(Sent::whole).collect();
        messages.sort_by(|a, b| (a.created, &a.id).cmp(&(b.created, &b.id)));
        TranscriptView {
            session: self.session.0.clone(),
            loaded: self.frame.loaded,
            messages,
            has_older: self.frame.has_older,
            has_newer: self.frame.has_newer,
            before: self.frame.before,
            after: self.frame.after,
            retry: self.frame.retry.clone(),
            problem: self.frame.problem.clone(),
            overview: self.overview.clone(),
            find: self.find_view(state),
        }
    }

    /// The patch that leads to how the session stands now, if that is something else than was sent.
    pub(super) fn update_overview(&mut self, state: &State, models: &[Model]) -> Option<Patch> {
        let entry = state.session(&self.session);
        let now = entry.map(|entry| overview(state, &self.session, entry, models)).unwrap_or_default();
        if self.overview == now {
            return None;
        }
        self.overview = now.clone();
        Some(Patch::OverviewUpdated { overview: now })
    }

    /// The patches that lead from what was sent to what is there now, looking only where something was touched.
    /// `anew` looks everywhere. `pending` are the prompts of this session that the server is not known to have.
    pub(super) fn update(&mut self, state: &State, changes: &Changes, anew: bool, pending: &[Pending]) -> Vec<Patch> {
        let mut patches = Vec::new();
        let Some(entry) = state.session(&self.session) else {
            patches.extend(self.sent.drain().map(|(id, _)| Patch::MessageRemoved { id: id.0 }));
            self.update_frame(Frame { loaded: true, ..Frame::default() }, &mut patches);
            return patches;
        };
        let of_session = |session: &SessionId| *session == self.session;
        let touched: BTreeSet<&MessageId> =
            changes.messages.iter().filter(|(session, _)| of_session(session)).map(|(_, message)| message).collect();
        let mut parts: BTreeMap<&MessageId, Vec<&PartId>> = BTreeMap::new();
        for (_, message, part) in changes.parts.iter().filter(|(session, ..)| of_session(session)) {
            parts.entry(message).or_default().push(part);
        }
        let work = Work::of(entry);
        let turned = self.work != work;
        self.work = work.clone();
        let context = Context { state, work: &work };

        let known = |prompt: &Pending| entry.transcript().message(&prompt.id).is_some_and(MessageEntry::is_whole);
        let pending: Vec<&Pending> = pending.iter().filter(|prompt| !known(prompt)).collect();
        let ends = self
            .sent
            .iter()
            .any(|(id, sent)| sent.head.outgoing.is_some() && pending.iter().all(|prompt| prompt.id != *id));
        if anew || turned || ends || !touched.is_empty() || changes.frames.contains(&self.session) {
            self.place.settle(entry);
            self.around = self.place.around(entry);
            let ids: Vec<MessageId> = self.place.range(entry).cloned().collect();
            // Behind the end of what is read there is nothing to see.
            let following = if self.place.has_newer(entry) { &[][..] } else { &pending[..] };
            let range: HashSet<&MessageId> = ids.iter().chain(following.iter().map(|prompt| &prompt.id)).collect();
            self.sent.retain(|id, _| {
                let stays = range.contains(id);
                if !stays {
                    patches.push(Patch::MessageRemoved { id: id.0.clone() });
                }
                stays
            });
            let sent = &self.sent;
            self.children.retain(|_, (message, _)| sent.contains_key(message));
            for id in &ids {
                let Some(message) = entry.transcript().message(id) else { continue };
                let Some(head) = message.head() else { continue };
                if pending.iter().any(|prompt| prompt.id == *id) {
                    continue;
                }
                if !self.sent.contains_key(id) {
                    self.send_message(head, message, &context, &mut patches);
                    continue;
                }
                let was_pending = self.sent.get(id).is_some_and(|sent| sent.head.outgoing.is_some());
                if anew || turned || was_pending || touched.contains(id) {
                    self.send_head(head, message.time(), &context, &mut patches);
                }
                if was_pending {
                    // The server may have the message without the text that was shown.
                    let shown: Vec<PartId> =
                        self.sent.get(id).map(|sent| sent.parts.keys().cloned().collect()).unwrap_or_default();
                    for part in &shown {
                        self.send_part(head, message, part, &context, &mut patches);
                    }
                }
                if anew || (turned && head.completed.is_none()) {
                    for (part, _) in message.parts() {
                        self.send_part(head, message, part, &context, &mut patches);
                    }
                }
            }
        }
        for (message, touched_parts) in parts {
            let Some(message_entry) = entry.transcript().message(message) else { continue };
            let Some(head) = message_entry.head() else { continue };
            for part in touched_parts {
                self.send_part(head, message_entry, part, &context, &mut patches);
            }
        }
        for (message, part) in self.touched_children(changes) {
            let Some(message_entry) = entry.transcript().message(&message) else { continue };
            let Some(head) = message_entry.head() else { continue };
            self.send_part(head, message_entry, &part, &context, &mut patches);
        }
        self.send_pending(entry, &pending, &mut patches);
        let mut frame = self.frame_of(entry);
        // A prompt that failed says why itself.
        frame.problem.take_if(|_| pending.iter().any(|prompt| matches!(prompt.state, Outgoing::Failed { .. })));
        self.update_frame(frame, &mut patches);
        patches
    }

    /// The calls whose subagents were touched: their parts did not change themselves.
    fn touched_children(&self, changes: &Changes) -> BTreeSet<(MessageId, PartId)> {
        if self.children.is_empty() {
            return BTreeSet::new();
        }
        // A request may be of a session at any depth below a child.
        if !changes.requests.is_empty() {
            return self.children.values().cloned().collect();
        }
        let parts = changes.parts.iter().map(|(session, ..)| session);
        let touched = changes.sessions.iter().chain(parts);
        touched.filter_map(|session| self.children.get(session)).cloned().collect()
    }

    /// Prompts on their way, behind all that the server has.
    fn send_pending(&mut self, entry: &SessionEntry, pending: &[&Pending], patches: &mut Vec<Patch>) {
        if self.place.has_newer(entry) {
            return;
        }
        let mut after = entry.transcript().order().last().map_or(i64::MIN, |(created, _)| *created);
        for prompt in pending {
            let head = prompt.head(after);
            after = head.created;
            match self.sent.get_mut(&prompt.id) {
                Some(sent) if sent.head == head => {}
                Some(sent) => {
                    sent.head = head.clone();
                    patches.push(Patch::MessageUpserted { message: head });
                }
                None => {
                    let view = prompt.part();
                    patches.push(Patch::MessageUpserted { message: head.clone() });
                    patches.push(Patch::PartUpserted { message: head.id.clone(), part: view.clone() });
                    let parts = BTreeMap::from([(prompt.part.clone(), SentPart { view, stream: None })]);
                    self.sent.insert(prompt.id.clone(), Sent { head, parts });
                }
            }
        }
    }

    fn frame_of(&self, entry: &SessionEntry) -> Frame {
        let retry = match entry.status() {
            RunStatus::Retry { attempt, message, next } => {
                Some(RetryView { attempt: *attempt, message: one_line(message, 300), next: *next })
            }
            _ => None,
        };
        // A failure that stands at the last message is not said twice.
        let at_message = entry.transcript().messages().next_back().is_some_and(|(head, _)| head.failure.is_some());
        let problem = entry.failure().filter(|_| !at_message).map(problem_of);
        let count = |messages: usize| u32::try_from(messages).unwrap_or(u32::MAX);
        Frame {
            loaded: entry.transcript().is_loaded(),
            has_older: self.place.has_older(entry),
            has_newer: self.place.has_newer(entry),
            before: count(self.around.0),
            after: count(self.around.1),
            retry,
            problem,
        }
    }

    fn update_frame(&mut self, frame: Frame, patches: &mut Vec<Patch>) {
        if self.frame == frame {
            return;
        }
        self.frame = frame.clone();
        let Frame { loaded, has_older, has_newer, before, after, retry, problem } = frame;
        patches.push(Patch::TranscriptUpdated { loaded, has_older, has_newer, before, after, retry, problem });
    }

    fn send_message(
        &mut self,
        head: &Message,
        message: &MessageEntry,
        context: &Context<'_>,
        patches: &mut Vec<Patch>,
    ) {
        let view = head_view(head, message.time(), context);
        self.sent.insert(head.id.clone(), Sent { head: view.clone(), parts: BTreeMap::new() });
        patches.push(Patch::MessageUpserted { message: view });
        for (part, _) in message.parts() {
            self.send_part(head, message, part, context, patches);
        }
    }

    fn send_head(&mut self, head: &Message, time: i64, context: &Context<'_>, patches: &mut Vec<Patch>) {
        let view = head_view(head, time, context);
        if let Some(sent) = self.sent.get_mut(&head.id)
            && sent.head != view
        {
            sent.head = view.clone();
            patches.push(Patch::MessageUpserted { message: view });
        }
    }

    fn send_part(
        &mut self,
        head: &Message,
        message: &MessageEntry,
        id: &PartId,
        context: &Context<'_>,
        patches: &mut Vec<Patch>,
    ) {
        let Some(sent) = self.sent.get_mut(&head.id) else { return };
        let unfinished = context.work.writing.as_ref() == Some(&head.id);
        let before = sent.parts.remove(id);
        let shown = message.part(id).map_or(Shown::Hidden, |entry| shown(entry, unfinished));
        let (body, stream) = match shown {
            Shown::Hidden => {
                if before.is_some() {
                    patches.push(Patch::PartRemoved { message: head.id.0.clone(), part: id.0.clone() });
                }
                return;
            }
            Shown::Prose { prose, open, reasoning } => {
                let (old, stream) = before.map_or((None, None), |part| (Some(part.view), part.stream));
                // What a person typed is shown as typed.
                let (blocks, stream) = if head.role == Role::User {
                    (verbatim(&prose.text), None)
                } else {
                    let mut stream = stream.unwrap_or_else(|| Stream::with(self.colours.clone()));
                    stream.replace(&prose.text);
                    if !open {
                        stream.finish();
                    }
                    let blocks = stream.blocks().to_vec();
                    let waiting = stream.is_waiting();
                    self.waiting |= waiting;
                    (blocks, (open || waiting).then_some(stream))
                };
                // Also where nothing more comes: what was lost is not there, and must not look as if it were.
                let gapped = prose.gapped;
                let body = if reasoning {
                    PartBody::Reasoning { blocks, open, gapped, started: prose.started, ended: prose.ended }
                } else {
                    PartBody::Text { blocks, open, gapped }
                };
                let view = PartView { id: id.0.clone(), body };
                patches.extend(prose_patch(&head.id, old.as_ref(), &view));
                sent.parts.insert(id.clone(), SentPart { view, stream });
                return;
            }
            Shown::Tool(tool) => {
                if let Some(child) = child_of(tool) {
                    self.children.insert(child, (head.id.clone(), id.clone()));
                }
                let expanded = self.place.is_expanded(id);
                let shades = &Shades::new(&self.colours);
                let call = Call { state: context.state, running: unfinished, expanded, shades };
                let body = tool_body(tool, &call);
                if shades.is_lacking() {
                    self.lacking.insert((head.id.clone(), id.clone()));
                }
                (body, None)
            }
            Shown::Body(body) => (*body, None),
        };
        let view = PartView { id: id.0.clone(), body };
        if before.is_none_or(|before| before.view != view) {
            patches.push(Patch::PartUpserted { message: head.id.0.clone(), part: view.clone() });
        }
        sent.parts.insert(id.clone(), SentPart { view, stream });
    }
}

impl Sent {
    fn whole(&self) -> MessageView {
        let parts = self.parts.values().map(|part| part.view.clone()).collect();
        MessageView { parts, ..self.head.clone() }
    }
}
