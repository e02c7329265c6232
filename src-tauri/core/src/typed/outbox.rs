//! The prompts that the server is not known to have, and what is to be done next for each.
//!
//! The rules: a prompt leaves when the server has shown it. One whose answer was lost is asked for before it is sent
//! again, always under the same ids. Those of one session go one after the other. The same holds for the session that a
//! first prompt needs: one whose making was cut off is looked for before another is made.

mod prompt;

use std::sync::Arc;

use super::LONGEST_TEXT;
use crate::model::{MessageId, SessionId};
use crate::protocol::{Outgoing, Problem};

pub use prompt::{Action, Lane, NoAnswer, Prompt, Shown, Trouble};

/// The most prompts of one folder that wait.
const MOST: usize = 50;
/// The most bytes that wait in one folder.
const MOST_BYTES: usize = 20_000_000;
/// How often a request that failed without an answer is made until the person is asked.
const ATTEMPTS: u32 = 3;
/// How long a server may go on with a request whose connection was cut, and how long after a failure the next request
/// is made, in milliseconds. The user's message was seen up to 0.9 s after the answer to its prompt (opencode 1.18.33).
const SETTLE_MS: u64 = 1_500;

/// The time of what waits until it is on disk.
const NOT_YET: u64 = u64::MAX;

/// How far a prompt is. Times are milliseconds of a clock that only the owner knows.
#[derive(Debug, Clone, PartialEq)]
enum Stage {
    /// The server does not have it; it is its turn from this time on.
    Waiting(u64),
    /// The server may have it, or its session; it is asked from this time on.
    Unsure(u64),
    /// A request is under way.
    Asking,
    Sending,
    /// The server has taken the request, and must show the message until this time.
    Taken(u64),
    Failed(Problem),
}

#[derive(Debug, Clone)]
struct Entry {
    prompt: Prompt,
    stage: Stage,
    /// Requests that changed nothing for sure.
    attempts: u32,
    /// The server that is connected now has taken it.
    taken: bool,
    /// Where the count of lost connections stood when it was sent.
    sent_at: u64,
    /// What the session failed with since it was sent.
    reason: Option<Problem>,
    /// Why the last attempt failed.
    last: Option<Problem>,
}

/// The prompts of one folder on their way to its server.
#[derive(Debug, Clone, Default)]
pub struct Outbox {
    entries: Vec<Entry>,
    online: bool,
    /// Counts connections that were lost.
    losses: u64,
    /// What is to be kept is not what was kept last.
    changed: bool,
}

impl Outbox {
    pub(super) fn new(kept: Vec<Prompt>) -> Self {
        let entries = kept.into_iter().map(|prompt| {
            let stage = match &prompt.failed {
                Some(problem) => Stage::Failed(problem.clone()),
                None if prompt.begun => Stage::Unsure(0),
                None => Stage::Waiting(0),
            };
            Entry::new(prompt, stage)
        });
        Self { entries: entries.collect(), ..Self::default() }
    }

    pub(super) fn to_kept(&self) -> Vec<Prompt> {
        let kept = self.entries.iter().map(|entry| Prompt {
            failed: match &entry.stage {
                Stage::Failed(problem) => Some(problem.clone()),
                _ => None,
            },
            ..entry.prompt.clone()
        });
        kept.collect()
    }

    /// True when nothing waits.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The sessions that something waits for.
    pub fn sessions(&self) -> Vec<SessionId> {
        self.entries.iter().filter_map(|entry| entry.prompt.session().cloned()).collect()
    }

    /// The lane of the session that is still to be made and that a further first prompt would join.
    pub fn new_lane(&self) -> Option<Lane> {
        self.entries.iter().find_map(|entry| match (&entry.prompt.lane, &entry.stage) {
            (Lane::New(_), Stage::Failed(_)) | (Lane::Session(_), _) => None,
            (lane @ Lane::New(_), _) => Some(lane.clone()),
        })
    }

