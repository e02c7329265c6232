//! Opening, closing and quitting.

use std::time::Duration;

use outrider_testkit::{
    processes::{listening, processes_with},
    wait_for,
};

use crate::{page::*, stage::Stage};

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
