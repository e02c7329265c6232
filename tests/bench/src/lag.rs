//! How old the text is that a person sees while an answer streams.
//!
//! The model puts the time into what it sends (`%%stamped`). The page notes when each piece stands in a painted frame: what
//! a frame's last callback finds in the document, at the first task after that frame. Beside the app, a bare reader of the
//! same server's event stream notes when the same piece came over the socket: what is older there no window could
//! have shown sooner.

use std::{path::PathBuf, time::Duration};

use serde_json::Value;

use crate::{
    page::instance_tab,
    reader::{Reader, Seen, lags, rate},
    results::{Row, Verdict},
    samples::Samples,
    seeding::as_shipped,
    stage::Stage,
    window::Window,
};

/// How long each answer takes at the model's pace, in seconds.
const SECONDS: usize = 15;
/// The longest answer: half a megabyte.
const MOST: usize = 10_000;
/// How long nothing comes after an answer's end. The page is not asked before: that would cost it time.
const QUIET: Duration = Duration::from_millis(1_500);
const LIMIT: Duration = Duration::from_mins(5);
const FOLDERS: [&str; 3] = ["api-server", "web-client", "tools"];
/// The share of the pieces, first and last, that is looked at for lag that grows.
const EDGE: usize = 5;
/// What the eye of the measurement tells apart: a frame.
const FRAME: f64 = 17.0;
/// A server that gives less than this share of the pace is the limit itself.
const PACE: f64 = 0.97;

/// Notes each piece in `window.__seen`, as number, time sent and time painted.
const WATCH: &str = r"
  window.__seen = [];
  const stamp = /t(\d{13})x(\d+)t/g;
  let touched = new Set(), texts = [], shown = -1, promised = false;
  // A frame's callbacks run before it is painted; what they post runs after.
  const after = new MessageChannel();
  after.port1.onmessage = () => {
    const now = performance.timeOrigin + performance.now();
    let newest = shown;
    for (const text of texts) {
      for (const [, sent, number] of text.matchAll(stamp)) {
        if (Number(number) <= shown) continue;
        newest = Math.max(newest, Number(number));
        window.__seen.push([Number(number), Number(sent), now]);
      }
    }
    texts = [];
    shown = newest;
  };
  window.__watch?.disconnect();
  window.__watch = new MutationObserver((records) => {
    for (const record of records) {
      if (record.type === 'characterData') touched.add(record.target);
      for (const node of record.addedNodes) touched.add(node);
    }
    if (promised) return;
    promised = true;
    requestAnimationFrame(() => {
      promised = false;
      texts.push(...[...touched].map((node) => node.textContent));
      touched.clear();
      after.port2.postMessage(0);
    });
  });
  window.__watch.observe(messages(), { subtree: true, childList: true, characterData: true });";

/// One instance streams.
pub async fn one() -> Vec<Row> {
    let stage = as_shipped(Stage::new().await);
    let folder = stage.place.folder(FOLDERS[0]);
    let window = stage.open(&[&folder]).await;
    window.until_ready(FOLDERS[0]).await;
    let mut rows = Vec::new();
    for (pace, bound) in [(50, 80.0), (200, 80.0), (1_000, 100.0)] {
        rows.extend(measure(&stage, &window, std::slice::from_ref(&folder), pace, bound).await);
    }
    window.quit().await;
    rows
}

/// Three instances stream; the first is looked at.
pub async fn three() -> Vec<Row> {
    let stage = as_shipped(Stage::new().await);
    let folders = FOLDERS.map(|name| stage.place.folder(name));
    let window = stage.open(&folders.each_ref().map(PathBuf::as_path)).await;
    for name in FOLDERS {
        window.until(&format!("{}?.dataset.status === 'ready'", instance_tab(name))).await;
    }
    let mut rows = Vec::new();
    for pace in [50, 200, 1_000] {
        rows.extend(measure(&stage, &window, &folders, pace, 120.0).await);
    }
    window.quit().await;
    rows
}

