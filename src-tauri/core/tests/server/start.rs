use std::time::Duration;

use outrider_core::server::{Launch, ServerEvent, ServerExit, ServerProcess, StopLimits};

use crate::fake::{Fake, LONG, PASSWORD, until, until_line, until_ready};

/// The exit event's parts.
async fn until_exit(
    events: &mut outrider_core::server::ServerEvents,
) -> (ServerExit, bool, outrider_core::protocol::Problem) {
    until(events, |event| match event {
        ServerEvent::Exited { exit, before_ready, problem } => Some((*exit, *before_ready, problem.clone())),
        _ => None,
    })
    .await
    .0
}

#[tokio::test]
async fn finds_the_ready_line_after_noise_on_standard_output_only() {
    let fake = Fake::new("noise-then-ready");
    let (server, mut events) = fake.start();
    let (url, mut lines) = until_ready(&mut events).await;
    assert_eq!(url, "http://127.0.0.1:4096");
    if !lines.iter().any(|line| line.contains("listening")) {
        lines.extend(until_line(&mut events, "listening").await);
    }
    let expected = ["caf\u{fffd} \u{fffd}", "green", "on stderr http://127.0.0.1:1"];
    assert!(expected.iter().all(|line| lines.iter().any(|other| other == line)), "{lines:?}");
    drop(server);
}

#[tokio::test]
async fn the_server_gets_its_arguments_folder_and_environment_and_no_password_in_sight() {
    let mut fake = Fake::new("tells");
    for (name, value) in
        [("OPENCODE", "1"), ("OPENCODE_PID", "1"), ("OPENCODE_SERVER_PASSWORD", "outer"), ("OPENCODE_SERVER_X", "1")]
    {
        fake.environment.variables.insert(name.into(), value.into());
    }
    fake.environment.variables.insert("KEPT".into(), "yes".into());
    let (server, mut events) = fake.start();
    let (_, mut lines) = until_ready(&mut events).await;
    if !lines.iter().any(|line| line.contains("listening")) {
        lines.extend(until_line(&mut events, "listening").await);
    }
    let has = |line: &str| lines.iter().any(|other| other == line);
    assert!(has("arguments: serve --hostname 127.0.0.1 --port 0"), "{lines:?}");
    assert!(has("OPENCODE_SERVER_PASSWORD=[password]") && has("OPENCODE_SERVER_USERNAME=opencode"), "{lines:?}");
    assert!(has(&format!("OUTRIDER_INSTANCE={}", fake.marker.as_str())) && has("KEPT=yes"), "{lines:?}");
    assert!(has(fake.folder.path().to_str().unwrap()), "{lines:?}");
    let foreign = ["OPENCODE=", "OPENCODE_PID=", "OPENCODE_SERVER_X="];
    assert!(!lines.iter().any(|line| foreign.iter().any(|name| line.starts_with(name))), "{lines:?}");
    assert!(!lines.concat().contains(PASSWORD));
    drop(server);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_window_goes_before_a_server_and_its_tools() {
    let niceness = |pid: u32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        let (_, fields) = stat.rsplit_once(')').unwrap();
        fields.split_whitespace().nth(16).unwrap().parse::<i32>().unwrap()
    };
    let (server, mut events) = Fake::new("noise-then-ready").start();
    until_ready(&mut events).await;
    assert_eq!(niceness(server.pid()), niceness(std::process::id()) + 5);
    drop(server);
}

#[tokio::test]
async fn an_end_before_ready_says_how_and_shows_the_last_lines() {
    let (_server, mut events) = Fake::new("dies-early").start();
    let (exit, before_ready, problem) = until_exit(&mut events).await;
    assert_eq!((exit.code, exit.signal, before_ready), (Some(3), None, true));
    assert_eq!(problem.code, "server_exited_early");
    assert!(problem.message.contains("with code 3") && problem.message.contains("EACCES"), "{}", problem.message);
    assert!(problem.detail.unwrap().contains("starting"));
}

#[tokio::test]
async fn a_refused_configuration_is_told_from_other_ends() {
    let (_server, mut events) = Fake::new("bad-config").start();
    let (_, before_ready, problem) = until_exit(&mut events).await;
    assert!(before_ready);
    assert_eq!(problem.code, "config_invalid");
    assert!(problem.message.ends_with("Config file at /h/opencode.json is not valid JSON(C)"), "{}", problem.message);
}

#[tokio::test]
async fn an_end_right_after_the_ready_line_comes_after_ready() {
    let (_server, mut events) = Fake::new("ready-then-dies").start();
    until_ready(&mut events).await;
    let (exit, before_ready, problem) = until_exit(&mut events).await;
    assert_eq!((exit.code, exit.signal, before_ready), (None, Some(9), false));
    assert_eq!(problem.code, "server_exited");
}

#[tokio::test]
async fn a_server_that_is_never_ready_is_given_up_and_still_there_to_be_stopped() {
    let fake = Fake::new("never-ready");
    let (server, mut events) = fake.start_within(Duration::from_millis(300));
    let (problem, _) = until(&mut events, |event| match event {
        ServerEvent::NotReady(problem) => Some(problem.clone()),
        _ => None,
    })
    .await;
    assert_eq!(problem.code, "server_not_ready");
    assert!(problem.message.contains("0.3 s"), "{}", problem.message);
    server.stop(None::<std::future::Ready<()>>, &StopLimits::default()).await;
    assert_eq!(fake.processes(), [""; 0]);
}

#[tokio::test]
async fn a_binary_that_the_system_refuses_is_a_problem_at_once() {
    let fake = Fake::new("never-ready");
    let launch = Launch {
        binary: fake.folder.path(),
        folder: fake.folder.path(),
        environment: &fake.environment,
        password: PASSWORD,
        marker: &fake.marker,
        registry: &fake.registry,
    };
    let started = ServerProcess::start(&launch, LONG, |_| None, &fake.tasks, &fake.token);
    assert_eq!(started.map(|_| ()).unwrap_err().code, "spawn_failed");
}
