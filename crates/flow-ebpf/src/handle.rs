//! A handle of a running observer, for other threads.

use std::sync::Arc;

use flow_core::clock::BootClock;
use flow_core::event::EventDecoder;

use crate::clock::clock_sample;
use crate::drop_reason::DropReasons;
use crate::feature::Report;
use crate::names::{InterfaceNames, InterfaceReader};
use crate::shared::{Shared, Stage};
use crate::stats::Stats;

/// Asks a running [`FlowSource`](crate::FlowSource) about itself and stops it, from any thread. Cloning shares it.
#[derive(Clone, Debug)]
pub struct SourceHandle {
    shared: Arc<Shared>,
}

impl SourceHandle {
    pub(crate) const fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// See [`FlowSource::report`](crate::FlowSource::report).
    #[must_use]
    pub fn report(&self) -> Report {
        self.shared.report()
    }

    /// See [`FlowSource::stats`](crate::FlowSource::stats).
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.shared.stats()
    }

    /// See [`FlowSource::interfaces`](crate::FlowSource::interfaces).
    #[must_use]
    pub fn interfaces(&self) -> InterfaceNames {
        self.shared.names.clone()
    }

    /// See [`FlowSource::drop_reasons`](crate::FlowSource::drop_reasons).
    #[must_use]
    pub fn drop_reasons(&self) -> Arc<DropReasons> {
        Arc::clone(&self.shared.reasons)
    }

    /// A decoder that knows the clocks, the running kernel's drop reasons and the names of the
    /// interfaces. One for each thread; give it a new [`clock_sample`](crate::clock_sample) now
    /// and then.
    #[must_use]
    pub fn decoder(&self) -> EventDecoder<InterfaceReader> {
        let (boot, wall) = clock_sample();
        let reasons = self.shared.reasons.iter().collect();
        let names = self.shared.names.reader();
        EventDecoder::new(BootClock::new(boot, wall), reasons, names)
    }

    /// Ends the observation: detaches, then reports every count still in the kernel's table.
    /// The sources go on until that is handed over and then tell
    /// [`Progress::Ended`](flow_core::pipeline::Progress::Ended). Returns at once.
    pub fn stop(&self) {
        self.shared.advance(Stage::Stopping);
    }
}
