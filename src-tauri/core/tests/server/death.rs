//! What becomes of servers when the app dies.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use outrider_core::server::{INSTANCE_VARIABLE, Registry};
use serde_json::{Value, json};
use sysinfo::Signal;

use crate::{
    fake::{Fake, processes_with, until_ready},
    roles::{App, guardian},
    stop::{NO_DISPOSE, is_alive, process, until_gone},
};

/// How long anything of a dead app may run.
const LIMIT: Duration = Duration::from_secs(5);

#[tokio::test]
async fn a_killed_apps_servers_and_their_deaf_tools_are_gone_within_five_seconds() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = App::start(folder.path());
    assert!(of(&app).len() >= 6, "{:?}", of(&app));
    assert_eq!(files(folder.path()), ["lock", "servers.json"]);
    app.kill();
    let begin = Instant::now();
    until_nothing_runs(&app).await;
    until_gone(app.guardian).await;
    assert!(begin.elapsed() < LIMIT, "{:?}", begin.elapsed());
    assert_eq!(files(folder.path()), [""; 0]);
}

#[tokio::test]
async fn a_guardian_is_deaf_to_the_end_of_the_session() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = App::start(folder.path());
    for signal in [Signal::Term, Signal::Hangup, Signal::Interrupt] {
        process(app.guardian, |guardian| guardian.kill_with(signal));
    }
    app.kill();
    until_nothing_runs(&app).await;
    until_gone(app.guardian).await;
    assert_eq!(files(folder.path()), [""; 0]);
}

#[tokio::test]
async fn a_guardian_that_dies_is_replaced_and_the_next_one_knows_everything() {
    let folder = tempfile::tempdir().unwrap();
    let mut fake = Fake::new("leaves-tools");
    fake.registry = Registry::open(Some(folder.path().to_owned()), Some(guardian()));
    let (server, mut events) = fake.start();
    until_ready(&mut events).await;
    let first = fake.registry.guardian().unwrap();
    process(first, sysinfo::Process::kill);
    let second = loop {
        match fake.registry.guardian() {
            Some(pid) if pid != first => break pid,
            _ => tokio::task::yield_now().await,
        }
    };
    // They hold the guardian's pipe. The group of the server dies with its handle; its tools have left it.
    drop(server);
    assert!(!fake.processes().is_empty() && is_alive(second));
    fake.registry = Registry::default();
    while !fake.processes().is_empty() {
        tokio::task::yield_now().await;
    }
    until_gone(second).await;
}

#[tokio::test]
async fn an_app_that_ends_in_order_leaves_neither_guardian_nor_files() {
    let folder = tempfile::tempdir().unwrap();
    let mut fake = Fake::new("noise-then-ready");
    fake.registry = Registry::open(Some(folder.path().to_owned()), Some(guardian()));
    let (server, mut events) = fake.start();
    until_ready(&mut events).await;
    let guardian = fake.registry.guardian().unwrap();
    server.stop(NO_DISPOSE, &outrider_core::server::StopLimits::default()).await;
    assert_eq!(files(folder.path()), ["lock"]);
    fake.registry.close().await;
    assert!(!is_alive(guardian));
    assert_eq!(files(folder.path()), [""; 0]);
}

#[tokio::test]
async fn the_next_start_ends_what_a_killed_app_and_its_killed_guardian_left() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = App::start(folder.path());
    // Stopped, so that it cannot act before it is killed; and the app starts no other.
    process(app.guardian, |guardian| guardian.kill_with(Signal::Stop));
    app.kill();
    process(app.guardian, sysinfo::Process::kill);
    until_gone(app.guardian).await;
    assert!(is_alive(app.server) && of(&app).len() >= 6);

    let registry = Registry::open(Some(folder.path().to_owned()), None);
    let problems = registry.clean_up().await;
    assert_eq!(codes(&problems), ["leftovers_ended"]);
    assert!(problems[0].message.contains(&format!("({})", app.server)), "{problems:?}");
    assert_eq!(of(&app), [""; 0]);
    assert_eq!(files(folder.path()), [""; 0]);
    assert_eq!(registry.clean_up().await, []);
}

#[tokio::test]
async fn a_living_app_with_the_same_profile_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = App::start(folder.path());
    let before = of(&app);
    assert_eq!(Registry::open(Some(folder.path().to_owned()), None).clean_up().await, []);
    // More may have come: the tools were still starting theirs.
    let after = of(&app);
    assert!(before.iter().all(|process| after.contains(process)), "{before:?} are not all in {after:?}");
    assert_eq!(files(folder.path()), ["lock", "servers.json"]);
    app.kill();
    until_nothing_runs(&app).await;
}

#[tokio::test]
async fn what_does_not_verify_is_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = App::start(folder.path());
    let run = folder.path().join("0123456789abcdef0123456789abcdef");
    fs::create_dir(&run).unwrap();
    // A dead run that had a server with this id; by now the id is a stranger's.
    let entry = json!({
        "marker": "00000000000000000000000000000000",
        "server": { "pid": app.server, "started": 1_000 },
        "binary": crate::fake::script(),
        "folder": "/code",
    });
    fs::write(run.join("servers.json"), json!({ "app": null, "servers": [entry] }).to_string()).unwrap();
    let damaged = folder.path().join("fedcba9876543210fedcba9876543210");
    fs::create_dir(&damaged).unwrap();
    fs::write(damaged.join("servers.json"), "{\"servers\": [{\"marker\": \"\"}]").unwrap();
    let problems = Registry::open(Some(folder.path().to_owned()), None).clean_up().await;
    assert_eq!(codes(&problems), ["profile_damaged"]);
    assert!(is_alive(app.server));
    assert!(!run.exists() && damaged.join("servers.json.bad1").exists());
    app.kill();
    until_nothing_runs(&app).await;
}

#[tokio::test]
async fn the_registry_holds_nothing_secret() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::start(folder.path());
    let run = fs::read_dir(folder.path()).unwrap().flatten().next().unwrap();
    let text = fs::read_to_string(run.path().join("servers.json")).unwrap();
    assert!(!text.contains(crate::fake::PASSWORD));
    let record: Value = serde_json::from_str(&text).unwrap();
    let server = &record["content"]["servers"][0];
    assert_eq!(server["server"]["pid"], app.server);
    assert_eq!(server["marker"], app.marker);
    assert_eq!(server.as_object().unwrap().len(), 4, "{text}");
}

/// The server of an app and all that it started, as `pid name`.
fn of(app: &App) -> Vec<String> {
    let mut found = processes_with(&format!("{INSTANCE_VARIABLE}={}", app.marker));
    found.extend(processes_with(&format!("OPENCODE_PID={}", app.server)));
    found.sort();
    found.dedup();
    found
}

async fn until_nothing_runs(app: &App) {
    let begin = Instant::now();
    while !of(app).is_empty() {
        assert!(begin.elapsed() < LIMIT, "{:?}", of(app));
        tokio::task::yield_now().await;
    }
}

fn codes(problems: &[outrider_core::protocol::Problem]) -> Vec<&str> {
    problems.iter().map(|problem| problem.code.as_str()).collect()
}

/// The names of the files of all runs.
fn files(folder: &Path) -> Vec<String> {
    let runs = fs::read_dir(folder).unwrap().flatten();
    let files = runs.flat_map(|run| fs::read_dir(run.path()).unwrap().flatten());
    let mut names: Vec<_> = files.map(|file| file.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
