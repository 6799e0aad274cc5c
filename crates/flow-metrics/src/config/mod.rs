//! Which metrics are counted, and how.

mod error;
#[cfg(feature = "hubble")]
mod file;
mod metric;
mod notice;
mod option;

pub use error::ConfigError;
pub use metric::MetricConfig;
pub use notice::Notice;
pub(crate) use option::last;
pub use option::{MetricOption, OptionError};
