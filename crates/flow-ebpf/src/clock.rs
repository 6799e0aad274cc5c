//! The two clocks read together.

use rustix::time::{ClockId, Timespec, clock_gettime};

/// Offsets of the clocks of this process's time namespace: time_namespaces(7).
const OFFSETS: &str = "/proc/self/timens_offsets";

/// Number of tries of [`clock_sample`].
const TRIES: usize = 5;

/// `CLOCK_BOOTTIME`, as the kernel programs read it, and `CLOCK_REALTIME` at the same moment, in nanoseconds.
///
/// In a time namespace a process reads another boot time than the kernel programs do; the difference is taken out.
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
    let (boot, wall) = best;
    (
        boot.saturating_add_signed(namespace_offset().saturating_neg()),
        wall,
    )
}

/// Nanoseconds that the boot clock of this process is ahead of the kernel's.
fn namespace_offset() -> i64 {
    std::fs::read_to_string(OFFSETS).map_or(0, |text| boot_offset(&text))
}

/// The offset out of lines of a clock, seconds and nanoseconds; 0 where there is none.
fn boot_offset(text: &str) -> i64 {
    let find = |line: &str| {
        let mut words = line.split_ascii_whitespace();
        if words.next() != Some("boottime") {
            return None;
        }
        let mut number = || words.next()?.parse::<i64>().ok();
        number()?.checked_mul(1_000_000_000)?.checked_add(number()?)
    };
    text.lines().find_map(find).unwrap_or(0)
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
    fn the_offset_of_a_time_namespace_is_read() {
        let of = |boot: &str| boot_offset(&format!("monotonic           0         0\n{boot}\n"));
        assert_eq!(of("boottime        86400         7"), 86_400_000_000_007);
        assert_eq!(of("boottime           -1 999999999"), -1);
        for odd in ["", "boottime", "boottime x 0", "boottime 9999999999999 0"] {
            assert_eq!(of(odd), 0, "{odd}");
        }
    }

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
