//! Every recorded case.

use flow_hubble::flow::Flow;
use flow_metrics::{ConfigError, Format, MetricConfig, Metrics, Notice};
use serde_json::Value;

use crate::data;
use crate::known::{Fault, fault, with_rcode};

/// A log line of Hubble, as far as it is compared: its message, the metric, and its text.
type Log = (String, String, String);

fn log(notice: &Notice) -> Option<Log> {
    let line = |message: &str, metric: &str, text: String| {
        Some((message.to_owned(), metric.to_owned(), text))
    };
    match notice {
        Notice::Configured { metric, status } => {
            line("Configured metrics plugin", metric, status.clone())
        }
        Notice::Unknown { metric } => line("Skipping unknown hubble metric", metric, String::new()),
        Notice::Failed { metric, error } => line(
            "Failed to configure metrics plugin",
            metric,
            error.to_string(),
        ),
        Notice::Unchanged { metric, error } => {
            let text = error.to_string();
            let prefix = format!("unable to initialize metric '{metric}': ");
            let text = text.strip_prefix(&prefix).unwrap_or(&text).to_owned();
            line("HandleConfigurationUpdate failed for handler", metric, text)
        }
        Notice::Refused {
            error: error @ ConfigError::Text { .. },
        } => line(
            "failed reading dynamic exporter config",
            "",
            error.to_string(),
        ),
        Notice::Refused { error } => line(
            "failed reading dynamic exporter config",
            "",
            format!("invalid yaml config file: {error}"),
        ),
        // Hubble does not log it.
        Notice::Removed { .. } => None,
        other => panic!("{other}"),
    }
}

fn logs_of(value: &Value) -> Vec<Log> {
    let text = |log: &Value, name: &str| log[name].as_str().unwrap_or_default().to_owned();
    let logs = value["logs"].as_array().into_iter().flatten();
    logs.map(|log| {
        let detail = match log.get("error") {
            Some(_) => text(log, "error"),
            None => text(log, "status"),
        };
        (text(log, "msg"), text(log, "name"), detail)
    })
    .collect()
}

/// Reasons that are words of a library of Go: of those only the kind is compared.
fn without_go(logs: Vec<Log>) -> Vec<Log> {
    let mut logs = logs;
    for (_, _, text) in &mut logs {
        for (begin, end) in [
            ("cannot parse yaml: ", ""),
            ("error parsing regexp: ", ""),
            ("ParseAddr(", ""),
            ("\" in filter: ", ""),
            ("failed to compile regexp: ", ""),
        ] {
            if let Some(at) = text.find(begin) {
                text.truncate(at + begin.len());
                text.push_str(end);
            }
        }
    }
    logs
}

fn range(value: &Value) -> std::ops::Range<usize> {
    let at = |index: usize| value[index].as_u64().expect("a number") as usize;
    at(0)..at(1)
}

fn exposed(metrics: &Metrics, value: &Value) -> String {
    let format = match value["openmetrics"].as_bool() {
        Some(true) => Format::OpenMetrics,
        _ => Format::Prometheus,
    };
    if let Some(content_type) = value["content_type"].as_str() {
        assert_eq!(format.content_type(), content_type);
    }
    // The time of an exemplar is left out of what was recorded.
    let text = metrics.encode(format);
    let line = |line: &str| match line.split_once(" # {") {
        Some((_, exemplar)) => {
            let time = exemplar.rsplit_once(' ').expect("a time").1;
            line.strip_suffix(time).expect("its end").to_owned() + "TIMESTAMP\n"
        }
        None => line.to_owned() + "\n",
    };
    text.split_terminator('\n').map(line).collect()
}

fn differ(id: &str, what: &str, found: &str, expected: &str) -> Result<(), String> {
    if found == expected {
        return Ok(());
    }
    let (mut found, mut expected) = (found.split('\n'), expected.split('\n'));
    loop {
        match (found.next(), expected.next()) {
            (None, None) => return Err(format!("{id}: {what} differ")),
            (one, other) if one == other => {}
            (one, other) => {
                return Err(format!(
                    "{id}: {what}\n  found    {one:?}\n  expected {other:?}"
                ));
            }
        }
    }
}

