//! What the threads of a pipeline and its handles have in common.

use core::fmt;
use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::sync::{Mutex, PoisonError};

use super::error::PipelineError;
use super::ledger::Ledger;
use crate::store::FlowStore;

/// State of a running pipeline.
pub(super) struct Shared {
    pub(super) ledger: Ledger,
    pub(super) store: FlowStore,
    /// How long a source may take to end once it was stopped.
    pub(super) drain_limit: Duration,
    stopping: AtomicBool,
    /// The first failure.
    failure: Mutex<Option<PipelineError>>,
}

impl Shared {
    pub(super) const fn new(ledger: Ledger, store: FlowStore, drain_limit: Duration) -> Self {
        Self {
            ledger,
            store,
            drain_limit,
            stopping: AtomicBool::new(false),
            failure: Mutex::new(None),
        }
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    pub(super) fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
    }

    /// Keeps the first failure, and stops.
    pub(super) fn fail(&self, error: PipelineError) {
        let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        failure.get_or_insert(error);
        drop(failure);
        self.stop();
    }

    pub(super) fn take_failure(&self) -> Option<PipelineError> {
        let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        failure.take()
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("stats", &self.ledger.stats())
            .field("stopping", &self.is_stopping())
            .finish_non_exhaustive()
    }
}
