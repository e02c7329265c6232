//! What the app holds of the machine's memory: the proportional set size of the app, its guardian and its web processes.

use std::{fs, time::Duration};

use crate::{
    results::Row,
    seeding::{MESSAGES, TITLES, as_shipped, seed},
    stage::Stage,
    window::Window,
};

const FOLDER: &str = "archive";
const BOUND: f64 = 300.0;
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
    vec![idle, long]
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
