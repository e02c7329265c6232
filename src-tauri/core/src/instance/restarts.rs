//! When a server that died is started again by itself.

use std::time::Duration;

/// A server that dies so soon after it was started again would only die once more.
const SOON: Duration = Duration::from_mins(1);

/// The policy and where it stands. Pure: the caller waits and starts.
#[derive(Debug, Clone, Default)]
pub(super) struct Restarts {
    /// The server that runs was started by itself after a crash.
    by_itself: bool,
}

impl Restarts {
    /// The person started the server, or starts it again: what happened before no longer counts.
    pub(super) fn by_person(&mut self) {
        self.by_itself = false;
    }

    /// The server ended after it had run for `lived`; none when it was never ready. True when it is to be started
    /// again: one that never was ready would fail in the same way, and one that was just started again is left to the
    /// person.
    pub(super) fn ended(&mut self, lived: Option<Duration>) -> bool {
        let again = lived.is_some_and(|lived| !self.by_itself || lived >= SOON);
        self.by_itself = again;
        again
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BRIEF: Option<Duration> = Some(Duration::from_secs(59));
    const LONG: Option<Duration> = Some(SOON);

    #[test]
    fn a_crash_is_followed_by_one_start_and_a_second_one_within_a_minute_by_none() {
        let mut restarts = Restarts::default();
        assert!(restarts.ended(BRIEF), "the first one, however soon");
        assert!(!restarts.ended(BRIEF));
    }

    #[test]
    fn a_server_that_lived_for_a_minute_is_started_again_each_time() {
        let mut restarts = Restarts::default();
        assert!((0..5).all(|_| restarts.ended(LONG)));
        assert!(!restarts.ended(BRIEF));
    }

    #[test]
    fn one_that_never_was_ready_is_left_alone() {
        let mut restarts = Restarts::default();
        assert!(!restarts.ended(None));
        assert!(restarts.ended(BRIEF));
        assert!(!restarts.ended(None), "the start after the crash failed");
    }

    #[test]
    fn a_start_by_the_person_begins_anew() {
        let mut restarts = Restarts::default();
        assert!(restarts.ended(BRIEF));
        restarts.by_person();
        assert!(restarts.ended(BRIEF));
        assert!(!restarts.ended(BRIEF));
    }
}
