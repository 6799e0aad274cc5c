//! Configuration of metrics.

use super::option::MetricOption;

/// What one metric is to count.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(
    clippy::exhaustive_structs,
    reason = "made with struct update syntax, `..Default::default()`"
)]
pub struct MetricConfig {
    /// Its name, such as `flow`.
    pub name: String,
    /// Its options.
    pub options: Vec<MetricOption>,
    /// Counts only flows that one of these matches; all, where there is none.
    #[cfg(feature = "hubble")]
    pub include: Vec<flow_hubble::flow::FlowFilter>,
    /// Counts no flow that one of these matches.
    #[cfg(feature = "hubble")]
    pub exclude: Vec<flow_hubble::flow::FlowFilter>,
}

impl MetricConfig {
    /// Reads the form of Hubble's option `--hubble-metrics`: `dns:query;ignoreAAAA` separated by white
    /// space. Every text means something.
    ///
    /// ```
    /// use flow_metrics::MetricConfig;
    ///
    /// let metrics = MetricConfig::parse_list("drop flow:sourceContext=workload|ip;labelsContext=source_ip,source_pod");
    /// assert_eq!(metrics.len(), 2);
    /// assert_eq!(metrics[1].options[0].values, ["workload", "ip"]);
    /// ```
    #[must_use]
    pub fn parse_list(text: &str) -> Vec<Self> {
        text.split_whitespace().map(Self::parse).collect()
    }

    /// Reads one metric of that form.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let (name, options) = text.split_once(':').unwrap_or((text, ""));
        let options = options.split(';').filter(|option| !option.is_empty());
        Self {
            name: name.to_owned(),
            options: options.map(parse_option).collect(),
            #[cfg(feature = "hubble")]
            include: Vec::new(),
            #[cfg(feature = "hubble")]
            exclude: Vec::new(),
        }
    }
}

fn parse_option(text: &str) -> MetricOption {
    let Some((name, values)) = text.split_once('=') else {
        return MetricOption {
            name: text.to_owned(),
            values: vec![String::new()],
        };
    };
    let separator = match name.eq_ignore_ascii_case("labelsContext") {
        true => ',',
        false => '|',
    };
    let values = values.split(separator).filter(|value| !value.is_empty());
    MetricOption {
        name: name.to_owned(),
        values: values.map(str::to_owned).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_means_something() {
        let read = |text: &str| {
            let metric = MetricConfig::parse(text);
            let option = |option: MetricOption| (option.name, option.values);
            let options: Vec<_> = metric.options.into_iter().map(option).collect();
            (metric.name, options)
        };
        let option = |name: &str, values: &[&str]| {
            let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
            (name.to_owned(), values)
        };
        assert_eq!(read("drop"), ("drop".into(), vec![]));
        assert_eq!(read(":"), (String::new(), vec![]));
        assert_eq!(
            read("dns:query;;sourceContext=;x=|a||b;labelsContext=a,,b|c"),
            (
                "dns".into(),
                vec![
                    option("query", &[""]),
                    option("sourceContext", &[]),
                    option("x", &["a", "b"]),
                    option("labelsContext", &["a", "b|c"]),
                ]
            )
        );
        assert_eq!(MetricConfig::parse_list(" \n\t"), []);
        assert_eq!(MetricConfig::parse_list("drop,tcp drop;tcp").len(), 2);
    }
}
