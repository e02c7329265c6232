//! What recording costs beside reading.

use std::time::{Duration, Instant};

use super::*;

fn frames() -> Vec<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings");
    let mut frames = Vec::new();
    for name in ["golden-text-reasoning", "golden-tools-parallel", "golden-subagent", "golden-abort-streaming"] {
        let text = std::fs::read_to_string(folder.join(format!("{name}.sse"))).unwrap();
        frames.extend(text.lines().filter_map(|line| line.strip_prefix("data: ")).map(str::to_owned));
    }
    assert!(frames.len() > 150);
    // A round is short, so that some are not interrupted.
    frames.truncate(100);
    frames
}

/// Both are timed in turn, and the shortest time of each counts: others use the machine as well.
#[test]
fn recording_costs_less_than_reading() {
    let frames = frames();
    let traffic = Traffic::default();
    let time = |read: &dyn Fn(Received)| {
        let began = Instant::now();
        for frame in &frames {
            read(received(frame.clone()));
        }
        began.elapsed()
    };
    let (mut reading, mut both) = (Duration::MAX, Duration::MAX);
    for _ in 0..100 {
        reading = reading.min(time(&|received| drop(std::hint::black_box(received))));
        both = both.min(time(&|received| drop(std::hint::black_box(traffic.record(0, received)))));
    }
    let rate = |time: Duration| frames.len() as f64 / time.as_secs_f64();
    println!(
        "read {:.0} events/s, read and recorded {:.0} events/s, ratio {:.2}",
        rate(reading),
        rate(both),
        both.as_secs_f64() / reading.as_secs_f64()
    );
    assert!(both < 2 * reading, "{reading:?}, with the recorder {both:?}");
}
