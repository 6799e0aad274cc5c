//! Wall-clock time from the kernel's clock.
//!
//! Kernel records carry `CLOCK_BOOTTIME`, which never jumps; people want the wall clock, which
//! is slewed and sometimes set. [`BootClock`] converts with an offset that is sampled now and
//! then. A small change of the offset (the two clocks drifting apart) is spread over the time
//! that follows, so that times which were in order stay in order; a large one (the wall clock
//! was set) is followed at once.

/// Converts `CLOCK_BOOTTIME` nanoseconds to nanoseconds since the Unix epoch.
///
/// ```
/// use flow_core::clock::BootClock;
///
/// let mut clock = BootClock::new(5_000, 1_000_005_000);
/// assert_eq!(clock.to_wall(6_000), 1_000_006_000);
/// // The wall clock was set an hour ahead: followed at once.
/// clock.update(7_000, 3_601_000_007_000);
/// assert_eq!(clock.to_wall(7_500), 3_601_000_007_500);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct BootClock {
    /// Boot time from which the correction below applies.
    since: u64,
    /// Wall minus boot time at `since`.
    offset: i64,
    /// What is still to be added to `offset` after `since`, at [`Self::SLEW_SHIFT`].
    correction: i64,
}

impl BootClock {
    /// A change of the offset from this on, in nanoseconds, is a step of the wall clock.
    pub const STEP: u64 = 500_000_000;
    /// Corrections are spread at one part in 2^7 (7.8 ms a second), many times the rate at
    /// which `adjtimex` slews (500 parts in a million).
    const SLEW_SHIFT: u32 = 7;

    /// A clock that knows the two times of one moment, in nanoseconds.
    #[must_use]
    pub const fn new(boot_ns: u64, wall_ns: u64) -> Self {
        Self {
            since: boot_ns,
            offset: wall_ns.wrapping_sub(boot_ns) as i64,
            correction: 0,
        }
    }

    /// Takes a new sample of both clocks, in nanoseconds. Once a second is often enough.
    pub fn update(&mut self, boot_ns: u64, wall_ns: u64) {
        let sampled = wall_ns.wrapping_sub(boot_ns) as i64;
        let current = self.offset_at(boot_ns);
        let change = sampled.wrapping_sub(current);
        self.since = boot_ns;
        if change.unsigned_abs() >= Self::STEP {
            self.offset = sampled;
            self.correction = 0;
        } else {
            self.offset = current;
            self.correction = change;
        }
    }

    /// The wall-clock time of a kernel time. Times before the newest sample use the offset
    /// that was in force at it.
    #[inline]
    #[must_use]
    pub fn to_wall(&self, boot_ns: u64) -> u64 {
        boot_ns.saturating_add_signed(self.offset_at(boot_ns))
    }

    #[inline]
    fn offset_at(&self, boot_ns: u64) -> i64 {
        if self.correction == 0 {
            return self.offset;
        }
        let applied = (boot_ns.saturating_sub(self.since) >> Self::SLEW_SHIFT).min(i64::MAX as u64);
        let applied = (applied as i64).min(self.correction.saturating_abs());
        self.offset.wrapping_add(applied * self.correction.signum())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: u64 = 1_000_000_000;
    const EPOCH: u64 = 1_700_000_000 * SECOND;

    #[test]
    fn drift_is_spread_and_then_gone() {
        let mut clock = BootClock::new(0, EPOCH);
        clock.update(10 * SECOND, EPOCH + 10 * SECOND + 1_000_000);
        assert_eq!(
            clock.to_wall(10 * SECOND),
            EPOCH + 10 * SECOND,
            "nothing jumps"
        );
        let later = 11 * SECOND;
        assert_eq!(
            clock.to_wall(later),
            EPOCH + later + 1_000_000,
            "but it gets there"
        );
    }

    #[test]
    fn a_step_back_is_followed_at_once() {
        let mut clock = BootClock::new(0, EPOCH);
        clock.update(SECOND, EPOCH - 60 * SECOND);
        assert_eq!(clock.to_wall(SECOND), EPOCH - 60 * SECOND);
    }

    #[test]
    fn no_time_overflows() {
        let clock = BootClock::new(u64::MAX, 0);
        let _ = (clock.to_wall(0), clock.to_wall(u64::MAX));
        let mut clock = BootClock::new(0, u64::MAX);
        clock.update(u64::MAX, 0);
        let _ = (clock.to_wall(0), clock.to_wall(u64::MAX));
    }

    proptest! {
        /// Whatever the drift, times in order stay in order, and every sample is reached.
        #[test]
        fn order_is_kept(drifts in proptest::collection::vec(-400_000_000_i64..400_000_000, 1..20)) {
            let mut clock = BootClock::new(0, EPOCH);
            let (mut last, mut boot) = (0, 0);
            for drift in drifts {
                for _ in 0..10 {
                    let wall = clock.to_wall(boot);
                    prop_assert!(wall >= last);
                    last = wall;
                    boot += SECOND / 10;
                }
                let true_wall = (EPOCH + boot).saturating_add_signed(drift);
                clock.update(boot, true_wall);
                prop_assert!(clock.to_wall(boot) >= last);
                // Long enough for any change that is no step.
                let settled = boot + ((BootClock::STEP + 1) << BootClock::SLEW_SHIFT);
                prop_assert_eq!(clock.to_wall(settled), (EPOCH + settled).saturating_add_signed(drift));
            }
        }
    }
}
