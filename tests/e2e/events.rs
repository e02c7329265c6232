//! What came over the stream: counted, looked at, saved and replayed.

use std::collections::BTreeSet;
use std::time::Duration;

use outrider_core::feed::{Feed, Place, Source};
use outrider_core::model::SessionId;
use outrider_core::opencode::translate_event;
use outrider_core::protocol::{EventQuery, Focus, MessageView, SessionRow};
use outrider_core::store::State;

use crate::stage::{MAIN, Pane, Stage, row};

fn everything() -> EventQuery {
    EventQuery { limit: 200, ..EventQuery::default() }
}

/// What a window would show of a session after the recording's events.
fn replayed(recording: &str, pane: &Pane, session: &str) -> (Vec<SessionRow>, Vec<MessageView>) {
    let mut state = State::new(pane.handle.folder().display().to_string());
    for data in recording.lines().filter_map(|line| line.strip_prefix("data: ")) {
        state.apply(translate_event(data));
    }
    assert!(state.session(&SessionId::from(session)).is_some());
    let focus = Focus::Session { id: session.to_owned() };
    let view = pane.now().view;
    let source = Source { state: &state, models: &[], view: &view, unseen: &BTreeSet::new(), log: &|_| Vec::new() };
    let shown = Feed::new("replay".into(), 1, focus, Place::default()).snapshot(&source);
    (shown.sessions, shown.transcript.unwrap().messages)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_was_saved_replays_to_what_the_window_shows() {
    let stage = Stage::new().await;
    let pane = stage.ready("canary-folder").await;
    let session = pane
        .prompt(
            "A canary in the prompt.\n%%reason The canary thinks.\n%%text A canary sings\n\
             %%tool bash {\"command\": \"echo canary\", \"description\": \"Looks for the canary\"}\n%%turn\n\
             %%stream 30 0.005 canary\n%%text  **end**",
        )
        .await;
    pane.idle().await;
    pane.until("the title", |now| row(now, &session).title == "Scripted title").await;

    let file = stage.place.root().join("saved.sse");
    // Costs and summaries follow the end of a run, and nothing tells which is the last.
    let same = async {
        loop {
            pane.handle.save_recording(MAIN, file.clone(), true).await.unwrap();
            let recording = std::fs::read_to_string(&file).unwrap();
            let now = pane.now();
            if replayed(&recording, &pane, &session) == (now.sessions, now.transcript.unwrap().messages) {
                break recording;
            }
            tokio::task::yield_now().await;
        }
    };
    let recording = tokio::time::timeout(Duration::from_secs(10), same).await.expect("the replay is the run");
    assert!(recording.contains("canary29") && recording.contains("canary-folder"));

    let saved = pane.handle.save_recording(MAIN, file.clone(), false).await.unwrap();
    let blanked = std::fs::read_to_string(&file).unwrap();
    assert!(saved.events > 40, "{saved:?}");
    for secret in ["canary", "sings", "thinks", "echo", "Scripted", "Looks", stage.place.root().to_str().unwrap()] {
        assert!(!blanked.contains(secret), "{secret} is left:\n{blanked}");
    }
    let (_, whole) = replayed(&recording, &pane, &session);
    let (_, without) = replayed(&blanked, &pane, &session);
    let structure = |messages: &[MessageView]| {
        let parts = |message: &MessageView| message.parts.iter().map(|part| part.id.clone()).collect::<Vec<_>>();
        messages.iter().map(|it| (it.id.clone(), it.role, it.state, parts(it))).collect::<Vec<_>>()
    };
    assert_eq!(structure(&without), structure(&whole));
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_counted_and_kept_when_the_server_is_another() {
    let stage = Stage::new().await;
    let pane = stage.ready("api").await;
    let list = pane.handle.events(MAIN, &everything());
    assert_eq!(list.rows[0].name, "server.connected");
    assert_eq!((list.counters.reconnects, list.counters.resyncs, list.counters.unknown), (0, 0, 0));
    let session = pane.prompt("%%text Hello").await;
    pane.idle().await;
    let of_session = EventQuery { text: session.clone(), ..everything() };
    let list = pane.handle.events(MAIN, &of_session);
    assert!(list.rows.iter().any(|row| row.name == "message.part.updated"), "{list:#?}");
    assert!(list.rows.iter().all(|row| row.session.as_deref() == Some(&*session) && row.size > 50));
    let detail = pane.handle.event(MAIN, list.rows[0].number).unwrap();
    assert_eq!(detail.shown, detail.row.size);
    assert!(detail.json.contains(&format!("\"sessionID\": \"{session}\"")), "{}", detail.json);

    let before = list.counters.events;
    pane.handle.restart().await.unwrap();
    pane.until("another server", |now| now.view.connection != outrider_core::protocol::Connection::Connected).await;
    pane.connected().await;
    let list = pane.handle.events(MAIN, &everything());
    assert_eq!((list.counters.reconnects, list.counters.resyncs), (1, 1));
    assert!(list.counters.events > before && list.rows[0].number == 0);
    stage.end().await;
}
