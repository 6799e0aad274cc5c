//! What the writers and the readers of one ring have in common.

use core::task::Waker;

use super::position::{Claim, Position};
use super::record::Record;
use super::slot::Slots;
use super::sync::{AtomicU64, AtomicUsize, Ordering};
use super::wait::Sleepers;

/// Keeps what threads write apart, also from the neighbour line that some processors fetch.
#[repr(align(128))]
struct Apart<T>(T);

pub(super) struct Shared<T> {
    /// A [`Claim`]. All that writers have in common in the usual case.
    claim: Apart<AtomicU64>,
    /// Positions that a writer gave up.
    skipped: Apart<AtomicU64>,
    pub(super) slots: Slots<T>,
    pub(super) start: Position,
    /// Number of writers; the last one closes the ring.
    writers: AtomicUsize,
    pub(super) sleepers: Sleepers,
}

impl<T: Record> Shared<T> {
    /// A ring of `capacity` slots with one writer; `None` without memory for it.
    pub(super) fn new(capacity: usize, start: Position) -> Option<Self> {
        Some(Self {
            claim: Apart(AtomicU64::new(Claim::new(start).0)),
            skipped: Apart(AtomicU64::new(0)),
            slots: Slots::new(capacity, start)?,
            start,
            writers: AtomicUsize::new(1),
            sleepers: Sleepers::new(),
        })
    }

    /// The claim word; everything that its claimants did before is visible after.
    #[inline]
    pub(super) fn claim(&self) -> Claim {
        Claim(self.claim.0.load(Ordering::Acquire))
    }

    /// The oldest position in the window that ends at `head`.
    #[inline]
    pub(super) fn oldest(&self, head: Position) -> Position {
        head.minus(head.since(self.start).min(self.slots.capacity()))
    }

    pub(super) fn skipped(&self) -> u64 {
        self.skipped.0.load(Ordering::Relaxed)
    }

    /// Writes `record`.
    #[inline]
    pub(super) fn publish(&self, record: &T) {
        let claim = self.take_position();
        let position = claim.head();
        if self.slots.take(position) {
            self.slots.fill(position, record);
            self.slots.finish(position);
        } else {
            self.count_skipped();
        }
        if claim.is_waiting() {
            self.wake();
        }
    }

    /// Takes the next position, which is the head of the claim that is returned.
    ///
    /// Acquire: a writer that finds the waiting flag set finds the waker in the list too,
    /// which was entered before. Release: with the stamps, which are stored after, a reader
    /// that sees a position written sees it claimed.
    #[inline]
    pub(super) fn take_position(&self) -> Claim {
        Claim(self.claim.0.fetch_add(Claim::ONE, Ordering::AcqRel))
    }

    #[cold]
    pub(super) fn count_skipped(&self) {
        self.skipped.0.fetch_add(1, Ordering::Relaxed);
    }

    #[cold]
    pub(super) fn wake(&self) {
        // First the flag, then the list: who enters the list later sets the flag again. Acquire:
        // whoever set the flag that is cleared here is found in the list.
        self.claim.0.fetch_and(!Claim::WAITING, Ordering::AcqRel);
        self.sleepers.wake_all();
    }

    /// Arranges that `waker` is woken when `position` is claimed or the ring is closed;
    /// `false` if that has happened already.
    ///
    /// The flag stands in the word that writers claim from, so either the writer of
    /// `position` sees the flag, or its claim is seen here.
    pub(super) fn sleep_for(&self, position: Position, key: u64, waker: &Waker) -> bool {
        self.sleepers.enter(key, waker);
        let claim = Claim(self.claim.0.fetch_or(Claim::WAITING, Ordering::AcqRel));
        claim.head() == position && !claim.is_closed()
    }

    pub(super) fn add_writer(&self) {
        self.writers.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn remove_writer(&self) {
        if self.writers.fetch_sub(1, Ordering::AcqRel) == 1 {
            // What all writers wrote comes before the count went to zero (each subtraction
            // releases, the last one acquires), and with that before the flag.
            self.claim.0.fetch_or(Claim::CLOSED, Ordering::AcqRel);
            self.wake();
        }
    }
}
