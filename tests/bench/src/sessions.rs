//! Opening a session of 3,000 messages, and going from one such session to another.
//!
//! The page itself notes when a click came (the event's own time) and when the session's last message stands at the end of
//! the view in a frame that was shown: at the callback of the frame after it.

use std::time::Duration;

use serde_json::Value;

use crate::{
    page::session_tab,
    results::Row,
    samples::Samples,
    seeding::{MESSAGES, TITLES, as_shipped, seed},
    serve::Alone,
    stage::Stage,
    window::Window,
};

/// How often each way is gone.
const TIMES: usize = 12;
const FOLDER: &str = "archive";
/// What a start leaves to be done, at the server too, is done after so long; it is measured elsewhere.
const REST: Duration = Duration::from_secs(8);
/// How many messages the app reads of a session that it does not have.
const FIRST: u32 = 100;

/// Notes in `window.__took` how long the next click takes to show the message numbered so of the session titled so.
fn watch(title: &str) -> String {
    let newest = MESSAGES - 1;
    format!(
        r"
  window.__took = null;
  const before = last();
  const shown = () => {{
    const [article, view] = [last(), messages()];
    return article && article !== before && article.textContent.includes('Message {newest}.') &&
      nameOf(session()) === {title:?} && view.scrollTop + view.clientHeight > view.scrollHeight - 5;
  }};
  addEventListener('click', (event) => {{
    const begun = event.timeStamp;
    const look = () => {{
      if (!shown()) requestAnimationFrame(look);
      else requestAnimationFrame(() => {{ window.__took = performance.now() - begun; }});
    }};
    requestAnimationFrame(look);
  }}, {{ capture: true, once: true }});"
    )
}

async fn took(window: &Window, title: &str, place: &str) -> f64 {
    window.js(&watch(title)).await;
    window.click(place).await;
    window.until("window.__took !== null").await;
    window.look("window.__took").await.as_f64().unwrap_or(f64::NAN)
}

pub async fn measure() -> Vec<Row> {
    let stage = as_shipped(Stage::new().await);
    let folder = stage.place.git_folder(FOLDER);
    let sessions = seed(&stage, &folder);
    // The floor: what the server alone takes to give the messages that the app reads first.
    let alone = Alone::start(&stage, &folder).await;
    let mut floor = Vec::new();
    for session in &sessions {
        floor.push(alone.messages(session.id(), FIRST).await.as_secs_f64() * 1_000.0);
    }
    drop(alone);
    let window = stage.open(&[&folder]).await;
    window.until_ready(FOLDER).await;
    tokio::time::sleep(REST).await;
    let line = |title: &str| format!("get('treeitem', {title:?})");
    let close = |title: &str| format!("get('button', {:?})", format!("Close tab {title}"));

    let mut first = Vec::new();
    let mut nodes: Vec<(u64, u64)> = Vec::new();
    for title in TITLES {
        window.until(&line(title)).await;
        first.push(took(&window, title, &line(title)).await);
        nodes.push(count(&window).await);
    }
    let mut warm = Vec::new();
    for at in 0..TIMES {
        let title = TITLES[at % TITLES.len()];
        window.click(&close(title)).await;
        window.until(&format!("!{}", session_tab(title))).await;
        warm.push(took(&window, title, &line(title)).await);
    }
    let mut switch = Vec::new();
    for title in [TITLES[1], TITLES[0]] {
        window.look_at(title).await;
        // All of it is read by then, as it is of sessions that a person goes between.
        tokio::time::sleep(REST).await;
    }
    for at in 1..=2 * TIMES {
        let title = TITLES[at % 2];
        switch.push(took(&window, title, &session_tab(title)).await);
    }
    window.quit().await;

    let [first, warm, switch, floor] = [first, warm, switch, floor].map(Samples::new);
    let (elements, all) = nodes.into_iter().max().unwrap_or_default();
    vec![
        Row::new(format!("Open a session of {MESSAGES} messages for the first time"), words(&first))
            .floor(format!("the server's answer alone: {}", words(&floor)))
            .bound("≤ 400 ms", first.max() <= 400.0),
        Row::new(format!("Open a session of {MESSAGES} messages again, after its tab was closed"), words(&warm))
            .bound("≤ 150 ms", warm.quantile(0.95) <= 150.0),
        Row::new("– DOM nodes of the page then", format!("{all}, of them {elements} elements"))
            .bound("≤ 2,000", all <= 2_000),
        Row::new("Switch between two such sessions", words(&switch)).bound("≤ 50 ms", switch.quantile(0.95) <= 50.0),
    ]
}

/// Elements of the page, and all its nodes.
async fn count(window: &Window) -> (u64, u64) {
    let counted = window
        .look(
            "(() => {
               const walker = document.createTreeWalker(document, NodeFilter.SHOW_ALL);
               let all = 1;
               while (walker.nextNode()) all += 1;
               return [document.getElementsByTagName('*').length, all];
             })()",
        )
        .await;
    let at = |at: usize| counted.get(at).and_then(Value::as_u64).unwrap_or_default();
    (at(0), at(1))
}

fn words(samples: &Samples) -> String {
    let (median, p95, max) = (samples.median(), samples.quantile(0.95), samples.max());
    format!("median {median:.0}, p95 {p95:.0}, max {max:.0} ms of {}", samples.count())
}
