//! Times and durations.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::calendar::Civil;
use super::function::TimePart;
use super::value::{EvalError, Outcome, Value};

/// Nanoseconds of a second.
pub(crate) const SECOND: i128 = 1_000_000_000;

/// First and last second: those of the years 1 and 9999.
const YEARS: (i128, i128) = (-62_135_596_800, 253_402_300_799);

/// A time, where it is one from the year 1 to the year 9999.
pub(crate) fn checked_timestamp(nanoseconds: i128) -> Outcome {
    let seconds = nanoseconds.div_euclid(SECOND);
    if seconds < YEARS.0 || seconds > YEARS.1 {
        return Err(EvalError::Overflow);
    }
    Ok(Value::Timestamp(nanoseconds))
}

/// Reads a time (RFC 3339).
pub(crate) fn parse_timestamp(text: &str) -> Option<i128> {
    let form = text.as_bytes().get(..19)?;
    let is_form = form
        .iter()
        .zip(b"0000-00-00T00:00:00")
        .all(|pair| match pair {
            (found, b'0') => found.is_ascii_digit(),
            (found, wanted) => found == wanted,
        });
    if !is_form {
        return None;
    }
    let number = |digits: &[u8]| {
        let digits = digits.iter();
        digits.fold(0, |number, digit| number * 10 + i64::from(digit - b'0'))
    };
    let civil = Civil {
        year: number(&form[..4]),
        month: number(&form[5..7]),
        day: number(&form[8..10]),
        hour: number(&form[11..13]),
        minute: number(&form[14..16]),
        second: number(&form[17..]),
    };
    let (mut rest, mut nanoseconds) = (text.get(19..)?, 0);
    if let Some(fraction) = rest.strip_prefix('.') {
        let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
        nanoseconds = part_of(&format!(".{}", &fraction[..digits]), SECOND)?;
        rest = &fraction[digits..];
    }
    let offset = match rest.as_bytes() {
        b"Z" => 0,
        [sign @ (b'+' | b'-'), h, hh, b':', m, mm]
            if [h, hh, m, mm].into_iter().all(u8::is_ascii_digit) =>
        {
            let (hours, minutes) = (number(&[*h, *hh]), number(&[*m, *mm]));
            if hours > 24 || minutes > 60 {
                return None;
            }
            let offset = hours * 3_600 + minutes * 60;
            if *sign == b'-' { -offset } else { offset }
        }
        _ => return None,
    };
    let seconds = civil.seconds()? - i128::from(offset);
    Some(seconds * SECOND + nanoseconds)
}

/// A time as RFC 3339 writes it, with as many digits of the second as are needed.
pub(crate) fn timestamp_text(nanoseconds: i128) -> String {
    let civil = Civil::of_seconds(nanoseconds.div_euclid(SECOND));
    let rest = nanoseconds.rem_euclid(SECOND);
    let (date, time) = (
        format!("{:04}-{:02}-{:02}", civil.year, civil.month, civil.day),
        format!("{:02}:{:02}:{:02}", civil.hour, civil.minute, civil.second),
    );
    if rest == 0 {
        return format!("{date}T{time}Z");
    }
    let places = format!("{rest:09}");
    format!("{date}T{time}.{}Z", places.trim_end_matches('0'))
}

/// Reads a duration as Go writes it: `1h30m`, `1.5s`, `-10ms`.
pub(crate) fn parse_duration(text: &str) -> Option<i64> {
    let (is_negative, mut rest) = match text.strip_prefix(['+', '-']) {
        Some(rest) => (text.starts_with('-'), rest),
        None => (false, text),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut sum = 0_i128;
    while !rest.is_empty() {
        let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.')?;
        let (number, after) = rest.split_at(end);
        let end = after.find(|letter: char| letter.is_ascii_digit() || letter == '.');
        let (unit, after) = after.split_at(end.unwrap_or(after.len()));
        let unit = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => SECOND,
            "m" => 60 * SECOND,
            "h" => 3_600 * SECOND,
            _ => return None,
        };
        sum = sum.checked_add(part_of(number, unit)?)?;
        rest = after;
    }
    i64::try_from(if is_negative { -sum } else { sum }).ok()
}

/// So many of a unit: digits, with a dot among them.
fn part_of(number: &str, unit: i128) -> Option<i128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
        return None;
    }
    let whole: i128 = match whole {
        "" => 0,
        digits => digits.parse().ok()?,
    };
    // More than 18 places are less than a nanosecond.
    let places = &fraction[..fraction.len().min(18)];
    let fraction: i128 = match places {
        "" => 0,
        digits => digits.parse().ok()?,
    };
    let scale = 10_i128.pow(places.len() as u32);
    whole
        .checked_mul(unit)?
        .checked_add(fraction * unit / scale)
}

