//! Text that streamed while nobody listened, and what the server forgets to say.

use outrider_core::model::{
    Event, MessageId, MessagePage, PartId, PartKind, Permission, Prose, RunStatus, Session, SessionId, Snapshot,
};
use outrider_core::store::State;

use crate::recording::{directory, events, replayed};

const STREAM: &str = "golden-text-reasoning";

/// The golden stream up to the middle of its answer's text, and where that is.
fn mid_answer() -> (Vec<Event>, usize, SessionId, MessageId, PartId) {
    let events = events(STREAM);
    let last = events.iter().rposition(|event| matches!(event, Event::Delta { .. })).unwrap();
    let Event::Delta { session, message, part, .. } = events[last].clone() else { unreachable!() };
    (events, last, session, message, part)
}

fn prose(state: &State, session: &SessionId, message: &MessageId, part: &PartId) -> Prose {
    let entry = state.session(session).unwrap().transcript().message(message).unwrap();
    match &entry.part(part).unwrap().part().unwrap().kind {
        PartKind::Text(prose) | PartKind::Reasoning(prose) => prose.clone(),
        other => panic!("not prose: {other:?}"),
    }
}

/// What the server answers while the answer streams: everything, but "" for the text.
pub fn answer_mid_stream(state: &State, session: &SessionId) -> Snapshot {
    let entry = state.session(session).unwrap();
    let messages = entry.transcript().messages().map(|(head, message)| {
        let parts = message.parts().filter_map(|(_, part)| part.part().cloned()).map(|mut part| {
            if let PartKind::Text(prose) | PartKind::Reasoning(prose) = &mut part.kind
                && prose.is_open()
            {
                *prose = Prose { text: String::new(), gapped: false, ..prose.clone() };
            }
            part
        });
        (head.clone(), parts.collect())
    });
    let page =
        MessagePage { session: session.clone(), messages: messages.collect(), older: None, before: None, bytes: 0 };
    Snapshot {
        sessions: entry.info().cloned().into_iter().collect(),
        running: vec![(session.clone(), entry.status().clone())],
        permissions: state.permissions().cloned().collect(),
        messages: vec![page],
        ..Snapshot::default()
    }
}

#[test]
fn a_hole_keeps_the_text_marks_it_and_is_filled_by_the_closing_update() {
    let (events, last, session, message, part) = mid_answer();
    let mut state = replayed(&events[..last]);
    let before = prose(&state, &session, &message, &part);
    assert!(!before.text.is_empty() && !before.gapped);

    state.stream_lost();
    let (answer, since) = (answer_mid_stream(&state, &session), state.mark());
    state.fold_snapshot(answer, since);
    let held = prose(&state, &session, &message, &part);
    assert_eq!(held.text, before.text, "the text stays although the server answers nothing");
    assert!(held.gapped);

    state.apply(Event::Delta {
        session: session.clone(),
        message: message.clone(),
        part: part.clone(),
        text: "more".into(),
    });
    assert_eq!(prose(&state, &session, &message, &part).text, format!("{}more", before.text));

    events[last + 1..].iter().for_each(|event| drop(state.apply(event.clone())));
    let whole = prose(&state, &session, &message, &part);
    assert!(!whole.gapped && whole.ended.is_some());
    assert!(whole.text.starts_with(&before.text) && !whole.text.contains("more"));
}

#[test]
fn text_that_began_before_anyone_listened_shows_its_end_and_its_hole() {
    let (events, last, session, message, part) = mid_answer();
    let server = replayed(&events[..last]);
    let mut state = State::new(directory(&events));
    let since = state.mark();
    let delta =
        Event::Delta { session: session.clone(), message: message.clone(), part: part.clone(), text: "end".into() };
    state.apply(delta);
    state.fold_snapshot(answer_mid_stream(&server, &session), since);
    let prose = prose(&state, &session, &message, &part);
    assert_eq!((prose.text.as_str(), prose.gapped), ("end", true));
}

