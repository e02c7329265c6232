//! Servers that die and are started again by themselves.

use std::time::Instant;

use outrider_core::protocol::{Connection, InstanceStatus, Settings, Snapshot};
use outrider_testkit::processes::{is_running, processes_with};

use crate::stage::{Pane, Stage, answer_text, kill, row, transcript, variable_of};

fn said<'a>(seen: &'a Snapshot, code: &str) -> Option<&'a str> {
    seen.view.notices.iter().find(|notice| notice.problem.code == code).map(|notice| &*notice.problem.message)
}

/// Kills the server, and waits for the next one.
async fn dies_and_comes_back(pane: &Pane) -> Snapshot {
    let pid = pane.now().view.server.pid.unwrap();
    kill(pid);
    pane.until("another server", |now| now.view.server.pid.is_some_and(|now| now != pid)).await;
    pane.connected().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_dies_once_is_started_again_and_everything_is_as_it_was() {
    let stage = Stage::new().await;
    let pane = stage.ready("api").await;
    pane.ask("%%text One.\n%%tool bash {\"command\": \"echo out\", \"description\": \"d\"}\n%%turn\n%%text Two.").await;
    let session = transcript(&pane.now()).session.clone();
    let before = pane.until("the title", |now| row(now, &session).title == "Scripted title").await;
    let pid = before.view.server.pid.unwrap();
    let marker = variable_of(pid, "OUTRIDER_INSTANCE").unwrap();

    let begun = Instant::now();
    kill(pid);
    let seen = pane.until("the crash", |now| said(now, "server_restarting").is_some()).await;
    let noticed = begun.elapsed();
    assert!(noticed.as_millis() < 1_000, "noticed at once: {noticed:?}");
    assert_eq!(said(&seen, "server_restarting"), Some("OpenCode ended by signal 9 (KILL). Starting it again…"));
    assert!(seen.view.notices[0].problem.detail.as_ref().unwrap().contains("opencode server listening on"));
    assert_eq!((&seen.view.status, &seen.view.connection), (&InstanceStatus::Starting, &Connection::Connecting));
    assert_eq!((&seen.view.tabs, &seen.view.focus), (&before.view.tabs, &before.view.focus));
    assert_eq!(transcript(&seen).messages, transcript(&before).messages);

    pane.until("the next process", |now| now.view.server.pid.is_some()).await;
    let waited = begun.elapsed();
    assert!(waited.as_millis() >= 1_000, "after the delay of the settings: {waited:?}");
    assert_eq!(processes_with("OUTRIDER_INSTANCE", &marker), [], "nothing is left of the one before");
    let seen = pane.connected().await;
    eprintln!("NOTE: noticed after {noticed:?}, started after {waited:?}, connected after {:?}", begun.elapsed());
    assert_eq!((&seen.view.tabs, &seen.view.focus), (&before.view.tabs, &before.view.focus));
    pane.until("the messages", |now| transcript(now).loaded).await;
    pane.equals_fresh().await;
    assert_eq!(transcript(&pane.now()).messages, transcript(&before).messages);
    assert_eq!(
        said(&pane.now(), "server_restarted"),
        Some("OpenCode ended by signal 9 (KILL) and was started again. What it was doing then was interrupted.")
    );
    let number = pane.now().view.notices[0].number;
    pane.handle.dismiss_notice(number).await.unwrap();
    pane.until("no notice", |now| now.view.notices.is_empty()).await;
    assert_eq!(answer_text(&pane.ask("%%text Three.").await), "Three.");
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_dies_again_within_a_minute_is_left_to_the_person() {
    let stage = Stage::new().await;
    let pane = stage.ready("api").await;
    let seen = dies_and_comes_back(&pane).await;
    let pid = seen.view.server.pid.unwrap();
    kill(pid);
    let seen = pane.until("the error", |now| matches!(now.view.status, InstanceStatus::Error { .. })).await;
    let InstanceStatus::Error { problem } = &seen.view.status else { unreachable!() };
    assert_eq!((&*problem.code, &*problem.message), ("server_exited", "OpenCode ended by signal 9 (KILL)."));
    assert_eq!(seen.view.server.pid, None);
    assert!(!is_running(pid));

    // By the person it begins anew: the next crash is the first.
    pane.handle.restart().await.unwrap();
    pane.connected().await;
    let seen = dies_and_comes_back(&pane).await;
    assert!(said(&seen, "server_restarted").is_some());
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_want_to_wait_need_not() {
    let stage = Stage::new().await;
    let settings = Settings { restart_delay_ms: 60_000, ..Settings::default() };
    stage.app.update_settings(settings).await.unwrap();
    let (pane, closed) = (stage.ready("api").await, stage.ready("closed").await);
    for pane in [&pane, &closed] {
        kill(pane.now().view.server.pid.unwrap());
        pane.until("the crash", |now| said(now, "server_restarting").is_some()).await;
    }
    let begun = Instant::now();
    stage.app.close_instance(closed.handle.id()).await.unwrap();
    assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
    pane.handle.restart().await.unwrap();
    let seen = pane.connected().await;
    assert_eq!(seen.view.notices, [], "the person knows");
    stage.end().await;
}
