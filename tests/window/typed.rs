//! What a person typed is never lost and never sent twice.

use std::{fs, time::Duration};

use outrider_testkit::{
    fault_proxy::{At, Fault, Target},
    processes::is_running,
    wait_for,
};
use serde_json::json;

use crate::{page::*, processes::signal, proxied::Proxied, stage::Stage, window::Window};

const SIZES: [(u32, u32); 2] = [(720, 480), (1280, 820)];

/// The messages on their way: the first line of each, and how far it is.
const OUTGOING: &str = "articles().filter((article) => article.dataset.outgoing)
    .map((article) => [article.querySelector('.verbatim').textContent, article.dataset.outgoing])";

fn outgoing(words: &str) -> String {
    format!("articles().find((article) => article.dataset.outgoing && article.innerText.includes({words:?}))")
}

/// A button of a message that is on its way.
fn action(words: &str, name: &str) -> String {
    format!("get('button', {name:?}, {})", outgoing(words))
}

fn value(text: &str) -> String {
    format!("{COMPOSER}?.value === {}", json!(text))
}

/// Types by hand, and waits until it is on disk: within a second.
async fn type_and_keep(stage: &Stage, window: &Window, text: &str) {
    window.type_message(text).await;
    let kept = || {
        let files = fs::read_dir(stage.place.root().join("profile/typed")).into_iter().flatten().flatten();
        let mut texts = files.filter_map(|file| fs::read_to_string(file.path().join("typed.json")).ok());
        std::future::ready(texts.any(|kept| kept.contains(text)))
    };
    wait_for("the draft on disk", Duration::from_secs(1), kept).await;
}

async fn kill_app(window: Window) {
    let app = window.driver().app();
    signal("KILL", app);
    wait_for("the app's end", Duration::from_secs(5), || std::future::ready(!is_running(app))).await;
}

#[tokio::test]
async fn a_draft_comes_back_after_a_kill_a_reload_and_another_tab() {
    let stage = Stage::new().await;
    let folder = stage.place.folder("drafts");
    let mut window = stage.open(&[&folder]).await;
    window.until_ready("drafts").await;
    window.ask("%%text One.").await;
    window.until(&session_tab("Scripted title")).await;
    type_and_keep(&stage, &window, "in the session").await;
    // Beside it a second session, and the reload of a page that never said goodbye.
    window.click(&button("New session")).await;
    window.until(&format!("{} && {}", session_tab("New session"), value(""))).await;
    type_and_keep(&stage, &window, "in another one").await;
    window.look_at("Scripted title").await;
    window.until(&value("in the session")).await;
    window.reload().await;
    window.until(&value("in the session")).await;
    kill_app(window).await;

    let window = stage.open(&[&folder]).await;
    window.until_ready("drafts").await;
    type_and_keep(&stage, &window, "on the first page").await;
    kill_app(window).await;
    let window = stage.open(&[&folder]).await;
    window.until(&value("on the first page")).await;
    window.until_ready("drafts").await;
    let line = |title: &str| format!("all('treeitem').find((line) => line.textContent.includes({title:?}))");
    window.click(&line("Scripted title")).await;
    window.until(&value("in the session")).await;
    window.click(&line("New session")).await;
    window.until(&value("in another one")).await;
    window.ask("%%text Sent.").await;
    kill_app(window).await;
    let window = stage.open(&[&folder]).await;
    window.until(&value("on the first page")).await;
    window.finish().await;
}

