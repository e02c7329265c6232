//! Kills the app while tools run in two folders, and counts what outlives it.
//!
//!     orphans APP [--times N] [--starting] [--signal NAME] [--group]
//!
//! APP is the built app; a display must be there. With `--starting` the app is killed at some moment of its start
//! instead, also between the start of a server and its first line. Another signal than KILL can be named, and `--group`
//! sends it to the app's whole process group. The exit code is 1 when anything survived.
#![cfg_attr(
    target_os = "linux",
    allow(clippy::unwrap_used, clippy::expect_used, reason = "a trial that cannot go on fails")
)]

#[cfg(target_os = "linux")]
mod round;

#[cfg(target_os = "linux")]
#[path = "../../../window/processes.rs"]
#[allow(dead_code, reason = "the window tests use the rest")]
mod processes;

#[cfg(target_os = "linux")]
#[tokio::main]
async fn main() -> std::process::ExitCode {
    let mut arguments = std::env::args().skip(1);
    let app = arguments.next().expect("the path of the app");
    let (mut times, mut starting, mut signal, mut group) = (20, false, "KILL".to_owned(), false);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--times" => times = arguments.next().and_then(|times| times.parse().ok()).expect("--times N"),
            "--starting" => starting = true,
            "--signal" => signal = arguments.next().expect("--signal NAME"),
            "--group" => group = true,
            other => panic!("there is no option {other}"),
        }
    }
    let stage = round::Stage::new(app.into(), signal, group).await;
    let (mut survivors, mut took) = (0, Vec::new());
    for round in 1..=times {
        let end = if starting { stage.killed_at_the_start(round).await } else { stage.killed_at_work().await };
        let seconds = end.took.as_secs_f64();
        println!("round {round}: {} processes, all gone after {seconds:.2} s", end.processes);
        for survivor in &end.survivors {
            println!("  survived: {survivor}");
        }
        survivors += end.survivors.len();
        took.push(end.took);
    }
    took.sort();
    let at = |part: usize| took[(took.len() * part).div_ceil(100).clamp(1, took.len()) - 1].as_secs_f64();
    println!("time until all were gone: p50 {:.2} s, p95 {:.2} s, max {:.2} s", at(50), at(95), at(100));
    println!("{times} rounds, {survivors} survivors");
    if survivors == 0 { std::process::ExitCode::SUCCESS } else { std::process::ExitCode::FAILURE }
}

#[cfg(not(target_os = "linux"))]
fn main() {
    eprintln!("The trial looks at processes as Linux shows them.");
}
