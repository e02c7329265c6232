//! What the app holds of the machine's memory: the proportional set size of the app, its guardian and its web processes.

use std::{fs, time::Duration};

use outrider_testkit::LongSession;

use crate::{
    page::session_tab,
    results::Row,
    seeding::{MESSAGES, TITLES, as_shipped, seed},
    stage::Stage,
    window::Window,
};

const FOLDER: &str = "archive";
const BOUND: f64 = 300.0;
/// Sessions between which the webview is to tell no difference.
const SHORT: (&str, usize) = ("Short session", 100);
const VAST: (&str, usize) = ("Vast session", 10_000);
/// By how much of the one it may be more with the other.
const SAME: f64 = 0.1;
/// True when a message is in view.
const IN_VIEW: &str = "articles().some((article) => {
  const [box, view] = [article.getBoundingClientRect(), messages().getBoundingClientRect()];
  return box.bottom > view.top && box.top < view.bottom;
})";
/// How often a person scrolls through it before it is weighed.
const ROUNDS: u8 = 10;
/// How often it is weighed; the middle one counts. WebKit throws away what nobody uses at times of its own.
const WEIGHINGS: usize = 5;
/// How long it is left alone before it is looked at: what is needed for a moment is given back.
const REST: Duration = Duration::from_secs(10);

pub async fn measure() -> Vec<Row> {
    let stage = as_shipped(Stage::new().await);
    let folder = stage.place.git_folder(FOLDER);
    seed(&stage, &folder);
    let window = stage.open(&[&folder]).await;
    window.until_ready(FOLDER).await;
    let idle = row("Memory, idle with one folder", &window).await;
    window.click(&format!("get('treeitem', {:?})", TITLES[0])).await;
    window.until(&format!("last()?.textContent.includes('Message {}.')", MESSAGES - 1)).await;
    let long = row(&format!("Memory, with a session of {MESSAGES} messages"), &window).await;
    window.quit().await;
    let mut rows = vec![idle, long];
    rows.extend(of_the_webview().await);
    rows
}

/// What the webview holds with a short session and with a vast one, each in an app of its own, read and scrolled through;
/// and after the vast one's tab was closed.
async fn of_the_webview() -> Vec<Row> {
    let mut sizes = Vec::new();
    for (title, messages) in [SHORT, VAST] {
        let stage = as_shipped(Stage::new().await);
        let folder = stage.place.git_folder(FOLDER);
        LongSession::new(title, messages).import(&folder, &stage.environment());
        let window = stage.open(&[&folder]).await;
        window.until_ready(FOLDER).await;
        window.click(&format!("get('treeitem', {title:?})")).await;
        window.until(&format!("last()?.textContent.includes('Message {}.')", messages - 1)).await;
        tokio::time::sleep(2 * REST).await;
        // All of it is read: room is left for what is not drawn.
        window.until("!messages().innerText.includes('Earlier messages')").await;
        let mut weighed = Vec::new();
        for _ in 0..WEIGHINGS {
            for round in 0..ROUNDS {
                for share in [0.0, 0.5, 0.99] {
                    let share = share + f64::from(round) / 1_000.0;
                    window.js(&format!("messages().scrollTop = messages().scrollHeight * {share}")).await;
                    window.painted().await;
                    window.until(IN_VIEW).await;
                }
            }
            tokio::time::sleep(2 * REST).await;
            weighed.push(webview(&window));
        }
        weighed.sort_by(f64::total_cmp);
        sizes.push(weighed[WEIGHINGS / 2]);
        if messages == VAST.1 {
            window.click(&format!("get('button', {:?})", format!("Close tab {title}"))).await;
            window.until(&format!("!{}", session_tab(title))).await;
            tokio::time::sleep(REST).await;
            sizes.push(webview(&window));
        }
        window.quit().await;
    }
    let (short, vast, closed) = (sizes[0], sizes[1], sizes[2]);
    let share = vast / short - 1.0;
    vec![
        Row::new(
            format!("Memory of the web process, with {} messages scrolled through against {}", VAST.1, SHORT.1),
            format!("{vast:.0} against {short:.0} MB ({:+.0} %)", share * 100.0),
        )
        .bound("≤ 10 % more", share <= SAME),
        Row::new("– after that session's tab was closed", format!("{closed:.0} MB")),
    ]
}

/// What the web process that draws the main window holds, in megabytes.
fn webview(window: &Window) -> f64 {
    let processes = window.driver().mark().of_the_app();
    let web = processes.iter().filter(|process| process.command_line.contains("WebKitWebProcess"));
    web.filter_map(|process| pss(process.pid)).fold(0.0, f64::max)
}

async fn row(what: &str, window: &Window) -> Row {
    tokio::time::sleep(REST).await;
    let mut all = 0.0;
    let mut each = Vec::new();
    for process in window.driver().mark().of_the_app() {
        let program =
            process.command_line.split(' ').next().and_then(|path| path.rsplit('/').next()).unwrap_or_default();
        // The server, which is OpenCode's, and what it started, are not the app.
        let name = match program {
            "outrider" => "app",
            "outrider-guardian" => "guardian",
            "WebKitWebProcess" => "web process",
            "WebKitNetworkProcess" => "network process",
            _ => continue,
        };
        let Some(size) = pss(process.pid) else { continue };
        all += size;
        each.push(format!("{name} {size:.0}"));
    }
    each.sort();
    Row::new(what, format!("{all:.0} MB ({})", each.join(", "))).bound(format!("≤ {BOUND:.0} MB"), all <= BOUND)
}

/// In megabytes.
fn pss(pid: u32) -> Option<f64> {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    let kilobytes: f64 =
        text.lines().find_map(|line| line.strip_prefix("Pss:")?.split_whitespace().next()?.parse().ok())?;
    Some(kilobytes * 1_024.0 / 1e6)
}
