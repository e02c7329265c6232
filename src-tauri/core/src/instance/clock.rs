use std::time::{SystemTime, UNIX_EPOCH};

/// Now, in milliseconds since the Unix epoch. The only clock that the instance reads for what a person sees.
pub(super) fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
