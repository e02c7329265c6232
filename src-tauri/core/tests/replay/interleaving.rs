//! Whatever happens in whichever order, the patches a window was sent add up to what it would be shown afresh.

use outrider_core::feed::Feed;
use outrider_core::model::{
    Event, Message, MessageId, Part, PartId, PartKind, Prose, Role, RunStatus, SessionId, Tokens,
};
use outrider_core::protocol::{PartBody, Snapshot};
use outrider_core::store::State;
use proptest::prelude::*;

use crate::contract::{afresh, feed_on, look};
use crate::holes::answer_mid_stream;
use crate::mirror::apply;
use crate::recording::{directory, events, replayed};

#[derive(Debug, Clone)]
enum Step {
    /// This many events arrive.
    Arrive(usize),
    /// This many events pass while the stream is down; then it is back, with a snapshot.
    Lose(usize),
    /// A page of messages is asked for, this many events arrive, then it comes.
    Page(usize),
    Older,
    Newer,
    Latest,
    /// The person goes to where so many messages are before.
    At(usize),
    /// The tool call of this number is unfolded, or folded.
    Expand(usize, bool),
    /// The window paints.
    Acknowledge,
    ServerGone,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => (1..8_usize).prop_map(Step::Arrive),
        2 => (0..20_usize).prop_map(Step::Lose),
        2 => (0..8_usize).prop_map(Step::Page),
        2 => Just(Step::Older),
        1 => Just(Step::Newer),
        1 => Just(Step::Latest),
        1 => (0..300_usize).prop_map(Step::At),
        1 => (0..4_usize, any::<bool>()).prop_map(|(call, open)| Step::Expand(call, open)),
        8 => Just(Step::Acknowledge),
        1 => Just(Step::ServerGone),
    ];
    prop::collection::vec(step, 10..60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn patches_add_up_whatever_happens(steps in steps(), story in prop::sample::select(vec![
        "golden-tools-parallel", "golden-text-reasoning", "golden-abort-streaming", "golden-retry-429", "golden-revert",
        "golden-model-cut", "golden-permission-once", "08-queued-while-busy", "07-error-stream-error",
    ]), history in 0..260_usize) {
        play(&steps, story, history);
    }
}

fn play(steps: &[Step], story: &str, history: usize) {
    let events = events(story);
    let session = session_of(&events);
    let mut arriving = before(&session, &events, history).into_iter().chain(events.iter().cloned());
    let mut server = State::new(directory(&events));
    let mut state = State::new(directory(&events));
    for event in arriving.by_ref().take(history * 2 + 2) {
        server.apply(event.clone());
        state.apply(event);
    }
    if server.session(&session).is_none() {
        return;
    }
    let mut window = Window::open(&state, &session);
    for step in steps {
        match step {
            Step::Arrive(count) => {
                for event in arriving.by_ref().take(*count) {
                    server.apply(event.clone());
                    let changes = state.apply(event);
                    window.feed.touch(&changes);
                }
            }
            Step::Lose(count) => {
                window.feed.touch(&state.stream_lost());
                arriving.by_ref().take(*count).for_each(|event| drop(server.apply(event)));
                let (answer, since) = (answer_mid_stream(&server, &session), state.mark());
                window.feed.touch(&state.fold_snapshot(answer, since));
            }
            Step::Page(count) => {
                let since = state.mark();
                let page = answer_mid_stream(&server, &session).messages.remove(0);
                for event in arriving.by_ref().take(*count) {
                    server.apply(event.clone());
                    let changes = state.apply(event);
                    window.feed.touch(&changes);
                }
                window.feed.touch(&state.fold_page(page, since));
            }
            Step::Older => drop(state.session(&session).map(|entry| window.feed.show_older(entry))),
            Step::Newer => drop(state.session(&session).map(|entry| window.feed.show_newer(entry))),
            Step::Latest => window.feed.show_latest(),
            Step::At(before) => {
                let held = window.mirror.transcript.as_ref().and_then(|transcript| transcript.messages.first());
                let first = held.map(|message| message.id.as_str().into());
                if let (Some(entry), Some(first)) = (state.session(&session), first) {
                    window.feed.show_at(entry, &first, *before);
                }
            }
            Step::Expand(call, open) => window.expand(*call, *open),
            Step::Acknowledge => window.feed.acknowledge(window.mirror.revision),
            Step::ServerGone => window.feed.touch(&state.server_gone()),
        }
        window.look(&state, &session);
    }
    for _ in 0..2 {
        window.feed.acknowledge(window.mirror.revision);
        window.look(&state, &session);
    }
    let now = window.afresh(&state, &session);
    assert_eq!(window.mirror, now, "{story}: the window is not what it would be afresh");
    let transcript = now.transcript.unwrap();
    assert!(transcript.messages.len() <= 91, "{} messages in the window", transcript.messages.len());
}

