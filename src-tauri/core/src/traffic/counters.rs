use std::collections::VecDeque;

use crate::protocol::{TrafficCounters, UnknownType};

/// The length of one step of the rates, in milliseconds.
const STEP: i64 = 250;
/// The rates are those of so many steps: five seconds.
const STEPS: usize = 20;
/// How many types of unknown events are counted apart: their names come from the server.
const UNKNOWN_TYPES: usize = 50;

/// Sums over the life of an instance, and rates over the last seconds.
#[derive(Debug, Default)]
pub(super) struct Counters {
    events: u64,
    bytes: u64,
    opened: u64,
    synced: u64,
    unknown: u64,
    unknown_types: Vec<UnknownType>,
    steps: VecDeque<Step>,
}

#[derive(Debug)]
struct Step {
    /// The time in units of [`STEP`].
    at: i64,
    events: u64,
    bytes: u64,
}

impl Counters {
    /// An event of `bytes` came at `at`; `unknown` is its name if it is one of those.
    pub(super) fn count(&mut self, at: i64, bytes: usize, unknown: Option<&str>) {
        self.events += 1;
        self.bytes += bytes as u64;
        if let Some(name) = unknown {
            self.unknown += 1;
            if let Some(known) = self.unknown_types.iter_mut().find(|known| known.name == name) {
                known.count += 1;
            } else if self.unknown_types.len() < UNKNOWN_TYPES {
                self.unknown_types.push(UnknownType { name: name.to_owned(), count: 1 });
            }
        }
        let at = at.div_euclid(STEP);
        if let Some(step) = self.steps.back_mut().filter(|step| step.at == at) {
            step.events += 1;
            step.bytes += bytes as u64;
        } else {
            // By their number, not by their times: bounded also when the clock is set back.
            self.steps.push_back(Step { at, events: 1, bytes: bytes as u64 });
            if self.steps.len() > STEPS {
                self.steps.pop_front();
            }
        }
    }

    pub(super) fn opened(&mut self) {
        self.opened += 1;
    }

    pub(super) fn synced(&mut self) {
        self.synced += 1;
    }

    #[allow(clippy::cast_precision_loss, clippy::cast_possible_wrap, reason = "rates are rounded, and 20 is small")]
    pub(super) fn at(&self, now: i64) -> TrafficCounters {
        let now = now.div_euclid(STEP);
        let recent = || self.steps.iter().filter(|step| (now - (STEPS as i64) < step.at) && step.at <= now);
        let rate = |sum: u64| sum as f64 / (STEPS as i64 * STEP) as f64 * 1000.0;
        TrafficCounters {
            events_per_second: rate(recent().map(|step| step.events).sum()),
            bytes_per_second: rate(recent().map(|step| step.bytes).sum()),
            events: self.events,
            bytes: self.bytes,
            reconnects: self.opened.saturating_sub(1),
            resyncs: self.synced.saturating_sub(1),
            unknown: self.unknown,
            unknown_types: self.unknown_types.clone(),
        }
    }
}
