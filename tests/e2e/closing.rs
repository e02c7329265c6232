//! The end of an instance and of the app.

use std::path::Path;
use std::time::{Duration, Instant};

use outrider_core::protocol::ToolState;
use outrider_testkit::processes::{Listener, is_running, processes_with};
use outrider_testkit::wait_for;

use crate::stage::{MAIN, Pane, Stage, ports_of, tools, variable_of};

/// What runs for an instance.
struct Running {
    pid: u32,
    marker: String,
    listener: Listener,
}

/// Lets a command run that outlives any signal to the server's group.
async fn busy(stage: &Stage, folder: &Path) -> (Pane, Running) {
    let pane = stage.open(folder).await;
    let pid = pane.connected().await.view.server.pid.unwrap();
    let [port] = ports_of(pid)[..] else { panic!("one port expected: {:?}", ports_of(pid)) };
    let listener = Listener::on(port).unwrap();
    let marker = variable_of(pid, "OUTRIDER_INSTANCE").unwrap();
    pane.prompt("%%tool bash {\"command\": \"trap '' TERM HUP; sleep 300 & sleep 301; wait\", \"description\": \"d\"}")
        .await;
    pane.until("the command", |now| tools(now).iter().any(|call| call.state == ToolState::Running)).await;
    let sleeps = || {
        processes_with("OUTRIDER_INSTANCE", &marker).iter().filter(|it| it.command_line.starts_with("sleep 30")).count()
    };
    wait_for("both sleeps", Duration::from_secs(10), async || sleeps() == 2).await;
    let group = processes_with("OUTRIDER_INSTANCE", &marker).len();
    assert!(group >= 4 && is_running(pid), "{group}");
    (pane, Running { pid, marker, listener })
}

impl Running {
    fn assert_gone(&self) {
        assert_eq!(processes_with("OUTRIDER_INSTANCE", &self.marker), []);
        assert!(!is_running(self.pid), "{}", self.pid);
        assert!(!self.listener.is_open(), "{:?}", self.listener);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_folder_leaves_nothing_and_says_nothing_more() {
    let stage = Stage::new().await;
    stage.app.attach(MAIN).await.unwrap();
    let other = stage.ready("other").await;
    let (pane, running) = busy(&stage, &stage.place.folder("api")).await;
    let begun = Instant::now();
    stage.app.close_instance(pane.handle.id()).await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
    running.assert_gone();

    let of_it = |told: &String| told.contains(&format!("\"instance\":\"{}\"", pane.handle.id()));
    let told = stage.bridge.told().iter().filter(|told| of_it(told)).count();
    assert_eq!(pane.handle.view(MAIN, None).await.unwrap_err().code, "instance_closed");
    let app = stage.bridge.app(MAIN).unwrap();
    assert_eq!(app.instances.iter().map(|row| &row.id).collect::<Vec<_>>(), [other.handle.id()]);
    assert_eq!(app.active.as_ref(), Some(other.handle.id()));
    assert_eq!(app.recent[0].name, "api");
    // Its neighbour works on.
    other.ask("%%text Still here.").await;
    assert_eq!(stage.bridge.told().iter().filter(|told| of_it(told)).count(), told);
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_the_app_leaves_nothing() {
    let stage = Stage::new().await;
    let (_one, first) = busy(&stage, &stage.place.folder("one")).await;
    let (_two, second) = busy(&stage, &stage.place.folder("two")).await;
    // One that is still starting ends as well.
    let starting = stage.open(&stage.place.folder("three")).await;
    starting.until("its process", |now| now.view.server.pid.is_some()).await;
    let begun = Instant::now();
    stage.app.shut_down().await;
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    first.assert_gone();
    second.assert_gone();
    stage.nothing_runs().await;
    let told = stage.bridge.told().len();
    assert_eq!(stage.app.open_folder(None, stage.place.folder("one")).await.unwrap_err().code, "shutting_down");
    assert_eq!(stage.bridge.told().len(), told);
}
