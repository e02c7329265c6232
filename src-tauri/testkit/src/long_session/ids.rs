//! Ids as the server makes them: 48 bits of time, which order them, and 14 characters that keep them apart.

use std::sync::atomic::{AtomicU64, Ordering};

/// The server's times count 4,096 ids in each millisecond.
const EACH_MILLISECOND: u64 = 0x1000;
const BITS: u64 = 0xFFFF_FFFF_FFFF;

/// Ids of messages and parts, each greater than the one before.
pub(super) struct Ids {
    time: u64,
    in_millisecond: u64,
    count: u64,
}

impl Ids {
    pub(super) fn new(time: u64) -> Self {
        Self { time, in_millisecond: 0, count: 0 }
    }

    /// Those that follow were made at this time.
    pub(super) fn at(&mut self, time: u64) {
        self.time = time;
        self.in_millisecond = 0;
    }

    pub(super) fn next(&mut self, kind: &str) -> String {
        self.in_millisecond += 1;
        self.count += 1;
        let time = (self.time * EACH_MILLISECOND + self.in_millisecond) & BITS;
        format!("{kind}_{time:012x}{}", apart(self.count))
    }
}

/// The id of a session that began at this time; the newest sort first.
pub(super) fn session(time: u64) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("ses_{:012x}{}", !(time * EACH_MILLISECOND + count) & BITS, apart(count))
}

/// The process and a number of its own: parts of two sessions of one place never have the same id.
fn apart(count: u64) -> String {
    format!("{:06}{:08}", std::process::id() % 1_000_000, count)
}
