//! Servers that die, and connections that are lost with them.

use outrider_core::protocol::{
    Connection, ContextView, Focus, InstanceStatus, LogStream, MessageState, PartBody, SessionState, Snapshot,
    ToolState,
};
use outrider_testkit::processes::{is_running, processes_with};

use crate::stage::{
    BASE_MS, Pane, Stage, answer, answer_text, kill, problem, row, text, texts, tools, transcript, variable_of,
};

/// Kills the server, which is started again by itself.
async fn first_crash(pane: &Pane) {
    let pid = pane.now().view.server.pid.unwrap();
    kill(pid);
    pane.until("another server", |now| now.view.server.pid.is_some_and(|now| now != pid)).await;
    pane.connected().await;
}

/// Kills the server twice and waits until the window shows that all attempts to reconnect failed.
async fn crash(pane: &Pane) -> Snapshot {
    first_crash(pane).await;
    let pid = pane.now().view.server.pid.unwrap();
    kill(pid);
    let seen = pane.until("the error", |now| matches!(now.view.status, InstanceStatus::Error { .. })).await;
    assert!(!is_running(pid));
    assert_eq!(seen.view.server.pid, None);
    pane.until("the last attempt", |now| matches!(now.view.connection, Connection::Disconnected { .. })).await
}

/// The delays of the attempts that were shown since the stream was connected, without the one that is made at once.
fn delays(pane: &Pane) -> Vec<(u32, u32)> {
    let connections = pane.connections();
    let lost = connections.iter().rposition(|state| *state == Connection::Connected).unwrap();
    let delays = connections[lost..].iter().filter_map(|state| match state {
        Connection::Reconnecting { attempt, attempts: 5, delay_ms, .. } => Some((*attempt, *delay_ms)),
        _ => None,
    });
    delays.filter(|(attempt, _)| *attempt > 0).collect()
}

