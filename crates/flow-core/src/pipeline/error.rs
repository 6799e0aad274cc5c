//! Why a pipeline does not start, or ends.

use core::fmt;
use core::time::Duration;
use std::io;
use std::string::String;

use super::source::SourceError;
use crate::ring::RingError;

/// Error returned when a pipeline cannot be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// No source was given.
    #[error("a pipeline needs at least one source, got none")]
    NoSource,
    /// The history ring cannot be created.
    #[error("creating the history ring")]
    Ring(#[from] RingError),
    /// A thread cannot be started.
    #[error("starting the thread of source {source_name}")]
    Thread {
        /// Name of the source that it was to read.
        source_name: String,
        /// What the system says.
        #[source]
        cause: io::Error,
    },
}

/// Error returned when a pipeline ended otherwise than by its sources or [`stop`].
///
/// [`stop`]: super::Pipeline::stop
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PipelineError {
    /// A source could not go on.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A part of the pipeline panicked.
    #[error("{place} panicked: {message}")]
    Panicked {
        /// The part.
        place: Place,
        /// Its message.
        message: String,
    },
    /// A source was asked to stop and did not end in time.
    #[error("source {source_name}: expected to end within {limit:?} of being stopped, still open")]
    NotDrained {
        /// Name of the source.
        source_name: String,
        /// How long it was waited for.
        limit: Duration,
    },
}

/// A part of a pipeline.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Place {
    /// The source of this name.
    Source(String),
    /// The stage of this name.
    Stage(String),
    /// The enricher of this name.
    Enricher(String),
    /// The filter.
    Filter,
    /// The observer of this name.
    Observer(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source(name) => write!(f, "source {name}"),
            Self::Stage(name) => write!(f, "stage {name}"),
            Self::Enricher(name) => write!(f, "enricher {name}"),
            Self::Filter => f.write_str("the filter"),
            Self::Observer(name) => write!(f, "observer {name}"),
        }
    }
}
