//! Errors of configurations.

use super::option::OptionError;

/// Error returned for a configuration of metrics that cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A metric whose options mean nothing.
    #[error("unable to initialize metric '{metric}': {source}")]
    Option {
        /// The metric.
        metric: String,
        /// What is wrong.
        source: OptionError,
    },
    /// A metric whose filters are none.
    #[cfg(feature = "hubble")]
    #[error("unable to initialize metric '{metric}': {}", source.reason)]
    Filter {
        /// The metric.
        metric: String,
        /// What is wrong.
        source: Box<flow_filter::hubble::FilterError>,
    },
    /// Two metrics that cannot be counted at the same time, for their series have the same names.
    #[error("plugin {metric} conflicts with plugin {other}")]
    Conflict {
        /// The metric.
        metric: String,
        /// The other one.
        other: String,
    },
    /// A metric that stands there twice.
    #[error("metric config validation failed - duplicate metric specified: {metric}")]
    Duplicate {
        /// The metric.
        metric: String,
    },
    /// A metric that this version does not know.
    #[error("metric {metric:?} does not exist")]
    Unknown {
        /// Its name.
        metric: String,
    },
    /// A metric without a name.
    #[error("metric config validation failed - missing metric name at: {index}")]
    NoName {
        /// Its place in the list, from 0.
        index: usize,
    },
    /// Other labels for a metric than it has; a metric's labels stay until it is removed.
    #[error(
        "metric config validation failed - label set cannot be changed without restarting \
         Prometheus. metric: {metric}"
    )]
    LabelsChanged {
        /// The metric.
        metric: String,
    },
    /// Another configuration for metrics whose configuration was fixed when they were built.
    #[error("expected one configuration, static or dynamic, found both")]
    IsStatic,
    /// Text that is no configuration.
    #[error("{reason}")]
    Text {
        /// What was expected and what was found.
        reason: String,
    },
}
