//! Servers that cannot start: each says why, where the person looks, and what to do.

use std::fs;

use crate::{page::*, stage::Stage};

#[tokio::test]
async fn a_missing_binary_is_named_and_another_can_be_chosen() {
    let stage = Stage::new().await.without_variable("OUTRIDER_OPENCODE").setting("opencode_path", "/nowhere/opencode");
    let folder = stage.place.folder("no-binary");
    let window = stage.open(&[&folder]).await;
    window.until(&format!("{}?.dataset.status === 'error'", instance_tab("no-binary"))).await;
    window.until("document.querySelector('[role=alert][data-problem^=binary_not_]')").await;
    let problem = window.text("document.querySelector('[data-problem^=binary_not_]').innerText").await;
    assert!(problem.contains("/nowhere/opencode"), "{problem}");
    window.screenshot("binary-missing").await;

    window.click(&button("Choose binary…")).await;
    window.until("get('dialog', 'Settings')").await;
    let path = window.element("get('textbox', 'OpenCode binary')").await;
    path.clear().await.unwrap();
    path.send_keys(&outrider_testkit::opencode_binary().display().to_string()).await.unwrap();
    window.click(&button("Save")).await;
    window.until("!get('dialog', 'Settings')").await;
    window.until(&format!("{}.dataset.status === 'ready' || {}", instance_tab("no-binary"), button("Restart"))).await;
    if window.look(&button("Restart")).await != serde_json::Value::Null {
        window.click(&button("Restart")).await;
    }
    window.until_ready("no-binary").await;
    window.until("!document.querySelector('[role=alert]')").await;
    window.finish().await;
}

#[tokio::test]
async fn a_broken_project_configuration_is_named_and_its_correction_is_noticed() {
    let stage = Stage::new().await;
    let folder = stage.place.folder("misconfigured");
    let config = folder.join("opencode.json");
    fs::write(&config, r#"{ "model": 5 }"#).unwrap();
    let window = stage.open(&[&folder]).await;
    window.until(&format!("{}?.dataset.status === 'error'", instance_tab("misconfigured"))).await;
    window.until("all('alert').some((alert) => alert.innerText.includes('misconfigured/opencode.json'))").await;
    window.until(&button("Restart")).await;
    window.screenshot("config-broken").await;
    fs::write(&config, "{}").unwrap();
    window.until_ready("misconfigured").await;
    window.until("!document.querySelector('[role=alert]')").await;
    window.ask("%%text It works now.").await;
    window.finish().await;
}

#[tokio::test]
async fn a_server_that_ends_at_once_shows_its_last_words() {
    let stage = Stage::new().await;
    let broken = stage.place.root().join("bin/opencode");
    crate::driver::write_program(&broken, "#!/bin/sh\necho 'the disk is on fire' >&2\nexit 3\n");
    let stage = stage.variable("OUTRIDER_OPENCODE", broken.display().to_string());
    let window = stage.open(&[&stage.place.folder("burning")]).await;
    window.until("document.querySelector('[data-problem=server_exited_early]')").await;
    let problem = window.text("document.querySelector('[data-problem=server_exited_early]').innerText").await;
    assert!(problem.contains("the disk is on fire") && problem.contains('3'), "{problem}");
    window.screenshot("ended-early").await;
    window.look_at("Logs").await;
    window.until("get('log', 'Server log').innerText.includes('the disk is on fire')").await;
    window.finish().await;
}

#[tokio::test]
async fn a_folder_that_is_gone_is_said_and_the_rest_works() {
    let stage = Stage::new().await;
    let gone = stage.place.root().join("code/gone");
    let window = stage.open(&[&gone]).await;
    window.until("document.querySelector('[data-problem=folder_missing]')").await;
    assert!(window.text("all('alert')[0].innerText").await.contains("code/gone"));
    window.screenshot("folder-gone").await;
    window.click(&button("Dismiss")).await;
    window.until("all('alert').length === 0 && get('button', 'Open folder')").await;
    window.finish().await;
}
