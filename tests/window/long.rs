//! A session of ten thousand messages: any place of it is reached, nothing is blank, and what is read does not move.

use std::time::Instant;

use outrider_testkit::LongSession;
use serde_json::{Value, json};

use crate::{page::*, stage::Stage, window::Window};

/// The height that the view shows nothing of a message in, above and below those that are drawn, in pixels.
const BLANK: &str = "(() => {
    const view = messages().getBoundingClientRect();
    const [first, last] = [articles()[0], articles().at(-1)].map((article) => article.getBoundingClientRect());
    const above = Math.min(view.height, Math.max(0, first.top - view.top));
    const below = Math.min(view.height, Math.max(0, view.bottom - last.bottom));
    // The padding around the first message and the last is no blank.
    return Math.max(above - 80, below - 80, 0);
  })()";
/// The number of the first message that begins in the view, and how far below its edge.
const READ: &str = "(() => {
    const edge = messages().getBoundingClientRect().top;
    const first = articles().find((article) => article.getBoundingClientRect().bottom > edge + 1);
    if (!first) return null;
    return { number: numberOf(first), id: first.dataset.messageId, top: first.getBoundingClientRect().top - edge };
  })()";
/// The number of a message by its text.
const NUMBER: &str =
    "window.numberOf = (article) => Number(/Message (\\d+)\\./.exec(article?.textContent ?? '')?.[1] ?? -1);";

/// What is read: parts of messages. The head of a message goes when the one before it is drawn that it continues.
const PIECES: &str = "[data-anchor]:not([data-anchor^=\"m:\"])";

/// Opens a session of so many messages, and waits until all of them are known.
async fn open_long(stage: &Stage, messages: usize) -> Window {
    let folder = stage.place.git_folder("archive");
    for (title, messages) in [("A long one", messages), ("A short one", 12)] {
        LongSession::new(title, messages).import(&folder, &stage.environment());
    }
    let window = stage.open(&[&folder]).await;
    window.until_ready("archive").await;
    window.js(NUMBER).await;
    window.click("get('treeitem', 'A short one')").await;
    window.until("numberOf(articles().at(-1)) === 11").await;
    window
}

async fn show_long(window: &Window, messages: usize) {
    window.click("get('treeitem', 'A long one')").await;
    window.until(&format!("numberOf(articles().at(-1)) === {}", messages - 1)).await;
}

/// Gives asynchronous functions what the page's expressions use.
async fn lend(window: &Window) {
    window.js(&format!("window.__page = {{ messages, articles, BLANK: () => {BLANK} }};")).await;
}

async fn number(window: &Window, expression: &str) -> f64 {
    window.look(expression).await.as_f64().unwrap_or_else(|| panic!("no number: {expression}"))
}

