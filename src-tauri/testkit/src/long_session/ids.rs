//! Ids as the server makes them: 48 bits of time, which order them, and 14 characters that keep them apart.

use std::sync::atomic::{AtomicU64, Ordering};

/// The server's times count 4,096 ids in each millisecond.
const EACH_MILLISECOND: u64 = 0x1000;
const BITS: u64 = 0xFFFF_FFFF_FFFF;

/// Ids of the messages and parts of one session, each greater than the one before.
pub(super) struct Ids {
    session: u64,
    time: u64,
    in_millisecond: u64,
    count: u64,
}

impl Ids {
    /// Those of the session numbered so.
    pub(super) fn of(session: u64) -> Self {
        Self { session, time: 0, in_millisecond: 0, count: 0 }
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
        format!("{kind}_{time:012x}{}", apart(self.session, self.count))
    }
}

/// A number that no other session of this process has.
pub(super) fn number() -> u64 {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    COUNT.fetch_add(1, Ordering::Relaxed)
}

/// The id of the session numbered so that began at this time; the newest sort first.
pub(super) fn session(time: u64, number: u64) -> String {
    format!("ses_{:012x}{}", !(time * EACH_MILLISECOND + number) & BITS, apart(number, 0))
}

/// The process, the session and a number in it: sessions of one place may be made in the same millisecond.
fn apart(session: u64, count: u64) -> String {
    format!("{:04}{:03}{count:07}", std::process::id() % 10_000, session % 1_000)
}
