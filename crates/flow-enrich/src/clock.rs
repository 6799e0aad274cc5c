//! The system's clock.

use std::time::{SystemTime, UNIX_EPOCH};

/// Returns the time in nanoseconds since the Unix epoch; 0 where the clock is before it.
pub(crate) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_nanos() as u64)
}
