//! The history ring: the newest records, for any number of readers.
//!
//! Writers never wait: a full ring overwrites its oldest record. Each [`Reader`] goes its own
//! way and counts exactly what it missed. [`Ring::newest_first`] goes back into the past.
//!
//! ```
//! use flow_core::flow::Flow;
//! use flow_core::ring::{Idle, Next, Ring, Start};
//!
//! let (mut writer, ring) = Ring::with_capacity(4)?;
//! let mut reader = ring.reader(Start::Now);
//! for time in 1..=6 {
//!     writer.publish(&Flow { time, ..Flow::default() });
//! }
//! // Two flows were overwritten before they were read; the other four are there.
//! assert_eq!(reader.try_next(), Ok(Next::Lost(2)));
//! assert!(matches!(reader.try_next(), Ok(Next::Record(flow)) if flow.time == 3));
//!
//! // The newest two, and then whatever comes.
//! let mut last = ring.reader(Start::Newest(2));
//! assert!(matches!(last.try_next(), Ok(Next::Record(flow)) if flow.time == 5));
//! drop(writer);
//! assert!(matches!(last.wait_next(), Ok(Next::Record(flow)) if flow.time == 6));
//! assert_eq!(last.wait_next(), Err(Idle::Closed));
//! # Ok::<(), flow_core::ring::RingError>(())
//! ```
#![forbid(unsafe_code)]

mod backward;
mod follow;
#[cfg(all(test, loom))]
mod loom_tests;
mod position;
mod reader;
mod record;
mod shared;
mod slot;
mod sync;
#[cfg(all(test, not(loom)))]
mod tests;
mod wait;
mod writer;

use core::fmt;

pub use backward::Backward;
pub use reader::{Idle, Next, PATIENCE, Reader};
pub use record::Record;
pub use writer::Writer;

use shared::Shared;
use sync::Arc;

/// Largest number of records in a ring.
pub const MAX_CAPACITY: usize = 1 << 24;

/// Why there is no ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RingError {
    /// The capacity is not allowed.
    #[error("ring capacity: expected a power of two from 1 to {MAX_CAPACITY}, got {0}")]
    Capacity(usize),
    /// The system has not enough memory.
    #[error("ring memory: the system has no {0} bytes")]
    Memory(usize),
}

/// Where a [`Reader`] begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Start {
    /// With the oldest record that is retained when the reader reads for the first time.
    Oldest,
    /// With the newest so many records, or all that are retained if those are fewer.
    Newest(u64),
    /// With the next record to be written.
    Now,
}

/// Counters of a ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Records that the ring can hold.
    pub capacity: u64,
    /// Records written, including the ones skipped: the position of the next record.
    pub written: u64,
    /// Records that a writer gave up, rather than to wait for another one that was stopped in
    /// the middle of writing one lap before.
    pub skipped: u64,
    /// Position of the oldest record retained; equal to `written` if there is none.
    pub oldest: u64,
}

impl Stats {
    /// Position of the newest record, if there is one.
    #[must_use]
    pub const fn newest(&self) -> Option<u64> {
        self.written.checked_sub(1)
    }

    /// Number of records retained.
    #[must_use]
    pub const fn retained(&self) -> u64 {
        self.written - self.oldest
    }
}

/// A ring of records, and where its readers come from. Clones are handles of the same ring.
pub struct Ring<T: Record> {
    shared: Arc<Shared<T>>,
}

impl<T: Record> Ring<T> {
    fn from_shared(shared: Arc<Shared<T>>) -> Self {
        Self { shared }
    }

    /// A reader that begins at `start`.
    ///
    /// What was written before now and is overwritten before the first read is history that
    /// was not retained, and no loss. What is written from now on is delivered or counted.
    #[must_use]
    pub fn reader(&self, start: Start) -> Reader<T> {
        let head = self.shared.claim().head();
        let oldest = self.shared.oldest(head);
        let next = match start {
            Start::Oldest => oldest,
            Start::Newest(count) => head.minus(count.min(head.since(oldest))),
            Start::Now => head,
        };
        Reader::new(Arc::clone(&self.shared), next, head)
    }

    /// A reader that begins after the newest record for which `key` is less than `since`:
    /// with `|flow| flow.time`, at a point in time.
    ///
    /// Goes back from the newest record, so it costs as much as what it finds. Where records
    /// of several writers are not in the order of `key`, older ones of those may be left out;
    /// give an earlier `since` to be sure.
    #[must_use]
    pub fn reader_since(&self, since: u64, key: impl Fn(&T) -> u64) -> Reader<T> {
        self.newest_first()
            .reader_while(|record| key(record) >= since)
    }

    /// The records from the newest to the oldest.
    #[must_use]
    pub fn newest_first(&self) -> Backward<T> {
        Backward::new(Arc::clone(&self.shared))
    }

    /// Calls `each` with every record that could be read during the whole call, in no order.
    ///
    /// That includes records that are older than [`Stats::oldest`]: one stays readable until its
    /// writer of one lap later comes to it, which may have been stopped just before. Records that are
    /// written during the call may be left out.
    pub fn for_each_readable(&self, mut each: impl FnMut(&T)) {
        let Shared { slots, start, .. } = &*self.shared;
        let mut record = T::new_zeroed();
        for index in 0..slots.capacity() {
            // If this fails, a writer has just come to the slot, and its record was not there before.
            let there = slots.occupant(index).is_some_and(|position| {
                !start.is_after(position) && slots.read(position, &mut record)
            });
            if there {
                each(&record);
            }
        }
    }

    /// Number of records that it can hold.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.shared.slots.capacity() as usize
    }

    /// The counters.
    #[must_use]
    pub fn stats(&self) -> Stats {
        // First what only grows with the claims, so that it does not exceed them.
        let skipped = self.shared.skipped();
        let head = self.shared.claim().head();
        Stats {
            capacity: self.shared.slots.capacity(),
            written: head.since(self.shared.start),
            skipped,
            oldest: self.shared.oldest(head).since(self.shared.start),
        }
    }

    /// Whether all writers are gone.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.shared.claim().is_closed()
    }
}

impl<T: Record> Clone for Ring<T> {
    fn clone(&self) -> Self {
        Self::from_shared(Arc::clone(&self.shared))
    }
}

impl<T: Record> fmt::Debug for Ring<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Ring").field(&self.stats()).finish()
    }
}
