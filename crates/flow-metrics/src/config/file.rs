//! The configuration file of Hubble's dynamic metrics.

use flow_hubble::flow::FlowFilter;
use flow_hubble::from_json;
use serde_json::{Map, Value};

use super::error::ConfigError;
use super::metric::MetricConfig;
use super::option::MetricOption;

impl MetricConfig {
    /// Reads the file of Hubble's option `hubble-dynamic-metrics-config-path`: YAML, or JSON, which is YAML.
    ///
    /// As in Hubble, keys are read in any letter case and unknown ones are left out, but those of filters,
    /// which are messages of type `flow.FlowFilter`. An empty text is a configuration without metrics.
    ///
    /// ```
    /// use flow_metrics::MetricConfig;
    ///
    /// let metrics = MetricConfig::parse_yaml("
    /// metrics:
    /// - name: drop
    ///   contextOptions:
    ///   - name: sourceContext
    ///     values: [pod, ip]
    ///   excludeFilters:
    ///   - source_pod: [kube-system/]
    /// ")?;
    /// assert_eq!(metrics[0].options[0].values, ["pod", "ip"]);
    /// # Ok::<(), flow_metrics::ConfigError>(())
    /// ```
    ///
    /// # Errors
    /// Where the text is no such file.
    pub fn parse_yaml(text: &str) -> Result<Vec<Self>, ConfigError> {
        let value: Value = match text.trim().is_empty() {
            true => Value::Null,
            false => serde_saphyr::from_str(text).map_err(|error| ConfigError::Text {
                reason: format!("cannot parse yaml: {error}"),
            })?,
        };
        let Some(root) = object(&value, "a map")? else {
            return Ok(Vec::new());
        };
        let mut metrics = Vec::new();
        for metric in list(root, "metrics")? {
            metrics.push(self::metric(metric)?);
        }
        Ok(metrics)
    }
}

fn metric(value: &Value) -> Result<MetricConfig, ConfigError> {
    let none = Map::new();
    let fields = object(value, "a metric")?.unwrap_or(&none);
    let options = list(fields, "contextOptions")?.iter().map(option);
    Ok(MetricConfig {
        name: text(fields, "name")?,
        options: options.collect::<Result<_, _>>()?,
        include: filters(fields, "includeFilters")?,
        exclude: filters(fields, "excludeFilters")?,
    })
}

fn option(value: &Value) -> Result<MetricOption, ConfigError> {
    let none = Map::new();
    let fields = object(value, "an option")?.unwrap_or(&none);
    let values = list(fields, "values")?.iter().map(|value| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Null => Ok(String::new()),
        other => Err(wrong("text in `values`", other)),
    });
    Ok(MetricOption {
        name: text(fields, "name")?,
        values: values.collect::<Result<_, _>>()?,
    })
}

fn filters(fields: &Map<String, Value>, key: &str) -> Result<Vec<FlowFilter>, ConfigError> {
    let filter = |value: &Value| {
        from_json::<FlowFilter>(&value.to_string()).map_err(|error| ConfigError::Text {
            reason: format!("cannot parse yaml: {key}: {error}"),
        })
    };
    list(fields, key)?.iter().map(filter).collect()
}

/// The value of a key in any letter case; its own case goes first.
fn field<'a>(fields: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    let mut others = fields.iter();
    fields.get(key).or_else(|| {
        others
            .find(|(name, _)| name.eq_ignore_ascii_case(key))
            .map(|(_, value)| value)
    })
}

fn object<'a>(
    value: &'a Value,
    expected: &str,
) -> Result<Option<&'a Map<String, Value>>, ConfigError> {
    match value {
        Value::Object(fields) => Ok(Some(fields)),
        Value::Null => Ok(None),
        other => Err(wrong(expected, other)),
    }
}

fn list<'a>(fields: &'a Map<String, Value>, key: &str) -> Result<&'a [Value], ConfigError> {
    match field(fields, key) {
        None | Some(Value::Null) => Ok(&[]),
        Some(Value::Array(values)) => Ok(values),
        Some(other) => Err(wrong(&format!("a list in `{key}`"), other)),
    }
}

fn text(fields: &Map<String, Value>, key: &str) -> Result<String, ConfigError> {
    match field(fields, key) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(other) => Err(wrong(&format!("text in `{key}`"), other)),
    }
}

fn wrong(expected: &str, found: &Value) -> ConfigError {
    let found = match found {
        Value::Null => "nothing".to_owned(),
        Value::Bool(value) => format!("{value}"),
        Value::Number(number) => format!("the number {number}"),
        Value::String(text) => format!("the text {text:?}"),
        Value::Array(values) => format!("a list of {}", values.len()),
        Value::Object(_) => "a map".to_owned(),
    };
    ConfigError::Text {
        reason: format!("cannot parse yaml: expected {expected}, found {found}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_as_hubble_reads_them() {
        let names = |text: &str| {
            let metrics = MetricConfig::parse_yaml(text).expect("a file");
            let names = metrics.into_iter().map(|metric| metric.name);
            names.collect::<Vec<_>>()
        };
        for none in ["", "\n", "metrics:", "metrics: []", "foo: bar", "~"] {
            assert!(names(none).is_empty(), "{none:?}");
        }
        assert_eq!(
            names("Metrics: [{NAME: a, x: 1}, ~, {name: ''}]"),
            ["a", "", ""]
        );
        assert_eq!(names(r#"{"metrics": [{"name": "a"}]}"#), ["a"]);
    }

    #[test]
    fn what_is_no_file_is_told() {
        for (text, reason) in [
            (
                "metrics: 3",
                "expected a list in `metrics`, found the number 3",
            ),
            ("- a\n- b", "expected a map, found a list of 2"),
            ("::bad", "expected a map, found the text \"::bad\""),
            ("metrics: [a]", "expected a metric, found the text \"a\""),
            (
                "metrics: [{name: flow, contextOptions: [{name: x, values: pod}]}]",
                "expected a list in `values`, found the text \"pod\"",
            ),
        ] {
            let error = MetricConfig::parse_yaml(text).unwrap_err().to_string();
            assert_eq!(error, format!("cannot parse yaml: {reason}"), "{text}");
        }
        for wrong in [
            "metrics:\n\t- name: flow",
            "metrics: [{name: flow, includeFilters: [{nosuchfield: [x]}]}]",
            "metrics: [{name: flow, includeFilters: [{verdict: [NOPE]}]}]",
        ] {
            let error = MetricConfig::parse_yaml(wrong).unwrap_err().to_string();
            assert!(error.starts_with("cannot parse yaml: "), "{error}");
        }
    }
}
