//! Closing the window while something works.

use std::time::Duration;

use outrider_testkit::{processes::is_running, wait_for};

use crate::{page::*, processes::signal, stage::Stage, window::Window};

const ESCAPE: char = '\u{E00C}';
const DIALOG: &str = "get('dialog', 'Quit Outrider?')";

/// Lets a command run in each of the folders.
async fn working(stage: &Stage, names: &[&str]) -> Window {
    let folders: Vec<_> = names.iter().map(|name| stage.place.folder(name)).collect();
    let folders: Vec<_> = folders.iter().map(|folder| &**folder).collect();
    let window = stage.open(&folders).await;
    for name in names {
        window.until_ready(name).await;
        window.switch_to(name).await;
        window.send("%%tool bash {\"command\": \"sleep 3600\", \"description\": \"Sleeps\"}").await;
        window.until("tools('bash')[0]?.dataset.state === 'running'").await;
    }
    window
}

async fn ends(window: &Window) {
    let app = window.driver().app();
    wait_for("the app's end", Duration::from_secs(15), || std::future::ready(!is_running(app))).await;
    wait_for("the end of all that the app started", Duration::from_secs(5), || {
        std::future::ready(window.driver().mark().of_the_app().is_empty())
    })
    .await;
}

#[tokio::test]
async fn closing_the_window_asks_once_and_cancel_keeps_everything() {
    let stage = Stage::new().await;
    let window = working(&stage, &["one", "two"]).await;
    window.js(&format!("{COMPOSER}.focus()")).await;
    window.close();
    window.until(DIALOG).await;
    let said = window.text(&format!("{DIALOG}.innerText")).await;
    assert!(said.contains("Outrider is working in 2 folders. Quit and stop them?"), "{said}");
    assert_eq!(window.text("nameOf(document.activeElement)").await, "Cancel", "Enter quits nothing");
    window.press(&[ESCAPE]).await;
    window.until(&format!("!{DIALOG}")).await;
    assert_eq!(window.text("nameOf(document.activeElement)").await, "Message");
    assert_eq!(window.text("tools('bash')[0].dataset.state").await, "running");

    window.close();
    window.click(&button("Cancel")).await;
    window.until(&format!("!{DIALOG}")).await;
    // A page that is loaded anew asks anew.
    let mut window = window;
    window.close();
    window.until(DIALOG).await;
    window.reload().await;
    window.until_ready("two").await;
    window.close();
    window.until(DIALOG).await;
    assert!(is_running(window.driver().app()));
    window.click(&button("Quit")).await;
    ends(&window).await;
    window.check();
}

#[tokio::test]
async fn closing_it_twice_quits() {
    let stage = Stage::new().await;
    let window = working(&stage, &["busy"]).await;
    window.close();
    window.until(DIALOG).await;
    assert!(window.text(&format!("{DIALOG}.innerText")).await.contains("working in a folder. Quit and stop it?"));
    window.close();
    ends(&window).await;
}

#[tokio::test]
async fn a_window_that_does_not_answer_can_be_closed_and_a_signal_never_asks() {
    let stage = Stage::new().await;
    let window = working(&stage, &["stuck"]).await;
    let processes = window.driver().mark().of_the_app().into_iter();
    let web = processes.filter(|process| process.command_line.contains("WebKitWebProcess")).map(|it| it.pid);
    let web: Vec<_> = web.collect();
    for pid in &web {
        signal("STOP", *pid);
    }
    let begun = std::time::Instant::now();
    window.close();
    let app = window.driver().app();
    wait_for("the app's end", Duration::from_secs(15), || std::future::ready(!is_running(app))).await;
    for pid in &web {
        signal("CONT", *pid);
    }
    ends(&window).await;
    eprintln!("NOTE: gone {:?} after the window with a stopped web process was closed", begun.elapsed());

    for name in ["TERM", "INT", "HUP"] {
        let stage = Stage::new().await;
        let window = working(&stage, &["busy"]).await;
        let begun = std::time::Instant::now();
        signal(name, window.driver().app());
        ends(&window).await;
        eprintln!("NOTE: gone {:?} after {name}", begun.elapsed());
    }
}

#[tokio::test]
async fn pictures_of_the_question() {
    for (colours, theme) in [("light", None), ("dark", Some("Adwaita:dark"))] {
        let mut stage = Stage::new().await;
        if let Some(theme) = theme {
            stage = stage.variable("GTK_THEME", theme);
        }
        let window = working(&stage, &["api-server", "web-app"]).await;
        window.close();
        window.until(DIALOG).await;
        for width in [720, 1280] {
            window.resize(width, 800).await;
            window.screenshot(&format!("quit-{colours}-{width}")).await;
        }
        window.finish().await;
    }
}
