//! Points in time as RFC 3339 writes them.

/// Nanoseconds since the Unix epoch of a time like `2026-11-24T14:35:06.123456789+01:00`; `None`
/// where it is none, or one before 1970 or after 2554.
pub(super) fn parse(text: &[u8]) -> Option<u64> {
    let date = text.get(..19)?;
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if marks.iter().any(|(at, mark)| date[*at] != *mark) {
        return None;
    }
    let [year, month, day] = [&date[..4], &date[5..7], &date[8..10]].map(digits);
    let [hour, minute, second] = [&date[11..13], &date[14..16], &date[17..19]].map(digits);
    let days = days(year?, month?, day?)?;
    let (hour, minute, second) = (hour?, minute?, second?);
    // The last is a leap second.
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let (nanosecond, rest) = fraction(&text[19..])?;
    let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second - offset(rest)? * 60;
    let seconds = u64::try_from(seconds).ok()?;
    seconds.checked_mul(1_000_000_000)?.checked_add(nanosecond)
}

fn digits(text: &[u8]) -> Option<i64> {
    text.iter().try_fold(0, |number, digit| {
        digit
            .is_ascii_digit()
            .then(|| number * 10 + i64::from(digit - b'0'))
    })
}

/// Days since 1970 in the proleptic Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    if !(1..=length).contains(&day) {
        return None;
    }
    // Years begin in March, so that the leap day is the last of a year.
    let (year, march_month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let day_of_year = (153 * march_month + 2) / 5 + day - 1;
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    Some(year * 365 + leap_days + day_of_year - 719_468)
}

/// Nanoseconds, and what follows. Digits after the ninth are less than that.
fn fraction(text: &[u8]) -> Option<(u64, &[u8])> {
    let Some(digits) = text.strip_prefix(b".") else {
        return Some((0, text));
    };
    let count = digits
        .iter()
        .take_while(|digit| digit.is_ascii_digit())
        .count();
    if count == 0 {
        return None;
    }
    let nanosecond = (0..9).fold(0, |number, at| {
        let digit = if at < count { digits[at] - b'0' } else { 0 };
        number * 10 + u64::from(digit)
    });
    Some((nanosecond, &digits[count..]))
}

/// Minutes that the time is ahead of UTC.
fn offset(text: &[u8]) -> Option<i64> {
    let (sign, rest) = match text {
        b"Z" | b"z" => return Some(0),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    if rest.len() != 5 || rest[2] != b':' {
        return None;
    }
    let (hours, minutes) = (digits(&rest[..2])?, digits(&rest[3..])?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use flow_core::flow::UtcTime;

    #[test]
    fn times_and_their_offsets() {
        let cases: [(&str, u64); 7] = [
            ("1970-01-01T00:00:00Z", 0),
            ("1970-01-01T00:00:00.000000001Z", 1),
            ("2026-11-24T14:35:06.5Z", 1_795_530_906_500_000_000),
            ("2026-11-24T15:35:06.5+01:00", 1_795_530_906_500_000_000),
            ("2026-11-24T09:05:06.500-05:30", 1_795_530_906_500_000_000),
            ("2024-02-29T23:59:60Z", 1_709_251_200_000_000_000),
            ("2000-02-29T00:00:00.1234567891Z", 951_782_400_123_456_789),
        ];
        for (text, time) in cases {
            assert_eq!(parse(text.as_bytes()), Some(time), "{text}");
        }
    }

    #[test]
    fn what_is_no_time() {
        for text in [
            "",
            "2026-11-24",
            "2026-11-24T14:35:06",
            "2026-11-24T14:35:06.Z",
            "2026-11-24 14:35:06Z",
            "2026-13-01T00:00:00Z",
            "2026-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:60:00Z",
            "2026-01-01T00:00:61Z",
            "2026-01-01T00:00:00+0100",
            "2026-01-01T00:00:00+24:00",
            "1969-12-31T23:59:59Z",
            "9999-12-31T23:59:59Z",
            "20x6-01-01T00:00:00Z",
        ] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(time in any::<u64>()) {
            let text = std::format!("{}", UtcTime(time).rfc3339());
            prop_assert_eq!(parse(text.as_bytes()), Some(time));
        }

        #[test]
        fn any_bytes_are_a_time_or_none(bytes in proptest::collection::vec(any::<u8>(), 0..48)) {
            let _ = parse(&bytes);
        }

        #[test]
        fn nearly_times(text in "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{0,12})?(Z|[+-][0-9]{2}:[0-9]{2})") {
            let _ = parse(text.as_bytes());
        }
    }
}
