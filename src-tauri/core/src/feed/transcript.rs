use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::model::{Message, MessageId, Model, PartId, Role, RunStatus, SessionId};
use crate::protocol::{
    MessageState, MessageView, Outgoing, OverviewView, PartBody, PartView, Patch, Problem, RetryView, TranscriptView,
};
use crate::render::{Stream, one_line, verbatim};
use crate::store::{Changes, MessageEntry, MessageKey, SessionEntry, State};

use super::overview::overview;
use super::parts::{Shown, shown};
use super::pending::Pending;
use super::place::Place;
use super::problems::{interrupted, problem_of, stopped};
use super::tools::{Call, child_of, tool_body};

/// A session's transcript as one window holds it: a range of its messages, and for each what was sent last.
pub(super) struct TranscriptFeed {
    session: SessionId,
    pub(super) place: Place,
    sent: HashMap<MessageId, Sent>,
    /// The calls here that started subagents, whose lines say what those do.
    children: HashMap<SessionId, (MessageId, PartId)>,
    frame: Frame,
    overview: OverviewView,
    /// What the messages' views depended on beside the messages themselves, when they were sent.
    work: Work,
}

/// A message as it was sent last.
struct Sent {
    head: MessageView,
    parts: BTreeMap<PartId, SentPart>,
}

struct SentPart {
    view: PartView,
    /// Kept while the text may go on, so that only its end is rendered again.
    stream: Option<Stream>,
}

#[derive(Debug, Clone, PartialEq, Default)]
struct Frame {
    loaded: bool,
    has_older: bool,
    has_newer: bool,
    retry: Option<RetryView>,
    problem: Option<Problem>,
}

/// What a message's view depends on beside the message itself.
struct Context<'a> {
    state: &'a State,
    work: &'a Work,
}

/// How far a session's work is. It changes how messages read that did not change themselves.
#[derive(Debug, Clone, PartialEq, Default)]
struct Work {
    /// The answer that is being written; all others will never go on.
    writing: Option<MessageId>,
    /// The answer that is being written, or whose tools were called and whose next step follows: its place, and the
    /// prompt that it is for.
    answering: Option<(MessageKey, Option<MessageId>)>,
    /// A person stopped the last run.
    stopped: bool,
}

impl TranscriptFeed {
    pub(super) fn new(session: SessionId, place: Place) -> Self {
        Self {
            session,
            place,
            sent: HashMap::new(),
            children: HashMap::new(),
            frame: Frame::default(),
            overview: OverviewView::default(),
            work: Work::default(),
        }
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
            retry: self.frame.retry.clone(),
            problem: self.frame.problem.clone(),
            overview: self.overview.clone(),
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
        Frame {
            loaded: entry.transcript().is_loaded(),
            has_older: self.place.has_older(entry),
            has_newer: self.place.has_newer(entry),
            retry,
            problem,
        }
    }

    fn update_frame(&mut self, frame: Frame, patches: &mut Vec<Patch>) {
        if self.frame == frame {
            return;
        }
        self.frame = frame.clone();
        let Frame { loaded, has_older, has_newer, retry, problem } = frame;
        patches.push(Patch::TranscriptUpdated { loaded, has_older, has_newer, retry, problem });
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
                    let mut stream = stream.unwrap_or_default();
                    stream.replace(&prose.text);
                    if !open {
                        stream.finish();
                    }
                    (stream.blocks().to_vec(), open.then_some(stream))
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
                (tool_body(tool, &Call { state: context.state, running: unfinished, expanded }), None)
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

impl Work {
    fn of(entry: &SessionEntry) -> Self {
        let answer = entry.transcript().newest_answer().filter(|head| entry.works_on(&head.id));
        let writing = answer.filter(|head| head.completed.is_none());
        let goes_on = |head: &&Message| {
            head.failure.is_none() && (head.completed.is_none() || head.finish.as_deref() == Some("tool-calls"))
        };
        let place = |head: &Message| ((head.created, head.id.clone()), head.parent.clone());
        Self {
            writing: writing.map(|head| head.id.clone()),
            answering: answer.filter(goes_on).map(place),
            stopped: entry.is_stopped(),
        }
    }
}

/// Only the blocks that differ, when nothing but blocks differs.
fn prose_patch(message: &MessageId, old: Option<&PartView>, new: &PartView) -> Option<Patch> {
    let Some(old) = old else {
        return Some(Patch::PartUpserted { message: message.0.clone(), part: new.clone() });
    };
    if old == new {
        return None;
    }
    let (before, after) = match (&old.body, &new.body) {
        (
            PartBody::Text { blocks: before, open: open_before, gapped: gap_before },
            PartBody::Text { blocks: after, open, gapped },
        ) if open_before == open && gap_before == gapped => (before, after),
        (
            PartBody::Reasoning { blocks: before, open: open_before, gapped: gap_before, .. },
            PartBody::Reasoning { blocks: after, open: true, gapped, .. },
        ) if *open_before && gap_before == gapped => (before, after),
        _ => return Some(Patch::PartUpserted { message: message.0.clone(), part: new.clone() }),
    };
    let same = before.iter().zip(after).take_while(|(before, after)| before == after).count();
    Some(Patch::BlocksReplaced {
        message: message.0.clone(),
        part: new.id.clone(),
        from: u32::try_from(same).unwrap_or(u32::MAX),
        blocks: after[same..].to_vec(),
    })
}

fn head_view(head: &Message, time: i64, context: &Context<'_>) -> MessageView {
    let (state, problem) = match (head.role, &head.failure, head.completed) {
        (_, Some(failure), _) => (MessageState::Error, Some(problem_of(failure))),
        (Role::User, None, _) | (Role::Assistant, None, Some(_)) => (MessageState::Complete, None),
        (Role::Assistant, None, None) if context.work.writing.as_ref() == Some(&head.id) => {
            (MessageState::Streaming, None)
        }
        // The server says so itself a moment after the run has ended.
        (Role::Assistant, None, None) if context.work.stopped => (MessageState::Error, Some(stopped())),
        (Role::Assistant, None, None) => (MessageState::Error, Some(interrupted())),
    };
    // A prompt waits for its turn when the answer being written is for an earlier one.
    let queued = head.role == Role::User
        && context.work.answering.as_ref().is_some_and(|(place, prompt)| {
            prompt.as_ref() != Some(&head.id) && *place < (head.created, head.id.clone())
        });
    MessageView {
        id: head.id.0.clone(),
        role: match head.role {
            Role::User => crate::protocol::Role::User,
            Role::Assistant => crate::protocol::Role::Assistant,
        },
        state,
        created: time,
        completed: head.completed,
        agent: head.agent.as_deref().map(|agent| one_line(agent, 60)),
        model: head.model.as_deref().map(|model| one_line(model, 80)),
        cost: head.cost,
        queued,
        outgoing: None,
        problem,
        parts: Vec::new(),
    }
}
