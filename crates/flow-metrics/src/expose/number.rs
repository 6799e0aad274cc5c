//! Numbers as Prometheus's text formats have them.

use std::fmt::Write;

/// Writes a count, as a float is written.
pub(crate) fn write_count(to: &mut String, count: u64, is_open_metrics: bool) {
    if count < 1_000_000 {
        let _ = write!(to, "{count}");
        if is_open_metrics {
            to.push_str(".0");
        }
    } else {
        write_float(to, count as f64, is_open_metrics);
    }
}

/// Writes a float in its shortest form, with an exponent from a million on and below 0.0001, as Go's
/// format `g` does; OpenMetrics wants a point or an exponent in each.
pub(crate) fn write_float(to: &mut String, value: f64, is_open_metrics: bool) {
    if value.is_nan() {
        to.push_str("NaN");
        return;
    }
    if value.is_infinite() {
        to.push_str(if value > 0.0 { "+Inf" } else { "-Inf" });
        return;
    }
    let begin = to.len();
    // Writing to a string cannot fail.
    let _ = write!(to, "{value:e}");
    let exponent = to[begin..]
        .split_once('e')
        .and_then(|(_, exponent)| exponent.parse::<i32>().ok())
        .unwrap_or(0);
    // 21 where the point would stand among the digits, but for the shortest form it is 6.
    if value != 0.0 && !(-4..6).contains(&exponent) {
        let at = to[begin..].find('e').map_or(to.len(), |at| begin + at);
        to.truncate(at);
        let sign = if exponent < 0 { '-' } else { '+' };
        let _ = write!(to, "e{sign}{:02}", exponent.unsigned_abs());
        return;
    }
    to.truncate(begin);
    let _ = write!(to, "{value}");
    if is_open_metrics && !to[begin..].contains('.') {
        to.push_str(".0");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(value: f64) -> (String, String) {
        let write = |is_open_metrics| {
            let mut text = String::new();
            write_float(&mut text, value, is_open_metrics);
            text
        };
        (write(false), write(true))
    }

    #[test]
    fn counts_are_written_as_floats_are() {
        for count in [0, 1, 999_999, 1_000_000, 1_234_567, u64::MAX] {
            for is_open_metrics in [false, true] {
                let (mut one, mut other) = (String::new(), String::new());
                write_count(&mut one, count, is_open_metrics);
                write_float(&mut other, count as f64, is_open_metrics);
                assert_eq!(one, other);
            }
        }
    }

    #[test]
    fn floats_are_written_as_go_writes_them() {
        for (value, text, open_metrics) in [
            (0.0, "0", "0.0"),
            (1.0, "1", "1.0"),
            (-1.0, "-1", "-1.0"),
            (2.5, "2.5", "2.5"),
            (0.005, "0.005", "0.005"),
            (0.0001, "0.0001", "0.0001"),
            (0.00001, "1e-05", "1e-05"),
            (999_999.0, "999999", "999999.0"),
            (1_000_000.0, "1e+06", "1e+06"),
            (123_456_789.0, "1.23456789e+08", "1.23456789e+08"),
            (1e100, "1e+100", "1e+100"),
            (0.020_245_846, "0.020245846", "0.020245846"),
            (f64::INFINITY, "+Inf", "+Inf"),
            (f64::NEG_INFINITY, "-Inf", "-Inf"),
            (f64::NAN, "NaN", "NaN"),
        ] {
            assert_eq!(both(value), (text.to_owned(), open_metrics.to_owned()));
        }
    }
}
