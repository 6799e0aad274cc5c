//! Points in time as text, in UTC, without a calendar library.

use core::fmt;

const SECOND: u64 = 1_000_000_000;
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// A point in time: nanoseconds since the Unix epoch. Shown in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(clippy::exhaustive_structs, reason = "a value and nothing else")]
pub struct UtcTime(pub u64);

/// Fields of a [`UtcTime`] in the proleptic Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UtcFields {
    /// Year, from 1970.
    pub year: u64,
    /// Month, 1 to 12.
    pub month: u64,
    /// Day of the month, 1 to 31.
    pub day: u64,
    /// Hour, 0 to 23.
    pub hour: u64,
    /// Minute, 0 to 59.
    pub minute: u64,
    /// Second, 0 to 59.
    pub second: u64,
    /// Nanoseconds of the second.
    pub nanosecond: u64,
}

impl UtcTime {
    /// As RFC 3339 section 5.6 has it, with nine digits of a second:
    /// `2026-11-24T14:35:06.123456789Z`.
    #[must_use]
    pub const fn rfc3339(self) -> Rfc3339 {
        Rfc3339(self)
    }

    /// Returns the calendar date and the time of day.
    #[must_use]
    pub fn fields(self) -> UtcFields {
        let seconds = self.0 / SECOND;
        let (days, rest) = (seconds / 86_400, seconds % 86_400);
        // Years begin in March, so that the leap day is the last of a year; eras of 400 years
        // have 146,097 days. 719,468 days lie between 0000-03-01 and 1970-01-01.
        let days = days + 719_468;
        let (era, day_of_era) = (days / 146_097, days % 146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * day_of_year + 2) / 153;
        let month = if march_month < 10 {
            march_month + 3
        } else {
            march_month - 9
        };
        UtcFields {
            year: era * 400 + year_of_era + u64::from(month <= 2),
            month,
            day: day_of_year - (153 * march_month + 2) / 5 + 1,
            hour: rest / 3_600,
            minute: rest / 60 % 60,
            second: rest % 60,
            nanosecond: self.0 % SECOND,
        }
    }
}

/// Month, day and time to the millisecond, as Hubble's lines begin: `Nov 24 14:35:06.123`.
impl fmt::Display for UtcTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let UtcFields {
            month,
            day,
            hour,
            minute,
            second,
            nanosecond,
            ..
        } = self.fields();
        let month = MONTHS[(month as usize + 11) % 12];
        let millisecond = nanosecond / 1_000_000;
        write!(
            f,
            "{month} {day:2} {hour:02}:{minute:02}:{second:02}.{millisecond:03}"
        )
    }
}

/// Displays a time as RFC 3339: see [`UtcTime::rfc3339`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rfc3339(UtcTime);

impl fmt::Display for Rfc3339 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let UtcFields {
            year,
            month,
            day,
            hour,
            minute,
            second,
            nanosecond,
        } = self.0.fields();
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{nanosecond:09}Z"
        )
    }
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_days() {
        // Seconds by `date -u -d ... +%s`.
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00.000000000Z"),
            (951_782_400, "2000-02-29T00:00:00.000000000Z"),
            (1_709_164_799, "2024-02-28T23:59:59.000000000Z"),
            (1_735_689_599, "2024-12-31T23:59:59.000000000Z"),
            (1_795_530_906, "2026-11-24T14:35:06.000000000Z"),
            (4_107_542_400, "2100-03-01T00:00:00.000000000Z"),
        ] {
            assert_eq!(UtcTime(seconds * SECOND).rfc3339().to_string(), text);
        }
        let last = UtcTime(u64::MAX).rfc3339().to_string();
        assert_eq!(last, "2554-07-21T23:34:33.709551615Z");
    }

    #[test]
    fn lines_begin_as_hubbles_do() {
        let time = UtcTime(1_795_530_906 * SECOND + 123_999_999);
        assert_eq!(time.to_string(), "Nov 24 14:35:06.123", "cut, not rounded");
        let early = UtcTime(4 * 86_400 * SECOND);
        assert_eq!(
            early.to_string(),
            "Jan  5 00:00:00.000",
            "days have two places"
        );
    }

    /// The number of days since 1970-01-01, month by month.
    fn days(year: u64, month: u64, day: u64) -> u64 {
        let leap = |year: u64| {
            year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
        };
        let years: u64 = (1970..year).map(|year| 365 + u64::from(leap(year))).sum();
        let months = [
            31,
            28 + u64::from(leap(year)),
            31,
            30,
            31,
            30,
            31,
            31,
            30,
            31,
            30,
            31,
        ];
        years + months[..month as usize - 1].iter().sum::<u64>() + day - 1
    }

    proptest! {
        #[test]
        fn fields_make_the_time_again(time: u64) {
            let fields = UtcTime(time).fields();
            prop_assert!((1..=12).contains(&fields.month) && (1..=31).contains(&fields.day));
            prop_assert!(fields.hour < 24 && fields.minute < 60 && fields.second < 60);
            let days = days(fields.year, fields.month, fields.day);
            let seconds = ((days * 24 + fields.hour) * 60 + fields.minute) * 60 + fields.second;
            prop_assert_eq!(seconds * SECOND + fields.nanosecond, time);
        }
    }
}
