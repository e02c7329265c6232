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
    frames
}

/// The time for all frames, the shortest of some rounds: others use the machine as well.
fn shortest(mut round: impl FnMut() -> Duration) -> Duration {
    (0..15).map(|_| round()).min().unwrap()
}

#[test]
fn recording_costs_less_than_reading() {
    let frames = frames();
    let reading = shortest(|| {
        let began = Instant::now();
        for frame in &frames {
            std::hint::black_box(received(frame.clone()));
        }
        began.elapsed()
    });
    let traffic = Traffic::default();
    let both = shortest(|| {
        let began = Instant::now();
        for frame in &frames {
            std::hint::black_box(traffic.record(0, received(frame.clone())));
        }
        began.elapsed()
    });
    let rate = |time: Duration| frames.len() as f64 / time.as_secs_f64();
    println!(
        "read {:.0} events/s, read and recorded {:.0} events/s, ratio {:.2}",
        rate(reading),
        rate(both),
        both.as_secs_f64() / reading.as_secs_f64()
    );
    assert!(both < 2 * reading, "{reading:?}, with the recorder {both:?}");
}