#[tokio::test]
async fn what_is_sent_without_a_connection_waits_can_be_taken_back_and_goes_out_once() {
    for (colours, theme) in [("light", "Adwaita"), ("dark", "Adwaita:dark")] {
        let stage = Stage::new().await.variable("GTK_THEME", theme).setting("reconnect_attempts", 20);
        let server = Proxied::new(&stage.place);
        let stage = stage.variable("OUTRIDER_OPENCODE", server.binary());
        let window = stage.open(&[&stage.place.folder("cut-off")]).await;
        server.lead().await;
        window.until_ready("cut-off").await;
        window.ask("%%text Before the cut.").await;

        server.proxy.harm(Target::Events, Fault::Cut(At::Byte(0)), None);
        server.proxy.harm(Target::All, Fault::Refuse, None);
        window.until("connection().dataset.state !== 'connected'").await;
        for words in ["%%text First.", "%%text Second.", "%%text Third.", "%%text Fourth."] {
            window.send(words).await;
        }
        window.until(&format!("{OUTGOING}.length === 4")).await;
        assert_eq!(window.look(&format!("{OUTGOING}.map(([, state]) => state)")).await, json!(vec!["waiting"; 4]));
        assert!(window.text(&format!("{}.innerText", outgoing("First"))).await.contains("Waiting for the connection"));
        window.click(&action("Second", "Edit")).await;
        window.until(&value("%%text Second.")).await;
        window.click(&action("Third", "Discard")).await;
        window.until(&format!("{OUTGOING}.length === 2")).await;
        pictures(&window, &format!("waiting-{colours}")).await;
        window.js(&format!("window.__first = {};", outgoing("First"))).await;

        server.proxy.heal();
        if window.look("get('button', 'Retry', connection())").await != json!(null) {
            window.click("get('button', 'Retry', connection())").await;
        }
        window.until("last('assistant')?.innerText.includes('Fourth.')").await;
        window.until_idle().await;
        let users = "articles('user').map((article) => article.querySelector('.verbatim').textContent)";
        assert_eq!(window.look(users).await, json!(["%%text Before the cut.", "%%text First.", "%%text Fourth."]));
        assert_eq!(window.look(&format!("{OUTGOING}.length")).await, json!(0));
        assert_eq!(window.look("articles('user')[1] === window.__first").await, json!(true), "it stays where it is");
        assert_eq!(window.text(&format!("{COMPOSER}.value")).await, "%%text Second.");
        for words in ["%%text First.", "%%text Fourth."] {
            let asked = stage.model.requests();
            let runs = asked.iter().filter(|request| request.model == "echo" && request.prompt == words).count();
            assert_eq!(runs, 1, "{words}");
        }
        window.finish().await;
    }
}

#[tokio::test]
async fn a_prompt_that_fails_says_why_and_is_sent_by_retry() {
    for (colours, theme) in [("light", "Adwaita"), ("dark", "Adwaita:dark")] {
        let stage = Stage::new().await.variable("GTK_THEME", theme);
        let server = Proxied::new(&stage.place);
        let stage = stage.variable("OUTRIDER_OPENCODE", server.binary());
        let window = stage.open(&[&stage.place.folder("refused")]).await;
        server.lead().await;
        window.until_ready("refused").await;
        window.ask("%%text Before.").await;
        let bad = server.proxy.harm(Target::Line("/prompt_async".into()), Fault::BadGateway, None);
        window.send("%%text At last.").await;
        window.until(&format!("{}?.dataset.outgoing === 'sending'", outgoing("At last"))).await;
        window
            .until(&format!(
                "getComputedStyle({}.querySelector('.outgoing-state')).opacity === '1'",
                outgoing("At last")
            ))
            .await;
        pictures(&window, &format!("sending-{colours}")).await;
        window.until(&format!("{}?.dataset.outgoing === 'failed'", outgoing("At last"))).await;
        assert!(window.text(&format!("{}.innerText", outgoing("At last"))).await.contains("502"));
        pictures(&window, &format!("failed-{colours}")).await;
        server.proxy.lift(bad);
        window.click(&action("At last", "Retry")).await;
        window.until("last('assistant')?.innerText.includes('At last.')").await;
        window.until_idle().await;
        assert_eq!(window.look("articles('user').length").await, json!(2));
        window.finish().await;
    }
}

async fn pictures(window: &Window, name: &str) {
    for (width, height) in SIZES {
        window.resize(width, height).await;
        window.screenshot(&format!("outbox-{name}-{width}")).await;
    }
}
