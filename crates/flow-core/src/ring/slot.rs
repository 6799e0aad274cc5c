//! The slots: each a stamp and the words of one record.
//!
//! The protocol of a slot, with every access atomic:
//!
//! - A writer swaps the stamp from `complete(older)` to `busy(own)`, stores the words behind
//!   a release fence, then stores `complete(own)` with release. While there is only one
//!   writer it stores `busy(own)` without the swap, which is a third of the whole cost.
//! - A reader loads `complete(wanted)` with acquire, loads the words, and after an acquire
//!   fence loads the stamp again. If it saw any word of a later writer, the two fences make
//!   it see that writer's `busy` too, so an unchanged stamp proves that no word is torn.
//! - A writer that finds an older one still at work leaves `skipped(own)` and goes on. The
//!   older one will store its `complete` over that mark; a reader that misses the mark for
//!   that reason counts the position as lost all the same, only later (see `Reader`).
//!
//! Every stamp value appears at most once in the life of a slot, for a stretch, so that a
//! swap can not mistake an old value for a new one.

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

    /// Takes the slot of `position` for the only writer there is.
    ///
    /// Every earlier writer must have finished, and the caller must know of that by an
    /// acquire; then the slot is free and holds an earlier position.
    #[inline]
    pub(super) fn take_alone(&self, position: Position) {
        let stamp = &self.slot(position)[0];
        // Release: a reader that sees this stamp sees the claim too.
        stamp.store(Stamp::busy(position).0, Ordering::Release);
    }

    /// Takes the slot of `position` for its writer, or marks it as skipped.
    #[inline]
    pub(super) fn take(&self, position: Position) -> bool {
        let stamp = &self.slot(position)[0];
        let mut seen = Stamp(stamp.load(Ordering::Relaxed));
        // Each failed swap means that another writer has moved on.
        while position.is_after(seen.position()) {
            let next = if seen.is_complete() {
                Stamp::busy(position)
            } else {
                Stamp::skipped(position)
            };
            // Acquire: the words of the previous writer come before ours. Release: a reader
            // that sees this stamp sees the claim too.
            match stamp.compare_exchange(seen.0, next.0, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => return seen.is_complete(),
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

    /// Gives a filled slot to the readers.
    #[inline]
    pub(super) fn finish(&self, position: Position) {
        self.slot(position)[0].store(Stamp::complete(position).0, Ordering::Release);
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
        stamp[0].load(Ordering::Relaxed) == complete
    }
}
