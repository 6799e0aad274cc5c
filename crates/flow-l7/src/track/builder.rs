//! Building a tracker.

use core::fmt;
use std::sync::Arc;
use std::vec::Vec;

use super::limits::Limits;
use super::protocol::Protocol;
use super::tracker::Tracker;
use crate::redact::Redaction;

impl Tracker {
    /// Returns a tracker that redacts its records as `redaction` says.
    #[must_use]
    pub fn new(limits: Limits, redaction: Redaction) -> Self {
        Self::builder().limits(limits).redaction(redaction).build()
    }

    /// Returns a builder with the default limits and redaction, and without other protocols than
    /// those of this crate.
    #[must_use]
    pub fn builder() -> TrackerBuilder {
        TrackerBuilder::default()
    }
}

/// Builds a [`Tracker`]. See [`Tracker::builder`].
#[derive(Clone, Default)]
pub struct TrackerBuilder {
    limits: Limits,
    redaction: Redaction,
    protocols: Vec<Arc<dyn Protocol>>,
}

impl TrackerBuilder {
    /// Sets which protocols are followed and how much is kept.
    #[must_use]
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets what is redacted.
    #[must_use]
    pub fn redaction(mut self, redaction: Redaction) -> Self {
        self.redaction = redaction;
        self
    }

    /// Adds a protocol. Those that are added are asked before those of this crate, in the order
    /// in which they were added, whether a connection speaks them.
    #[must_use]
    pub fn protocol(mut self, protocol: impl Protocol + 'static) -> Self {
        self.protocols.push(Arc::new(protocol));
        self
    }

    /// Returns the tracker. The builder can be cloned before, for one tracker for each thread.
    #[must_use]
    pub fn build(self) -> Tracker {
        Tracker::build(self.limits, self.redaction, self.protocols)
    }
}

/// Names the protocols that were added.
impl fmt::Debug for TrackerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let protocols: Vec<_> = self.protocols.iter().map(|added| added.name()).collect();
        f.debug_struct("TrackerBuilder")
            .field("limits", &self.limits)
            .field("redaction", &self.redaction)
            .field("protocols", &protocols)
            .finish()
    }
}
