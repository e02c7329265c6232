//! Several sessions, and several folders, at once.

use serde_json::json;

use crate::{page::*, stage::Stage};

#[tokio::test]
async fn a_child_session_gets_a_tab_beside_its_parent_and_the_focus_stays() {
    let stage = Stage::new().await;
    let window = stage.open(&[&stage.place.folder("family")]).await;
    window.until_ready("family").await;
    window.ask("%%text An older session.").await;
    window.click(&button("New session")).await;
    window.until("articles().length === 0").await;

    let work = "%%text In the child.\n%%wait child\n%%text Found it.";
    let task = json!({ "description": "Look around", "prompt": work, "subagent_type": "general" });
    window.send(&format!("%%tool task {task}\n%%turn\n%%text The child is done.")).await;
    let parent = window.text("session().dataset.sessionId").await;
    window.js(&format!("{COMPOSER}.focus()")).await;
    window.type_message("meanwhile").await;
    stage.model.reached("child").await;

    let child = "tabs('Sessions').find((tab) => tab.dataset.parentId)";
    window.until(child).await;
    assert_eq!(window.text(&format!("{child}.dataset.parentId")).await, parent);
    assert!(window.text(&format!("nameOf({child})")).await.contains("Look around"));
    let order = window.look("tabs('Sessions').map((tab) => tab.dataset.sessionId ?? nameOf(tab))").await;
    let at = order.as_array().unwrap().iter().position(|id| *id == json!(parent)).unwrap();
    assert_eq!(order[at + 1], window.look(&format!("{child}.dataset.sessionId")).await, "beside its parent: {order}");
    assert_eq!(window.text("session().dataset.sessionId").await, parent, "another tab was not chosen");
    assert_eq!(window.text("nameOf(document.activeElement)").await, "Message");
    assert_eq!(window.text(&format!("{COMPOSER}.value")).await, "meanwhile");
    assert_eq!(window.text(&format!("{child}.dataset.state")).await, "busy");
    assert_eq!(window.text("tools('task')[0].dataset.state").await, "running");
    window.until(&format!("get('treeitem', nameOf({child}), get('tree', 'All sessions'))?.ariaLevel === '2'")).await;
    window.screenshot("child-session").await;

    window.click(child).await;
    window.until("last('assistant')?.innerText.includes('In the child.')").await;
    stage.model.open("child");
    window.until("last('assistant')?.innerText.includes('Found it.')").await;
    window.click(&format!("tabs('Sessions').find((tab) => tab.dataset.sessionId === {parent:?})")).await;
    window.until("last('assistant')?.innerText.includes('The child is done.')").await;
    window.until_idle().await;
    assert_eq!(window.text(&format!("{COMPOSER}.value")).await, "meanwhile", "what was typed is kept");
    assert_eq!(window.text(&format!("{child}.dataset.state")).await, "idle");
    window.finish().await;
}

#[tokio::test]
async fn two_folders_stream_at_once_and_nothing_crosses() {
    let stage = Stage::new().await.permission(json!({ "bash": "ask" }));
    let folders = [stage.place.folder("left"), stage.place.folder("right")];
    let window = stage.open(&[&folders[0], &folders[1]]).await;
    window.until_ready("left").await;
    window.until_ready("right").await;

    window.switch_to("left").await;
    window.send("%%stream 60 0.03 LEFT\n%%wait left\n%%stream 20 0 LEFTEND").await;
    window.switch_to("right").await;
    window.send("%%stream 60 0.03 RIGHT\n%%wait right\n%%stream 20 0 RIGHTEND").await;
    window.until("last('assistant')?.innerText.includes('RIGHT5 ')").await;
    assert!(!window.text("document.querySelector('main').innerText").await.contains("LEFT"));
    window.screenshot("two-folders").await;
    window.switch_to("left").await;
    window.until("last('assistant')?.innerText.includes('LEFT59')").await;
    assert!(!window.text("document.querySelector('main').innerText").await.contains("RIGHT"));
    assert_eq!(window.text("session().dataset.state").await, "busy");

    // The other one ends unseen, and goes on to something that waits for the person.
    stage.model.reached("left").await;
    stage.model.reached("right").await;
    stage.model.open("left");
    stage.model.open("right");
    window.until_idle().await;
    window.until(&format!("{}.ariaDescription.includes('finished')", instance_tab("right"))).await;
    window.switch_to("right").await;
    window.until_idle().await;
    assert!(window.text("last('assistant').innerText").await.trim_end().ends_with("RIGHTEND19"));
    assert!(!window.text("document.querySelector('main').innerText").await.contains("LEFT"));

    window.send("%%wait asking\n%%tool bash {\"command\": \"true\", \"description\": \"Nothing\"}").await;
    stage.model.reached("asking").await;
    window.switch_to("left").await;
    stage.model.open("asking");
    window.until(&format!("{}.querySelector('.badge')?.innerText === '1'", instance_tab("right"))).await;
    assert!(window.text(&format!("{}.ariaDescription", instance_tab("right"))).await.contains("1 waiting for you"));
    assert_eq!(window.look("get('group', 'Permission request')").await, json!(null), "it is asked where it belongs");
    window.screenshot("waiting-elsewhere").await;
    window.switch_to("right").await;
    window.click(&answer("Permission request", "Allow once")).await;
    window.until_idle().await;
    window.until(&format!("!{}.querySelector('.badge')", instance_tab("right"))).await;
    window.finish().await;
}

#[tokio::test]
async fn tabs_are_chosen_with_the_keyboard() {
    const RIGHT: char = '\u{E014}';
    const HOME: char = '\u{E011}';
    const CONTROL: char = '\u{E009}';
    const ENTER: char = '\u{E007}';
    let stage = Stage::new().await;
    let folders = ["one", "two", "three"].map(|name| stage.place.folder(name));
    let window = stage.open(&[&folders[0], &folders[1], &folders[2]]).await;
    window.until("tabs('Instances').length === 3").await;
    window.switch_to("one").await;
    window.js(&format!("{}.focus()", instance_tab("one"))).await;
    window.press(&[RIGHT]).await;
    window.until("nameOf(document.activeElement) === 'two'").await;
    window.press(&[RIGHT]).await;
    window.press(&[RIGHT]).await;
    window.until("nameOf(document.activeElement) === 'one'").await;
    assert_eq!(window.text(&format!("{}.ariaSelected", instance_tab("one"))).await, "true", "moving chooses nothing");
    window.press(&[RIGHT]).await;
    window.press(&[ENTER]).await;
    window.until(&format!("{}.ariaSelected === 'true'", instance_tab("two"))).await;
    window.press(&[HOME]).await;
    window.until("nameOf(document.activeElement) === 'one'").await;
    window.press(&[CONTROL, '3']).await;
    window.until(&format!("{}.ariaSelected === 'true'", instance_tab("three"))).await;
    assert_eq!(
        window.look("tabs('Instances').filter((tab) => tab.tabIndex === 0).length").await,
        1,
        "one stop for Tab"
    );
    window.until_ready("three").await;
    window.finish().await;
}
