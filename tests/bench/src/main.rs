//! How fast Outrider is: the built app under a display of its own, with the real server and a scripted model.
//!
//!     OUTRIDER_TEST_APP=APP bench RESULTS [GROUP…]
//!
//! Measures the groups (all of them, if none is named) one after the other, and writes what came out into the file
//! RESULTS; the rows of groups that were not measured stay as they are there. What a group measures, and how, is said in
//! the file of its name.
#![cfg_attr(
    target_os = "linux",
    allow(clippy::unwrap_used, clippy::expect_used, reason = "a measurement that cannot go on fails")
)]

#[cfg(target_os = "linux")]
mod bare;
#[cfg(target_os = "linux")]
mod benches;
#[cfg(target_os = "linux")]
#[path = "../../window/driver.rs"]
#[allow(dead_code, reason = "the window tests use the rest")]
mod driver;
#[cfg(target_os = "linux")]
mod idle;
#[cfg(target_os = "linux")]
mod lag;
#[cfg(target_os = "linux")]
mod machine;
#[cfg(target_os = "linux")]
mod memory;
#[cfg(target_os = "linux")]
#[path = "../../window/page.rs"]
#[allow(dead_code, reason = "the window tests use the rest")]
mod page;
#[cfg(target_os = "linux")]
mod pixels;
#[cfg(target_os = "linux")]
#[path = "../../window/processes.rs"]
#[allow(dead_code, reason = "the window tests use the rest")]
mod processes;
#[cfg(target_os = "linux")]
mod reader;
#[cfg(target_os = "linux")]
mod results;
#[cfg(target_os = "linux")]
mod samples;
#[cfg(target_os = "linux")]
mod seeding;
#[cfg(target_os = "linux")]
mod serve;
#[cfg(target_os = "linux")]
mod sessions;
#[cfg(target_os = "linux")]
#[path = "../../window/stage.rs"]
#[allow(dead_code, reason = "the window tests use the rest")]
mod stage;
#[cfg(target_os = "linux")]
mod start;
#[cfg(target_os = "linux")]
#[path = "../../window/window.rs"]
#[allow(dead_code, reason = "the window tests use the rest")]
mod window;

/// The app is always named.
#[cfg(target_os = "linux")]
const BUILT_APP: Option<&str> = None;
/// Where pictures are kept.
#[cfg(target_os = "linux")]
const PICTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../artifacts/screenshots");

/// The groups, in the order in which they are measured.
#[cfg(target_os = "linux")]
const GROUPS: [&str; 7] = ["start", "idle", "memory", "sessions", "lag", "instances", "core"];

#[cfg(target_os = "linux")]
#[tokio::main]
async fn main() -> std::process::ExitCode {
    let mut arguments = std::env::args().skip(1);
    let file = std::path::PathBuf::from(arguments.next().expect("bench RESULTS [GROUP…]"));
    let named: Vec<String> = arguments.collect();
    if let Some(unknown) = named.iter().find(|name| !GROUPS.contains(&name.as_str())) {
        eprintln!("There is no group {unknown}; there are {}.", GROUPS.join(", "));
        return std::process::ExitCode::from(2);
    }
    let mut results = results::Results::read(&file);
    let all = async {
        for group in GROUPS {
            if !named.is_empty() && !named.iter().any(|name| name == group) {
                continue;
            }
            let load = machine::load();
            println!("{group} (load {load:.1})");
            let rows = match group {
                "start" => start::measure().await,
                "idle" => idle::measure().await,
                "memory" => memory::measure().await,
                "sessions" => sessions::measure().await,
                "lag" => lag::one().await,
                "instances" => lag::three().await,
                _ => benches::measure(),
            };
            for row in &rows {
                println!("  {row}");
            }
            results.put(group, load, &rows);
            results.write(&file);
        }
    };
    // Dropping the measurement ends all that it started.
    tokio::select! {
        () = all => std::process::ExitCode::SUCCESS,
        _ = tokio::signal::ctrl_c() => std::process::ExitCode::FAILURE,
    }
}

#[cfg(not(target_os = "linux"))]
fn main() {
    eprintln!("The measurements look at processes as Linux shows them.");
}
