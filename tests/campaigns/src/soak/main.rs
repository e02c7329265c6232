//! Hours of use in some minutes: three folders at work in the built app, something goes wrong every 20 s, and a person
//! looks around. At the end the window must show what the servers have, and nothing may have grown.
//!
//!     OUTRIDER_TEST_APP=APP soak [--minutes M] [--seed N]
//!
//! Samples are written to `tests/artifacts/soak.tsv`. The exit code is 1 when anything is wrong.
#![cfg_attr(
    target_os = "linux",
    allow(clippy::unwrap_used, clippy::expect_used, reason = "a trial that cannot go on fails")
)]

#[cfg(target_os = "linux")]
mod api;
#[cfg(target_os = "linux")]
#[path = "../../../window/driver.rs"]
#[allow(dead_code, reason = "the window tests use the rest")]
mod driver;
#[cfg(target_os = "linux")]
mod equal;
#[cfg(target_os = "linux")]
mod front;
#[cfg(target_os = "linux")]
mod gauge;
#[cfg(target_os = "linux")]
mod load;
#[cfg(target_os = "linux")]
#[path = "../../../window/page.rs"]
#[allow(dead_code, reason = "the window tests use the rest")]
mod page;
#[cfg(target_os = "linux")]
mod person;
#[cfg(target_os = "linux")]
#[path = "../../../window/processes.rs"]
#[allow(dead_code, reason = "the window tests use the rest")]
mod processes;
#[cfg(target_os = "linux")]
mod prompts;
#[cfg(target_os = "linux")]
mod soak;
#[cfg(target_os = "linux")]
#[path = "../../../window/stage.rs"]
#[allow(dead_code, reason = "the window tests use the rest")]
mod stage;
#[cfg(target_os = "linux")]
mod trouble;
#[cfg(target_os = "linux")]
mod verdict;
#[cfg(target_os = "linux")]
#[path = "../../../window/window.rs"]
#[allow(dead_code, reason = "the window tests use the rest")]
mod window;

/// The app is always named.
#[cfg(target_os = "linux")]
const BUILT_APP: Option<&str> = None;
/// Where pictures are kept.
#[cfg(target_os = "linux")]
const PICTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../artifacts/screenshots");

#[cfg(target_os = "linux")]
#[tokio::main]
async fn main() -> std::process::ExitCode {
    use tokio::signal::unix::{SignalKind, signal};

    let (mut minutes, mut seed) = (30.0, 1);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let value = arguments.next().unwrap_or_default();
        match argument.as_str() {
            "--minutes" => minutes = value.parse().expect("--minutes M"),
            "--seed" => seed = value.parse().expect("--seed N"),
            other => panic!("there is no option {other}"),
        }
    }
    let mut end = signal(SignalKind::terminate()).unwrap();
    // Dropping the trial ends all that it started.
    tokio::select! {
        wrong = soak::run(minutes * 60.0, seed) => {
            for wrong in &wrong {
                println!("soak: {wrong}");
            }
            if wrong.is_empty() {
                println!("soak: ok");
                return std::process::ExitCode::SUCCESS;
            }
        }
        _ = tokio::signal::ctrl_c() => println!("soak: broken off"),
        _ = end.recv() => println!("soak: broken off"),
    }
    std::process::ExitCode::FAILURE
}

#[cfg(not(target_os = "linux"))]
fn main() {
    eprintln!("The trial looks at processes as Linux shows them.");
}
