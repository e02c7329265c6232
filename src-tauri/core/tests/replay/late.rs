//! What comes later than it should: events of what was deleted, and answers to questions asked before a run began.

use outrider_core::model::{Event, Message, MessagePage, PartKind, Permission, RunStatus, SessionId, Snapshot};
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

/// The server keeps a prompt's place when it is sent again, and gives it a later time.
#[test]
fn a_prompt_that_was_sent_again_stays_before_its_answer_whoever_tells_of_it() {
    let events = events(STREAM);
    let id = session(&events);
    let mut state = replayed(&events);
    let order = |state: &State| {
        let messages = state.session(&id).unwrap().transcript().messages();
        messages.map(|(head, _)| head.id.clone()).collect::<Vec<_>>()
    };
    let before = order(&state);
    let (prompt, _) = state.session(&id).unwrap().transcript().messages().next().unwrap();
    let again = Message { created: prompt.created + 60_000, ..prompt.clone() };
    state.apply(Event::Message(again));
    assert_eq!(order(&state), before);
    let page = answer_mid_stream(&state, &id).messages.remove(0);
    let mut fresh = State::new(directory(&events));
    let since = fresh.mark();
    fresh.fold_page(page, since);
    assert_eq!(order(&fresh), before, "also for one that never saw its first time");
    let times = |state: &State| {
        let messages = state.session(&id).unwrap().transcript().messages();
        messages.map(|(_, message)| message.time()).collect::<Vec<_>>()
    };
    assert_eq!(times(&fresh), times(&state), "and windows sort by the same times");
}

/// The answer was read just before the events that say that the session works: what it lacks is missing all the same.
#[test]
fn text_that_goes_on_from_a_part_first_read_from_an_answer_is_marked_also_in_an_idle_session() {
    let (events, id, ..) = while_written();
    let delta = events.iter().rposition(|event| matches!(event, Event::Delta { .. })).unwrap();
    let page = answer_mid_stream(&replayed(&events[..delta]), &id).messages.remove(0);
    let mut state = State::new(directory(&events));
    let since = state.mark();
    state.fold_page(page, since);
    assert!(!state.session(&id).unwrap().status().is_running());
    state.apply(Event::Status { session: id.clone(), status: RunStatus::Busy });
    state.apply(events[delta].clone());
    let Event::Delta { message, part, text, .. } = &events[delta] else { unreachable!() };
    let entry = state.session(&id).unwrap().transcript().message(message).unwrap().part(part).unwrap();
    let (PartKind::Text(prose) | PartKind::Reasoning(prose)) = &entry.part().unwrap().kind else { panic!("no text") };
    assert_eq!((&prose.text, prose.gapped), (text, true));
}

/// The question was asked before the session's messages were let go of: what events told in between is in neither.
#[test]
fn an_answer_from_before_messages_were_let_go_of_does_not_count_as_all_of_them() {
    let events = events(STREAM);
    let id = session(&events);
    let mut state = replayed(&events);
    let since = state.ask();
    state.release(&id);
    let head = events.iter().rfind(|event| matches!(event, Event::Message(_))).unwrap();
    state.apply(head.clone());
    state.fold_page(
        MessagePage { session: id.clone(), messages: Vec::new(), older: None, before: None, bytes: 0 },
        since,
    );
    assert!(!state.session(&id).unwrap().transcript().is_loaded());
    let (page, since) = (answer_mid_stream(&replayed(&events), &id).messages.remove(0), state.ask());
    state.fold_page(page, since);
    assert!(state.session(&id).unwrap().transcript().is_loaded());
}
