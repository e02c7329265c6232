//! What the core does on one thread: read from what its own benchmarks (`cargo bench -p outrider-core`) found, in the
//! folder that `OUTRIDER_CRITERION` names.

use std::{fs, path::PathBuf};

use serde_json::Value;

use crate::results::Row;

/// Events each second.
const EVENTS: f64 = 500_000.0;
const RATIO: f64 = 1.5;

pub fn measure() -> Vec<Row> {
    let (fold, events) = (seconds("reducer", "fold"), units("reducer", "fold"));
    let read = seconds("reducer", "read and fold");
    let (whole, bytes) = (seconds("markdown", "whole"), units("markdown", "whole"));
    let chunks = units("markdown", "chunks at the end");
    let (start, end) = (seconds("markdown", "chunks at the start"), seconds("markdown", "chunks at the end"));
    let ratio = end / start;
    let micro = |seconds: f64| seconds / chunks * 1e6;
    vec![
        Row::new(
            "Reducer, over the recordings on one core",
            format!("{:.0} events/s ({:.0} with reading their JSON)", events / fold, events / read),
        )
        .bound("≥ 500,000 events/s", events / fold >= EVENTS),
        Row::new("Markdown, whole answers", format!("{:.1} MB/s", bytes / whole / 1e6)),
        Row::new(
            "Markdown, each chunk at the end of a 200 KB answer against its start",
            format!("{:.1} against {:.1} µs, ratio {ratio:.2}", micro(end), micro(start)),
        )
        .bound("ratio ≤ 1.5", ratio <= RATIO),
    ]
}

/// What criterion estimates for one round: the median.
fn seconds(group: &str, name: &str) -> f64 {
    found(group, name, "estimates.json")["median"]["point_estimate"].as_f64().unwrap_or(f64::NAN) / 1e9
}

/// How many events, bytes or chunks a round has.
fn units(group: &str, name: &str) -> f64 {
    let throughput = found(group, name, "benchmark.json")["throughput"].take();
    throughput.as_object().and_then(|kinds| kinds.values().next()?.as_f64()).unwrap_or(f64::NAN)
}

fn found(group: &str, name: &str, file: &str) -> Value {
    let folder = PathBuf::from(std::env::var_os("OUTRIDER_CRITERION").expect("OUTRIDER_CRITERION names a folder"));
    let path = folder.join(group).join(name).join("new").join(file);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap()
}
