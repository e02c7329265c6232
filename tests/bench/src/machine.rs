//! The machine that measures.

use std::{fs, process::Command};

/// Processes that ran or waited to run in the last minute.
pub fn load() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|load| load.parse().ok()).unwrap_or(f64::NAN)
}

/// Its processor and cores, and the web engine.
pub fn name() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let of = |key: &str| {
        info.lines().find_map(|line| line.strip_prefix(key)?.split_once(':')).map(|(_, value)| value.trim())
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let memory: f64 = memory
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:")?.split_whitespace().next()?.parse().ok())
        .unwrap_or_default();
    format!(
        "{cores} cores of {}, {:.0} GB, Linux {}, WebKitGTK {}",
        of("model name").unwrap_or("an unknown processor"),
        memory / 1024.0 / 1024.0,
        said("uname", &["-r"]),
        said("pkg-config", &["--modversion", "webkit2gtk-4.1"])
    )
}

/// The date, as in 2026-11-23.
pub fn today() -> String {
    said("date", &["-u", "+%F"])
}

fn said(program: &str, arguments: &[&str]) -> String {
    #[expect(clippy::disallowed_methods, reason = "it says a word about the machine and ends at once")]
    let output = Command::new(program).args(arguments).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
}
