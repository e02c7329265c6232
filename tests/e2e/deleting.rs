//! Sessions that are deleted, and stopped.

use std::time::{Duration, Instant};

use outrider_core::protocol::{Focus, SessionState, Snapshot};
use outrider_testkit::model::Outcome;
use outrider_testkit::processes::processes_with;
use outrider_testkit::wait_for;
use serde_json::json;

use crate::stage::{Stage, answer_text, row, texts, variable_of};

fn is_listed(seen: &Snapshot, session: &str) -> bool {
    seen.sessions.iter().any(|row| row.id == session) || seen.view.tabs.iter().any(|tab| tab == session)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_session_is_stopped_then_deleted_with_its_child_and_nothing_comes_back() {
    let stage = Stage::new().await;
    let pane = stage.ready("api").await;
    pane.ask("%%text Stays.").await;
    let stays = pane.now().transcript.unwrap().session;
    pane.look(Focus::Start).await;
    let work = "%%tool bash {\"command\": \"sleep 300\", \"description\": \"d\"}";
    let task = json!({ "description": "Sleep", "prompt": work, "subagent_type": "general" });
    let goes = pane.prompt(&format!("%%tool task {task}")).await;
    let child_of = |now: &Snapshot| now.sessions.iter().find(|row| row.parent.as_ref() == Some(&goes)).cloned();
    let seen = pane.until("the child", |now| child_of(now).is_some_and(|row| row.state == SessionState::Busy)).await;
    let child = child_of(&seen).unwrap().id;
    let marker = variable_of(seen.view.server.pid.unwrap(), "OUTRIDER_INSTANCE").unwrap();
    let sleeps = || processes_with("OUTRIDER_INSTANCE", &marker).iter().any(|it| it.command_line == "sleep 300");
    wait_for("the child's command", Duration::from_secs(20), async || sleeps()).await;

    let begun = Instant::now();
    pane.handle.delete_session(&goes).await.unwrap();
    eprintln!("NOTE: deleted after {:?}", begun.elapsed());
    assert!(!sleeps(), "what it ran is gone when it is deleted");
    let seen = pane.until("its end", |now| !is_listed(now, &goes) && !is_listed(now, &child)).await;
    assert!(is_listed(&seen, &stays));
    wait_for("the end of the requests to the model", Duration::from_secs(10), async || {
        stage.model.requests().iter().all(|request| request.outcome != Outcome::Running)
    })
    .await;
    assert_eq!(pane.handle.delete_session(&goes).await.unwrap_err().code, "session_gone");

    // What the server still says of it brings nothing back, nor does a fresh snapshot.
    pane.look_at(&stays).await;
    assert_eq!(answer_text(&pane.ask("%%text Works on.").await), "Works on.");
    assert!(!is_listed(&pane.now(), &goes) && !is_listed(&pane.now(), &child));
    pane.handle.restart().await.unwrap();
    pane.until("the restart", |now| now.view.server.pid != seen.view.server.pid && now.view.server.pid.is_some()).await;
    let seen = pane.connected().await;
    assert_eq!(seen.sessions.iter().map(|row| &row.id).collect::<Vec<_>>(), [&stays]);
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_streams_is_deleted_and_its_tab_goes_to_its_neighbour() {
    let stage = Stage::new().await;
    let pane = stage.ready("api").await;
    pane.ask("%%text Stays.").await;
    let stays = pane.now().transcript.unwrap().session;
    pane.look(Focus::Start).await;
    let goes = pane.prompt("%%stream 2000 0.005 w\n%%wait never").await;
    pane.until("its text", |now| answer_text(now).contains("w20 ")).await;
    pane.handle.delete_session(&goes).await.unwrap();
    let seen = pane.until("the neighbour", |now| now.view.focus == Focus::Session { id: stays.clone() }).await;
    assert!(!is_listed(&seen, &goes));
    assert_eq!(
        texts(&pane.until("its messages", |now| now.transcript.as_ref().is_some_and(|it| it.loaded)).await)[1],
        "Stays."
    );
    let streamed = || {
        let request =
            stage.model.requests().into_iter().find(|it| it.model == "echo" && it.prompt.contains("%%stream"));
        request.unwrap().outcome
    };
    wait_for("the end of the stream", Duration::from_secs(10), async || streamed() == Outcome::ClientGone).await;
    pane.equals_fresh().await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_a_session_takes_its_requests_away_at_once() {
    let stage = Stage::with(|config| config.permission(json!({ "bash": "ask" }))).await;
    let pane = stage.ready("api").await;
    let session = pane.prompt("%%tool bash {\"command\": \"touch x\", \"description\": \"d\"}").await;
    pane.until("the request", |now| now.view.waiting == 1).await;
    pane.handle.abort(&session).await.unwrap();
    // With the next thing that is shown, not only with the session's end.
    let fresh = pane.handle.view("another", Some(Focus::Session { id: session.clone() })).await.unwrap();
    assert_eq!((fresh.view.waiting, fresh.permissions.len()), (0, 0));
    pane.until("its stop", |now| row(now, &session).state != SessionState::Busy).await;

    // The server still lists it, also while the session works again.
    pane.prompt("%%text Half of\n%%wait never").await;
    pane.until("its text", |now| answer_text(now) == "Half of").await;
    pane.handle.retry().await.unwrap();
    assert_eq!(pane.now().view.waiting, 0);
    stage.end().await;
}