const EXPECTED: [(u32, u32); 5] =
    [(1, BASE_MS), (2, 2 * BASE_MS), (3, 4 * BASE_MS), (4, 8 * BASE_MS), (5, 16 * BASE_MS)];

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_dies_is_missed_and_started_again_by_restart_or_retry() {
    let mut stage = Stage::new().await;
    let folder = stage.place.folder("api");
    let pane = stage.open(&folder).await;
    pane.connected().await;
    let before = pane.ask("%%reason Hm.\n%%text One.\n%%tool bash {\"command\": \"echo out\", \"description\": \"d\"}\n%%turn\n%%text Two.");
    let session = transcript(&before.await).session.clone();
    pane.until("the title", |now| row(now, &session).title == "Scripted title").await;
    let before = pane.now();

    let seen = crash(&pane).await;
    let InstanceStatus::Error { problem } = &seen.view.status else { unreachable!() };
    assert_eq!((&*problem.code, &*problem.message), ("server_exited", "OpenCode ended by signal 9 (KILL)."));
    assert!(problem.detail.as_ref().unwrap().contains("opencode server listening on"), "{problem:?}");
    let Connection::Disconnected { problem: Some(problem) } = &seen.view.connection else { panic!("{seen:#?}") };
    assert_eq!(problem.code, "disconnected");
    assert_eq!(delays(&pane), EXPECTED);
    assert_eq!(transcript(&seen).messages, transcript(&before).messages);

    // Retry after all attempts failed starts the server again.
    pane.handle.retry().await.unwrap();
    pane.connected().await;
    pane.until("the messages", |now| transcript(now).loaded).await;
    pane.equals_fresh().await;
    assert_eq!(transcript(&pane.now()).messages, transcript(&before).messages);
    assert_eq!(answer_text(&pane.ask("%%text Three.").await), "Three.");

    // So does Restart, in the middle of it: the connection of the new server begins anew.
    first_crash(&pane).await;
    kill(pane.now().view.server.pid.unwrap());
    pane.until("the error", |now| matches!(now.view.status, InstanceStatus::Error { .. })).await;
    pane.handle.restart().await.unwrap();
    pane.connected().await;
    let after = pane.ask("%%text Four.").await;
    pane.equals_fresh().await;
    let log = pane.look(Focus::Logs).await.log.unwrap();
    let starts = log.iter().filter(|line| line.stream == LogStream::Outrider && line.text.starts_with("Started "));
    assert_eq!(starts.count(), 5);
    let ends = log.iter().filter(|line| line.text.contains("ended by signal 9 (KILL)"));
    assert!(ends.count() >= 2);

    // What is shown is what the server has.
    drop(pane);
    stage.start_again().await;
    let pane = stage.open(&folder).await;
    pane.connected().await;
    pane.look_at(&session).await;
    // How much models can hold is read beside everything else.
    let measured = |context: &ContextView| context.limit.is_some();
    let fresh =
        pane.until("the model's window", |now| transcript(now).overview.context.as_ref().is_some_and(measured)).await;
    assert_eq!(texts(&fresh)[2..], ["Two.", "%%text Three.", "Three.", "%%text Four.", "Four."]);
    assert_eq!(transcript(&fresh), transcript(&after));
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_streamed_when_the_server_died_stays_and_reads_as_interrupted() {
    let stage = Stage::new().await;
    let pane = stage.ready("api").await;
    let session = pane
        .prompt(
            "%%text Done.\n%%tool bash {\"command\": \"echo begun; sleep 300\", \"description\": \"d\"}\n%%tool read {\"filePath\": \"README.md\"}",
        )
        .await;
    pane.until("the running command", |now| tools(now).iter().any(|call| call.state == ToolState::Running)).await;
    let marker = variable_of(pane.now().view.server.pid.unwrap(), "OUTRIDER_INSTANCE").unwrap();
    let sleeps = || processes_with("OUTRIDER_INSTANCE", &marker).iter().any(|it| it.command_line == "sleep 300");
    outrider_testkit::wait_for("the command", std::time::Duration::from_secs(10), async || sleeps()).await;
    // A prompt of another session is being answered as well.
    let second = stage.pane(pane.handle.id(), "second", Some(Focus::Start)).await;
    let other = second.prompt("%%text Half of\n%%wait never\n%%text  it").await;
    second.until("its text", |now| answer_text(now) == "Half of").await;

    kill(pane.now().view.server.pid.unwrap());
    let seen = pane.until("its end", |now| now.view.server.pid.is_none()).await;
    // Nothing runs any more, and nothing looks as if it did.
    assert!(seen.sessions.iter().all(|row| row.state == SessionState::Idle), "{:#?}", seen.sessions);
    outrider_testkit::wait_for("the command's end", std::time::Duration::from_secs(10), async || !sleeps()).await;

    pane.until("another server", |now| now.view.server.pid.is_some()).await;
    pane.connected().await;
    let seen = pane.until("the messages", |now| transcript(now).loaded).await;
    let last = answer(&seen).unwrap();
    assert_eq!((last.state, &*problem(&seen).unwrap().code), (MessageState::Error, "interrupted"));
    assert_eq!(text(last), "Done.");
    let call = tools(&seen).into_iter().find(|call| call.name == "bash").unwrap();
    assert_eq!((call.state, call.interrupted), (ToolState::Error, true));

    let seen = second
        .until("the messages", |now| transcript(now).loaded && now.view.connection == Connection::Connected)
        .await;
    let last = answer(&seen).unwrap();
    assert_eq!((last.state, &*problem(&seen).unwrap().code), (MessageState::Error, "interrupted"));
    assert_eq!(text(last), "Half of", "what the server forgot is still here");
    let closed = last.parts.iter().all(|part| !matches!(part.body, PartBody::Text { open: true, .. }));
    assert!(closed, "{last:#?}");
    for (pane, session) in [(&pane, &session), (&second, &other)] {
        let seen = pane.ask("%%text Again.").await;
        assert_eq!((&*answer_text(&seen), row(&seen, session).state), ("Again.", SessionState::Idle));
        pane.equals_fresh().await;
    }
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_of_a_working_server_stops_it_first() {
    let stage = Stage::new().await;
    let pane = stage.ready("api").await;
    let session = pane.prompt("%%text Half of\n%%wait never").await;
    let seen = pane.until("its text", |now| answer_text(now) == "Half of").await;
    let pid = seen.view.server.pid.unwrap();
    pane.handle.restart().await.unwrap();
    pane.until("the new server", |now| now.view.server.pid.is_some_and(|now| now != pid)).await;
    assert!(!is_running(pid));
    pane.connected().await;
    let seen = pane.until("the end of the run", |now| row(now, &session).state == SessionState::Idle).await;
    assert_eq!(answer_text(&seen), "Half of");
    assert_eq!(answer_text(&pane.ask("%%text More.").await), "More.");
    pane.equals_fresh().await;
    stage.end().await;
}