fn one_config(case: &Value, flows: &[Flow]) -> Result<Option<Fault>, String> {
    let id = case["id"].as_str().expect("an id");
    let config = case["config"].as_str().expect("a configuration");
    let fault = fault(id, case["panic"].as_str(), config);
    let expected_logs = logs_of(case);
    let (metrics, notices) = if case["kind"] == "static" {
        match Metrics::builder()
            .metrics(MetricConfig::parse_list(config))
            .build()
        {
            Ok(built) => built,
            Err(error) if fault == Some(Fault::SameMetricTwice) => {
                assert!(matches!(error, ConfigError::Duplicate { .. }), "{error}");
                return Ok(fault);
            }
            Err(error) => {
                let expected = case["error"].as_str().unwrap_or("none");
                return differ(id, "errors", &error.to_string(), expected).map(|()| fault);
            }
        }
    } else {
        let (metrics, _) = Metrics::builder().build().expect("nothing to be wrong");
        let notices = reload(&metrics, config);
        (metrics, notices)
    };
    if let Some(error) = case["error"].as_str() {
        return Err(format!("{id}: expected the error {error}, found none"));
    }
    let logs: Vec<Log> = notices.iter().filter_map(log).collect();
    if case["panic"].is_null() && without_go(logs.clone()) != without_go(expected_logs.clone()) {
        return Err(format!(
            "{id}: logs\n  found    {logs:?}\n  expected {expected_logs:?}"
        ));
    }
    for flow in &flows[range(&case["flows"])] {
        metrics.observe_message(flow);
    }
    let found = exposed(&metrics, case);
    let Some(expected) = case["exposition"].as_str() else {
        // Hubble panicked; here is what it would have counted.
        assert!(found.contains("rcode=\""), "{id}");
        return Ok(fault);
    };
    let expected = match fault {
        Some(Fault::SharedLabels) => with_rcode(expected),
        _ => expected.to_owned(),
    };
    differ(id, "series", &found, &expected).map(|()| fault)
}

fn reload(metrics: &Metrics, text: &str) -> Vec<Notice> {
    match MetricConfig::parse_yaml(text) {
        Ok(configs) => metrics.apply(&configs),
        Err(error) => vec![Notice::Refused { error }],
    }
}

fn steps(case: &Value, flows: &[Flow]) -> Result<Option<Fault>, String> {
    let id = case["id"].as_str().expect("an id");
    let fault = fault(id, case["panic"].as_str(), "");
    let (metrics, _) = Metrics::builder().build().expect("nothing to be wrong");
    let mut is_open = false;
    for (number, step) in case["steps"].as_array().expect("steps").iter().enumerate() {
        let id = format!("{id} step {number}");
        if let Some(config) = step["config"].as_str() {
            let logs: Vec<Log> = reload(&metrics, config).iter().filter_map(log).collect();
            let expected = logs_of(step);
            is_open |= expected
                .iter()
                .any(|(message, ..)| message.starts_with("HandleConfig"));
            let is_recorded = case["panic"].is_null() || step.get("logs").is_some();
            if is_recorded && without_go(logs.clone()) != without_go(expected.clone()) {
                return Err(format!(
                    "{id}: logs\n  found    {logs:?}\n  expected {expected:?}"
                ));
            }
        } else if step["flows"].is_array() {
            for flow in &flows[range(&step["flows"])] {
                metrics.observe_message(flow);
            }
        } else if let Some(pod) = step["delete_pod"].as_object() {
            let text = |name: &str| pod[name].as_str().expect("a name");
            metrics.remove_pod(text("namespace"), text("name"));
        } else if let Some(expected) = step["exposition"].as_str() {
            let found = exposed(&metrics, case);
            differ(&id, "series", &found, expected)?;
        }
    }
    Ok(if is_open {
        Some(Fault::FailsOpen)
    } else {
        fault
    })
}

#[test]
fn hubble_counts_the_same() {
    let (Some(cases), Some(flows)) = (data::lines("metrics_cases.jsonl"), data::flows()) else {
        return;
    };
    let mut faults: Vec<(String, Fault)> = Vec::new();
    let mut differences = Vec::new();
    for case in &cases {
        let result = match case["kind"].as_str() {
            Some("steps") => steps(case, &flows),
            _ => one_config(case, &flows),
        };
        match result {
            Ok(None) => {}
            Ok(Some(fault)) => {
                faults.push((case["id"].as_str().unwrap_or_default().to_owned(), fault));
            }
            Err(text) => differences.push(text),
        }
    }
    for (id, fault) in &faults {
        println!("{id}: {fault:?}");
    }
    println!(
        "{} cases: {} equal, {} of them but for a fault of Hubble, {} different",
        cases.len(),
        cases.len() - differences.len(),
        faults.len(),
        differences.len()
    );
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