/// A duration in seconds.
pub(crate) fn duration_text(nanoseconds: i64) -> String {
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let absolute = i128::from(nanoseconds).abs();
    let (seconds, rest) = (absolute / SECOND, absolute % SECOND);
    if rest == 0 {
        return format!("{sign}{seconds}s");
    }
    let places = format!("{rest:09}");
    format!("{sign}{seconds}.{}s", places.trim_end_matches('0'))
}

/// A part of a time, in a time zone where one is given, or of a duration.
pub(crate) fn part(part: TimePart, arguments: &[Value]) -> Outcome {
    let (time, zone) = match arguments {
        [Value::Timestamp(time)] => (*time, "UTC"),
        [Value::Timestamp(time), Value::Text(zone)] => (*time, &**zone),
        [Value::Duration(nanoseconds)] => return duration_part(part, *nanoseconds),
        _ => return Err(EvalError::NoOverload),
    };
    let seconds = time.div_euclid(SECOND);
    let civil = Civil::of_seconds(seconds + i128::from(offset(zone, seconds)?));
    Ok(Value::Int(match part {
        TimePart::FullYear => civil.year,
        TimePart::Month => civil.month - 1,
        TimePart::DayOfYear => civil.day_of_year(),
        TimePart::DayOfMonth => civil.day - 1,
        TimePart::Date => civil.day,
        TimePart::DayOfWeek => civil.day_of_week(),
        TimePart::Hours => civil.hour,
        TimePart::Minutes => civil.minute,
        TimePart::Seconds => civil.second,
        TimePart::Milliseconds => {
            let milliseconds = time.rem_euclid(SECOND) / 1_000_000;
            i64::try_from(milliseconds).unwrap_or_default()
        }
    }))
}

fn duration_part(part: TimePart, nanoseconds: i64) -> Outcome {
    let unit = match part {
        TimePart::Hours => 3_600_000_000_000,
        TimePart::Minutes => 60_000_000_000,
        TimePart::Seconds => 1_000_000_000,
        TimePart::Milliseconds => 1_000_000,
        _ => return Err(EvalError::NoOverload),
    };
    Ok(Value::Int(nanoseconds / unit))
}

/// Seconds from UTC of a zone at a time, by its name, or as hours and minutes.
fn offset(zone: &str, seconds: i128) -> Result<i64, EvalError> {
    let fail = || EvalError::TimeZone;
    let Some((hours, minutes)) = zone.split_once(':') else {
        if matches!(zone, "" | "UTC") {
            return Ok(0);
        }
        let zone = TimeZone::get(zone).map_err(|_| fail())?;
        // Near the ends of the range rules no longer change.
        let (first, last) = (Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
        let near = seconds.clamp(i128::from(first), i128::from(last));
        let near = i64::try_from(near).ok();
        let time = near.and_then(|near| Timestamp::from_second(near).ok());
        let offset = zone.to_offset(time.ok_or_else(fail)?);
        return Ok(i64::from(offset.seconds()));
    };
    let (hours, minutes): (i32, i32) = (
        hours.parse().map_err(|_| fail())?,
        minutes.parse().map_err(|_| fail())?,
    );
    let (hours, minutes) = (i64::from(hours), i64::from(minutes));
    let minutes = if hours < 0 { -minutes } else { minutes };
    Ok(hours * 3_600 + minutes * 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_and_written() {
        for text in [
            "2024-06-01T11:00:00Z",
            "9999-12-31T23:59:59.999999999Z",
            "0001-01-01T00:00:00.5Z",
        ] {
            let time = parse_timestamp(text).expect(text);
            assert_eq!(timestamp_text(time), text);
        }
        let zoned = parse_timestamp("2024-06-01T11:00:00+02:00").expect("a time");
        assert_eq!(timestamp_text(zoned), "2024-06-01T09:00:00Z");
        for text in [
            "2024-06-01",
            "2024-06-31T00:00:00Z",
            "2024-06-01t00:00:00Z",
            "2024-06-01T00:00:60Z",
            "2024-06-01T00:00:00",
            "2024-06-01T00:00:00.Z",
        ] {
            assert_eq!(parse_timestamp(text), None, "{text}");
        }
    }

    #[test]
    fn durations_are_those_of_go() {
        for (text, nanoseconds) in [
            ("1h30m", 5_400_000_000_000),
            ("-1.5s", -1_500_000_000),
            (".5ms", 500_000),
            ("1µs2ns", 1_002),
            ("0", 0),
        ] {
            assert_eq!(parse_duration(text), Some(nanoseconds), "{text}");
        }
        for text in ["", "1", "1d", ".s", "1.2.3s", "3000000h"] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
        assert_eq!(duration_text(-1_500_000_000), "-1.5s");
        assert_eq!(duration_text(90_000_000_000), "90s");
    }

    #[test]
    fn zones_have_names_or_hours() {
        let june = 1_717_239_600;
        assert_eq!(offset("America/New_York", june), Ok(-4 * 3_600));
        assert_eq!(offset("-05:30", june), Ok(-19_800));
        assert_eq!(offset("Mars/Base", june), Err(EvalError::TimeZone));
    }
}
