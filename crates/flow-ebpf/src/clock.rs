//! The two clocks read together.

use rustix::time::{ClockId, Timespec, clock_gettime};

/// Number of tries of [`clock_sample`].
const TRIES: usize = 5;

/// `CLOCK_BOOTTIME` and `CLOCK_REALTIME` at the same moment, in nanoseconds.
///
/// The wall clock is read between two reads of the boot clock, several times; the tightest
/// pair is taken, so the error is half the time between those two reads (well below a
/// microsecond unless every try is interrupted).
#[must_use]
pub fn clock_sample() -> (u64, u64) {
    let mut best = (0, 0);
    let mut tightest = u64::MAX;
    for _ in 0..TRIES {
        let before = nanoseconds(clock_gettime(ClockId::Boottime));
        let wall = nanoseconds(clock_gettime(ClockId::Realtime));
        let after = nanoseconds(clock_gettime(ClockId::Boottime));
        let width = after.saturating_sub(before);
        if width < tightest {
            tightest = width;
            best = (before + width / 2, wall);
        }
    }
    best
}

fn nanoseconds(time: Timespec) -> u64 {
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let nanos = u64::try_from(time.tv_nsec).unwrap_or(0);
    seconds.saturating_mul(1_000_000_000).saturating_add(nanos)
}

#[cfg(test)]
mod tests {
    use std::time::{SystemTime, UNIX_EPOCH};

    use super::*;

    #[test]
    fn sample_agrees_with_both_clocks() {
        let boot_before = nanoseconds(clock_gettime(ClockId::Boottime));
        let (boot, wall) = clock_sample();
        let boot_after = nanoseconds(clock_gettime(ClockId::Boottime));
        assert!((boot_before..=boot_after).contains(&boot));
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_nanos();
        assert!(now.abs_diff(u128::from(wall)) < 1_000_000_000);
    }
}
