//! Servers that do not start.

use std::path::Path;
use std::time::Duration;

use outrider_core::protocol::{Connection, Focus, InstanceStatus, Problem, Settings, Snapshot};
use outrider_testkit::{opencode_binary, wait_for};

use crate::stage::{BASE_MS, MAIN, Pane, Stage};

async fn failed(pane: &Pane) -> Problem {
    let seen = pane.until("the error", |now| matches!(now.view.status, InstanceStatus::Error { .. })).await;
    assert!(matches!(seen.view.connection, Connection::Disconnected { .. }), "{:?}", seen.view.connection);
    let InstanceStatus::Error { problem } = seen.view.status else { unreachable!() };
    problem
}

/// The problem that is shown, while there is one.
fn shown(snapshot: &Snapshot) -> Option<&Problem> {
    match &snapshot.view.status {
        InstanceStatus::Error { problem } => Some(problem),
        _ => None,
    }
}

/// Waits for a problem of this code.
async fn failed_with(pane: &Pane, code: &str) -> Problem {
    let seen = pane.until(code, |now| shown(now).is_some_and(|problem| problem.code == code)).await;
    shown(&seen).unwrap().clone()
}

async fn with_binary(stage: &Stage, path: &Path) {
    let opencode_path = Some(path.display().to_string());
    let settings =
        Settings { opencode_path, ready_timeout_ms: 1_000, reconnect_base_ms: BASE_MS, ..Settings::default() };
    stage.app.update_settings(settings).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn binaries_that_cannot_serve_are_told_apart_and_another_one_helps() {
    let stage = Stage::in_environment(
        |config| config,
        |place, environment| {
            environment.remove("OUTRIDER_OPENCODE");
            environment.insert("PATH".into(), place.root().join("bin").display().to_string());
        },
    )
    .await;
    let pane = stage.open(&stage.place.folder("api")).await;
    let problem = failed(&pane).await;
    assert_eq!(problem.code, "binary_not_found");
    assert!(problem.detail.unwrap().contains(&stage.place.root().join("bin").display().to_string()));

    let plain = stage.place.root().join("plain");
    std::fs::write(&plain, "").unwrap();
    with_binary(&stage, &plain).await;
    pane.handle.restart().await.unwrap();
    let problem = failed_with(&pane, "binary_not_executable").await;
    assert!(problem.message.contains(&plain.display().to_string()));

    let early = Stage::script(&stage.place, "early", "echo before; echo 'Error: No luck' >&2; exit 7");
    with_binary(&stage, &early).await;
    pane.handle.restart().await.unwrap();
    let problem = failed_with(&pane, "server_exited_early").await;
    assert_eq!(problem.message, "OpenCode ended with code 7 before it was ready. It said: No luck");
    let detail = problem.detail.unwrap();
    assert!(detail.contains("before") && detail.contains("Error: No luck"), "{detail}");

    let silent = Stage::script(&stage.place, "silent", "echo thinking; /bin/sleep 300 & wait");
    with_binary(&stage, &silent).await;
    pane.handle.restart().await.unwrap();
    let problem = failed_with(&pane, "server_not_ready").await;
    assert_eq!(problem.message, "OpenCode was not ready after 1 s.");
    assert_eq!(problem.detail.as_deref(), Some("thinking"));
    stage.nothing_runs().await;

    let settings = Settings {
        opencode_path: Some(opencode_binary().display().to_string()),
        reconnect_base_ms: BASE_MS,
        ..Settings::default()
    };
    stage.app.update_settings(settings).await.unwrap();
    pane.handle.restart().await.unwrap();
    let seen = pane.connected().await;
    assert_eq!(seen.view.server.binary_source.as_deref(), Some("setting"));
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_gone_is_said_when_it_is_opened_and_when_it_is_started_again() {
    let stage = Stage::new().await;
    let file = stage.place.folder("files").join("README.md");
    assert_eq!(stage.app.open_folder(Some(MAIN), file).await.unwrap_err().code, "folder_not_a_directory");
    let missing = stage.place.root().join("missing");
    assert_eq!(stage.app.open_folder(Some(MAIN), missing).await.unwrap_err().code, "folder_missing");

    let folder = stage.place.folder("api");
    let pane = stage.open(&folder).await;
    pane.connected().await;
    let kept = stage.place.root().join("kept");
    std::fs::rename(&folder, &kept).unwrap();
    pane.handle.restart().await.unwrap();
    let problem = failed(&pane).await;
    assert_eq!(problem.code, "folder_missing");
    assert!(problem.message.contains(&folder.display().to_string()));
    std::fs::rename(&kept, &folder).unwrap();
    pane.handle.restart().await.unwrap();
    pane.connected().await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_global_configuration_is_quoted_with_its_path() {
    let stage = Stage::new().await;
    let config = stage.place.server_config_directory().join("opencode.json");
    std::fs::create_dir_all(config.parent().unwrap()).unwrap();
    std::fs::write(&config, "{ \"model\": \"canary-model\",\n  \"key\" \"canary-key\",\n  \"other\": \n").unwrap();
    let pane = stage.open(&stage.place.folder("api")).await;
    let problem = failed(&pane).await;
    assert_eq!(problem.code, "config_invalid");
    assert!(problem.message.contains(&config.display().to_string()), "{}", problem.message);
    assert!(problem.detail.unwrap().contains("at line 2, column"));
    let log = pane.look(Focus::Logs).await.log.unwrap();
    assert!(log.iter().any(|line| line.text.contains("the file is not shown")), "{log:?}");
    for told in stage.bridge.told() {
        assert!(!told.contains("canary"), "the file may hold keys: {told}");
    }
    assert!(!format!("{log:?}").contains("canary"));

    std::fs::write(&config, "{ \"provider\": \"canary-key\" }").unwrap();
    pane.handle.restart().await.unwrap();
    let seen = pane.until("the other mistake", |now| shown(now).is_some_and(|it| it.message.contains("is invalid")));
    let seen = format!("{:?}", seen.await);
    assert!(seen.contains("provider") && !seen.contains("canary"), "{seen}");
    std::fs::write(&config, "{}").unwrap();
    pane.handle.restart().await.unwrap();
    pane.connected().await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_project_configuration_is_said_and_its_correction_starts_the_server_again() {
    let stage = Stage::new().await;
    let folder = stage.place.folder("api");
    let config = folder.join("opencode.json");
    std::fs::write(&config, "{ \"model\": 5 }").unwrap();
    let pane = stage.open(&folder).await;
    let problem = failed(&pane).await;
    assert_eq!(problem.code, "config_broken");
    assert!(problem.message.contains(&config.display().to_string()), "{}", problem.message);
    assert!(problem.detail.as_ref().unwrap().contains("model: "), "{problem:?}");

    // Another mistake: started again, it is said anew.
    std::fs::write(&config, "{ \"secret\": \"canary\",, }").unwrap();
    let seen = pane.until("the other mistake", |now| {
        let InstanceStatus::Error { problem } = &now.view.status else { return false };
        problem.detail.as_ref().is_some_and(|detail| detail.contains("line 1"))
    });
    let seen = seen.await;
    assert!(!format!("{seen:?}").contains("canary"), "the file may hold keys: it is not quoted: {seen:#?}");

    std::fs::write(&config, "{}").unwrap();
    pane.connected().await;
    pane.ask("%%text Works.").await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn until_one_was_ready_servers_start_one_after_the_other() {
    let stage = Stage::in_environment(
        |config| config,
        |place, environment| {
            let log = place.root().join("log");
            let text = "trap 'echo ended >> LOG; exit' TERM; echo begun >> LOG; sleep 300 & wait";
            let slow = Stage::script(place, "slow", &text.replace("LOG", &log.display().to_string()));
            environment.insert("OUTRIDER_OPENCODE".into(), slow.display().to_string());
        },
    )
    .await;
    let settings = Settings { ready_timeout_ms: 1_000, ..Settings::default() };
    stage.app.update_settings(settings).await.unwrap();
    let one = stage.open(&stage.place.folder("one")).await;
    let two = stage.open(&stage.place.folder("two")).await;
    tokio::join!(failed_with(&one, "server_not_ready"), failed_with(&two, "server_not_ready"));
    two.until("its end", |now| now.view.server.pid.is_none()).await;
    let log = stage.place.root().join("log");
    let log = || std::fs::read_to_string(&log).unwrap().split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(log(), ["begun", "ended"].repeat(2));

    // One that waits for its turn is closed at once.
    one.handle.restart().await.unwrap();
    wait_for("the next start", Duration::from_secs(10), async || log().len() == 5).await;
    two.handle.restart().await.unwrap();
    stage.app.close_instance(two.handle.id()).await.unwrap();
    stage.app.close_instance(one.handle.id()).await.unwrap();
    assert_eq!(log(), ["begun", "ended"].repeat(3));
    stage.end().await;
}
