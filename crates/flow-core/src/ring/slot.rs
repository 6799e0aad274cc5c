//! The slots: each a stamp and the words of one record.
//!
//! The protocol of a slot, with every access atomic:
//!
//! - A writer swaps the stamp from a free one of an older position to `busy(own)`, stores the
//!   words behind a release fence, then swaps `busy(own)` for `complete(own)` with release.
//! - A reader loads `complete(wanted)` with acquire, loads the words, and after an acquire
//!   fence loads the stamp again. If it saw any word of a later writer, the two fences make
//!   it see that writer's `busy` too, so an unchanged stamp proves that no word is torn. It
//!   can not see words of an earlier writer either: each writer acquires what the one before
//!   released, so all older words are overwritten before `complete(wanted)` is stored.
//! - A writer that finds an older one still at work leaves `skipped(own)` and goes on. The
//!   older one finds that mark when it wants to finish, and releases the slot for the next
//!   writer without a record: its own position is out of the window by then.
//!
//! So the stamps of a slot only grow (by position, and by state within one), and no value
//! comes twice: a swap can not mistake an old value for a new one, and a reader that has seen
//! a stamp past its position knows that nothing will come there any more.

use core::marker::PhantomData;
use std::boxed::Box;

use super::position::{Position, Stamp};
use super::record::Record;
use super::sync::{AtomicU64, Ordering, fence, words_to_cache_line, zeroed_words};

const WORDS_OF_CACHE_LINE: usize = 8;

pub(super) struct Slots<T> {
    words: Box<[AtomicU64]>,
    /// Words before the first slot, so that slots of whole cache lines begin at one.
    offset: usize,
    mask: usize,
    record: PhantomData<fn() -> T>,
}

impl<T: Record> Slots<T> {
    /// One word for the stamp.
    const STRIDE: usize = 1 + T::WORDS;

    /// Bytes of a slot.
    #[cfg(test)]
    pub(super) const SIZE: usize = Self::STRIDE * 8;

    /// `capacity` slots, a power of two, the first of which to be used at position `start`;
    /// `None` if the system has not that much memory.
    pub(super) fn new(capacity: usize, start: Position) -> Option<Self> {
        let words = zeroed_words(capacity * Self::STRIDE + WORDS_OF_CACHE_LINE - 1)?;
        let offset = words_to_cache_line(&words).min(WORDS_OF_CACHE_LINE - 1);
        let slots = Self {
            words,
            offset,
            mask: capacity - 1,
            record: PhantomData,
        };
        // A stamp of zero is `complete(0)`: it only has to be older than every position used.
        if start != Self::first(capacity) {
            for back in 1..=capacity as u64 {
                let older = start.minus(back);
                slots.slot(older)[0].store(Stamp::complete(older).0, Ordering::Relaxed);
            }
        }
        Some(slots)
    }

    /// The start position that leaves fresh slots untouched.
    pub(super) const fn first(capacity: usize) -> Position {
        Position::new(capacity as u64)
    }

    #[inline]
    pub(super) const fn capacity(&self) -> u64 {
        self.mask as u64 + 1
    }

    /// Bytes of all slots, with those before the first.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.words)
    }

    /// Where the first slot is.
    #[cfg(test)]
    pub(super) fn address(&self) -> usize {
        self.words[self.offset..].as_ptr().addr()
    }

    #[inline]
    fn slot(&self, position: Position) -> &[AtomicU64] {
        let begin = self.offset + position.index(self.mask) * Self::STRIDE;
        &self.words[begin..begin + Self::STRIDE]
    }

    /// The stamp of the slot of `position`.
    #[inline]
    pub(super) fn stamp(&self, position: Position) -> Stamp {
        Stamp(self.slot(position)[0].load(Ordering::Acquire))
    }

    /// The position whose record is in the slot `index`, if a record is. One from before the start
    /// of the ring stands for none.
    #[inline]
    pub(super) fn occupant(&self, index: u64) -> Option<Position> {
        let stamp = self.stamp(Position::new(index));
        (stamp == Stamp::complete(stamp.position())).then(|| stamp.position())
    }

    /// Takes the slot of `position` for its writer, or marks it as skipped.
    #[inline]
    pub(super) fn take(&self, position: Position) -> bool {
        let stamp = &self.slot(position)[0];
        let mut seen = Stamp(stamp.load(Ordering::Relaxed));
        // Each failed swap means that another writer has moved on.
        while position.is_after(seen.position()) {
            let next = if seen.is_free() {
                Stamp::busy(position)
            } else {
                Stamp::skipped(position)
            };
            // Acquire: the words of the previous writer come before ours. Release: a reader
            // that sees this stamp sees the claim of this position too.
            match stamp.compare_exchange(seen.0, next.0, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => return seen.is_free(),
                Err(other) => seen = Stamp(other),
            }
        }
        // Writers a whole lap ahead were here before.
        false
    }

    /// Stores the words of a slot that was taken.
    #[inline]
    pub(super) fn fill(&self, position: Position, record: &T) {
        fence(Ordering::Release);
        let (chunks, _) = record.as_bytes().as_chunks::<8>();
        for (word, chunk) in self.slot(position)[1..].iter().zip(chunks) {
            word.store(u64::from_ne_bytes(*chunk), Ordering::Relaxed);
        }
    }

    /// Gives a filled slot to the readers, and to the next writer.
    #[inline]
    pub(super) fn finish(&self, position: Position) {
        let stamp = &self.slot(position)[0];
        let mut seen = Stamp::busy(position);
        let mut next = Stamp::complete(position);
        // Release: who sees the new stamp sees the words. A swap fails only where a writer
        // that is a whole lap ahead has left its mark.
        while let Err(other) =
            stamp.compare_exchange(seen.0, next.0, Ordering::Release, Ordering::Relaxed)
        {
            seen = Stamp(other);
            next = seen.released();
        }
    }

    /// Copies the record of `position` into `record`; `false` if it is not there, and then
    /// `record` holds any mixture of bytes.
    #[inline]
    pub(super) fn read(&self, position: Position, record: &mut T) -> bool {
        let (stamp, words) = self.slot(position).split_at(1);
        let complete = Stamp::complete(position).0;
        if stamp[0].load(Ordering::Acquire) != complete {
            return false;
        }
        let (chunks, _) = record.as_mut_bytes().as_chunks_mut::<8>();
        for (chunk, word) in chunks.iter_mut().zip(words) {
            *chunk = word.load(Ordering::Relaxed).to_ne_bytes();
        }
        fence(Ordering::Acquire);
        if stamp[0].load(Ordering::Relaxed) == complete {
            return true;
        }
        // Who saw the stamp of a later writer sees its claim, as after the first load.
        fence(Ordering::Acquire);
        false
    }
}
