//! What comes later than it should: events of what was deleted, and answers to questions asked before a run began.

use outrider_core::model::{Event, Message, MessagePage, Permission, RunStatus, SessionId, Snapshot};
use outrider_core::store::State;

use crate::holes::answer_mid_stream;
use crate::recording::{directory, events, replayed};

const STREAM: &str = "golden-text-reasoning";

fn session(events: &[Event]) -> SessionId {
    replayed(events).sessions().next().unwrap().0.clone()
}

/// The place after the first event that fits.
fn after(events: &[Event], fits: impl Fn(&Event) -> bool) -> usize {
    events.iter().position(fits).unwrap() + 1
}

fn is_answer(event: &Event) -> bool {
    matches!(event, Event::Message(message) if message.parent.is_some())
}

#[test]
fn a_session_that_was_deleted_while_nobody_listened_is_not_brought_back_by_what_it_still_does() {
    let events = events(STREAM);
    let (id, middle) = (session(&events), after(&events, |event| matches!(event, Event::Delta { .. })));
    let mut state = replayed(&events[..middle]);
    state.stream_lost();
    let since = state.mark();
    // The server does not list it, but works on: deleting a session does not stop it.
    let snapshot = Snapshot { running: vec![(id.clone(), RunStatus::Busy)], ..Snapshot::default() };
    state.fold_snapshot(snapshot.clone(), since);
    assert!(state.session(&id).is_none());
    let asked = Permission {
        id: "per_1".into(),
        session: id.clone(),
        kind: "bash".into(),
        patterns: Vec::new(),
        always: Vec::new(),
        metadata: serde_json::Value::Null,
        tool: None,
    };
    for round in 0..2 {
        events[middle..].iter().for_each(|event| drop(state.apply(event.clone())));
        state.apply(Event::Permission(asked.clone()));
        assert!(state.session(&id).is_none() && state.permissions().next().is_none(), "round {round}");
        // The next loss does not make it forget.
        state.stream_lost();
        let since = state.mark();
        state.fold_snapshot(Snapshot { permissions: vec![asked.clone()], ..snapshot.clone() }, since);
        assert!(state.session(&id).is_none() && state.permissions().next().is_none(), "round {round}");
    }
}

/// The unfinished answer, and what the server says of the session while it is written.
fn while_written() -> (Vec<Event>, SessionId, Message, MessagePage) {
    let events = events(STREAM);
    let id = session(&events);
    let begun = after(&events, is_answer);
    let Event::Message(answer) = events[begun - 1].clone() else { unreachable!() };
    let page = answer_mid_stream(&replayed(&events[..begun]), &id).messages.remove(0);
    (events, id, answer, page)
}

#[test]
fn an_answer_read_by_a_question_from_before_its_run_began_is_the_one_that_is_written() {
    let (events, id, answer, page) = while_written();
    let busy = after(&events, |event| matches!(event, Event::Status { status: RunStatus::Busy, .. }));
    let mut state = State::new(directory(&events));
    events[..busy - 1].iter().for_each(|event| drop(state.apply(event.clone())));
    let since = state.mark();
    state.apply(events[busy - 1].clone());
    let changes = state.fold_page(page, since);
    assert!(state.session(&id).unwrap().works_on(&answer.id));
    assert!(changes.messages.contains(&(id, answer.id)), "windows must look at it again");
}

#[test]
fn an_answer_that_is_announced_unchanged_after_its_run_began_is_the_one_that_is_written() {
    let (events, id, answer, page) = while_written();
    let busy = after(&events, |event| matches!(event, Event::Status { status: RunStatus::Busy, .. }));
    let mut state = State::new(directory(&events));
    events[..busy - 1].iter().for_each(|event| drop(state.apply(event.clone())));
    let since = state.mark();
    state.fold_page(page, since);
    state.apply(events[busy - 1].clone());
    assert!(!state.session(&id).unwrap().works_on(&answer.id));
    let changes = state.apply(Event::Message(answer.clone()));
    assert!(state.session(&id).unwrap().works_on(&answer.id));
    assert!(changes.messages.contains(&(id, answer.id)), "windows must look at it again");
}
