//! The contracts between the crates: where records come from, and what happens to each flow.
//!
//! All traits are object safe; an agent composes them as it likes.

use core::time::Duration;
use std::string::String;

use crate::flow::Flow;

/// One record of a [`Source`], borrowed for the time of the call.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Record<'a> {
    /// A record of our own kernel programs: see [`crate::event`].
    Kernel(&'a [u8]),
    /// A record of Cilium's datapath or agent: see [`crate::cilium`].
    Cilium(CiliumRecord<'a>),
    /// Records that were lost before they could be handed over.
    Lost(Lost),
}

/// A record of Cilium's datapath or agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CiliumRecord<'a> {
    /// Its bytes.
    pub data: &'a [u8],
    /// Processor on which it was made.
    pub cpu: u32,
}

/// Where something was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LostAt {
    /// Cilium lost it, before its monitor handed it over.
    Monitor,
    /// A kernel ring buffer had no room.
    KernelRing,
    /// The kernel's flow table had no room or gave up an entry.
    KernelTable,
    /// A record could not be decoded.
    Decode,
    /// The history ring overwrote it before it was read.
    HistoryRing,
}

impl LostAt {
    /// Every place, in the order in which a flow passes them.
    pub const ALL: [Self; 5] = [
        Self::Monitor,
        Self::KernelRing,
        Self::KernelTable,
        Self::Decode,
        Self::HistoryRing,
    ];

    /// The name in Hubble's `flow.LostEventSource`.
    #[must_use]
    pub const fn hubble_name(self) -> &'static str {
        match self {
            Self::Monitor | Self::KernelRing | Self::KernelTable => "PERF_EVENT_RING_BUFFER",
            Self::Decode => "OBSERVER_EVENTS_QUEUE",
            Self::HistoryRing => "HUBBLE_RING_BUFFER",
        }
    }
}

/// A number of things lost at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lost {
    /// The place.
    pub at: LostAt,
    /// How many.
    pub count: u64,
}

/// Why a source ended or could not go on.
#[derive(Debug, thiserror::Error)]
#[error("source {source_name}: {reason}")]
pub struct SourceError {
    /// Name of the source.
    pub source_name: String,
    /// What was expected and what was found.
    pub reason: String,
}

/// Whether a source may have more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// More may come: call again.
    Open,
    /// Nothing will come any more.
    Ended,
}

/// Yields records.
pub trait Source: Send {
    /// A short name for messages.
    fn name(&self) -> &str;

    /// Hands every record that is ready to `sink`; where none is, waits for one for at most
    /// `timeout`.
    ///
    /// # Errors
    /// When the source cannot go on.
    fn poll(
        &mut self,
        timeout: Duration,
        sink: &mut dyn FnMut(Record<'_>),
    ) -> Result<Progress, SourceError>;
}

/// Adds what it knows to a flow: names, identities, services.
pub trait Enricher: Send + Sync {
    /// Fills the handles and identities of `flow`.
    fn enrich(&self, flow: &mut Flow);
}

/// Chooses flows.
pub trait Filter: Send + Sync {
    /// Whether `flow` is wanted.
    fn matches(&self, flow: &Flow) -> bool;
}

/// A closure is a filter.
impl<F: Fn(&Flow) -> bool + Send + Sync> Filter for F {
    fn matches(&self, flow: &Flow) -> bool {
        self(flow)
    }
}

/// Sees each flow: metrics, exporters, printers.
pub trait Observer: Send {
    /// Called once for each flow, in order.
    fn observe(&mut self, flow: &Flow);

    /// Called when something was lost.
    fn lost(&mut self, lost: &Lost) {
        let _ = lost;
    }
}