    /// Puts a prompt at the end.
    ///
    /// # Errors
    /// `prompt_too_large`, `too_many_waiting`.
    pub fn add(&mut self, prompt: Prompt) -> Result<(), Problem> {
        if prompt.text.len() > LONGEST_TEXT {
            let message = "This message is too long: more than 5 MB. Attach it as a file instead.";
            return Err(Problem::new("prompt_too_large", message));
        }
        let bytes: usize = self.entries.iter().map(|entry| entry.prompt.text.len()).sum();
        if self.entries.len() >= MOST || bytes + prompt.text.len() > MOST_BYTES {
            let message = "Too many messages wait to be sent. Send this one when some of them have gone out.";
            return Err(Problem::new("too_many_waiting", message));
        }
        self.entries.push(Entry::new(prompt, Stage::Waiting(NOT_YET)));
        Ok(())
    }

    /// A prompt that was added is on disk: it may go out.
    pub fn release(&mut self, id: &MessageId) {
        if let Some(entry) = self.entry(id).filter(|entry| entry.stage == Stage::Waiting(NOT_YET)) {
            entry.stage = Stage::Waiting(0);
        }
    }

    /// Puts a prompt back that was taken and could not be used: it waits for the person.
    pub fn put_back(&mut self, prompt: Prompt) {
        let message = "This message could not be taken back: together with what is typed it is too long.";
        self.entries.push(Entry::new(prompt, Stage::Failed(Problem::new("not_taken_back", message))));
        self.changed = true;
    }

    /// True once after each change of what is to be kept, other than [`Outbox::add`].
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// Takes a prompt back that the server does not have; none when it may have it.
    pub fn take_back(&mut self, id: &MessageId) -> Option<Prompt> {
        let removable = |entry: &Entry| matches!(entry.stage, Stage::Waiting(_) | Stage::Failed(_));
        let at = self.entries.iter().position(|entry| entry.prompt.id == *id && removable(entry))?;
        self.changed = true;
        Some(self.entries.remove(at).prompt)
    }

    /// Tries a prompt again that failed, after those that wait. False when there is none.
    pub fn retry(&mut self, id: &MessageId) -> bool {
        let failed = |entry: &Entry| entry.prompt.id == *id && matches!(entry.stage, Stage::Failed(_));
        let Some(at) = self.entries.iter().position(failed) else { return false };
        // One of its session may be under way: it does not step before that.
        let prompt = self.entries.remove(at).prompt;
        let stage = if prompt.begun { Stage::Unsure(0) } else { Stage::Waiting(0) };
        self.entries.push(Entry::new(prompt, stage));
        self.changed = true;
        true
    }

    /// The server has shown the message. True when it was waited for.
    pub fn confirm(&mut self, id: &MessageId) -> bool {
        let before = self.entries.len();
        self.entries.retain(|entry| entry.prompt.id != *id);
        self.changed |= self.entries.len() != before;
        self.entries.len() != before
    }

    /// Whether the server can be asked. What it had taken when it was lost is asked for when it is back.
    pub fn set_online(&mut self, online: bool) {
        if self.online && !online {
            self.losses += 1;
            for entry in &mut self.entries {
                entry.taken = false;
                if matches!(entry.stage, Stage::Taken(_)) {
                    // Counted, so that a prompt that ends the server is not sent for ever.
                    entry.attempts += 1;
                    entry.stage = Stage::Unsure(0);
                }
            }
        }
        self.online = online;
    }

    /// The session is gone. What waits for it is shown where a session is begun, and not tried by itself.
    pub fn session_gone(&mut self, session: &SessionId) -> bool {
        let mut any = false;
        for entry in &mut self.entries {
            if entry.prompt.lane == Lane::Session(session.clone()) {
                entry.lose_session();
                any = true;
            }
        }
        self.changed |= any;
        any
    }

    /// The session had an error: if what was sent last does not appear, that is why.
    pub fn session_failed(&mut self, session: &SessionId, problem: &Problem, now: u64, limit: u64) {
        let lane = Lane::Session(session.clone());
        let Some(entry) = self.head(&lane) else { return };
        if !matches!(entry.stage, Stage::Sending | Stage::Taken(_)) {
            return;
        }
        // The second one of two repeats the first with the server's inner words.
        entry.reason.get_or_insert_with(|| problem.clone());
        if let Stage::Taken(until) = &mut entry.stage {
            *until = (*until).min(now + limit / 5);
        }
    }

