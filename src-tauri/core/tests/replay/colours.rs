//! Code reaches a window plain, and its colours follow in patches of their own.

use std::sync::mpsc::channel;

use outrider_core::feed::Feed;
use outrider_core::model::{Event, PartKind};
use outrider_core::protocol::{Batch, PartBody, Patch};
use outrider_core::render::{Job, paint};
use outrider_core::store::State;

use crate::contract::{feed_on, look};
use crate::recording::{directory, events};

const TEXT: &str = "One.\n\n```rust\nfn a() {}\n```\n\nTwo.\n\n```js\nlet b\n```\n\nThree.\n";

/// The state after a recording whose answers all say [`TEXT`], and a feed on its session.
fn told() -> (State, Feed) {
    let mut events = events("golden-text-reasoning");
    let session = events.iter().find_map(|event| match event {
        Event::Message(message) => Some(message.session.clone()),
        _ => None,
    });
    for event in &mut events {
        if let Event::Part(part) = event
            && let PartKind::Text(prose) = &mut part.kind
            && prose.ended.is_some()
        {
            prose.text = TEXT.into();
        }
    }
    let mut state = State::new(directory(&events));
    for event in events {
        state.apply(event);
    }
    (state, feed_on(&session.unwrap(), 1))
}

fn colour(feed: &mut Feed, job: Job) {
    let (answer, answered) = channel();
    paint(job, move |done| answer.send(done).unwrap());
    feed.colour(&answered.recv().unwrap());
}

fn next(feed: &mut Feed, state: &State) -> Option<Batch> {
    let announcement = look(state, |source| feed.next(source))?;
    announcement.batch.or_else(|| feed.fetch(announcement.revision))
}

#[test]
fn colours_come_after_and_bring_only_the_code() {
    let (state, mut feed) = told();
    let snapshot = look(&state, |source| feed.snapshot(source));
    let shown = serde_json::to_string(&snapshot).unwrap();
    assert!(shown.contains("fn a() {}") && !shown.contains("c-keyword"));
    assert!(next(&mut feed, &state).is_none());

    let first = feed.job().expect("code waits");
    colour(&mut feed, first);
    let batch = next(&mut feed, &state).unwrap();
    let [Patch::BlocksReplaced { count, blocks, .. }] = &batch.patches[..] else { panic!("{batch:#?}") };
    assert_eq!((*count, blocks.len()), (5, 1));
    assert!(blocks[0].number == 3 && blocks[0].html.contains("c-keyword"), "the last first: {blocks:?}");

    // Without credit nothing is sent, and nothing is lost.
    let second = feed.job().unwrap();
    colour(&mut feed, second);
    assert!(next(&mut feed, &state).is_none());
    feed.acknowledge(batch.revision);
    let batch = next(&mut feed, &state).unwrap();
    let [Patch::BlocksReplaced { blocks, .. }] = &batch.patches[..] else { panic!("{batch:#?}") };
    assert_eq!(blocks.iter().map(|block| block.number).collect::<Vec<_>>(), [1]);
    assert!(feed.job().is_none());

    // Seen again, it has its colours at once.
    let again = look(&state, |source| feed.snapshot(source));
    let texts = again.transcript.unwrap().messages.into_iter().flat_map(|message| message.parts);
    let blocks = texts.filter_map(|part| match part.body {
        PartBody::Text { blocks, .. } => Some(blocks),
        _ => None,
    });
    assert!(blocks.flatten().any(|block| block.html.contains("c-function")));
    assert!(feed.job().is_none());
}
