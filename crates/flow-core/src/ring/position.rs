//! Positions in the ring, and the two atomic words that hold one.
//!
//! A position counts the flows written before it. It is kept shifted by two bits, so that
//! both words can carry flags below it and all arithmetic wraps by itself.

const STEP: u64 = 4;
const LOW: u64 = STEP - 1;

/// Place of one record in the sequence of all records, modulo 2^62.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position(u64);

impl Position {
    /// The position of number `count`.
    pub(super) const fn new(count: u64) -> Self {
        Self(count.wrapping_mul(STEP))
    }

    /// The position `count` later.
    #[inline]
    pub(super) const fn plus(self, count: u64) -> Self {
        Self(self.0.wrapping_add(count.wrapping_mul(STEP)))
    }

    /// The position `count` earlier.
    #[inline]
    pub(super) const fn minus(self, count: u64) -> Self {
        Self(self.0.wrapping_sub(count.wrapping_mul(STEP)))
    }

    /// Records from `earlier` to here; `earlier` must not be later than this one.
    #[inline]
    pub(super) const fn since(self, earlier: Self) -> u64 {
        self.0.wrapping_sub(earlier.0) / STEP
    }

    /// Whether this comes after `other` (half of the number space is "after").
    #[inline]
    pub(super) const fn is_after(self, other: Self) -> bool {
        let distance = self.0.wrapping_sub(other.0);
        distance != 0 && distance < 1 << 63
    }

    /// The slot of this position in a ring of `mask + 1` slots.
    #[inline]
    pub(super) const fn index(self, mask: usize) -> usize {
        (self.0 / STEP) as usize & mask
    }
}

/// The first word of a slot: the newest position that used it, and what became of that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp(pub(super) u64);

impl Stamp {
    /// Set while a writer is at work in the slot.
    const BUSY: u64 = 1;
    /// Set if the position has no record.
    const EMPTY: u64 = 2;

    /// The record of `position` is there.
    #[inline]
    pub(super) const fn complete(position: Position) -> Self {
        Self(position.0)
    }

    /// The record of `position` is being written.
    #[inline]
    pub(super) const fn busy(position: Position) -> Self {
        Self(position.0 | Self::BUSY)
    }

    /// The record of `position` was given up, because an earlier one is still being written.
    #[inline]
    pub(super) const fn skipped(position: Position) -> Self {
        Self(position.0 | Self::EMPTY | Self::BUSY)
    }

    /// The same after the earlier one was written.
    #[inline]
    pub(super) const fn released(self) -> Self {
        Self(self.0 & !Self::BUSY)
    }

    /// The position.
    #[inline]
    pub(super) const fn position(self) -> Position {
        Position(self.0 & !LOW)
    }

    /// Whether no writer is at work in the slot.
    #[inline]
    pub(super) const fn is_free(self) -> bool {
        self.0 & Self::BUSY == 0
    }

    /// Whether the position has no record.
    #[inline]
    pub(super) const fn is_empty(self) -> bool {
        self.0 & Self::EMPTY != 0
    }
}

/// The word from which writers take positions: the next position, and two flags.
#[derive(Clone, Copy, Debug)]
pub(super) struct Claim(pub(super) u64);

impl Claim {
    /// Some reader sleeps or is about to.
    pub(super) const WAITING: u64 = 1;
    /// The last writer is gone.
    pub(super) const CLOSED: u64 = 2;
    /// What a writer adds to take one position.
    pub(super) const ONE: u64 = STEP;

    /// The word of a ring whose next position is `head`.
    pub(super) const fn new(head: Position) -> Self {
        Self(head.0)
    }

    /// The next position that nobody has taken.
    #[inline]
    pub(super) const fn head(self) -> Position {
        Position(self.0 & !LOW)
    }

    /// Whether a reader waits.
    #[inline]
    pub(super) const fn is_waiting(self) -> bool {
        self.0 & Self::WAITING != 0
    }

    /// Whether nothing will be written any more.
    #[inline]
    pub(super) const fn is_closed(self) -> bool {
        self.0 & Self::CLOSED != 0
    }
}
