//! A server that dies: once it is started again by itself, and what the person was at stays.

use serde_json::json;

use crate::{
    page::*,
    processes::{servers_in, signal},
    stage::Stage,
};

/// What is shown of each message, and what the words are.
const TRANSCRIPT: &str =
    "articles().map((article) => [article.dataset.messageId, article.dataset.state, article.innerText])";

const NOTICE: &str = "document.querySelector('[data-notice]')";

#[tokio::test]
async fn a_server_that_dies_comes_back_and_tabs_place_and_draft_stay() {
    let stage = Stage::new().await.setting("restart_delay_ms", 4_000);
    let folder = stage.place.folder("fragile");
    let window = stage.open(&[&folder]).await;
    window.until_ready("fragile").await;
    window.ask("%%text The first session.").await;
    window.click(&button("New session")).await;
    window.until("articles().length === 0").await;
    let lines = "A line of it.\\n\\n".repeat(80);
    window.ask(&format!("%%text {lines}")).await;
    window.until("tabs('Sessions').every((tab) => !nameOf(tab).startsWith('New session'))").await;
    // Again, as one turns a wheel again: what grows in the same frame keeps to the end.
    window.until("(messages().scrollTop = 300, get('button', 'Jump to latest'))").await;
    window.type_message("A draft that").await;
    let place = window.look("messages().scrollTop").await;
    let before = window.look(TRANSCRIPT).await;
    let tabs = window.look("tabs('Sessions').map((tab) => tab.dataset.sessionId ?? nameOf(tab))").await;

    let (pid, _) = servers_in(&folder).pop().unwrap();
    signal("KILL", pid);
    window.until(&format!("{NOTICE}?.dataset.notice === 'server_restarting'")).await;
    let said = window.text(&format!("{NOTICE}.innerText")).await;
    assert!(said.contains("OpenCode ended by signal 9 (KILL). Starting it again…"), "{said}");
    assert_eq!(window.text(&format!("{}.dataset.status", instance_tab("fragile"))).await, "starting");
    assert_eq!(window.text("connection().dataset.state").await, "connecting");
    assert_eq!(window.look("messages().scrollTop").await, place, "nothing moves");
    window.press(&[' ', 'g']).await;
    window.click(&format!("{NOTICE}.querySelector('summary')")).await;
    assert!(window.text(&format!("{NOTICE}.innerText")).await.contains("listening on [address]"), "its last lines");
    window.click(&format!("{NOTICE}.querySelector('summary')")).await;

    window.until_ready("fragile").await;
    window.until(&format!("{NOTICE}?.dataset.notice === 'server_restarted'")).await;
    assert_ne!(servers_in(&folder).pop().unwrap().0, pid);
    assert_eq!(window.look(TRANSCRIPT).await, before);
    assert_eq!(window.look("tabs('Sessions').map((tab) => tab.dataset.sessionId ?? nameOf(tab))").await, tabs);
    assert_eq!(window.text(&format!("{COMPOSER}.value")).await, "A draft that g");
    assert_eq!(window.look("messages().scrollTop").await, place);
    assert_eq!(window.look("all('alert').length").await, 0);
    window.click(&button("Dismiss notice")).await;
    window.until(&format!("!{NOTICE}")).await;

    // Again within a minute: the person is asked.
    let (pid, _) = servers_in(&folder).pop().unwrap();
    signal("KILL", pid);
    window.until(&format!("{}.dataset.status === 'error'", instance_tab("fragile"))).await;
    window.until("document.querySelector('[data-problem=server_exited]')").await;
    window.click(&button("Restart")).await;
    window.until_ready("fragile").await;
    assert_eq!(window.text(&format!("{COMPOSER}.value")).await, "A draft that g");
    assert_eq!(window.look("all('alert').length").await, 0);
    window.finish().await;
}

#[tokio::test]
async fn pictures_of_a_crash_and_of_an_answer_by_another_program() {
    for (colours, theme) in [("light", None), ("dark", Some("Adwaita:dark"))] {
        let mut stage = Stage::new().await.permission(json!({ "bash": "ask" })).setting("restart_delay_ms", 20_000);
        if let Some(theme) = theme {
            stage = stage.variable("GTK_THEME", theme);
        }
        let folder = stage.place.folder("api-server");
        let window = stage.open(&[&folder]).await;
        window.until_ready("api-server").await;
        let bash = json!({ "command": "rm -rf build dist", "description": "Cleans" });
        window.send(&format!("%%text I clean up first.\n%%tool bash {bash}\n%%turn\n%%text Clean.")).await;
        let request = "get('group', 'Permission request')";
        window.until(request).await;
        let id = window.text(&format!("{request}.dataset.permissionId")).await;
        let (pid, port) = servers_in(&folder).pop().unwrap();
        answer_as_another_program(pid, port, &folder, &id).await;
        window.until(&format!("{NOTICE}?.dataset.notice === 'permission_answered_elsewhere'")).await;
        let said = window.text(&format!("{NOTICE}.innerText")).await;
        assert!(said.contains("not by you: bash “rm -rf build dist” was allowed once."), "{said}");
        window.until_idle().await;
        for width in [720, 1280] {
            window.resize(width, 800).await;
            window.screenshot(&format!("answered-elsewhere-{colours}-{width}")).await;
        }
        signal("KILL", pid);
        window.until("document.querySelector('[data-notice=server_restarting]')").await;
        for width in [720, 1280] {
            window.resize(width, 800).await;
            window.screenshot(&format!("server-restarting-{colours}-{width}")).await;
        }
        window.finish().await;
    }
}

/// Allows a request as an agent could that has read the server's password.
async fn answer_as_another_program(pid: u32, port: u16, folder: &std::path::Path, request: &str) {
    let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap();
    let environment = String::from_utf8_lossy(&environment).into_owned();
    let password = environment.split('\0').find_map(|line| line.strip_prefix("OPENCODE_SERVER_PASSWORD=")).unwrap();
    let answer = reqwest::Client::builder()
        .no_proxy()
        .build()
        .unwrap()
        .post(format!("http://127.0.0.1:{port}/permission/{request}/reply"))
        .basic_auth("opencode", Some(password))
        .header("x-opencode-directory", folder.to_str().unwrap())
        .header("content-type", "application/json")
        .body(json!({ "reply": "once" }).to_string());
    answer.send().await.unwrap().error_for_status().unwrap();
}