async fn measure(stage: &Stage, window: &Window, folders: &[PathBuf], pace: usize, bound: f64) -> Vec<Row> {
    let pieces = (pace * SECONDS).min(MOST);
    // The first is looked at, so it comes last.
    for (name, at) in FOLDERS.iter().zip(0..folders.len()).rev() {
        window.switch_to(name).await;
        window.until_ready(name).await;
        let before = window.text("session()?.dataset.sessionId ?? ''").await;
        window.click("get('button', 'New session')").await;
        window.until(&format!("session() && session().dataset.sessionId !== {before:?}")).await;
        let gate = format!("{pace}-{at}");
        window.send(&format!("%%text Now.\\n\\n\n%%wait {gate}\n%%stamped {pieces} {pace}")).await;
        stage.model.reached(&gate).await;
        window.until("last('assistant')?.innerText.includes('Now.')").await;
    }
    window.js(WATCH).await;
    let reader = Reader::start(&folders[0]).await;
    for at in 0..folders.len() {
        stage.model.open(&format!("{pace}-{at}"));
    }
    reader.quiet(QUIET, LIMIT).await;
    window.until_within(LIMIT, "session()?.dataset.state === 'idle'").await;
    window.until("last('assistant')?.dataset.state === 'complete'").await;
    let bare = reader.stop();
    let seen = painted(&window.look("window.__seen").await);
    window.js("window.__watch.disconnect()").await;
    for name in &FOLDERS[1..folders.len()] {
        window.switch_to(name).await;
        window.until_within(LIMIT, "session()?.dataset.state === 'idle'").await;
    }
    report(&seen, &bare, folders.len(), pace, pieces, bound)
}

fn painted(seen: &Value) -> Vec<Seen> {
    let number = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
    let piece =
        |value: &Value| Some(Seen { number: value[0].as_u64()?, sent: number(&value[1]), at: number(&value[2]) });
    let mut seen: Vec<Seen> = seen.as_array().into_iter().flatten().filter_map(piece).collect();
    seen.sort_by_key(|seen| seen.number);
    seen.dedup_by_key(|seen| seen.number);
    seen
}

fn report(seen: &[Seen], bare: &[Seen], instances: usize, pace: usize, pieces: usize, bound: f64) -> Vec<Row> {
    let name = if instances == 1 {
        format!("Lag at {pace} chunks/s of Markdown")
    } else {
        format!("Lag at {pace} chunks/s in each of {instances} instances, one visible")
    };
    let (own, floor) = (lags(seen), lags(bare));
    assert_eq!(own.count(), floor.count(), "{name}: every piece that came was painted");
    #[expect(clippy::cast_precision_loss, reason = "some thousands")]
    let (pace, pieces) = (pace as f64, pieces as f64);
    let given = rate(bare, pieces);
    let over = Samples::new(seen.iter().zip(bare).map(|(seen, bare)| seen.at - bare.at).collect());
    let edge = seen.len() / EDGE;
    let median = |seen: &[Seen]| lags(seen).median();
    let of = |seen: &[Seen]| (median(&seen[..edge]), median(&seen[seen.len() - edge..]));
    let ((start, end), (bare_start, bare_end)) = (of(seen), of(bare));
    let mut row = Row::new(name, format!("{} ms", own.spread())).floor(format!("bare reader: {} ms", floor.spread()));
    let mut grows = Row::new("– its start against its end", format!("median {start:.0} → {end:.0} ms"))
        .floor(format!("bare reader: {bare_start:.0} → {bare_end:.0} ms"));
    let bound_words = format!("p99 ≤ {bound:.0} ms");
    let growth = "no larger at the end (one frame)";
    if given >= PACE * pace {
        row = row.bound(bound_words, own.quantile(0.99) <= bound);
        grows = grows.bound(growth, end <= start + FRAME);
    } else {
        // What the server is late with is no lag of the window's.
        row.floor = format!("{}; the server gave {given:.0} chunks/s", row.floor);
        row.measured = format!("{}; over the reader's: {} ms", row.measured, over.spread());
        row.bound = format!("{bound_words}: the server is too slow for it");
        row.verdict = Verdict::None;
        let late = |seen: &[Seen], bare: &[Seen]| {
            Samples::new(seen.iter().zip(bare).map(|(seen, bare)| seen.at - bare.at).collect()).median()
        };
        let (start, end) =
            (late(&seen[..edge], &bare[..edge]), late(&seen[seen.len() - edge..], &bare[bare.len() - edge..]));
        grows.measured = format!("{}; over the reader's: {start:.0} → {end:.0} ms", grows.measured);
        grows = grows.bound(format!("{growth}, over the reader's"), end <= start + FRAME);
    }
    vec![row, grows]
}
