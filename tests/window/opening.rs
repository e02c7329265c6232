//! Opening, closing and quitting.

use std::time::Duration;

use outrider_testkit::{
    processes::{Listener, is_running, processes_with},
    wait_for,
};

use crate::{page::*, processes::servers_in, stage::Stage};

#[tokio::test]
async fn a_folder_argument_opens_a_tab_that_gets_ready_and_connected() {
    let stage = Stage::new().await;
    let folder = stage.place.folder("api-server");
    let window = stage.open(&[&folder]).await;
    window.until(&instance_tab("api-server")).await;
    window.until_ready("api-server").await;
    assert_eq!(window.text("connection().innerText.trim()").await, "Connected");
    assert_eq!(window.text("nameOf(document.activeElement)").await, "Message", "a person can type at once");
    window.screenshot("opened").await;
    window.finish().await;
}

#[tokio::test]
async fn without_a_folder_the_start_page_says_how_to_begin() {
    let stage = Stage::new().await;
    let window = stage.open(&[]).await;
    window.until("get('button', 'Open folder', document.querySelector('main'))").await;
    assert!(window.text("document.body.innerText").await.contains("drop one on this window"));
    assert_eq!(window.look("tabs('Instances').length").await, 0);
    window.finish().await;
}

#[tokio::test]
async fn closing_a_tab_leaves_no_process_and_no_socket() {
    let stage = Stage::new().await;
    let folders = [stage.place.folder("stays"), stage.place.folder("goes")];
    let window = stage.open(&[&folders[0], &folders[1]]).await;
    window.until_ready("stays").await;
    window.until_ready("goes").await;
    window.send("%%tool bash {\"command\": \"sleep 3600\", \"description\": \"Sleeps\"}").await;
    window.until("tools('bash')[0]?.dataset.state === 'running'").await;
    let (pid, port) = servers_in(&folders[1]).pop().expect("the server of the folder runs");
    let listener = Listener::on(port).expect("the server listens");
    wait_for("the tool's process", Duration::from_secs(10), || {
        let tools = processes_with("OPENCODE_PID", &pid.to_string());
        std::future::ready(tools.iter().any(|tool| tool.command_line.contains("sleep 3600")))
    })
    .await;

    window.click(&button("Close goes")).await;
    window.until("get('dialog', 'Close goes?')").await;
    window.screenshot("close-running").await;
    window.click(&button("Stop and close")).await;
    window.until(&format!("!{}", instance_tab("goes"))).await;
    window.until(&format!("{}.ariaSelected === 'true'", instance_tab("stays"))).await;
    wait_for("the end of the server and its tools", Duration::from_secs(9), || {
        let gone = servers_in(&folders[1]).is_empty()
            && !listener.is_open()
            && processes_with("OPENCODE_PID", &pid.to_string()).is_empty();
        std::future::ready(gone)
    })
    .await;
    assert_eq!(window.text("connection().dataset.state").await, "connected", "the other folder works on");
    window.ask("%%text Still here.").await;
    window.finish().await;
}

#[tokio::test]
async fn quitting_in_the_middle_of_work_leaves_no_process() {
    let stage = Stage::new().await;
    let folder = stage.place.folder("busy");
    let window = stage.open(&[&folder]).await;
    window.until_ready("busy").await;
    window.send("%%tool bash {\"command\": \"sleep 3600\", \"description\": \"Sleeps\"}").await;
    window.until("tools('bash')[0]?.dataset.state === 'running'").await;
    let (_, port) = servers_in(&folder).pop().expect("the server runs");
    let listener = Listener::on(port).expect("the server listens");
    window.finish().await;
    assert!(!listener.is_open());
}

#[tokio::test]
async fn closing_the_window_quits_the_app() {
    let stage = Stage::new().await;
    let window = stage.open(&[&stage.place.folder("closed")]).await;
    window.until_ready("closed").await;
    let app = window.driver().app();
    window.close();
    wait_for("the app's end", Duration::from_secs(15), || std::future::ready(!is_running(app))).await;
    wait_for("the end of all that the app started", Duration::from_secs(2), || {
        std::future::ready(window.driver().mark().of_the_app().is_empty())
    })
    .await;
}

#[tokio::test]
async fn the_same_folder_opens_once_and_folders_of_one_name_say_which() {
    let stage = Stage::new().await;
    let folders = [stage.place.folder("work/api"), stage.place.folder("home/api")];
    let link = stage.place.root().join("link");
    std::os::unix::fs::symlink(&folders[0], &link).unwrap();
    let window = stage.open(&[&folders[0], &folders[1], &link]).await;
    window.until("tabs('Instances').length === 2").await;
    window.until("tabs('Instances').every((tab) => tab.dataset.status === 'ready')").await;
    assert_eq!(window.look("tabs('Instances').map(nameOf)").await, serde_json::json!(["api work", "api home"]));
    let selected = window.text("tabs('Instances').find((tab) => tab.ariaSelected === 'true').title").await;
    assert!(selected.contains("work/api"), "the folder opened last: {selected}");
    window.finish().await;
}
