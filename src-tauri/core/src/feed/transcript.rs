use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::Bound;

use crate::model::{Message, MessageId, PartId, Role, RunStatus, SessionId};
use crate::protocol::{MessageState, MessageView, PartBody, PartView, Patch, Problem, RetryView, TranscriptView};
use crate::render::{Stream, one_line, verbatim};
use crate::store::{Changes, MessageEntry, MessageKey, SessionEntry, State};

use super::parts::{Shown, shown};
use super::problems::{interrupted, problem_of};
use super::tools::tool_body;

/// How many messages a window is given at first, and at each step when the person scrolls on.
const PAGE: usize = 50;
/// The most messages that a window holds.
const MOST: usize = 200;

/// A session's transcript as one window holds it: a range of its messages, and for each what was sent last.
pub(super) struct TranscriptFeed {
    session: SessionId,
    /// The first message of the range; none while the range begins at the oldest message known.
    from: Option<MessageKey>,
    /// The last message of the range; none while it follows the end.
    to: Option<MessageKey>,
    /// True once the range was cut to a page, after the messages were loaded.
    placed: bool,
    sent: HashMap<MessageId, Sent>,
    frame: Frame,
    expanded: HashSet<PartId>,
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
    directory: &'a str,
    /// The answer that is being written. One that an earlier run left unfinished is not.
    writing: Option<&'a MessageId>,
    /// The last answer is still being written, or its tools still run.
    answering: Option<&'a Message>,
}

impl TranscriptFeed {
    pub(super) fn new(session: SessionId) -> Self {
        Self {
            session,
            from: None,
            to: None,
            placed: false,
            sent: HashMap::new(),
            frame: Frame::default(),
            expanded: HashSet::new(),
        }
    }

    pub(super) fn session(&self) -> &SessionId {
        &self.session
    }