    /// What is to be asked of the server now. True beside it when what is kept must be on disk before.
    pub fn poll(&mut self, now: u64) -> (Vec<Action>, bool) {
        let (mut actions, mut begun) = (Vec::new(), false);
        if !self.online {
            return (actions, begun);
        }
        let losses = self.losses;
        for lane in self.lanes() {
            let Some(entry) = self.head(&lane) else { continue };
            let due = match entry.stage {
                Stage::Waiting(from) | Stage::Unsure(from) | Stage::Taken(from) => now >= from,
                Stage::Asking | Stage::Sending | Stage::Failed(_) => false,
            };
            if !due {
                continue;
            }
            let waiting = matches!(entry.stage, Stage::Waiting(_));
            let id = entry.prompt.id.clone();
            entry.sent_at = losses;
            entry.stage = if waiting { Stage::Sending } else { Stage::Asking };
            begun |= waiting && !entry.prompt.begun;
            entry.prompt.begun |= waiting;
            actions.push(match lane {
                Lane::New(key) if waiting => Action::Make(key),
                Lane::New(key) => Action::Find(key),
                Lane::Session(session) if waiting => Action::Post {
                    session,
                    message: id,
                    part: entry.prompt.part.clone(),
                    text: Arc::clone(&entry.prompt.text),
                },
                Lane::Session(session) => Action::Ask(session, id),
            });
        }
        (actions, begun)
    }

    /// When to poll again without any other reason.
    pub fn next_due(&self) -> Option<u64> {
        if !self.online {
            return None;
        }
        let due = self.lanes().into_iter().filter_map(|lane| match self.peek(&lane)?.stage {
            Stage::Waiting(NOT_YET) | Stage::Asking | Stage::Sending | Stage::Failed(_) => None,
            Stage::Waiting(at) | Stage::Unsure(at) | Stage::Taken(at) => Some(at),
        });
        due.min()
    }

    /// The answer to [`Action::Find`].
    pub fn found(&mut self, key: &MessageId, answer: Result<Option<&SessionId>, NoAnswer>, now: u64) {
        match answer {
            Ok(Some(session)) => self.enter(key, session, Stage::Unsure(0)),
            Ok(None) => self.absent(&Lane::New(key.clone()), now),
            Err(NoAnswer) => self.ask_again(&Lane::New(key.clone()), now),
        }
    }

    /// The answer to [`Action::Make`].
    pub fn made(&mut self, key: &MessageId, answer: Result<SessionId, Trouble>, now: u64) {
        match answer {
            Ok(session) => self.enter(key, &session, Stage::Waiting(0)),
            Err(trouble) => self.troubled(&Lane::New(key.clone()), trouble, now),
        }
    }

    /// The answer to [`Action::Ask`]: whether the message is there.
    pub fn asked(&mut self, id: &MessageId, answer: Result<bool, NoAnswer>, now: u64) {
        let Some(lane) = self.entry(id).map(|entry| entry.prompt.lane.clone()) else { return };
        match answer {
            Ok(true) => {
                self.confirm(id);
            }
            Ok(false) => self.absent(&lane, now),
            Err(NoAnswer) => self.ask_again(&lane, now),
        }
    }

    /// The answer to [`Action::Ask`] when the message is there without its text. That comes a moment later, unless the
    /// server died between the two: then it is sent again, which adds the text under the same ids.
    pub fn asked_too_early(&mut self, id: &MessageId, now: u64) {
        let Some(entry) = self.entry(id) else { return };
        let lane = entry.prompt.lane.clone();
        entry.attempts += 1;
        if entry.attempts < ATTEMPTS {
            self.ask_again(&lane, now);
        } else {
            entry.attempts = 0;
            self.absent(&lane, now);
        }
    }

    /// The answer to [`Action::Post`]. `limit` is how long the server may take to show the message, in milliseconds.
    pub fn posted(&mut self, id: &MessageId, answer: Result<(), Trouble>, now: u64, limit: u64) {
        let losses = self.losses;
        let Some(entry) = self.entry(id).filter(|entry| entry.stage == Stage::Sending) else { return };
        match answer {
            Ok(()) if entry.sent_at != losses => {
                entry.attempts += 1;
                entry.stage = Stage::Unsure(now);
            }
            Ok(()) => {
                entry.taken = true;
                entry.stage = Stage::Taken(now + if entry.reason.is_some() { limit / 5 } else { limit });
            }
            Err(trouble) => {
                let lane = entry.prompt.lane.clone();
                self.troubled(&lane, trouble, now);
            }
        }
    }

