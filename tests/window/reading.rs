//! Reading: the place stays, older messages come, and the page may be loaded anew at any time.

use std::time::{Duration, Instant};

use outrider_testkit::{processes::is_running, wait_for};
use serde_json::json;

use crate::{desktop, page::*, processes::signal, seed::long_session, stage::Stage};

/// The first article that begins in the view: its id, and how far below the view's edge.
const READ: &str = "(() => {
    const edge = messages().getBoundingClientRect().top;
    const first = articles().find((article) => article.getBoundingClientRect().bottom > edge + 1);
    return first && { id: first.dataset.messageId, top: first.getBoundingClientRect().top - edge };
  })()";
const TO_END: &str = "(messages().scrollHeight - messages().clientHeight - messages().scrollTop)";

#[tokio::test]
async fn the_place_stays_while_an_answer_streams_below_it() {
    let stage = Stage::new().await;
    let window = stage.open(&[&stage.place.folder("reader")]).await;
    window.until_ready("reader").await;
    for number in 0..6 {
        let lines = (0..12).map(|line| format!("Line {line} of answer {number}."));
        window.ask(&format!("%%text {}", lines.collect::<Vec<_>>().join("\\n\\n"))).await;
    }
    window.send("%%text Begun.\n%%wait scrolled\n%%stream 150 0.01 \\n\\nparagraph\n%%wait read\n%%stream 50 0.01 \\n\\nlast").await;
    stage.model.reached("scrolled").await;
    window.until("last('assistant').innerText.includes('Begun.')").await;
    window.until(&format!("{TO_END} < 2")).await;
    assert_eq!(window.look(&button("Jump to latest")).await, json!(null), "the end is followed");

    window.js("messages().scrollTop = messages().scrollHeight / 3;").await;
    window.until(&button("Jump to latest")).await;
    let before = window.look(READ).await;
    // Each painted frame is compared, not only the last.
    window.js(&format!(
        "window.__places = []; const look = () => {{ window.__places.push({READ}); window.__looking = requestAnimationFrame(look); }}; look();"
    ))
    .await;
    let height = window.look("messages().scrollHeight").await.as_f64().unwrap();
    stage.model.open("scrolled");
    stage.model.reached("read").await;
    window.until("last('assistant').innerText.includes('149')").await;
    assert!(window.look("messages().scrollHeight").await.as_f64().unwrap() > height + 500.0, "it grew below");
    let places = window.look("(cancelAnimationFrame(window.__looking), window.__places)").await;
    let places = places.as_array().unwrap();
    assert!(places.len() > 10);
    for place in places {
        let moved = (place["top"].as_f64().unwrap() - before["top"].as_f64().unwrap()).abs();
        assert!(place["id"] == before["id"] && moved <= 1.0, "{place} instead of {before}");
    }
    window.screenshot("reading").await;

    window.click(&button("Jump to latest")).await;
    window.until(&format!("{TO_END} < 2 && !{}", button("Jump to latest"))).await;
    stage.model.open("read");
    window.until_idle().await;
    window.until(&format!("last('assistant').innerText.includes('last49') && {TO_END} < 2")).await;
    assert_eq!(window.look(&button("Jump to latest")).await, json!(null), "the end is followed again");
    window.finish().await;
}

