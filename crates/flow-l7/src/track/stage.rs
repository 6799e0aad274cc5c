//! The tracker as a stage of a pipeline.

use std::sync::{Arc, Mutex, PoisonError};

use flow_core::flow::Flow;
use flow_core::pipeline::{Emit, Stage};
use flow_core::wire::Packet;

use super::limits::Limits;
use super::stats::TrackerStats;
use super::tracker::Tracker;
use crate::redact::Redaction;

/// A [`Tracker`] as a stage of a [pipeline](flow_core::pipeline).
///
/// ```no_run
/// use flow_core::pipeline::Pipeline;
/// use flow_l7::redact::Redaction;
/// use flow_l7::track::{Limits, TrackerStage, TrackerTotals};
///
/// let totals = TrackerTotals::default();
/// let shared = totals.clone();
/// let builder = Pipeline::builder().stage(move || {
///     TrackerStage::new(Limits::default(), Redaction::default()).with_totals(&shared)
/// });
/// // … sources, start, join …
/// println!("{} requests", totals.stats().requests);
/// ```
#[derive(Debug)]
pub struct TrackerStage {
    tracker: Tracker,
    totals: TrackerTotals,
    /// What is part of the totals already.
    counted: TrackerStats,
}

/// Sums of the counts of several [`TrackerStage`]s, about a second old. Cloning shares them.
#[derive(Clone, Debug, Default)]
pub struct TrackerTotals(Arc<Mutex<TrackerStats>>);

impl TrackerTotals {
    /// Returns the sums.
    #[must_use]
    pub fn stats(&self) -> TrackerStats {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TrackerStage {
    /// Returns a stage with a [`Tracker`] of its own.
    #[must_use]
    pub fn new(limits: Limits, redaction: Redaction) -> Self {
        Tracker::new(limits, redaction).into()
    }

    /// Adds its counts to `totals`.
    #[must_use]
    pub fn with_totals(mut self, totals: &TrackerTotals) -> Self {
        self.totals = totals.clone();
        self
    }

    /// Adds what was counted since the last time to the totals.
    fn count(&mut self) {
        let now = self.tracker.stats();
        let mut sums = self.totals.0.lock().unwrap_or_else(PoisonError::into_inner);
        sums.add_since(&now, &self.counted);
        self.counted = now;
    }
}

/// A tracker that was [built](Tracker::builder) with protocols of an embedder's own, for example.
impl From<Tracker> for TrackerStage {
    fn from(tracker: Tracker) -> Self {
        Self {
            tracker,
            totals: TrackerTotals::default(),
            counted: TrackerStats::default(),
        }
    }
}

impl Stage for TrackerStage {
    fn name(&self) -> &str {
        "layer 7 tracker"
    }

    fn packet(&mut self, flow: &Flow, packet: &Packet<'_>, emit: &mut Emit<'_>) {
        self.tracker
            .track_packet(flow, packet, &mut |flow, record| {
                emit(&mut { *flow }, record);
            });
    }

    fn tick(&mut self, now: u64, emit: &mut Emit<'_>) {
        self.tracker.expire(now, &mut |flow, record| {
            emit(&mut { *flow }, record);
        });
        self.count();
    }

    fn finish(&mut self, emit: &mut Emit<'_>) {
        self.tracker.finish(&mut |flow, record| {
            emit(&mut { *flow }, record);
        });
        self.count();
    }
}
