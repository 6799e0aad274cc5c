//! Times and durations as protobuf's JSON has them.

use std::vec::Vec;

use flow_core::flow::UtcTime;

const NANOS: u64 = 1_000_000_000;

/// `2026-11-24T14:35:06.123Z`: RFC 3339 in UTC, with no, three, six or nine digits of a second.
pub(super) fn timestamp(out: &mut Vec<u8>, nanoseconds: u64) {
    let fields = UtcTime(nanoseconds).fields();
    let mut text = *b"0000-00-00T00:00:00";
    let (century, year) = (fields.year / 100, fields.year % 100);
    for (at, value) in [
        (0, century),
        (2, year),
        (5, fields.month),
        (8, fields.day),
        (11, fields.hour),
        (14, fields.minute),
        (17, fields.second),
    ] {
        text[at..at + 2].copy_from_slice(&two(value));
    }
    out.extend_from_slice(&text);
    fraction(out, fields.nanosecond);
    out.push(b'Z');
}

/// `1.500s`: seconds with no, three, six or nine digits after the point.
pub(super) fn duration(out: &mut Vec<u8>, nanoseconds: u64) {
    let mut digits = itoa::Buffer::new();
    out.extend_from_slice(digits.format(nanoseconds / NANOS).as_bytes());
    fraction(out, nanoseconds % NANOS);
    out.push(b's');
}

/// A point and as many groups of three digits as are needed; nothing for zero.
fn fraction(out: &mut Vec<u8>, nanosecond: u64) {
    if nanosecond == 0 {
        return;
    }
    let (milli, micro, nano) = (
        nanosecond / 1_000_000,
        nanosecond / 1_000 % 1_000,
        nanosecond % 1_000,
    );
    let mut text = *b".000000000";
    for (at, value) in [(1, milli), (4, micro), (7, nano)] {
        let [tens, ones] = two(value % 100);
        text[at..at + 3].copy_from_slice(&[b'0' + (value / 100) as u8, tens, ones]);
    }
    let length = match (micro, nano) {
        (0, 0) => 4,
        (_, 0) => 7,
        _ => 10,
    };
    out.extend_from_slice(&text[..length]);
}

/// The last two decimal digits.
const fn two(value: u64) -> [u8; 2] {
    [b'0' + (value / 10 % 10) as u8, b'0' + (value % 10) as u8]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use std::string::{String, ToString};

    use super::*;

    fn text(write: fn(&mut Vec<u8>, u64), value: u64) -> String {
        let mut out = Vec::new();
        write(&mut out, value);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn as_many_digits_as_are_needed() {
        for (nanoseconds, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (1_000_000_000, "1970-01-01T00:00:01Z"),
            (1_500_000_000, "1970-01-01T00:00:01.500Z"),
            (1_000_020_000, "1970-01-01T00:00:01.000020Z"),
            (1_000_000_003, "1970-01-01T00:00:01.000000003Z"),
            (1_795_530_906_123_456_789, "2026-11-24T14:35:06.123456789Z"),
            (u64::MAX, "2554-07-21T23:34:33.709551615Z"),
        ] {
            assert_eq!(text(timestamp, nanoseconds), expected);
        }
        for (nanoseconds, expected) in [
            (0, "0s"),
            (90_000, "0.000090s"),
            (1_500_000_000, "1.500s"),
            (61_000_000_001, "61.000000001s"),
        ] {
            assert_eq!(text(duration, nanoseconds), expected);
        }
    }

    proptest! {
        /// The same as `prost-types` shows, which follows the same rules.
        #[test]
        fn as_prost_types_shows_them(nanoseconds: u64, coarse in 0_u64..10_000_000_000) {
            for nanoseconds in [nanoseconds, coarse, coarse * 1_000, coarse * 1_000_000] {
                let (seconds, nanos) = ((nanoseconds / NANOS) as i64, (nanoseconds % NANOS) as i32);
                let time = prost_types::Timestamp { seconds, nanos };
                prop_assert_eq!(text(timestamp, nanoseconds), time.to_string());
                let span = prost_types::Duration { seconds, nanos };
                prop_assert_eq!(text(duration, nanoseconds), span.to_string());
            }
        }
    }
}