#[tokio::test]
async fn older_messages_come_when_scrolling_up_and_the_page_stays_small() {
    let stage = Stage::new().await;
    let folder = stage.place.git_folder("archive");
    long_session(&stage, &folder, "A long one", 300).await;
    let mut window = stage.open(&[&folder]).await;
    window.until_ready("archive").await;
    window.click("get('treeitem', 'A long one')").await;
    window.until("articles().at(-1)?.innerText.includes('message 299.')").await;
    window.until(&format!("{TO_END} < 2")).await;
    let first = window.look("articles().length").await.as_u64().unwrap();
    assert!(first <= 50, "{first} at first");

    window.js("window.__most = 0; new MutationObserver(() => { window.__most = Math.max(window.__most, articles().length); })
        .observe(messages(), { subtree: true, childList: true });").await;
    let mut steps = 0;
    while window.look("articles()[0].innerText.includes('message 0.')").await != json!(true) {
        steps += 1;
        assert!(steps < 40, "the first message never came");
        let before = window.text("articles()[0].dataset.messageId").await;
        window.js("messages().scrollTop += articles()[0].getBoundingClientRect().top - messages().getBoundingClientRect().top + 300;").await;
        let read = window.look(READ).await;
        window.until(&format!("articles()[0].dataset.messageId !== {before:?}")).await;
        let now = window.look(&format!(
            "document.querySelector('[data-message-id={}]').getBoundingClientRect().top - messages().getBoundingClientRect().top",
            read["id"]
        ))
        .await;
        let moved = (now.as_f64().unwrap() - read["top"].as_f64().unwrap()).abs();
        assert!(moved <= 1.0, "the text that was read moved by {moved} px at step {steps}");
    }
    let most = window.look("window.__most").await.as_u64().unwrap();
    eprintln!("NOTE: {steps} steps, at most {most} messages in the page");
    assert!(most <= 90, "{most} messages in the page");
    window.screenshot("oldest").await;

    window.reload().await;
    window.until("articles().length > 0").await;
    window.click("get('treeitem', 'A long one')").await;
    window.until("articles().length > 0").await;
    if window.look(&button("Jump to latest")).await != json!(null) {
        window.click(&button("Jump to latest")).await;
    }
    window.until(&format!("articles().at(-1).innerText.includes('message 299.') && {TO_END} < 2")).await;
    window.finish().await;
}

#[tokio::test]
async fn a_reload_shows_the_same_within_a_second() {
    let stage = Stage::new().await;
    let mut window = stage.open(&[&stage.place.folder("reloaded")]).await;
    window.until_ready("reloaded").await;
    window
        .ask("%%text An answer **that** stays.\n%%tool read {\"filePath\": \"README.md\"}\n%%turn\n%%text Done.")
        .await;
    window.send("%%text Half of it\n%%wait more\n%%text  and the rest.").await;
    stage.model.reached("more").await;
    window.until("last('assistant').innerText.includes('Half of it')").await;
    let shown = "[articles().map((article) => [article.dataset.messageId, article.dataset.state, article.innerText]), tabs('Sessions').map(nameOf)]";
    let before = window.look(shown).await;

    let began = Instant::now();
    window.reload().await;
    window.until("last('assistant')?.innerText.includes('Half of it')").await;
    let took = began.elapsed();
    let inside = window.look("performance.now()").await.as_f64().unwrap();
    eprintln!("NOTE: reload took {took:?} from outside, {inside:.0} ms by the page's own clock");
    assert!(inside < 2_000.0, "{inside} ms");
    assert_eq!(window.look(shown).await, before);
    stage.model.open("more");
    window.until_idle().await;
    assert!(window.text("last('assistant').innerText").await.contains("Half of it and the rest."));
    window.finish().await;
}

#[tokio::test]
async fn a_web_process_that_dies_is_replaced() {
    let stage = Stage::new().await;
    let window = stage.open(&[&stage.place.folder("crashed")]).await;
    window.until_ready("crashed").await;
    window.ask("%%text Before the crash.").await;
    window.send("%%text Half of it\n%%wait more\n%%stream 120 0 after").await;
    stage.model.reached("more").await;
    window.until("last('assistant').innerText.includes('Half of it')").await;
    window.js(&format!("{COMPOSER}.blur()")).await;
    window.screenshot("before-the-crash").await;
    let driver = window.driver();
    let shown = desktop::picture(driver.display()).unwrap();
    let web = || {
        let all = driver.mark().of_the_app().into_iter();
        all.filter(|process| process.command_line.contains("WebKitWebProcess"))
            .map(|process| process.pid)
            .collect::<Vec<_>>()
    };
    let [before] = web()[..] else { panic!("one web process: {:?}", web()) };
    signal("KILL", before);
    let began = Instant::now();
    wait_for("another web process", Duration::from_secs(10), || {
        std::future::ready(web().iter().any(|pid| *pid != before && is_running(*pid)))
    })
    .await;
    // WebDriver's session ended with the page, so the display is looked at: what came since must be drawn, and the rest
    // of the window as it was. A blank page would differ everywhere.
    stage.model.open("more");
    let mut differing = 0;
    wait_for("the window as it was, and the new text", Duration::from_secs(10), || {
        let now = desktop::picture(driver.display()).unwrap();
        differing = shown.chunks_exact(4).zip(now.chunks_exact(4)).filter(|(a, b)| a[..3] != b[..3]).count();
        std::future::ready((15_000..150_000).contains(&differing))
    })
    .await;
    eprintln!("NOTE: drawn anew {:?} after the crash, {differing} pixels differ", began.elapsed());
    assert!(is_running(driver.app()));
    window.quit().await;
}
