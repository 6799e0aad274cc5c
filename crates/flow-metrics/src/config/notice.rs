//! What happened when a configuration was applied.

use std::fmt;

use super::error::ConfigError;

/// One thing that happened when a configuration was applied, to be logged.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Notice {
    /// A metric is counted from now on.
    Configured {
        /// The metric.
        metric: String,
        /// Its options in Hubble's words.
        status: String,
    },
    /// A metric is counted no longer.
    Removed {
        /// The metric.
        metric: String,
    },
    /// A metric was left out, because this version does not know it.
    Unknown {
        /// Its name.
        metric: String,
    },
    /// A metric could not be made; the others are counted.
    Failed {
        /// The metric.
        metric: String,
        /// Why.
        error: ConfigError,
    },
    /// A metric could not be changed and is counted as before.
    Unchanged {
        /// The metric.
        metric: String,
        /// Why.
        error: ConfigError,
    },
    /// The whole configuration was refused; what was counted before is counted as before.
    Refused {
        /// Why.
        error: ConfigError,
    },
}

impl Notice {
    /// Returns whether something is not as it was asked for.
    #[must_use]
    pub const fn is_error(&self) -> bool {
        !matches!(
            self,
            Self::Configured { .. } | Self::Removed { .. } | Self::Unknown { .. }
        )
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Configured { metric, status } if status.is_empty() => {
                write!(f, "counting {metric}")
            }
            Self::Configured { metric, status } => write!(f, "counting {metric} ({status})"),
            Self::Removed { metric } => write!(f, "no longer counting {metric}"),
            Self::Unknown { metric } => write!(f, "left out unknown metric {metric:?}"),
            Self::Failed { metric, error } => write!(f, "metric {metric:?} left out: {error}"),
            Self::Unchanged { metric, error } => {
                write!(f, "metric {metric:?} left as it was: {error}")
            }
            Self::Refused { error } => write!(f, "configuration refused: {error}"),
        }
    }
}
