//! A running observer of this host.

use std::sync::Arc;
use std::time::Duration;

use flow_core::pipeline::{Progress, Record, Source, SourceError};

use crate::builder::FlowSourceBuilder;
use crate::drop_reason::DropReasons;
use crate::error::LoadError;
use crate::feature::Report;
use crate::names::InterfaceNames;
use crate::options::Options;
use crate::shard::Shard;
use crate::stats::Stats;

/// Kernel programs at work, and the records they make.
///
/// Dropping it, or all of its [shards](Self::into_shards), detaches everything it attached and
/// nothing else.
#[derive(Debug)]
pub struct FlowSource {
    shards: Vec<Shard>,
    handle: SourceHandle,
}

/// Asks a running [`FlowSource`] about itself and stops it, from any thread. Cloning shares it.
#[derive(Clone, Debug)]
pub struct SourceHandle {
    names: InterfaceNames,
    reasons: Arc<DropReasons>,
}

impl FlowSource {
    /// Begins to choose what to observe.
    pub fn builder() -> FlowSourceBuilder {
        FlowSourceBuilder::default()
    }

    pub(crate) fn load(_options: Options) -> Result<Self, LoadError> {
        Err(LoadError::Object {
            object: "flow",
            reason: "this version has no kernel programs yet".to_owned(),
        })
    }

    /// What runs, and what does not and why.
    #[must_use]
    pub fn report(&self) -> Report {
        self.handle.report()
    }

    /// Counts of what was seen, handed over and lost.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.handle.stats()
    }

    /// Names of the observed interfaces.
    #[must_use]
    pub fn interfaces(&self) -> InterfaceNames {
        self.handle.interfaces()
    }

    /// The running kernel's drop reasons.
    #[must_use]
    pub fn drop_reasons(&self) -> Arc<DropReasons> {
        self.handle.drop_reasons()
    }

    /// A handle for other threads.
    #[must_use]
    pub fn handle(&self) -> SourceHandle {
        self.handle.clone()
    }

    /// Splits the source into one source for each ring buffer, to be drained by as many threads.
    ///
    /// Loss is reported by the first of them.
    #[must_use]
    pub fn into_shards(self) -> Vec<Shard> {
        self.shards
    }
}

impl SourceHandle {
    /// See [`FlowSource::report`].
    #[must_use]
    pub fn report(&self) -> Report {
        Report::default()
    }

    /// See [`FlowSource::stats`].
    #[must_use]
    pub fn stats(&self) -> Stats {
        Stats::default()
    }

    /// See [`FlowSource::interfaces`].
    #[must_use]
    pub fn interfaces(&self) -> InterfaceNames {
        self.names.clone()
    }

    /// See [`FlowSource::drop_reasons`].
    #[must_use]
    pub fn drop_reasons(&self) -> Arc<DropReasons> {
        Arc::clone(&self.reasons)
    }

    /// Ends the observation: detaches, then reports every count still in the kernel's table.
    /// The sources go on until that is handed over and then tell
    /// [`Progress::Ended`]. Returns at once.
    pub fn stop(&self) {}
}

impl Source for FlowSource {
    fn name(&self) -> &str {
        "kernel"
    }

    fn poll(
        &mut self,
        _timeout: Duration,
        _sink: &mut dyn FnMut(Record<'_>),
    ) -> Result<Progress, SourceError> {
        Ok(Progress::Ended)
    }
}
