//! Ids and times as the server makes them (wire study, section 4).

use std::{
    hash::{BuildHasher, RandomState},
    time::{Instant, SystemTime, UNIX_EPOCH},
};

/// The largest value of the 48 bits that hold the time.
const MASK: u64 = 0xFFFF_FFFF_FFFF;

/// A source of ids that ascend and never repeat, and of the time that they carry.
#[derive(Debug)]
pub(super) struct Ids {
    epoch_ms: u64,
    began: Instant,
    last_ms: u64,
    counter: u64,
    random: u64,
}

impl Ids {
    /// Ids for a clock that shows `starts_at_ms` (milliseconds since 1970) now, or the system's time if not said.
    pub(super) fn new(starts_at_ms: Option<u64>, seed: Option<u64>) -> Self {
        let system = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| millis(since.as_millis()));
        Self {
            epoch_ms: starts_at_ms.unwrap_or_else(system),
            began: Instant::now(),
            last_ms: 0,
            counter: 0,
            random: seed.unwrap_or_else(|| RandomState::new().hash_one(0)),
        }
    }

    /// Milliseconds since 1970. Never goes back.
    pub(super) fn now(&self) -> u64 {
        self.epoch_ms + millis(self.began.elapsed().as_millis())
    }

    /// An id with the prefix `evt`, `msg`, `prt`, `per` or `que`: later ones sort after earlier ones.
    pub(super) fn next(&mut self, prefix: &str) -> String {
        let time = self.time() & MASK;
        format!("{prefix}_{time:012x}{}", self.text(14))
    }

    /// An id of a session: later ones sort before earlier ones.
    pub(super) fn session(&mut self) -> String {
        let time = !self.time() & MASK;
        format!("ses_{time:012x}{}", self.text(14))
    }

    /// An id of a tool call as the model makes them.
    pub(super) fn call(&mut self) -> String {
        let random = self.random();
        format!("call_{random:016x}")
    }

    /// One of these words.
    pub(super) fn choose<'a>(&mut self, words: &[&'a str]) -> &'a str {
        let index = self.random() % (words.len() as u64);
        words.get(usize::try_from(index).unwrap_or_default()).copied().unwrap_or_default()
    }

    fn time(&mut self) -> u64 {
        let now = self.now();
        if now > self.last_ms {
            (self.last_ms, self.counter) = (now, 0);
        }
        self.counter += 1;
        self.last_ms * 4096 + self.counter
    }

    fn text(&mut self, length: usize) -> String {
        const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let mut character = || {
            let index = usize::try_from(self.random() % 62).unwrap_or_default();
            char::from(ALPHABET[index])
        };
        (0..length).map(|_| character()).collect()
    }

    /// `SplitMix64`: enough to make ids differ.
    fn random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut value = self.random;
        value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        value ^ (value >> 31)
    }
}

fn millis(value: u128) -> u64 {
    u64::try_from(value).unwrap_or(u64::MAX)
}

/// A time as the server writes it in titles, such as `2026-11-22T20:50:40.475Z`.
pub(super) fn iso(ms: u64) -> String {
    let (days, rest) = (ms / 86_400_000, ms % 86_400_000);
    // Days to a date of the Gregorian calendar, counted in years that begin in March.
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let of_era = shifted % 146_097;
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let (hour, minute) = (rest / 3_600_000, rest / 60_000 % 60);
    let (second, ms) = (rest / 1000 % 60, rest % 1000);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_have_the_servers_form_ascend_and_differ() {
        let mut ids = Ids::new(Some(1_795_380_671_719), Some(7));
        let made: Vec<_> = (0..10_000).map(|_| ids.next("msg")).collect();
        assert!(made[0].starts_with("msg_20506f4e7001"), "{}", made[0]);
        assert!(made.iter().all(|id| id.len() == 30) && made.is_sorted());
        assert_eq!(made.iter().collect::<HashSet<_>>().len(), 10_000);
        let sessions: Vec<_> = (0..100).map(|_| ids.session()).collect();
        assert!(sessions.iter().rev().is_sorted() && sessions[0].starts_with("ses_dfaf90"), "{}", sessions[0]);
        assert_eq!(iso(1_795_380_640_475), "2026-11-22T20:50:40.475Z");
    }
}
