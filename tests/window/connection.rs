//! Losing the server, or only the connection to it.

mod gate;

use crate::{
    page::*,
    processes::{servers_in, signal},
    stage::Stage,
};
use gate::Gate;

/// What is shown of each message, and what the words are.
const TRANSCRIPT: &str =
    "articles().map((article) => [article.dataset.messageId, article.dataset.state, article.innerText])";

#[tokio::test]
async fn a_server_that_is_killed_twice_is_said_and_started_again_by_the_person() {
    let stage = Stage::new().await;
    let folder = stage.place.folder("killed");
    let window = stage.open(&[&folder]).await;
    window.until_ready("killed").await;
    window.ask("%%text Before **all** of it.\n%%tool read {\"filePath\": \"README.md\"}\n%%turn\n%%text Done.").await;
    let before = window.look(TRANSCRIPT).await;
    window
        .js("window.__states = []; new MutationObserver(() => {
        const text = `${connection().dataset.state} ${connection().innerText.trim()}`;
        if (window.__states.at(-1) !== text) window.__states.push(text);
    }).observe(connection(), { subtree: true, childList: true, characterData: true, attributes: true });")
        .await;

    // The first time it is started again by itself.
    let (pid, _) = servers_in(&folder).pop().unwrap();
    signal("KILL", pid);
    window.until("document.querySelector('[data-notice=server_restarted]')").await;
    window.until_ready("killed").await;
    let (pid, _) = servers_in(&folder).pop().unwrap();
    signal("KILL", pid);
    window.until(&format!("{}.dataset.status === 'error'", instance_tab("killed"))).await;
    window.until("connection().dataset.state === 'reconnecting'").await;
    window.until("document.querySelector('[data-problem=server_exited]')").await;
    window.until(&button("Restart")).await;
    assert_eq!(window.look("articles().length").await, 3, "what was said can still be read");
    window.until("/\\(2 of 5\\)/.test(connection().innerText)").await;
    window.screenshot("server-killed").await;
    let states = window.look("window.__states").await.to_string();
    assert!(states.contains("reconnecting Reconnecting in 1 s (1 of 5)"), "{states}");
    assert!(states.contains("reconnecting Reconnecting in 2 s (2 of 5)"), "{states}");

    window.click(&button("Restart")).await;
    window.until_ready("killed").await;
    window.until("!document.querySelector('[role=alert]')").await;
    assert_eq!(window.look(TRANSCRIPT).await, before);
    window.ask("%%text And after.").await;
    window.finish().await;
}

#[tokio::test]
async fn after_five_attempts_it_is_disconnected_until_the_person_retries() {
    let stage = Stage::new().await.setting("reconnect_base_ms", 100);
    let gate = Gate::new(&stage.place).await;
    let stage = stage.variable("OUTRIDER_OPENCODE", gate.binary().display().to_string());
    let window = stage.open(&[&stage.place.folder("far-away")]).await;
    window.until_ready("far-away").await;
    window.ask("%%text Before the cut.").await;
    let before = window.look(TRANSCRIPT).await;

    let gate = gate.shut();
    window.until("connection().dataset.state === 'disconnected'").await;
    assert!(window.text("connection().innerText").await.contains("Disconnected"));
    assert_eq!(window.text(&format!("{}.dataset.status", instance_tab("far-away"))).await, "ready", "the server runs");
    window.screenshot("disconnected").await;
    window.click("get('button', 'Retry', connection())").await;
    window.until("connection().dataset.state === 'reconnecting'").await;
    window.until("connection().dataset.state === 'disconnected'").await;

    let _gate = gate.open().await;
    window.click("get('button', 'Retry', connection())").await;
    window.until("connection().dataset.state === 'connected'").await;
    assert_eq!(window.look(TRANSCRIPT).await, before);
    window.ask("%%text After the cut.").await;
    window.finish().await;
}