    /// What the window holds now, with no requests in it: they are the instance's. Brings everything up to date first.
    pub(super) fn view(&mut self, state: &State) -> TranscriptView {
        self.sent.clear();
        self.update(state, &Changes::default(), true);
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
            permissions: Vec::new(),
            questions: Vec::new(),
        }
    }

    /// The patches that lead from what was sent to what is there now, looking only where something was touched.
    /// `anew` looks everywhere.
    pub(super) fn update(&mut self, state: &State, changes: &Changes, anew: bool) -> Vec<Patch> {
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
        let context = Context::of(state, entry);

        if anew || !touched.is_empty() || changes.frames.contains(&self.session) {
            self.place(entry);
            let range: Vec<(&Message, &MessageEntry)> = self.range(entry).collect();
            let ids: HashSet<&MessageId> = range.iter().map(|(head, _)| &head.id).collect();
            self.sent.retain(|id, _| {
                let stays = ids.contains(id);
                if !stays {
                    patches.push(Patch::MessageRemoved { id: id.0.clone() });
                }
                stays
            });
            for (head, message) in range {
                if !self.sent.contains_key(&head.id) {
                    self.send_message(head, message, &context, &mut patches);
                } else if anew || touched.contains(&head.id) {
                    self.send_head(head, &context, &mut patches);
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
        let frame = self.frame_of(entry);
        self.update_frame(frame, &mut patches);
        patches
    }

    /// Shows input and output of a tool call, or no longer.
    pub(super) fn expand(&mut self, part: PartId, expanded: bool) {
        if expanded {
            self.expanded.insert(part);
        } else {
            self.expanded.remove(&part);
        }
    }

    /// Moves the beginning of the range back by a page. False when no older message is here: it must be fetched first.
    pub(super) fn show_older(&mut self, entry: &SessionEntry) -> bool {
        let Some(from) = self.first_key(entry) else { return false };
        let visible = visible(entry);
        let older: Vec<_> = visible.iter().rev().filter(|key| ***key < from).take(PAGE).collect();
        let Some(first) = older.last() else { return false };
        self.from = Some((**first).clone());
        let last = visible.iter().filter(|key| Some(**key) >= self.from.as_ref()).nth(MOST - 1);
        if let Some(last) = last
            && visible.last() != Some(last)
            && self.to.as_ref().is_none_or(|to| to > *last)
        {
            self.to = Some((*last).clone());
        }
        true
    }

    /// Moves the end of the range on by a page, and follows the end once it is reached.
    pub(super) fn show_newer(&mut self, entry: &SessionEntry) {
        let Some(to) = self.to.clone() else { return };
        let visible = visible(entry);
        self.to = visible.iter().filter(|key| ***key > to).nth(PAGE - 1).map(|key| (*key).clone());
        if self.to.as_ref() == visible.last().copied() {
            self.to = None;
        }
        let end = self.to.as_ref().or(visible.last().copied());
        let first = visible.iter().rev().filter(|key| Some(**key) <= end).nth(MOST - 1);
        if let Some(first) = first
            && self.from.as_ref().is_none_or(|from| from < *first)
        {
            self.from = Some((*first).clone());
        }
    }

    /// Goes back to the newest page and follows the end.
    pub(super) fn show_latest(&mut self) {
        self.from = None;
        self.to = None;
        self.placed = false;
    }

    fn first_key(&self, entry: &SessionEntry) -> Option<MessageKey> {
        self.from.clone().or_else(|| visible(entry).first().map(|key| (*key).clone()))
    }

    /// Cuts the range to a page when it is shown first, and keeps it bounded while it follows the end.
    fn place(&mut self, entry: &SessionEntry) {
        if self.to.is_some() {
            return;
        }
        let visible = visible(entry);
        let held = visible.iter().filter(|key| self.from.as_ref().is_none_or(|from| **key >= from)).count();
        let keep = if !self.placed {
            PAGE
        } else if held > MOST {
            MOST - PAGE
        } else {
            return;
        };
        self.placed |= entry.transcript().is_loaded();
        if held > keep {
            self.from = visible.iter().rev().nth(keep - 1).map(|key| (*key).clone());
        }
    }

    fn range<'a>(&self, entry: &'a SessionEntry) -> impl Iterator<Item = (&'a Message, &'a MessageEntry)> {
        let from = self.from.clone().map_or(Bound::Unbounded, Bound::Included);
        let to = self.to.clone().map_or(Bound::Unbounded, Bound::Included);
        let end = reverted_from(entry);
        let transcript = entry.transcript();
        let keys: Vec<_> = match (&from, &to) {
            // A range that ends before it begins can be left over when messages were removed; asking for it panics.
            (Bound::Included(from), Bound::Included(to)) if from > to => Vec::new(),
            _ => transcript
                .order()
                .range((from, to))
                .take_while(|key| end.as_ref().is_none_or(|end| *key < end))
                .collect(),
        };
        keys.into_iter().filter_map(|(_, id)| {
            let message = transcript.message(id)?;
            Some((message.head()?, message))
        })
    }

    fn frame_of(&self, entry: &SessionEntry) -> Frame {
        let visible = visible(entry);
        let before = self.from.as_ref().is_some_and(|from| visible.first().is_some_and(|first| *first < from));
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
            has_older: before || entry.transcript().older().is_some(),
            has_newer: self.to.as_ref().is_some_and(|to| visible.last().is_some_and(|last| *last > to)),
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
        let view = head_view(head, context);
        self.sent.insert(head.id.clone(), Sent { head: view.clone(), parts: BTreeMap::new() });
        patches.push(Patch::MessageUpserted { message: view });
        for (part, _) in message.parts() {
            self.send_part(head, message, part, context, patches);
        }
    }

    fn send_head(&mut self, head: &Message, context: &Context<'_>, patches: &mut Vec<Patch>) {
        let view = head_view(head, context);
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
        let unfinished = context.writing == Some(&head.id);
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
                let gapped = prose.gapped && open;
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
            Shown::Tool(tool) => (tool_body(tool, context.directory, unfinished, self.expanded.contains(id)), None),
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

impl<'a> Context<'a> {
    fn of(state: &'a State, entry: &'a SessionEntry) -> Self {
        let last_answer =
            entry.transcript().messages().rev().map(|(head, _)| head).find(|head| head.role == Role::Assistant);
        let of_this_run = last_answer.filter(|head| entry.works_on(&head.id));
        Self {
            directory: state.directory(),
            writing: of_this_run.filter(|head| head.completed.is_none()).map(|head| &head.id),
            answering: of_this_run.filter(|head| {
                head.failure.is_none() && (head.completed.is_none() || head.finish.as_deref() == Some("tool-calls"))
            }),
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

fn head_view(head: &Message, context: &Context<'_>) -> MessageView {
    let (state, problem) = match (head.role, &head.failure, head.completed) {
        (_, Some(failure), _) => (MessageState::Error, Some(problem_of(failure))),
        (Role::User, None, _) | (Role::Assistant, None, Some(_)) => (MessageState::Complete, None),
        (Role::Assistant, None, None) if context.writing == Some(&head.id) => (MessageState::Streaming, None),
        (Role::Assistant, None, None) => (MessageState::Error, Some(interrupted())),
    };
    // A prompt waits for its turn when the answer being written is for an earlier one.
    let queued = head.role == Role::User
        && context.answering.is_some_and(|answer| {
            answer.parent.as_ref() != Some(&head.id) && (answer.created, &answer.id) < (head.created, &head.id)
        });
    MessageView {
        id: head.id.0.clone(),
        role: match head.role {
            Role::User => crate::protocol::Role::User,
            Role::Assistant => crate::protocol::Role::Assistant,
        },
        state,
        created: head.created,
        completed: head.completed,
        agent: head.agent.as_deref().map(|agent| one_line(agent, 60)),
        model: head.model.as_deref().map(|model| one_line(model, 80)),
        queued,
        problem,
        parts: Vec::new(),
    }
}

/// The first message that a revert hides.
fn reverted_from(entry: &SessionEntry) -> Option<MessageKey> {
    let message = entry.info()?.revert.as_ref()?;
    let head = entry.transcript().message(message)?.head()?;
    Some((head.created, head.id.clone()))
}

/// The messages that are shown, oldest first.
fn visible(entry: &SessionEntry) -> Vec<&MessageKey> {
    let end = reverted_from(entry);
    entry.transcript().order().iter().take_while(|key| end.as_ref().is_none_or(|end| *key < end)).collect()
}
