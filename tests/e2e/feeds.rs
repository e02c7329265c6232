//! How a window is fed: snapshot, batches one at a time, again from the beginning when it asks.

use std::time::Duration;

use outrider_core::instance::Scroll;
use outrider_core::protocol::{Announcement, Focus, PartBody, Patch};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::stage::{MAIN, Pane, Stage, answer, answer_text, apply, transcript};

async fn next(announcements: &mut UnboundedReceiver<Announcement>) -> Announcement {
    tokio::time::timeout(Duration::from_secs(20), announcements.recv()).await.expect("an announcement").unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_has_not_painted_gets_no_second_batch_and_then_one_with_everything() {
    let stage = Stage::new().await;
    let pane = stage.ready("api").await;
    let session = pane.prompt("%%text One\n%%wait slow\n%%stream 400 0.002\n%%wait end\n%%text over").await;
    pane.until("the first word", |now| answer_text(now) == "One").await;

    // A window that paints slowly, beside one that keeps up.
    let mut announcements = stage.bridge.listen("slow", pane.handle.id());
    let mut slow = pane.handle.view("slow", Some(Focus::Session { id: session.clone() })).await.unwrap();
    stage.model.open("slow");
    let first = next(&mut announcements).await;
    assert_eq!((first.feed, first.revision), (slow.feed, slow.revision + 1));
    stage.model.reached("end").await;
    pane.until("the last word", |now| answer_text(now).trim_end().ends_with("w399")).await;
    assert!(pane.now().revision > 5, "the other one got many: {}", pane.now().revision);
    assert!(announcements.try_recv().is_err(), "a second batch without credit");
    // Credit for what was never sent is none.
    pane.handle.acknowledge("slow", first.feed, first.revision + 1).await.unwrap();
    pane.handle.acknowledge("slow", first.feed + 1, first.revision).await.unwrap();
    pane.handle.fetch("slow", first.feed, first.revision + 1).await.unwrap();
    assert!(announcements.try_recv().is_err(), "a second batch without credit");

    apply(&mut slow, first.batch.expect("a small one comes at once"));
    pane.handle.acknowledge("slow", slow.feed, slow.revision).await.unwrap();
    let second = next(&mut announcements).await;
    assert_eq!(second.revision, slow.revision + 1);
    let batch = match second.batch {
        Some(batch) => batch,
        None => pane.handle.fetch("slow", second.feed, second.revision).await.unwrap().unwrap(),
    };
    let texts = batch.patches.iter().filter(|patch| matches!(patch, Patch::BlocksReplaced { .. }));
    assert_eq!(texts.count(), 1, "one patch for all that was written: {:#?}", batch.patches);
    apply(&mut slow, batch);
    assert_eq!(answer_text(&slow), answer_text(&pane.now()));
    stage.model.open("end");
    pane.idle().await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_batch_is_fetched_and_a_reload_shows_the_same() {
    let stage = Stage::new().await;
    stage.app.attach(MAIN).await.unwrap();
    let pane = stage.ready("api").await;
    let long = "word ".repeat(4_000);
    let session = pane.prompt(&format!("%%text {long}\n%%wait more\n%%text  and more")).await;
    pane.until("the text", |now| answer_text(now).len() >= long.trim_end().len()).await;
    assert!(!pane.fetched().is_empty(), "20 KB do not come with an announcement");
    let told = stage.bridge.told();
    let announced: Vec<_> = told.iter().filter(|told| told.contains("\"batch\":") && told.len() > 9_000).collect();
    assert!(announced.is_empty(), "{}", announced.len());

    // The window's page is loaded anew, in the middle of it.
    let before = pane.now();
    let Pane { handle, .. } = pane;
    let app = stage.app.attach(MAIN).await.unwrap();
    assert_eq!(app.active.as_ref(), Some(handle.id()));
    let again = stage.pane(handle.id(), MAIN, None).await;
    let after = again.now();
    assert_eq!(after.view.focus, Focus::Session { id: session });
    assert_eq!(after.feed, before.feed, "it is the same view");
    assert_eq!(after.transcript, before.transcript);
    assert_eq!((&after.view, &after.sessions), (&before.view, &before.sessions));
    let open = answer(&after).unwrap().parts.iter().any(|part| matches!(part.body, PartBody::Text { open: true, .. }));
    assert!(open, "it goes on");
    stage.model.open("more");
    let seen = again.idle().await;
    assert!(answer_text(&seen).ends_with("word and more"));
    again.equals_fresh().await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn older_messages_come_when_they_are_asked_for() {
    let stage = Stage::new().await;
    let pane = stage.ready("api").await;
    // Many short steps make a long transcript with one prompt.
    let steps = |count: usize| {
        let step = "%%tool glob {\"pattern\": \"*.md\"}";
        vec![step; count].join("\n%%turn\n")
    };
    let session = pane.prompt(&format!("{}\n%%turn\n%%text The end.", steps(70))).await;
    pane.until("the end", |now| answer_text(now) == "The end.").await;
    pane.idle().await;
    // A window that looks now gets the newest page.
    pane.look(Focus::Start).await;
    let seen = pane.look_at(&session).await;
    let held = transcript(&seen).messages.len();
    assert!(transcript(&seen).has_older && held < 72, "{held}");
    assert_eq!(answer_text(&seen), "The end.");
    assert!(!transcript(&seen).has_newer);

    let mut seen = seen;
    while transcript(&seen).has_older {
        let held = transcript(&seen).messages.len();
        pane.handle.scroll(MAIN, seen.feed, Scroll::Older).await.unwrap();
        seen = pane.until("older messages", |now| transcript(now).messages.len() > held).await;
    }
    assert_eq!(transcript(&seen).messages.len(), 72);
    assert!(answer_text(&seen) == "The end.");
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_turns_to_a_session_with_its_messages() {
    let stage = Stage::new().await;
    let pane = stage.ready("api").await;
    let session = pane.prompt("%%text Hello.").await;
    pane.until("the answer", |now| answer_text(now) == "Hello.").await;
    pane.idle().await;
    let mut at_once = 0;
    for _ in 0..10 {
        pane.handle.close_tab(&session).await.unwrap();
        pane.look(Focus::Start).await;
        let seen = pane.look(Focus::Session { id: session.clone() }).await;
        at_once += usize::from(transcript(&seen).loaded && answer_text(&seen) == "Hello.");
        pane.look_at(&session).await;
    }
    // A busy machine's server may take longer than a window waits; without waiting none would have them.
    assert!(at_once > 0, "none of 10 came with its messages");
    stage.end().await;
}
