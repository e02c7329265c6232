//! What is deleted or void stays so, whatever the server still says or lists: it goes on working on a session that was
//! deleted, and keeps the requests of runs that were stopped.

use outrider_core::model::{Event, MessageId, Permission, RunStatus, Session, SessionId, Snapshot};
use outrider_core::store::State;

use crate::recording::{directory, events, replayed};

fn recorded() -> (Vec<Event>, Session) {
    let events = events("golden-text-reasoning");
    let session = events.iter().find_map(|event| match event {
        Event::Session(session) => Some(session.clone()),
        _ => None,
    });
    (events, session.unwrap())
}

#[test]
fn late_events_of_a_deleted_session_bring_nothing_back_not_even_after_a_fresh_snapshot() {
    let (events, session) = recorded();
    let mut state = replayed(&events);
    state.apply(Event::SessionRemoved(session.id.clone()));
    assert!(state.session(&session.id).is_none());
    let since = state.mark();
    state.fold_snapshot(Snapshot::default(), since);
    state.fold_snapshot(Snapshot::default(), since);
    for event in events {
        state.apply(event.clone());
    }
    let retry = RunStatus::Retry { attempt: 1, message: "FOREIGN KEY constraint failed".into(), next: 0 };
    state.apply(Event::Status { session: session.id.clone(), status: retry.clone() });
    // The server lists it among those that work, and no longer among the sessions (seen on 1.18.33).
    let listed = Snapshot { running: vec![(session.id.clone(), retry)], ..Snapshot::default() };
    let since = state.mark();
    state.fold_snapshot(listed, since);
    assert_eq!(state.sessions().count(), 0);
}

#[test]
fn a_void_request_is_not_taken_from_a_list_while_its_session_works_again() {
    let (events, session) = recorded();
    let asked = Permission {
        id: "per_1".into(),
        session: session.id.clone(),
        kind: "bash".into(),
        patterns: Vec::new(),
        always: Vec::new(),
        metadata: serde_json::Value::Null,
        tool: Some((MessageId::from("msg_1"), "call".into())),
    };
    let status = |id: &SessionId, status| Event::Status { session: id.clone(), status };
    let mut state = State::new(directory(&events));
    state.apply(Event::Session(session.clone()));
    state.apply(status(&session.id, RunStatus::Busy));
    state.apply(Event::Permission(asked.clone()));
    assert_eq!(state.permissions().count(), 1);
    state.apply(status(&session.id, RunStatus::Idle));
    state.apply(status(&session.id, RunStatus::Busy));
    let listed = Snapshot {
        sessions: vec![session.clone()],
        running: vec![(session.id.clone(), RunStatus::Busy)],
        permissions: vec![asked],
        ..Snapshot::default()
    };
    let since = state.mark();
    state.fold_snapshot(listed.clone(), since);
    state.fold_snapshot(listed, since);
    assert_eq!(state.permissions().count(), 0);
}

#[test]
fn what_was_asked_is_known_when_its_answer_is_told_after_a_list_without_it() {
    let (events, session) = recorded();
    let asked = |number: usize| Permission {
        id: format!("per_{number:03}").as_str().into(),
        session: session.id.clone(),
        kind: "bash".into(),
        patterns: vec!["touch a".into()],
        always: Vec::new(),
        metadata: serde_json::Value::Null,
        tool: None,
    };
    let mut state = State::new(directory(&events));
    state.apply(Event::Session(session.clone()));
    for number in 0..70 {
        state.apply(Event::Permission(asked(number)));
    }
    let since = state.mark();
    state.fold_snapshot(Snapshot { sessions: vec![session.clone()], ..Snapshot::default() }, since);
    assert_eq!(state.permissions().count(), 0);
    assert_eq!(state.asked(&"per_069".into()), Some(&asked(69)));
    assert_eq!(state.asked(&"per_005".into()), None, "no more than 64 are kept");
}
