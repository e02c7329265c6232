//! Deleting sessions from the list.

use outrider_testkit::model::Outcome;

use crate::{page::*, stage::Stage};

const DELETE: char = '\u{E017}';
const ESCAPE: char = '\u{E00C}';
const LINES: &str = "all('treeitem', get('tree', 'All sessions'))";
const ASKED: &str = "all('group').find((group) => nameOf(group).startsWith('Delete '))";

#[tokio::test]
async fn a_session_is_deleted_from_the_list_and_a_busy_one_is_stopped_first() {
    let stage = Stage::new().await;
    let window = stage.open(&[&stage.place.folder("tidy")]).await;
    window.until_ready("tidy").await;
    window.ask("%%text The first session.").await;
    let stays = window.text("session().dataset.sessionId").await;
    window.click(&button("New session")).await;
    window.until("articles().length === 0").await;
    window.send("%%text Half of it\n%%wait never").await;
    window.until("last('assistant')?.innerText.includes('Half of it')").await;
    let goes = window.text("session().dataset.sessionId").await;
    window.until(&format!("{LINES}.length === 2")).await;
    let line = format!("{LINES}.find((line) => line.dataset.treeId === {goes:?})");

    // By the keyboard, and kept.
    window.js(&format!("{line}.focus()")).await;
    window.press(&[DELETE]).await;
    window.until(ASKED).await;
    assert!(window.text(&format!("{ASKED}.innerText")).await.contains("Stop and delete this session?"));
    assert_eq!(window.text("nameOf(document.activeElement)").await, "Delete");
    window.press(&[ESCAPE]).await;
    window.until(&format!("!{ASKED} && document.activeElement === {line}")).await;

    window.press(&[DELETE]).await;
    window.until(ASKED).await;
    window.screenshot("delete-busy").await;
    window.click(&format!("get('button', 'Delete', {ASKED})")).await;
    window.until(&format!("{LINES}.length === 1 && !{ASKED}")).await;
    window.until(&format!("session()?.dataset.sessionId === {stays:?} && tabs('Sessions').every((tab) => tab.dataset.sessionId !== {goes:?})")).await;
    let running = || stage.model.requests().iter().any(|request| request.outcome == Outcome::Running);
    outrider_testkit::wait_for("the end of its request", std::time::Duration::from_secs(10), || {
        std::future::ready(!running())
    })
    .await;
    window.ask("%%text Works on.").await;
    assert_eq!(window.look(&format!("{LINES}.length")).await, 1, "nothing of it came back");
    window.finish().await;
}

#[tokio::test]
async fn pictures_of_deleting() {
    for (colours, theme) in [("light", None), ("dark", Some("Adwaita:dark"))] {
        let mut stage = Stage::new().await;
        if let Some(theme) = theme {
            stage = stage.variable("GTK_THEME", theme);
        }
        let window = stage.open(&[&stage.place.folder("api-server")]).await;
        window.until_ready("api-server").await;
        window.ask("%%text One.").await;
        window.click(&button("New session")).await;
        window.until("articles().length === 0").await;
        window.ask("%%text Two.").await;
        for width in [720, 1280] {
            window.resize(width, 800).await;
            if width == 720 {
                window.click(&button("All sessions")).await;
            }
            window.until(&format!("{LINES}.length === 2")).await;
            window.js(&format!("{LINES}[0].focus()")).await;
            window.press(&[DELETE]).await;
            window.until(ASKED).await;
            window.screenshot(&format!("delete-session-{colours}-{width}")).await;
            window.press(&[ESCAPE]).await;
        }
        window.finish().await;
    }
}
