//! The panel of the events: what comes in is listed, filtered, held, and looked at.

use crate::{page::*, stage::Stage};

const ROWS: &str = "[...get('grid', 'Events').querySelectorAll('[data-event-number]')]";
const ESCAPE: char = '\u{E00C}';
const ENTER: char = '\u{E007}';
const UP: char = '\u{E013}';

#[tokio::test]
async fn events_are_seen_coming_filtered_held_and_looked_at() {
    let stage = Stage::new().await;
    let window = stage.open(&[&stage.place.folder("web-app")]).await;
    window.until_ready("web-app").await;
    window.send("%%text One\n%%wait more\n%%stream 400 0.02 word\n%%wait end\n%%text done").await;
    stage.model.reached("more").await;
    window.look_at("Events").await;
    window.until(&format!("{ROWS}.some((row) => row.dataset.eventType === 'message.part.updated')")).await;
    assert_eq!(window.look(&format!("{ROWS}.some((row) => row.dataset.unknown === 'true')")).await, false);

    // It follows what streams, and holds a window of it.
    stage.model.open("more");
    window.until("Number(document.querySelector('[data-counter=events] b').textContent.replace(',', '')) > 150").await;
    window.until(&format!("{ROWS}.at(-1).dataset.eventType === 'message.part.delta'")).await;
    window.until("Number(document.querySelector('[data-counter=rate] b').textContent) > 1").await;
    assert!(window.look(&format!("{ROWS}.length")).await.as_u64().unwrap() <= 200);
    window.until("(({ scrollHeight, clientHeight, scrollTop }) => scrollHeight - clientHeight - scrollTop < 30)(get('grid', 'Events'))").await;

    // Paused, it stands still while more comes.
    window.click(&button("Pause")).await;
    window
        .until("/^[1-9][0-9]* new$/.test(all('status').map((it) => it.innerText).find((it) => / new$/.test(it)) ?? '')")
        .await;
    let last = window.text(&format!("{ROWS}.at(-1).dataset.eventNumber")).await;
    let new = "Number(all('status').map((it) => it.innerText).find((it) => / new$/.test(it))?.split(' ')[0])";
    let before = window.look(new).await;
    window.until(&format!("{new} > {before}")).await;
    assert_eq!(window.text(&format!("{ROWS}.at(-1).dataset.eventNumber")).await, last);

    // One of them, by keyboard; its JSON is text.
    window.js("get('grid', 'Events').focus();").await;
    window.press(&[UP]).await;
    window.until("get('grid', 'Events').querySelector('[aria-selected=true]')").await;
    window.press(&[ENTER]).await;
    window
        .until("get('region', 'Event')?.querySelector('pre')?.innerText.includes('\"type\": \"message.part.delta\"')")
        .await;
    assert!(window.text("get('region', 'Event').querySelector('pre').innerText").await.contains("\"delta\": \"word"));
    window.screenshot("events-paused").await;
    window.press(&[ESCAPE]).await;
    window.until("!get('region', 'Event')").await;
    window.click(&button("Resume")).await;
    window.until(&format!("Number({ROWS}.at(-1).dataset.eventNumber) > {last}")).await;

    // Filtered, also with nothing left.
    let filter = window.element("get('searchbox', 'Filter events')").await;
    filter.send_keys("session.status").await.unwrap();
    window
        .until(&format!("{ROWS}.length > 0 && {ROWS}.every((row) => row.dataset.eventType === 'session.status')"))
        .await;
    window.click("get('checkbox', 'Only unknown')").await;
    window.until(&button("Show all")).await;
    window.click(&button("Show all")).await;
    window.until(&format!("{ROWS}.length > 20")).await;
    stage.model.open("end");

    // Scrolled back it stays where it is; Follow goes to the end.
    window.js("get('grid', 'Events').scrollTop = 0;").await;
    window
        .until(&format!("{} && {}.getAttribute('aria-pressed') === 'false'", button("Follow"), button("Follow")))
        .await;
    window.until(&format!("{ROWS}[0]?.dataset.eventType === 'server.connected'")).await;
    window.click(&button("Follow")).await;
    window.until("get('grid', 'Events').scrollTop > 1000").await;

    // Nothing is asked for when the panel is left.
    window.look_at("Logs").await;
    window.until("get('log', 'Server log')").await;
    assert_eq!(window.look("get('grid', 'Events')").await, serde_json::Value::Null);
    window.finish().await;
}
