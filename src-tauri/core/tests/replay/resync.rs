use crate::recording::{Final, assert_equals_server, directory, events, names};
use outrider_core::store::State;

/// The stream is cut at every event in turn; the server's answer then makes up for what was lost.
#[test]
fn wherever_the_stream_is_cut_a_snapshot_makes_the_state_whole() {
    for name in names("golden-") {
        let events = events(&name);
        let server = Final::of(&name);
        for cut in 0..=events.len() {
            let mut state = State::new(directory(&events));
            for event in &events[..cut] {
                state.apply(event.clone());
            }
            state.stream_lost();
            let since = state.mark();
            state.fold_snapshot(server.snapshot(), since);
            assert_equals_server(&format!("{name} cut at {cut}"), &state, &server);
        }
    }
}

/// The answer was asked for at one point of the stream and comes at a later one: what happened in between stays.
#[test]
fn an_answer_never_undoes_an_event_that_came_after_the_question() {
    for name in names("golden-") {
        let events = events(&name);
        let server = Final::of(&name);
        for asked in 0..events.len() {
            let mut state = State::new(directory(&events));
            events[..asked].iter().for_each(|event| drop(state.apply(event.clone())));
            let since = state.mark();
            let answer = state_as_answer(&state, &server);
            events[asked..].iter().for_each(|event| drop(state.apply(event.clone())));
            state.fold_snapshot(answer, since);
            assert_equals_server(&format!("{name} asked at {asked}"), &state, &server);
        }
    }
}

/// What the server would have answered at this point, as far as the stream had told it: streamed text is not in it.
fn state_as_answer(state: &State, server: &Final) -> outrider_core::model::Snapshot {
    use outrider_core::model::{MessagePage, PartKind, Snapshot};
    let mut snapshot = Snapshot::default();
    for (id, entry) in state.sessions() {
        snapshot.sessions.extend(entry.info().cloned());
        if entry.status().is_running() {
            snapshot.running.push((id.clone(), entry.status().clone()));
        }
        let messages = entry.transcript().messages().map(|(head, message)| {
            let parts = message.parts().filter_map(|(_, part)| part.part().cloned()).map(|mut part| {
                if let PartKind::Text(prose) | PartKind::Reasoning(prose) = &mut part.kind
                    && prose.is_open()
                {
                    prose.text.clear();
                }
                part
            });
            (head.clone(), parts.collect())
        });
        if server.pages.iter().any(|page| page.session == *id) {
            let messages = messages.collect();
            snapshot.messages.push(MessagePage { session: id.clone(), messages, older: None, before: None, bytes: 0 });
        }
    }
    snapshot.permissions = state.permissions().cloned().collect();
    snapshot.questions = state.questions().cloned().collect();
    snapshot
}
