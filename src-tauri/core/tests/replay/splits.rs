//! Every recorded stream, torn into what is seen and what is lost: with the server's answer after each hole the state is
//! what it would be had nothing been lost.

use std::collections::HashSet;

use outrider_core::feed::Place;
use outrider_core::model::{Event, MessagePage, Part, PartKind, Prose, RunStatus, Session, SessionId, Snapshot};
use outrider_core::store::{SessionEntry, State};

use crate::recording::{directory, events, names, replayed};

/// Up to so many pairs of places each recording is torn at; all of them where there are fewer. With `OUTRIDER_EVERY_SPLIT`
/// in the environment it is all of every recording of up to [`LONG`] events: minutes, also when optimised.
const PAIRS: usize = 60;
const LONG: usize = 350;

/// How often each recording is torn in several places.
const SEVERAL: u64 = 8;

/// What the server would answer now, had it told all by the stream: streamed text is not in it.
fn answer(truth: &State) -> Snapshot {
    let mut snapshot = Snapshot {
        permissions: truth.permissions().cloned().collect(),
        questions: truth.questions().cloned().collect(),
        branch: truth.branch().map(str::to_owned),
        ..Snapshot::default()
    };
    for (id, entry) in truth.sessions() {
        snapshot.sessions.push(info(truth, id, entry));
        if entry.status().is_running() {
            snapshot.running.push((id.clone(), entry.status().clone()));
        }
        let messages = entry.transcript().messages().map(|(head, message)| {
            let parts = message.parts().filter_map(|(_, part)| part.part().cloned()).map(stored);
            (head.clone(), parts.collect())
        });
        let messages = messages.collect();
        snapshot.messages.push(MessagePage { session: id.clone(), messages, older: None, before: None, bytes: 0 });
        snapshot.todos.push((id.clone(), entry.todos().to_vec()));
    }
    snapshot
}

/// The session; a recording that begins in the middle does not say what the server would.
fn info(truth: &State, id: &SessionId, entry: &SessionEntry) -> Session {
    entry.info().cloned().unwrap_or_else(|| Session {
        id: id.clone(),
        parent: None,
        title: String::new(),
        directory: truth.directory().to_owned(),
        created: 0,
        updated: 0,
        archived: None,
        revert: None,
        cost: 0.0,
    })
}

/// The part as the server has stored it.
fn stored(mut part: Part) -> Part {
    if let PartKind::Text(prose) | PartKind::Reasoning(prose) = &mut part.kind
        && prose.is_open()
    {
        *prose = Prose { text: String::new(), gapped: false, ..prose.clone() };
    }
    part
}

/// Asserts that nothing is missing but open text that is marked, or of which nothing was heard.
fn assert_whole(name: &str, torn: &State, truth: &State) {
    let ids = |state: &State| state.sessions().map(|(id, _)| id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(torn), ids(truth), "{name}: sessions");
    for ((id, torn), (_, truth)) in torn.sessions().zip(truth.sessions()) {
        if truth.info().is_some() {
            assert_eq!(torn.info(), truth.info(), "{name}: {id}");
        }
        assert_eq!((torn.status(), torn.todos()), (truth.status(), truth.todos()), "{name}: {id}");
        let heads =
            |entry: &SessionEntry| entry.transcript().messages().map(|(head, _)| head.clone()).collect::<Vec<_>>();
        assert_eq!(heads(torn), heads(truth), "{name}: messages of {id}");
        for ((_, torn), (head, truth)) in torn.transcript().messages().zip(truth.transcript().messages()) {
            let parts = |entry: &outrider_core::store::MessageEntry| {
                entry.parts().filter_map(|(_, part)| part.part().cloned()).collect::<Vec<_>>()
            };
            let (torn, truth) = (parts(torn), parts(truth));
            assert_eq!(torn.len(), truth.len(), "{name}: parts of {}", head.id);
            for (torn, truth) in torn.iter().zip(&truth) {
                assert_part(name, torn, truth);
            }
        }
    }
    let requests = |state: &State| {
        let permissions = state.permissions().map(|request| request.id.clone());
        let mut ids: Vec<_> = permissions.chain(state.questions().map(|request| request.id.clone())).collect();
        ids.sort();
        ids
    };
    assert_eq!(requests(torn), requests(truth), "{name}: requests");
    assert_eq!(torn.branch(), truth.branch(), "{name}: branch");
}

fn assert_part(name: &str, torn: &Part, truth: &Part) {
    let (PartKind::Text(here) | PartKind::Reasoning(here), PartKind::Text(whole) | PartKind::Reasoning(whole)) =
        (&torn.kind, &truth.kind)
    else {
        return assert_eq!(torn, truth, "{name}: part");
    };
    if !whole.is_open() {
        return assert_eq!(torn, truth, "{name}: part that ended");
    }
    assert_eq!(stored(torn.clone()), stored(truth.clone()), "{name}: open part");
    if !here.gapped && !here.text.is_empty() {
        assert_eq!(here.text, whole.text, "{name}: an open part without a mark");
    }
    let mut rest = whole.text.chars();
    let in_order = here.text.chars().all(|char| rest.any(|other| other == char));
    assert!(in_order, "{name}: {:?} was never said, but {:?}", here.text, whole.text);
}

/// The recording's states after each event.
fn truths(events: &[Event]) -> Vec<State> {
    let mut state = State::new(directory(events));
    let mut truths = vec![state.clone()];
    for event in events {
        state.apply(event.clone());
        truths.push(state.clone());
    }
    truths
}

