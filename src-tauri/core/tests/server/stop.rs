use std::{
    future::{Future, Ready, pending},
    time::{Duration, Instant},
};

use outrider_core::server::{StopLimits, StopReport};

use crate::fake::{Fake, processes_with, until_line, until_ready};

pub const NO_DISPOSE: Option<Ready<()>> = None;

/// Starts a fake server, waits until it is ready, stops it and checks what must hold for every stop.
async fn stopped<F: Future>(fake: &Fake, dispose: Option<F>, limits: &StopLimits) -> (StopReport, Duration) {
    let (server, mut events) = fake.start();
    until_ready(&mut events).await;
    let pid = server.pid();
    let begin = Instant::now();
    let report = server.stop(dispose, limits).await;
    let took = begin.elapsed();
    assert!(took < limits.total + Duration::from_millis(500), "{took:?}: {report}");
    assert_eq!(fake.processes(), [""; 0], "{report}");
    assert_eq!(processes_with(&format!("OPENCODE_PID={pid}")), [""; 0], "{report}");
    assert_eq!(report.left, [], "{report}");
    // The handle is gone, so the tasks end and the events with them.
    while events.next().await.is_some() {}
    fake.tasks.close();
    fake.tasks.wait().await;
    (report, took)
}

fn steps(report: &StopReport) -> Vec<&'static str> {
    report.steps.iter().map(|step| step.name).collect()
}

#[tokio::test]
async fn a_willing_server_is_asked_to_dispose_and_ended_by_the_first_term() {
    let fake = Fake::new("noise-then-ready");
    let (report, took) = stopped(&fake, Some(async {}), &StopLimits::default()).await;
    assert_eq!(steps(&report), ["dispose", "TERM"]);
    assert_eq!(report.exit.and_then(|exit| exit.signal), Some(15));
    assert_eq!(report.ended, []);
    assert!(took < Duration::from_millis(1_500), "{took:?}");
}

#[tokio::test]
async fn a_swallowed_term_is_sent_again() {
    let limits = StopLimits { first_term: Duration::from_millis(200), ..StopLimits::default() };
    let (report, _) = stopped(&Fake::new("swallows-first-term"), NO_DISPOSE, &limits).await;
    assert_eq!(steps(&report), ["TERM", "second TERM"]);
    assert_eq!(report.exit.and_then(|exit| exit.signal), Some(15));
}

#[tokio::test]
async fn the_worst_server_is_gone_within_the_limits() {
    // Never answers the dispose, and is deaf to TERM: with the limits of the product.
    let (report, took) = stopped(&Fake::new("ignores-term"), Some(pending::<()>()), &StopLimits::default()).await;
    assert_eq!(steps(&report), ["dispose", "TERM", "second TERM", "KILL"]);
    assert_eq!(report.exit.and_then(|exit| exit.signal), Some(9));
    assert!(took < Duration::from_secs(8), "{took:?}");
}

#[tokio::test]
async fn tools_in_sessions_of_their_own_are_gone_too() {
    let fake = Fake::new("leaves-tools");
    let (report, _) = stopped(&fake, NO_DISPOSE, &StopLimits::default()).await;
    // Four sessions; two of them hold a shell and its program.
    assert!(report.ended.len() >= 4, "{report}");
    assert_eq!(steps(&report), ["TERM", "survivors"]);
}

#[tokio::test]
async fn a_server_that_died_leaves_nothing_after_stop_either() {
    let fake = Fake::new("leaves-tools");
    let (server, mut events) = fake.start();
    until_ready(&mut events).await;
    kill(server.pid());
    crate::fake::until(&mut events, |event| {
        matches!(event, outrider_core::server::ServerEvent::Exited { .. }).then_some(())
    })
    .await;
    let pid = server.pid();
    assert!(!fake.processes().is_empty());
    let report = server.stop(NO_DISPOSE, &StopLimits::default()).await;
    assert_eq!(steps(&report), ["survivors"]);
    assert_eq!((report.left.len(), fake.processes().len()), (0, 0), "{report}");
    assert_eq!(processes_with(&format!("OPENCODE_PID={pid}")), [""; 0], "{report}");
}

#[tokio::test]
async fn a_group_member_without_any_environment_is_killed_with_the_group() {
    let fake = Fake::new("keeps-group-member");
    let (server, mut events) = fake.start();
    let lines = until_line(&mut events, "member").await;
    let member = lines.iter().find_map(|line| line.strip_prefix("member ")).unwrap().parse().unwrap();
    server.stop(NO_DISPOSE, &StopLimits::default()).await;
    fake.tasks.close();
    fake.tasks.wait().await;
    until_gone(member).await;
}

#[tokio::test]
async fn dropping_the_handle_kills_the_group() {
    let fake = Fake::new("ignores-term");
    let (server, mut events) = fake.start();
    until_ready(&mut events).await;
    // The server and what it runs in its group.
    while fake.processes().len() < 2 {
        tokio::task::yield_now().await;
    }
    drop(server);
    while !fake.processes().is_empty() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn cancelling_the_token_ends_the_tasks_and_kills_the_group() {
    let fake = Fake::new("ignores-term");
    let (server, mut events) = fake.start();
    until_ready(&mut events).await;
    fake.token.cancel();
    fake.tasks.close();
    fake.tasks.wait().await;
    until_gone(server.pid()).await;
    // A stop that comes late finds its work done.
    let report = server.stop(Some(pending::<()>()), &StopLimits::default()).await;
    assert_eq!((steps(&report).len(), report.left.len()), (0, 0), "{report}");
}

/// Ends when no living process has that id; the test runner's time limit ends it otherwise.
pub async fn until_gone(pid: u32) {
    while is_alive(pid) {
        tokio::task::yield_now().await;
    }
}

pub fn is_alive(pid: u32) -> bool {
    process(pid, |process| !matches!(process.status(), sysinfo::ProcessStatus::Zombie | sysinfo::ProcessStatus::Dead))
        .unwrap_or(false)
}

fn kill(pid: u32) {
    process(pid, sysinfo::Process::kill);
}

pub fn process<T>(pid: u32, ask: impl FnOnce(&sysinfo::Process) -> T) -> Option<T> {
    let pid = sysinfo::Pid::from_u32(pid);
    let mut system = sysinfo::System::new().unwrap();
    system.refresh_processes(sysinfo::ProcessesToUpdate::Some(&[pid]), true);
    system.process(pid).map(ask)
}

#[tokio::test]
async fn a_tool_without_any_environment_in_a_session_of_its_own_is_gone_too() {
    let fake = Fake::new("leaves-bare-tool");
    let (server, mut events) = fake.start();
    let lines = until_line(&mut events, "tool").await;
    let tool = lines.iter().find_map(|line| line.strip_prefix("tool ")).unwrap().parse().unwrap();
    let report = server.stop(NO_DISPOSE, &StopLimits::default()).await;
    assert!(!is_alive(tool), "{report}");
}
