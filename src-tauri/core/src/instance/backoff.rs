//! When a lost or refused event stream is tried again.

use std::time::Duration;

/// The policy and where it stands. Pure: the caller waits.
#[derive(Debug, Clone)]
pub(super) struct Backoff {
    base: Duration,
    attempts: u32,
    failed: u32,
}

/// What to do after a stream ended or could not be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Try again at once: it worked until now, and what streams meanwhile is lost until its part ends.
    AtOnce,
    /// Try again after this delay; the attempt counts from 1.
    After { attempt: u32, delay: Duration },
    /// All attempts failed.
    GiveUp,
}

impl Backoff {
    pub(super) fn new(base: Duration, attempts: u32) -> Self {
        Self { base, attempts, failed: 0 }
    }

    /// Begins anew: the person asked for it.
    pub(super) fn restart(&mut self) {
        self.failed = 0;
    }

    /// How many delayed attempts are made.
    pub(super) fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The stream ended after it had lived for `lived`. One that dies at once counts as a failed attempt, so that a
    /// server that accepts and closes is not called without pause.
    pub(super) fn lost(&mut self, lived: Duration) -> Next {
        if lived < self.base {
            return self.failed();
        }
        self.failed = 0;
        Next::AtOnce
    }

    /// An attempt failed: the delay doubles from the base with each.
    pub(super) fn failed(&mut self) -> Next {
        if self.failed >= self.attempts {
            return Next::GiveUp;
        }
        self.failed += 1;
        let delay = self.base.saturating_mul(2_u32.saturating_pow(self.failed - 1));
        Next::After { attempt: self.failed, delay }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(next: Next) -> Option<u64> {
        match next {
            Next::AtOnce => Some(0),
            Next::After { delay, .. } => Some(delay.as_secs()),
            Next::GiveUp => None,
        }
    }

    #[test]
    fn an_established_stream_is_tried_at_once_then_after_1_2_4_8_16_seconds_then_never() {
        let mut backoff = Backoff::new(Duration::from_secs(1), 5);
        let mut delays = vec![seconds(backoff.lost(Duration::from_mins(1)))];
        delays.extend((0..6).map(|_| seconds(backoff.failed())));
        assert_eq!(delays, [Some(0), Some(1), Some(2), Some(4), Some(8), Some(16), None]);
        assert_eq!(seconds(backoff.lost(Duration::from_mins(1))), Some(0), "a success resets the count");
        assert_eq!(backoff.failed(), Next::After { attempt: 1, delay: Duration::from_secs(1) });
    }

    #[test]
    fn a_stream_that_dies_at_once_is_not_called_without_pause() {
        let mut backoff = Backoff::new(Duration::from_secs(1), 2);
        let lived = Duration::from_millis(3);
        assert_eq!(seconds(backoff.lost(lived)), Some(1));
        assert_eq!(seconds(backoff.lost(lived)), Some(2));
        assert_eq!(seconds(backoff.lost(lived)), None);
    }
}