/// The places where the server's answer can be told from the recording: one that begins in the middle of a run brings
/// parts of messages whose head the server had, but which comes later on the stream.
fn tellable(events: &[Event]) -> Vec<bool> {
    let (mut heads, mut parts) = (HashSet::new(), HashSet::new());
    let mut tellable = vec![true];
    for event in events {
        match event {
            Event::Message(message) => drop(heads.insert(message.id.clone())),
            Event::Part(part) => drop(parts.insert(part.message.clone())),
            Event::MessageRemoved { message, .. } => drop(parts.remove(message)),
            _ => {}
        }
        tellable.push(parts.is_subset(&heads));
    }
    tellable
}

/// What is heard again after a hole that ends here.
fn hear_again(state: &mut State, truth: &State) {
    state.stream_lost();
    let since = state.mark();
    state.fold_snapshot(answer(truth), since);
}

#[test]
fn a_hole_anywhere_in_any_recording_leaves_nothing_out() {
    let every = std::env::var_os("OUTRIDER_EVERY_SPLIT").is_some();
    for name in names("") {
        let events = events(&name);
        let most = if every && events.len() <= LONG { usize::MAX } else { PAIRS };
        let truths = truths(&events);
        let pairs: Vec<_> =
            (0..=events.len()).flat_map(|from| (from..=events.len()).map(move |to| (from, to))).collect();
        let tellable = tellable(&events);
        for (from, to) in pairs.iter().step_by(pairs.len().div_ceil(most)).filter(|(_, to)| tellable[*to]) {
            let mut state = truths[*from].clone();
            hear_again(&mut state, &truths[*to]);
            assert_whole(&format!("{name} lost {from}..{to}, just after"), &state, &truths[*to]);
            events[*to..].iter().for_each(|event| drop(state.apply(event.clone())));
            assert_whole(&format!("{name} lost {from}..{to}"), &state, &truths[events.len()]);
        }
        println!(
            "{name}: {} events, torn at {} pairs of places",
            events.len(),
            pairs.len().div_ceil(pairs.len().div_ceil(most))
        );
    }
}

#[test]
fn several_holes_in_any_recording_leave_nothing_out() {
    for name in names("") {
        let events = events(&name);
        let truths = truths(&events);
        let tellable = tellable(&events);
        for seed in 0..SEVERAL {
            let mut chance = seed;
            let mut next = |end: usize| {
                // A linear congruential generator: its high bits are good enough to tear with.
                chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                usize::try_from(chance >> 33).unwrap() % end
            };
            let (mut state, mut at, longest) = (State::new(directory(&events)), 0, events.len() / 3 + 1);
            let mut holes = Vec::new();
            while at < events.len() {
                let seen = (at + 1 + next(longest)).min(events.len());
                events[at..seen].iter().for_each(|event| drop(state.apply(event.clone())));
                let lost = (seen..=events.len()).skip(next(longest)).find(|lost| tellable[*lost]);
                let lost = lost.unwrap_or(events.len());
                hear_again(&mut state, &truths[lost]);
                holes.push(seen..lost);
                at = lost;
            }
            assert_whole(&format!("{name} lost {holes:?}"), &state, &truths[events.len()]);
        }
    }
}

/// The answer comes while events do: some were told before it was written, all after it was asked for.
#[test]
fn events_that_overtake_the_answer_after_a_hole_are_kept() {
    for name in names("") {
        let events = events(&name);
        let truths = truths(&events);
        let (step, tellable, whole) = ((events.len() / 6).max(1), tellable(&events), replayed(&events));
        for from in (0..events.len()).step_by(step) {
            for asked in (from..events.len()).step_by(step) {
                for written in (asked..events.len()).step_by(step) {
                    // The stream may be behind the answer as well as before it.
                    let answered = (written + step).min(events.len());
                    if !tellable[answered] {
                        continue;
                    }
                    let mut state = truths[from].clone();
                    state.stream_lost();
                    let since = state.mark();
                    events[asked..written].iter().for_each(|event| drop(state.apply(event.clone())));
                    state.fold_snapshot(answer(&truths[answered]), since);
                    events[written..].iter().for_each(|event| drop(state.apply(event.clone())));
                    let what = format!("{name} lost {from}..{asked}, answered at {answered}, {written} events in");
                    assert_whole(&what, &state, &whole);
                }
            }
        }
    }
}

#[test]
fn a_run_that_ended_in_the_hole_leaves_its_text_marked() {
    let name = "golden-text-reasoning";
    let events = events(name);
    let middle = events.iter().rposition(|event| matches!(event, Event::Delta { .. })).unwrap();
    let truth = replayed(&events[..middle]);
    let mut state = truth.clone();
    state.stream_lost();
    let since = state.mark();
    // A new process: nothing runs, and what was streamed is forgotten there.
    state.fold_snapshot(Snapshot { running: Vec::new(), ..answer(&truth) }, since);
    let (id, entry) = state.sessions().next().unwrap();
    assert_eq!(entry.status(), &RunStatus::Idle);
    let view = crate::contract::afresh(&state, id, 0, Place::default()).transcript.unwrap();
    let message = view.messages.last().unwrap();
    let gapped = message.parts.iter().any(|part| {
        matches!(&part.body, outrider_core::protocol::PartBody::Text { open: false, gapped: true, blocks } if !blocks.is_empty())
    });
    assert!(gapped, "text with a hole must not look whole: {message:#?}");
}