#[test]
fn an_open_part_that_is_announced_again_loses_nothing_and_a_closed_one_takes_no_more() {
    let (events, last, session, message, part) = mid_answer();
    let announced = events.iter().find(|event| matches!(event, Event::Part(p) if p.id == part)).unwrap();
    let mut state = replayed(&events[..last]);
    let before = prose(&state, &session, &message, &part);
    state.apply(announced.clone());
    assert_eq!(prose(&state, &session, &message, &part), before);

    let mut state = replayed(&events);
    let whole = prose(&state, &session, &message, &part);
    state.apply(events[last].clone());
    assert_eq!(prose(&state, &session, &message, &part), whole);
}

fn asking(state: &mut State, session: &SessionId) {
    state.apply(Event::Status { session: session.clone(), status: RunStatus::Busy });
    state.apply(Event::Permission(permission(session)));
    assert_eq!(state.permissions().count(), 1);
}

fn permission(session: &SessionId) -> Permission {
    Permission {
        id: "per_1".into(),
        session: session.clone(),
        kind: "bash".into(),
        patterns: Vec::new(),
        always: Vec::new(),
        metadata: serde_json::Value::Null,
        tool: None,
    }
}

#[test]
fn a_run_that_ends_takes_its_requests_with_it_and_the_server_cannot_bring_them_back() {
    let mut state = replayed(&events(STREAM));
    let session = state.sessions().next().unwrap().0.clone();
    let info: Session = state.session(&session).unwrap().info().unwrap().clone();
    asking(&mut state, &session);
    state.apply(Event::Status { session: session.clone(), status: RunStatus::Idle });
    assert_eq!(state.permissions().count(), 0);

    // The server lists the aborted run's request for ever.
    let listed = Snapshot { sessions: vec![info], permissions: vec![permission(&session)], ..Snapshot::default() };
    let since = state.mark();
    state.fold_snapshot(listed, since);
    assert_eq!(state.permissions().count(), 0);
}

#[test]
fn an_answer_that_was_asked_for_earlier_changes_neither_status_nor_requests_nor_sessions_since() {
    let mut state = replayed(&events(STREAM));
    let session = state.sessions().next().unwrap().0.clone();
    let info = state.session(&session).unwrap().info().unwrap().clone();
    asking(&mut state, &session);
    let since = state.mark();
    let answer = Snapshot {
        sessions: vec![info.clone(), Session { id: "ses_gone".into(), ..info.clone() }],
        running: vec![(session.clone(), RunStatus::Busy)],
        permissions: vec![permission(&session)],
        ..Snapshot::default()
    };
    state.apply(Event::RequestAnswered("per_1".into()));
    state.apply(Event::Status { session: session.clone(), status: RunStatus::Idle });
    state.apply(Event::SessionRemoved("ses_gone".into()));
    state.apply(Event::Session(Session { id: "ses_new".into(), ..info }));
    state.fold_snapshot(answer, since);
    assert!(!state.session(&session).unwrap().status().is_running());
    assert_eq!(state.permissions().count(), 0);
    assert!(state.session(&"ses_gone".into()).is_none());
    assert!(state.session(&"ses_new".into()).is_some());
}

#[test]
fn sessions_of_other_folders_of_the_project_stay_out() {
    let mut state = replayed(&events(STREAM));
    let info = state.sessions().next().unwrap().1.info().unwrap().clone();
    let foreign = Session { id: "ses_foreign".into(), directory: "/elsewhere".into(), ..info.clone() };
    let known = |state: &State| state.sessions().filter(|(_, entry)| entry.info().is_some()).count();
    state.apply(Event::Session(foreign.clone()));
    assert_eq!(known(&state), 1, "an event brings none in");
    let since = state.mark();
    state.fold_snapshot(Snapshot { sessions: vec![info, foreign], ..Snapshot::default() }, since);
    assert_eq!(known(&state), 1, "an answer brings none in");
}