    /// All prompts as they are shown, in their order.
    pub fn shown(&self) -> impl Iterator<Item = Shown> {
        self.entries.iter().map(|entry| {
            let lane = &entry.prompt.lane;
            let first = self.peek(lane).is_some_and(|head| head.prompt.id == entry.prompt.id);
            let state = match &entry.stage {
                Stage::Failed(problem) => Outgoing::Failed { problem: problem.clone() },
                Stage::Waiting(_) if !(self.online && first) => Outgoing::Waiting,
                _ if self.online => Outgoing::Sending,
                _ => Outgoing::Unconfirmed,
            };
            Shown {
                id: entry.prompt.id.clone(),
                part: entry.prompt.part.clone(),
                session: entry.prompt.session().cloned(),
                text: Arc::clone(&entry.prompt.text),
                created: entry.prompt.created,
                state,
            }
        })
    }

    fn entry(&mut self, id: &MessageId) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.prompt.id == *id)
    }

    /// The lanes in which something waits, each once, in the order of their first prompts.
    fn lanes(&self) -> Vec<Lane> {
        let mut lanes: Vec<Lane> = Vec::new();
        for entry in &self.entries {
            if !lanes.contains(&entry.prompt.lane) {
                lanes.push(entry.prompt.lane.clone());
            }
        }
        lanes
    }

    /// The prompt of a lane whose turn it is: those that failed have stepped aside.
    fn peek(&self, lane: &Lane) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.prompt.lane == *lane && !matches!(entry.stage, Stage::Failed(_)))
    }

    fn head(&mut self, lane: &Lane) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.prompt.lane == *lane && !matches!(entry.stage, Stage::Failed(_)))
    }

    /// The session of a lane is there: its first prompt goes on with `stage`.
    fn enter(&mut self, key: &MessageId, session: &SessionId, stage: Stage) {
        self.changed = true;
        let lane = Lane::New(key.clone());
        if let Some(entry) = self.head(&lane) {
            *entry = Entry::new(entry.prompt.clone(), stage);
        }
        for entry in self.entries.iter_mut().filter(|entry| entry.prompt.lane == lane) {
            entry.prompt.lane = Lane::Session(session.clone());
        }
    }

    /// The server says that it does not have what it was asked for.
    fn absent(&mut self, lane: &Lane, now: u64) {
        self.changed = true;
        let Some(entry) = self.head(lane) else { return };
        entry.stage = if entry.taken {
            let unseen = "OpenCode accepted this message, but it did not appear. Try again, or take it back.";
            Stage::Failed(entry.reason.take().unwrap_or_else(|| Problem::new("not_shown", unseen)))
        } else if entry.attempts >= ATTEMPTS {
            let unheard = "This message could not be sent.";
            Stage::Failed(entry.last.take().unwrap_or_else(|| Problem::new("not_sent", unheard)))
        } else {
            Stage::Waiting(now)
        };
    }

    fn ask_again(&mut self, lane: &Lane, now: u64) {
        if let Some(entry) = self.head(lane) {
            entry.stage = Stage::Unsure(now + SETTLE_MS);
        }
    }

    fn troubled(&mut self, lane: &Lane, trouble: Trouble, now: u64) {
        self.changed = true;
        let Some(entry) = self.head(lane) else { return };
        entry.attempts += 1;
        match trouble {
            Trouble::Lost(problem) => {
                entry.last = Some(problem);
                entry.stage = Stage::Unsure(now + SETTLE_MS);
            }
            Trouble::Unreached(problem) if entry.attempts >= ATTEMPTS => entry.stage = Stage::Failed(problem),
            Trouble::Unreached(_) => entry.stage = Stage::Waiting(now + SETTLE_MS),
            Trouble::Refused(problem) => entry.stage = Stage::Failed(problem),
            Trouble::NoSession(_) => entry.lose_session(),
        }
    }
}

impl Entry {
    fn new(prompt: Prompt, stage: Stage) -> Self {
        let prompt = Prompt { failed: None, ..prompt };
        Self { prompt, stage, attempts: 0, taken: false, sent_at: 0, reason: None, last: None }
    }

    fn lose_session(&mut self) {
        let message =
            "The session of this message was deleted before it was sent. Try again to begin a new one with it.";
        self.prompt.lane = Lane::New(self.prompt.id.clone());
        self.stage = Stage::Failed(Problem::new("session_gone", message));
    }
}

#[cfg(test)]
mod tests;
