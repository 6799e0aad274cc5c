//! The text formats of Prometheus.

use std::fmt::Write;

use super::number::{write_count, write_float};
use crate::series::{BUCKETS, Family, FamilySnapshot, Labels, Measure, Row, Snapshot};

/// A text format of metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Prometheus's own, version 0.0.4:
    /// <https://prometheus.io/docs/instrumenting/exposition_formats/>.
    Prometheus,
    /// OpenMetrics 1.0.0: <https://prometheus.io/docs/specs/om/open_metrics_spec/>. It has exemplars.
    OpenMetrics,
}

impl Format {
    /// Returns the media type of HTTP's header `Content-Type`.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Prometheus => "text/plain; version=0.0.4; charset=utf-8; escaping=underscores",
            Self::OpenMetrics => {
                "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores"
            }
        }
    }

    /// Returns the format that fits HTTP's header `Accept` best; the one of Prometheus where that
    /// names none.
    #[must_use]
    pub fn negotiate(accept: &str) -> Self {
        let mut best = (0.0, Self::Prometheus);
        for range in accept.split(',') {
            let mut parts = range.split(';').map(str::trim);
            let kind = parts.next().unwrap_or_default();
            let mut quality = 1.0;
            let mut version = None;
            for parameter in parts {
                match parameter.split_once('=') {
                    Some(("q", value)) => quality = value.parse().unwrap_or(0.0),
                    Some(("version", value)) => version = Some(value.trim_matches('"')),
                    _ => {}
                }
            }
            let format = match (kind, version) {
                ("application/openmetrics-text", None | Some("1.0.0" | "0.0.1")) => {
                    Self::OpenMetrics
                }
                ("text/plain", None | Some("0.0.4")) | ("text/*" | "*/*", _) => Self::Prometheus,
                _ => continue,
            };
            if quality > best.0 {
                best = (quality, format);
            }
        }
        best.1
    }
}

/// Writes all families.
pub(crate) fn write(snapshot: &Snapshot, format: Format, to: &mut String) {
    for family in &snapshot.families {
        write_family(family, format, to);
    }
    finish(format, to);
}

/// Writes what ends the text.
pub(crate) fn finish(format: Format, to: &mut String) {
    if format == Format::OpenMetrics {
        to.push_str("# EOF\n");
    }
}

/// Writes the lines of a family.
pub(crate) fn write_family(snapshot: &FamilySnapshot, format: Format, to: &mut String) {
    write_head(&snapshot.family, format, to);
    for row in &snapshot.rows {
        write_row(&snapshot.family, row, format, to);
    }
}

/// Writes the comments before the series of a family.
pub(crate) fn write_head(family: &Family, format: Format, to: &mut String) {
    let name = match format {
        Format::OpenMetrics => family.name.strip_suffix("_total").unwrap_or(&family.name),
        Format::Prometheus => &family.name,
    };
    let _ = write!(to, "# HELP {name} ");
    for letter in family.help.chars() {
        match letter {
            '\\' => to.push_str("\\\\"),
            '\n' => to.push_str("\\n"),
            '"' if format == Format::OpenMetrics => to.push_str("\\\""),
            other => to.push(other),
        }
    }
    let kind = match family.measure {
        Measure::Counter => "counter",
        Measure::Histogram => "histogram",
    };
    let _ = write!(to, "\n# TYPE {name} {kind}\n");
}

/// Writes the lines of a series.
pub(crate) fn write_row(family: &Family, row: &Row, format: Format, to: &mut String) {
    match family.measure {
        Measure::Counter => {
            to.push_str(&family.name);
            write_labels(family, &row.labels, None, to);
            to.push(' ');
            write_count(to, row.sums.word(0), format == Format::OpenMetrics);
            write_exemplar(row, 0, format, to);
            to.push('\n');
        }
        Measure::Histogram => write_histogram(family, row, format, to),
    }
}

fn write_histogram(family: &Family, row: &Row, format: Format, to: &mut String) {
    let (counts, sum) = row.sums.histogram();
    let is_open_metrics = format == Format::OpenMetrics;
    let mut total = 0_u64;
    let mut bound = String::new();
    for (bucket, count) in counts.iter().enumerate() {
        total = total.wrapping_add(*count);
        let limit = BUCKETS.get(bucket).copied().unwrap_or(f64::INFINITY);
        bound.clear();
        write_float(&mut bound, limit, is_open_metrics);
        let _ = write!(to, "{}_bucket", family.name);
        write_labels(family, &row.labels, Some(&bound), to);
        let _ = write!(to, " {total}");
        write_exemplar(row, bucket, format, to);
        to.push('\n');
    }
    let _ = write!(to, "{}_sum", family.name);
    write_labels(family, &row.labels, None, to);
    to.push(' ');
    write_float(to, sum, is_open_metrics);
    let _ = write!(to, "\n{}_count", family.name);
    write_labels(family, &row.labels, None, to);
    let _ = writeln!(to, " {total}");
}

fn write_labels(family: &Family, labels: &Labels, bound: Option<&str>, to: &mut String) {
    let mut separator = '{';
    for (column, value) in family.columns.iter().zip(labels.iter()) {
        to.push(separator);
        separator = ',';
        to.push_str(&column.name);
        to.push_str("=\"");
        write_value(value, to);
        to.push('"');
    }
    if let Some(bound) = bound {
        to.push(separator);
        separator = ',';
        let _ = write!(to, "le=\"{bound}\"");
    }
    if separator == ',' {
        to.push('}');
    }
}

/// Writes a value of a label. Three characters would end it or its line.
fn write_value(value: &str, to: &mut String) {
    let mut rest = value;
    while let Some(at) = rest.find(['\\', '"', '\n']) {
        to.push_str(&rest[..at]);
        to.push('\\');
        let letter = rest.as_bytes()[at];
        to.push(if letter == b'\n' {
            'n'
        } else {
            char::from(letter)
        });
        rest = &rest[at + 1..];
    }
    to.push_str(rest);
}

fn write_exemplar(row: &Row, bucket: usize, format: Format, to: &mut String) {
    if format != Format::OpenMetrics {
        return;
    }
    let found = row.exemplars.iter().find(|(at, _)| *at == bucket);
    if let Some((_, exemplar)) = found {
        let _ = write!(to, " # {{traceID=\"{}\"}} ", exemplar.trace);
        write_float(to, exemplar.value, true);
        let (seconds, rest) = (exemplar.time / 1_000_000_000, exemplar.time % 1_000_000_000);
        let _ = write!(to, " {seconds}.{:03}", rest / 1_000_000);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_format_is_chosen() {
        for (accept, format) in [
            ("", Format::Prometheus),
            ("*/*", Format::Prometheus),
            ("text/plain", Format::Prometheus),
            ("application/openmetrics-text", Format::OpenMetrics),
            (
                "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
                Format::OpenMetrics,
            ),
            (
                "application/openmetrics-text; version=\"1.0.0\"; q=0.2, text/plain; q=0.9",
                Format::Prometheus,
            ),
            (
                "application/openmetrics-text;version=2.0.0",
                Format::Prometheus,
            ),
            ("application/openmetrics-text;q=x", Format::Prometheus),
        ] {
            assert_eq!(Format::negotiate(accept), format, "{accept}");
        }
    }

    #[test]
    fn a_value_ends_where_it_ends() {
        let mut text = String::new();
        write_value("a\"} 1\n\\b\0\u{202e}\r", &mut text);
        assert_eq!(text, "a\\\"} 1\\n\\\\b\0\u{202e}\r");
    }
}
