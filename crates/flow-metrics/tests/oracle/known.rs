//! Where this crate does not do what Hubble does, with the reasons.

/// What Hubble answers by a fault of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// With 5 or 9 to 13 labels of contexts, two lists of labels share their memory: `rcode` is named
    /// `type`, and where `query` would be there twice Hubble panics. Here it is named `rcode`.
    SharedLabels,
    /// A metric that stands there twice is registered twice, which is a panic. Here it is an error.
    SameMetricTwice,
    /// Changing from `http` to `httpV2` gives a metric other labels, which is a panic at the next
    /// registration. Here one takes the place of the other.
    HttpToHttpV2,
    /// A filter that is none empties the lists of the metric, so that everything is counted. Here the
    /// metric goes on as it was.
    FailsOpen,
}

/// Hubble's fault in a case.
pub(crate) fn fault(id: &str, panic: Option<&str>, config: &str) -> Option<Fault> {
    match panic {
        Some(text) if text.contains("duplicate label names") => return Some(Fault::SharedLabels),
        Some(text) if text.contains("duplicate metrics collector") => {
            return Some(Fault::SameMetricTwice);
        }
        Some(text) if text.contains("different label names") => return Some(Fault::HttpToHttpV2),
        Some(text) => panic!("{id}: a panic of Hubble that has no name here: {text}"),
        None => {}
    }
    let labels = labels_of_dns(config);
    matches!(labels, 5 | 9..=13).then_some(Fault::SharedLabels)
}

/// Number of labels that contexts give to the metric `dns`.
fn labels_of_dns(config: &str) -> usize {
    let metrics = config.split_whitespace();
    let Some(options) = metrics
        .filter_map(|metric| metric.strip_prefix("dns:"))
        .next()
    else {
        return 0;
    };
    let mut labels = 0;
    let (mut source, mut destination) = (false, false);
    for option in options.split(';') {
        let (name, values) = option.split_once('=').unwrap_or((option, ""));
        let name = name.to_ascii_lowercase();
        let has_values = values.split('|').any(|value| !value.is_empty());
        if name == "labelscontext" {
            let mut values: Vec<&str> = values.split(',').filter(|one| !one.is_empty()).collect();
            values.sort_unstable();
            values.dedup();
            labels = values.len();
        } else if name.starts_with("source") && name.ends_with("context") {
            source |= has_values;
        } else if name.starts_with("destination") && name.ends_with("context") {
            destination |= has_values;
        }
    }
    labels + usize::from(source) + usize::from(destination)
}

/// What Hubble would have written with `rcode` in its place: values keep their label, and series are
/// sorted anew by the values in the order of the labels' names.
pub(crate) fn with_rcode(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut series: Vec<(Vec<String>, String)> = Vec::new();
    for line in text.lines() {
        let is_renamed =
            line.starts_with("hubble_dns_queries") || line.starts_with("hubble_dns_responses");
        if !is_renamed {
            flush(&mut series, &mut lines);
            lines.push(line.to_owned());
            continue;
        }
        let (name, rest) = line.split_once('{').expect("labels");
        let (labels, value) = rest.rsplit_once('}').expect("labels");
        let mut labels: Vec<(String, String)> = split(labels)
            .map(|(label, value)| {
                let label = if label == "type" { "rcode" } else { label };
                (label.to_owned(), value.to_owned())
            })
            .collect();
        labels.sort();
        let values = labels.iter().map(|(_, value)| unescaped(value)).collect();
        let labels: Vec<String> = labels
            .iter()
            .map(|(label, value)| format!("{label}=\"{value}\""))
            .collect();
        series.push((values, format!("{name}{{{}}}{value}", labels.join(","))));
    }
    flush(&mut series, &mut lines);
    lines.join("\n") + "\n"
}

fn flush(series: &mut Vec<(Vec<String>, String)>, lines: &mut Vec<String>) {
    series.sort();
    lines.extend(series.drain(..).map(|(_, line)| line));
}

fn unescaped(value: &str) -> String {
    value
        .replace("\\\\", "\u{0}")
        .replace("\\n", "\n")
        .replace("\\\"", "\"")
        .replace('\u{0}', "\\")
}

/// Labels and values, escaped as they are.
fn split(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (label, after) = rest.split_once("=\"")?;
        let mut end = 0;
        let bytes = after.as_bytes();
        while bytes[end] != b'"' {
            end += if bytes[end] == b'\\' { 2 } else { 1 };
        }
        let found = (label, &after[..end]);
        rest = after[end + 1..].trim_start_matches(',');
        Some(found)
    })
}
