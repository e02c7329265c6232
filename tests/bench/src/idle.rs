//! What the app takes of a core while nothing happens: three folders are open and ready, the window is shown, then hidden.
//!
//! Counted is the time that the app, its guardian and its web processes ran, as the system has it.

use std::{fs, path::Path, time::Duration};

use crate::{bare::Bare, pixels::Pixels, results::Row, stage::Stage};

const FOLDERS: [&str; 3] = ["api-server", "web-client", "tools"];
/// How long is counted.
const TIME: Duration = Duration::from_mins(1);
/// What a start leaves to be done is done after so long.
const REST: Duration = Duration::from_secs(15);
const QUIET: Duration = Duration::from_secs(3);
const LIMIT: Duration = Duration::from_mins(1);
/// In percent of a core.
const BOUND: f64 = 0.5;

pub async fn measure() -> Vec<Row> {
    let stage = Stage::new().await;
    let folders = FOLDERS.map(|name| stage.place.git_folder(name));
    let app = Bare::start(&stage, &folders.each_ref().map(|folder| folder.as_path() as &Path));
    let pixels = Pixels::of(&app.display_name);
    pixels.settled(QUIET, LIMIT).await;
    let shown = row("Idle with three instances, window shown", &app).await;
    pixels.hide();
    let hidden = row("Idle with three instances, window hidden", &app).await;
    app.quit().await;
    vec![shown, hidden]
}

async fn row(what: &str, app: &Bare) -> Row {
    tokio::time::sleep(REST).await;
    let before = ran(app);
    tokio::time::sleep(TIME).await;
    let after = ran(app);
    let percent = |at: usize| (after[at] - before[at]) / TIME.as_secs_f64() * 100.0;
    let (own, web, servers) = (percent(0), percent(1), percent(2));
    let all = own + web;
    Row::new(what, format!("{all:.2} % of a core (app {own:.2}, web processes {web:.2})"))
        .floor(format!("the three servers: {servers:.2} %"))
        .bound("< 0.5 %", all < BOUND)
}

/// The seconds that the app with its guardian, its web processes, and its servers ran so far.
fn ran(app: &Bare) -> [f64; 3] {
    let mut ran = [0.0; 3];
    for process in app.processes() {
        let program =
            process.command_line.split(' ').next().and_then(|path| path.rsplit('/').next()).unwrap_or_default();
        let whose = match program {
            "outrider" | "outrider-guardian" => 0,
            "WebKitWebProcess" | "WebKitNetworkProcess" => 1,
            _ => 2,
        };
        ran[whose] += seconds(process.pid);
    }
    ran
}

/// The time that a process ran, with threads that have ended, in seconds.
fn seconds(pid: u32) -> f64 {
    /// Of user and of system time among what follows the name, in hundredths of a second.
    const TIMES: [usize; 2] = [11, 12];
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The name in parentheses may hold anything, parentheses too.
    let fields: Vec<&str> = stat.rsplit_once(") ").map(|(_, rest)| rest.split(' ').collect()).unwrap_or_default();
    TIMES.iter().filter_map(|at| fields.get(*at)?.parse::<f64>().ok()).sum::<f64>() / 100.0
}
