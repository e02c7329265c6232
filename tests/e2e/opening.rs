//! Opening folders.

use outrider_core::protocol::{Connection, Focus, InstanceStatus};
use outrider_testkit::opencode_binary;
use outrider_testkit::processes::is_running;

use crate::stage::{MAIN, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn an_opened_folder_gets_a_server_and_says_which() {
    let stage = Stage::new().await;
    let pane = stage.open(&stage.place.git_folder("api")).await;
    assert_eq!(pane.now().view.status, InstanceStatus::Starting);
    pane.connected().await;
    let view = pane.until("the server's version", |now| now.view.server.version.is_some()).await.view;
    assert_eq!(view.focus, Focus::Start);
    assert_eq!(view.branch.as_deref(), Some("main"));
    let server = view.server;
    assert_eq!(server.binary.as_deref(), opencode_binary().to_str());
    assert_eq!(server.binary_source.as_deref(), Some("environment"));
    assert!(server.version.unwrap().starts_with("1."));
    assert_eq!(server.path, std::env::var("PATH").ok());
    assert_eq!(server.path_source.as_deref(), Some("the test's environment"));
    assert!(is_running(server.pid.unwrap()));
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_opened_once_and_namesakes_are_told_apart() {
    let stage = Stage::new().await;
    let folder = stage.place.folder("one/api");
    let link = stage.place.root().join("link");
    std::os::unix::fs::symlink(&folder, &link).unwrap();
    assert_eq!(stage.app.attach(MAIN).await.unwrap().instances, []);

    let first = stage.app.open_folder(Some(MAIN), &folder).await.unwrap();
    let other = stage.app.open_folder(Some(MAIN), stage.place.folder("two/api")).await.unwrap();
    let again = stage.app.open_folder(Some(MAIN), link.join("src/..")).await.unwrap();
    assert_eq!(again, first);

    let app = stage.app.attach(MAIN).await.unwrap();
    let rows: Vec<_> = app.instances.iter().map(|row| (&row.id, &*row.folder.name, &*row.folder.hint)).collect();
    assert_eq!(rows, [(&first, "api", "one"), (&other, "api", "two")]);
    assert_eq!(app.active.as_ref(), Some(&first), "the window goes to the tab that is open already");
    assert_eq!(app.instances[0].folder.path, folder.display().to_string());
    let told = stage.bridge.app(MAIN).unwrap();
    assert_eq!((told.revision, told.instances), (app.revision, app.instances));

    let panes = [stage.pane(&first, MAIN, None).await, stage.pane(&other, MAIN, None).await];
    let mut pids = Vec::new();
    for pane in &panes {
        pids.push(pane.connected().await.view.server.pid.unwrap());
        assert_eq!(pane.connections(), [Connection::Connecting, Connection::Connected]);
    }
    assert_ne!(pids[0], pids[1]);
    stage.end().await;
}
