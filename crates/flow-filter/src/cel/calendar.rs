//! Days of the proleptic Gregorian calendar.

const DAY: i128 = 86_400;
/// Days of 400 years, after which the calendar repeats.
const ERA: i128 = 146_097;
/// Days from 1 March of the year 0 to 1 January 1970.
const EPOCH: i128 = 719_468;

/// A second of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Civil {
    pub(crate) year: i64,
    /// From 1 on.
    pub(crate) month: i64,
    /// From 1 on.
    pub(crate) day: i64,
    pub(crate) hour: i64,
    pub(crate) minute: i64,
    pub(crate) second: i64,
}

impl Civil {
    /// Returns the second that is so many after the start of 1970.
    pub(crate) fn of_seconds(seconds: i128) -> Self {
        let (days, rest) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
        // Years begin in March here, so that a leap day is the last one of its year.
        let days = days + EPOCH;
        let (era, day) = (days.div_euclid(ERA), days.rem_euclid(ERA));
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let day_of_month = day - (153 * month + 2) / 5 + 1;
        let is_next = month >= 10;
        let small = |number: i128| i64::try_from(number).unwrap_or(i64::MAX);
        Self {
            year: small(era * 400 + year + i128::from(is_next)),
            month: small(if is_next { month - 9 } else { month + 3 }),
            day: small(day_of_month),
            hour: small(rest / 3_600),
            minute: small(rest / 60 % 60),
            second: small(rest % 60),
        }
    }

    /// Returns the seconds since the start of 1970; `None` where there is no such day or second.
    pub(crate) fn seconds(self) -> Option<i128> {
        let is_time = self.hour < 24 && self.minute < 60 && self.second < 60;
        let is_month = (1..=12).contains(&self.month);
        if !is_time || !is_month || self.day < 1 {
            return None;
        }
        let is_early = self.month <= 2;
        let year = i128::from(self.year) - i128::from(is_early);
        let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
        let month = i128::from(if is_early {
            self.month + 9
        } else {
            self.month - 3
        });
        let day = (153 * month + 2) / 5 + i128::from(self.day) - 1;
        let day = year * 365 + year / 4 - year / 100 + day;
        let rest = i128::from(self.hour * 3_600 + self.minute * 60 + self.second);
        let seconds = (era * ERA + day - EPOCH) * DAY + rest;
        // 31 June is no other day.
        (Self::of_seconds(seconds) == self).then_some(seconds)
    }

    /// Returns the day of the year, from 0 on.
    pub(crate) fn day_of_year(self) -> i64 {
        let start = Self {
            month: 1,
            day: 1,
            ..self
        };
        let days = |civil: Self| civil.seconds().map_or(0, |seconds| seconds.div_euclid(DAY));
        i64::try_from(days(self) - days(start)).unwrap_or_default()
    }

    /// Returns the day of the week, from Sunday as 0 on.
    pub(crate) fn day_of_week(self) -> i64 {
        let days = self.seconds().map_or(0, |seconds| seconds.div_euclid(DAY));
        // 1 January 1970 was a Thursday.
        i64::try_from((days + 4).rem_euclid(7)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        let new_year = Civil::of_seconds(0);
        assert_eq!((new_year.year, new_year.month, new_year.day), (1970, 1, 1));
        assert_eq!(new_year.day_of_week(), 4);
        let leap = Civil::of_seconds(951_782_400);
        assert_eq!((leap.year, leap.month, leap.day), (2000, 2, 29));
        assert_eq!((leap.day_of_year(), leap.day_of_week()), (59, 2));
        let first = Civil::of_seconds(-62_135_596_800);
        assert_eq!((first.year, first.month, first.day), (1, 1, 1));
        let no_day = Civil {
            month: 6,
            day: 31,
            ..new_year
        };
        assert_eq!(no_day.seconds(), None);
    }

    proptest! {
        #[test]
        fn seconds_go_there_and_back(seconds in -100_000_000_000_i64..300_000_000_000) {
            let civil = Civil::of_seconds(i128::from(seconds));
            prop_assert_eq!(civil.seconds(), Some(i128::from(seconds)));
            prop_assert!((0..366).contains(&civil.day_of_year()));
        }
    }
}