#[tokio::test]
async fn any_place_among_ten_thousand_messages_is_reached_and_nothing_is_blank() {
    const COUNT: usize = 10_000;
    let stage = Stage::new().await;
    let window = open_long(&stage, COUNT).await;
    let began = Instant::now();
    show_long(&window, COUNT).await;
    eprintln!("NOTE: shown after {:?}, with what WebDriver takes", began.elapsed());
    let nodes = number(&window, "messages().querySelectorAll('*').length").await;
    eprintln!("NOTE: {nodes} elements in {} messages", window.look("articles().length").await);
    window.js("window.__most = 0; new MutationObserver(() => { window.__most = Math.max(window.__most, articles().length); })
        .observe(messages(), { subtree: true, childList: true });").await;

    // To the very beginning, wherever that is by now, until it is.
    let began = Instant::now();
    while window.look("numberOf(articles()[0])").await != json!(0) {
        window.js("messages().scrollTop = 0;").await;
        assert!(began.elapsed().as_secs() < 60, "the first message never came");
    }
    eprintln!("NOTE: all of it was known {:?} after it was shown", began.elapsed());
    window.until(&format!("messages().scrollTop === 0 && {BLANK} === 0")).await;
    window.screenshot("long-beginning").await;

    lend(&window).await;
    // At the speed of a hard turn of the wheel, down and up: each frame is looked at.
    for (way, frames) in [(1, 240), (-1, 160)] {
        let seen = window
            .run(&format!(
                "const {{ messages, BLANK }} = window.__page;
                 const blanks = []; const began = performance.now(); const from = messages().scrollTop;
                 for (let frame = 0; frame < {frames}; frame += 1) {{
                   messages().scrollTop += {way} * 60;
                   await new Promise(requestAnimationFrame);
                   blanks.push(BLANK());
                 }}
                 const took = performance.now() - began;
                 return {{ worst: Math.max(...blanks), blank: blanks.filter((one) => one > 0).length, took,
                   moved: messages().scrollTop - from }};",
            ))
            .await;
        eprintln!("NOTE: scrolled: {seen}");
        assert_eq!(seen["blank"], json!(0), "{seen}");
    }

    // As when the scroll bar is dragged.
    let mut longest = 0.0_f64;
    for share in [0.5, 0.21, 0.83, 0.5, 0.97, 0.02] {
        let took = window
            .run(&format!(
                "const {{ messages, BLANK }} = window.__page;
                 messages().scrollTop = (messages().scrollHeight - messages().clientHeight) * {share};
                 const began = performance.now();
                 do await new Promise(requestAnimationFrame); while (BLANK() > 0 && performance.now() - began < 9000);
                 return performance.now() - began;"
            ))
            .await;
        longest = longest.max(took.as_f64().unwrap());
        window.until(&format!("{BLANK} === 0")).await;
        let at = number(&window, &format!("{READ}.number")).await;
        eprintln!("NOTE: at {share} of the height message {at}, after {took} ms");
        assert!((at / 10_000.0 - share).abs() < 0.12, "message {at} at {share}");
    }
    assert!(longest < 2_000.0, "{longest} ms");
    window.screenshot("long-middle").await;
    let most = number(&window, "window.__most").await;
    eprintln!("NOTE: at most {most} messages in the page");
    assert!(most <= 90.0, "{most}");

    window.click(&button("Jump to latest")).await;
    window.until(&format!("numberOf(articles().at(-1)) === {}", COUNT - 1)).await;
    window.until("messages().scrollHeight - messages().clientHeight - messages().scrollTop < 2").await;
    assert_eq!(window.look(&button("Jump to latest")).await, json!(null));
    window.finish().await;
}

/// Looks where the same message stands from now on, whenever something got another height: after the app has seen that,
/// and before it is painted.
async fn watch(window: &Window) -> Value {
    let before = window.look(READ).await;
    window
        .js(&format!(
            "window.__moved = []; const edge = () => messages().getBoundingClientRect().top;
             const pieces = () => [...messages().querySelectorAll('{PIECES}')];
             const read = pieces().find((piece) => piece.getBoundingClientRect().bottom > edge() + 1);
             const top = read.getBoundingClientRect().top - edge();
             window.__look = () => {{
               const now = pieces().find((piece) => piece.dataset.anchor === read.dataset.anchor);
               window.__moved.push(now ? Math.abs(now.getBoundingClientRect().top - edge() - top) : 1e6);
             }};
             window.__watching = new ResizeObserver(window.__look);
             window.__watching.observe(document.querySelector('.transcript-column'));"
        ))
        .await;
    before
}

/// It has not moved since.
async fn still(window: &Window, when: &str) {
    let moved = number(window, "(window.__watching.disconnect(), window.__look(), Math.max(...window.__moved))").await;
    // Views scroll by whole pixels, and heights have fractions.
    assert!(moved < 1.0, "it moved by {moved} px {when}");
}

#[tokio::test]
async fn what_is_read_stays_where_it_is_while_messages_come_above_and_below() {
    const COUNT: usize = 1_500;
    let stage = Stage::new().await;
    let window = open_long(&stage, COUNT).await;
    show_long(&window, COUNT).await;
    // Older messages come above while the last ones are read.
    window.js("messages().scrollTop -= 700;").await;
    watch(&window).await;
    let room = "document.querySelector('.transcript-room').offsetHeight";
    window.until(&format!("{room} > 60000")).await;
    still(&window, "when older ones came").await;

    // An answer streams below, and changes as it does.
    let answer = ["near", "far"].map(|gate| format!("%%wait {gate}\n%%stream 80 0.01 \\n\\n{gate} **bold** `code`"));
    window.send(&format!("%%text Begun.\n{}\n%%text  The end.", answer.join("\n"))).await;
    window.until("last('assistant').innerText.includes('Begun.')").await;
    stage.model.reached("near").await;
    window.js("messages().scrollTop -= 900;").await;
    window.until(&button("Jump to latest")).await;
    watch(&window).await;
    stage.model.open("near");
    stage.model.reached("far").await;
    window.until("last('assistant').innerText.match(/near/g)?.length === 80").await;
    still(&window, "when an answer streamed below").await;

    // Far up, where the end is not drawn.
    window.js("messages().scrollTop = messages().scrollHeight / 2;").await;
    window.until(&format!("{BLANK} === 0 && {READ}.number > 500 && {READ}.number < 1000")).await;
    let before = watch(&window).await;
    stage.model.open("far");
    window.until("session()?.dataset.state === 'idle'").await;
    still(&window, "when an answer went on at an end that is not held").await;

    // Somewhere else, and back.
    window.look_at("A short one").await;
    window.until("numberOf(articles().at(-1)) === 11").await;
    window.look_at("A long one").await;
    window.until(&format!("{READ}?.id === {}", before["id"])).await;
    let now = window.look(READ).await;
    let off = (now["top"].as_f64().unwrap() - before["top"].as_f64().unwrap()).abs();
    assert!(off < 1.0, "{now} instead of {before}");

    // Narrower: everything has another height, and the same message is read.
    window.resize(900, 800).await;
    window.painted().await;
    window.until(&format!("{BLANK} === 0")).await;
    assert_eq!(window.look(READ).await["id"], before["id"]);
    window.finish().await;
}
