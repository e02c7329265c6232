//! A prompt on its way becomes the server's message in its place.

use std::sync::Arc;

use outrider_core::feed::{Feed, Pending, Place};
use outrider_core::model::{Event, PartKind, Role, SessionId};
use outrider_core::protocol::{Focus, Outgoing, Patch, Snapshot};
use outrider_core::store::State;
use serde_json::{Value, json};

use crate::contract::{feed_on, look};
use crate::recording::{directory, events};

/// Steps for the contract: a prompt waits, goes out, and is shown by the server, which answers it. A second one waits
/// behind it all the time.
///
/// # Panics
/// When the prompt goes away or changes its words on the way.
pub fn steps() -> Vec<Value> {
    let events = events("golden-text-reasoning");
    let (session, first) = prompt_of(&events);
    let second = Pending { id: "msg_zz".into(), part: "prt_zz".into(), text: "And then?".into(), ..first.clone() };
    let mut state = State::new(directory(&events));
    let mut feed = feed_on(&session, 1);
    let mut pending = vec![first.clone(), second];
    let (mut steps, mut shown) = (Vec::new(), None);
    for event in events {
        let is_it = matches!(&event, Event::Message(message) if message.id == first.id);
        feed.touch(&state.apply(event));
        if is_it {
            pending.retain(|prompt| prompt.id != first.id);
        }
        if state.session(&session).is_none() {
            continue;
        }
        if let Some(prompt) = pending.first_mut().filter(|_| steps.len() == 1) {
            prompt.state = Outgoing::Sending;
        }
        feed.set_pending(&pending);
        if steps.is_empty() {
            steps.push(json!({ "snapshot": look(&state, |source| feed.snapshot(source)) }));
            continue;
        }
        if is_it {
            // Its words come with the next event. Until then only a window that begins now has none.
            continue;
        }
        let Some(announcement) = look(&state, |source| feed.next(source)) else { continue };
        feed.acknowledge(announcement.revision);
        let expected = afresh(&state, &session, announcement.revision, &pending);
        let messages = &expected.transcript.as_ref().unwrap().messages;
        let prompt = messages.iter().find(|message| message.id == first.id.0).expect("it never goes away");
        assert_eq!(shown.get_or_insert_with(|| prompt.parts.clone()), &prompt.parts);
        assert!(messages.last().is_some_and(|last| last.outgoing == Some(Outgoing::Waiting)), "{messages:#?}");
        let batch = announcement.batch.unwrap();
        // Drawn anew it would lose a selection in it.
        let removes = |patch: &Patch| matches!(patch, Patch::MessageRemoved { .. });
        assert!(!batch.patches.iter().any(removes), "{:#?}", batch.patches);
        steps.push(json!({ "batch": batch, "expected": expected }));
    }
    assert!(steps.len() > 10);
    steps
}

/// A server that dies between a message and its text has the one without the other.
#[test]
fn words_that_the_server_does_not_have_are_not_shown_as_its() {
    let events = events("golden-text-reasoning");
    let (session, first) = prompt_of(&events);
    let mut state = State::new(directory(&events));
    let mut feed = feed_on(&session, 1);
    for event in events {
        let is_it = matches!(&event, Event::Message(message) if message.id == first.id);
        feed.touch(&state.apply(event));
        if is_it {
            break;
        }
    }
    feed.set_pending(std::slice::from_ref(&first));
    let shown = look(&state, |source| feed.snapshot(source));
    assert_eq!(shown.transcript.unwrap().messages[0].parts.len(), 1);
    feed.set_pending(&[]);
    let batch = look(&state, |source| feed.next(source)).unwrap().batch.unwrap();
    let removed = |patch: &Patch| matches!(patch, Patch::PartRemoved { part, .. } if *part == first.part.0);
    assert!(batch.patches.iter().any(removed), "{:#?}", batch.patches);
}

fn afresh(state: &State, session: &SessionId, revision: u64, pending: &[Pending]) -> Snapshot {
    let mut feed = Feed::new("i1".into(), 1, Focus::Session { id: session.0.clone() }, Place::default());
    feed.set_pending(pending);
    Snapshot { revision, ..look(state, |source| feed.snapshot(source)) }
}

/// The recording's first prompt, as it was before the server had it.
fn prompt_of(events: &[Event]) -> (SessionId, Pending) {
    let message = events.iter().find_map(|event| match event {
        Event::Message(message) if message.role == Role::User => Some(message.clone()),
        _ => None,
    });
    let message = message.unwrap();
    let part = events.iter().find_map(|event| match event {
        Event::Part(part) if part.message == message.id => Some(part.clone()),
        _ => None,
    });
    let part = part.unwrap();
    let PartKind::Text(prose) = &part.kind else { panic!("no text: {part:?}") };
    let pending = Pending {
        id: message.id,
        part: part.id,
        session: Some(message.session.clone()),
        text: Arc::from(&*prose.text),
        created: 0,
        state: Outgoing::Waiting,
    };
    (message.session, pending)
}