struct Window {
    feed: Feed,
    mirror: Snapshot,
}

impl Window {
    fn open(state: &State, session: &SessionId) -> Self {
        let mut feed = feed_on(session, 1);
        let mirror = look(state, |source| feed.snapshot(source));
        Self { feed, mirror }
    }

    fn look(&mut self, state: &State, session: &SessionId) {
        let Some(announcement) = look(state, |source| self.feed.next(source)) else { return };
        let batch = announcement.batch.or_else(|| self.feed.fetch(announcement.revision)).unwrap();
        apply(&mut self.mirror, batch);
        assert_eq!(self.mirror, self.afresh(state, session));
    }

    fn afresh(&self, state: &State, session: &SessionId) -> Snapshot {
        afresh(state, session, self.mirror.revision, self.feed.place().unwrap().clone())
    }

    fn expand(&mut self, call: usize, open: bool) {
        let messages = &self.mirror.transcript.as_ref().unwrap().messages;
        let calls = messages.iter().flat_map(|message| message.parts.iter().map(move |part| (message, part)));
        let mut calls = calls.filter(|(_, part)| matches!(part.body, PartBody::Tool { .. }));
        if let Some((message, part)) = calls.nth(call) {
            let (message, part) = (MessageId(message.id.clone()), PartId(part.id.clone()));
            self.feed.expand(&message, part, open);
        }
    }
}

fn session_of(events: &[Event]) -> SessionId {
    let id = events.iter().find_map(|event| match event {
        Event::Session(session) => Some(session.id.clone()),
        Event::Message(message) => Some(message.session.clone()),
        _ => None,
    });
    id.unwrap()
}

/// Prompts and answers that the session began with, so that a window cannot hold all of it.
fn before(session: &SessionId, events: &[Event], count: usize) -> Vec<Event> {
    let whole = replayed(events);
    let info = whole.session(session).and_then(|entry| entry.info().cloned());
    let mut history: Vec<_> = info.map(Event::Session).into_iter().collect();
    history.push(Event::Status { session: session.clone(), status: RunStatus::Idle });
    for number in 0..i64::try_from(count).unwrap() {
        let id = MessageId(format!("msg_000{number:06}"));
        let role = if number % 2 == 0 { Role::User } else { Role::Assistant };
        history.push(Event::Message(Message {
            id: id.clone(),
            session: session.clone(),
            role,
            created: number,
            completed: (role == Role::Assistant).then_some(number),
            parent: None,
            agent: None,
            provider: None,
            model: None,
            finish: None,
            failure: None,
            summary: false,
            cost: 0.0,
            tokens: Tokens::default(),
        }));
        let prose = Prose { text: format!("text {number}"), ..Prose::default() };
        history.push(Event::Part(Part {
            id: PartId(format!("prt_000{number:06}")),
            message: id,
            session: session.clone(),
            kind: PartKind::Text(prose),
        }));
    }
    history
}
