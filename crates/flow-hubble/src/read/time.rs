//! Times, durations and masks, which are texts in JSON.

use std::borrow::ToOwned;
use std::fmt;
use std::string::String;

use prost_types::{Duration, FieldMask, Timestamp};
use serde::de::{Deserializer, Error, Visitor};

use super::kind::Kind;
use super::notes::Notes;

/// The kind of a time: RFC 3339 section 5.6, in the years 1 to 9999. A comma before the fraction and a
/// leap second, which is the next second, are understood too.
pub(crate) struct Time;

impl Kind for Time {
    type Value = Timestamp;

    fn read<'de, D: Deserializer<'de>>(input: D, _: &Notes) -> Result<Option<Timestamp>, D::Error> {
        input
            .deserialize_str(Parsed(timestamp, "an RFC 3339 time"))
            .map(Some)
    }
}

/// The kind of a duration: seconds with up to nine digits of a fraction, and `s`.
pub(crate) struct Span;

impl Kind for Span {
    type Value = Duration;

    fn read<'de, D: Deserializer<'de>>(input: D, _: &Notes) -> Result<Option<Duration>, D::Error> {
        input
            .deserialize_str(Parsed(duration, "a duration such as 1.5s"))
            .map(Some)
    }
}

/// The kind of a mask: paths with commas between them, in camel case.
pub(crate) struct Mask;

impl Kind for Mask {
    type Value = FieldMask;

    fn read<'de, D: Deserializer<'de>>(input: D, _: &Notes) -> Result<Option<FieldMask>, D::Error> {
        input.deserialize_str(Parsed(mask, "paths")).map(Some)
    }
}

/// A text that a function reads.
struct Parsed<T>(fn(&str) -> Option<T>, &'static str);

impl<T> Visitor<'_> for Parsed<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.1)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        (self.0)(text).ok_or_else(|| E::custom(format_args!("expected {}, found {text:?}", self.1)))
    }
}

/// Takes a number of exactly so many digits, and what must follow it.
fn digits(text: &mut &[u8], count: usize, after: &[u8]) -> Option<i64> {
    let (number, rest) = text.split_at_checked(count)?;
    *text = match after {
        [] => rest,
        _ => {
            rest.split_first()
                .filter(|(first, _)| after.contains(first))?
                .1
        }
    };
    number.iter().try_fold(0, |sum, digit| {
        digit
            .is_ascii_digit()
            .then(|| sum * 10 + i64::from(digit - b'0'))
    })
}

/// Takes the digits of a fraction as nanoseconds. Those beyond the ninth are cut off.
fn fraction(text: &mut &[u8]) -> Option<i32> {
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at(length);
    *text = rest;
    let mut nanos = 0;
    for place in 0..9 {
        let digit = digits.get(place).map_or(0, |digit| i32::from(digit - b'0'));
        nanos = nanos * 10 + digit;
    }
    (length > 0).then_some(nanos)
}

/// Days since 1970-01-01 of a date of the Gregorian calendar; `None` where there is no such date.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + i64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=length).contains(&day) || year < 1 {
        return None;
    }
    // Years that begin in March, so that a leap day is the last one.
    let (year, month) = if month < 3 {
        (year - 1, month + 9)
    } else {
        (year, month - 3)
    };
    let before = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5;
    Some(before + day - 1 - 719_468)
}

fn timestamp(text: &str) -> Option<Timestamp> {
    let mut rest = text.as_bytes();
    let year = digits(&mut rest, 4, b"-")?;
    let month = digits(&mut rest, 2, b"-")?;
    let day = digits(&mut rest, 2, b"Tt ")?;
    let hour = digits(&mut rest, 2, b":")?;
    let minute = digits(&mut rest, 2, b":")?;
    let second = digits(&mut rest, 2, b"")?;
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let mut nanos = 0;
    if let Some(part) = rest.strip_prefix(b".").or_else(|| rest.strip_prefix(b",")) {
        rest = part;
        nanos = fraction(&mut rest)?;
    }
    let offset = match rest {
        b"Z" | b"z" => 0,
        [sign @ (b'+' | b'-'), zone @ ..] => {
            let mut zone = zone;
            let hours = digits(&mut zone, 2, b":")?;
            let minutes = digits(&mut zone, 2, b"")?;
            if hours > 23 || minutes > 59 || !zone.is_empty() {
                return None;
            }
            let seconds = hours * 3_600 + minutes * 60;
            if *sign == b'+' { seconds } else { -seconds }
        }
        _ => return None,
    };
    let seconds = days(year, month, day)? * 86_400 + hour * 3_600 + minute * 60 + second - offset;
    Some(Timestamp { seconds, nanos })
}

/// Most seconds of a duration: 10,000 years, as `google/protobuf/duration.proto` has it.
const LONGEST: i64 = 315_576_000_000;

fn duration(text: &str) -> Option<Duration> {
    let text = text.strip_suffix('s')?;
    let (is_negative, text) = match text.strip_prefix('-') {
        Some(text) => (true, text),
        None => (false, text),
    };
    let (whole, mut part) = match text.split_once('.') {
        Some((whole, part)) => (whole, Some(part.as_bytes())),
        None => (text, None),
    };
    let is_number = !whole.is_empty() && whole.bytes().all(|byte| byte.is_ascii_digit());
    let mut seconds: i64 = whole.parse().ok().filter(|_| is_number)?;
    let mut nanos = match &mut part {
        Some(digits) => fraction(digits).filter(|_| digits.is_empty())?,
        None => 0,
    };
    if seconds > LONGEST {
        return None;
    }
    if is_negative {
        (seconds, nanos) = (-seconds, -nanos);
    }
    Some(Duration { seconds, nanos })
}

fn mask(text: &str) -> Option<FieldMask> {
    let mut paths = FieldMask::default();
    for path in text.split(',').filter(|_| !text.is_empty()) {
        let mut original = String::with_capacity(path.len() + 4);
        for letter in path.chars() {
            if letter.is_ascii_uppercase() {
                original.push('_');
            }
            original.push(letter.to_ascii_lowercase());
        }
        paths.paths.push(original.to_owned());
    }
    Some(paths)
}
