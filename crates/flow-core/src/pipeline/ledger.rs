//! What became of every record: a ledger that adds up.

use core::sync::atomic::{AtomicU64, Ordering};
use std::boxed::Box;
use std::sync::Arc;

use super::loss::{Losses, SharedLosses};

/// Counts of a pipeline.
///
/// Whenever nothing is on its way,
/// `received == published + filtered + undecodable`, and for each subscription
/// `delivered + lost` is what was published since it began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Records that sources handed over, and flows that stages made of payload.
    pub received: u64,
    /// Flows that observers saw and that are in the history ring.
    pub published: u64,
    /// Flows that the filter did not choose.
    pub filtered: u64,
    /// Records that are no flow.
    pub undecodable: u64,
    /// What was lost before it was received.
    pub lost: Losses,
    /// Endpoint names that found no room in the [store](crate::store::FlowStore::names). Their flows
    /// are counted above, and come without these names.
    pub names_refused: u64,
}

/// Counts of one thread. Only that thread writes them.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(super) struct ThreadCounts {
    received: AtomicU64,
    published: AtomicU64,
    filtered: AtomicU64,
    undecodable: AtomicU64,
}

/// Adds one to a count that no other thread writes.
fn increment(count: &AtomicU64) {
    let value = count.load(Ordering::Relaxed);
    count.store(value.wrapping_add(1), Ordering::Relaxed);
}

impl ThreadCounts {
    #[inline]
    pub(super) fn received(&self) {
        increment(&self.received);
    }

    #[inline]
    pub(super) fn published(&self) {
        increment(&self.published);
    }

    #[inline]
    pub(super) fn filtered(&self) {
        increment(&self.filtered);
    }

    pub(super) fn undecodable(&self) {
        increment(&self.undecodable);
    }
}

/// Counts of all threads.
#[derive(Debug)]
pub(super) struct Ledger {
    threads: Box<[Arc<ThreadCounts>]>,
    pub(super) losses: SharedLosses,
}

impl Ledger {
    pub(super) fn new(threads: usize) -> Self {
        Self {
            threads: (0..threads).map(|_| Arc::default()).collect(),
            losses: SharedLosses::default(),
        }
    }

    /// The counts of one thread, for that thread.
    pub(super) fn thread(&self, index: usize) -> Arc<ThreadCounts> {
        Arc::clone(&self.threads[index])
    }

    pub(super) fn stats(&self) -> Stats {
        let mut stats = Stats {
            lost: self.losses.sums(),
            ..Stats::default()
        };
        for thread in &self.threads {
            stats.received += thread.received.load(Ordering::Relaxed);
            stats.published += thread.published.load(Ordering::Relaxed);
            stats.filtered += thread.filtered.load(Ordering::Relaxed);
            stats.undecodable += thread.undecodable.load(Ordering::Relaxed);
        }
        stats
    }
}
