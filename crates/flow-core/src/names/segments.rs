//! A dense array that grows without moving what it holds.

use std::boxed::Box;
use std::sync::OnceLock;

/// Elements of the first segment; each later one has twice as many as the one before.
#[cfg(not(any(miri, loom)))]
const FIRST: usize = 1_024;
/// Segments small enough for slow checkers to reach the second and third.
#[cfg(any(miri, loom))]
const FIRST: usize = 4;

const SEGMENTS: usize = (super::handle::INDEX_BITS - FIRST.ilog2()) as usize;

/// Elements by index. Reading takes no lock and shares nothing that is written, but for the
/// growth itself.
pub(super) struct Segments<T> {
    segments: [OnceLock<Box<[T]>>; SEGMENTS],
}

impl<T: Default> Segments<T> {
    /// Most elements.
    pub(super) const LIMIT: usize = (FIRST << SEGMENTS) - FIRST;

    pub(super) const fn new() -> Self {
        Self {
            segments: [const { OnceLock::new() }; SEGMENTS],
        }
    }

    /// The element, if its segment exists.
    #[inline]
    pub(super) fn get(&self, index: usize) -> Option<&T> {
        let (segment, offset) = place(index);
        self.segments.get(segment)?.get()?.get(offset)
    }

    /// The element, whose segment is made if it does not exist; `None` from
    /// [`LIMIT`](Self::LIMIT) on.
    #[inline]
    pub(super) fn get_or_grow(&self, index: usize) -> Option<&T> {
        let (segment, offset) = place(index);
        self.segments
            .get(segment)?
            .get_or_init(|| (0..FIRST << segment).map(|_| T::default()).collect())
            .get(offset)
    }

    /// Every element of every segment that exists.
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.segments.iter().filter_map(OnceLock::get).flatten()
    }
}

/// The segment of an element, and its place there.
#[inline]
const fn place(index: usize) -> (usize, usize) {
    // Shifted by the first segment, segment `n` holds the numbers of one magnitude.
    let shifted = index.saturating_add(FIRST);
    let segment = shifted.ilog2() - FIRST.ilog2();
    (segment as usize, shifted - (FIRST << segment))
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn every_index_has_a_place_of_its_own() {
        let mut expected = (0, 0);
        for index in 0..40 * FIRST {
            assert_eq!(place(index), expected, "{index}");
            expected.1 += 1;
            if expected.1 == FIRST << expected.0 {
                expected = (expected.0 + 1, 0);
            }
        }
    }

    #[test]
    fn elements_exist_after_growth_only_and_never_move() {
        let segments = Segments::<u64>::new();
        assert!(segments.get(0).is_none());
        let first = segments.get_or_grow(0).expect("within the limit");
        assert_eq!(segments.iter().count(), FIRST);
        assert!(segments.get(FIRST).is_none());
        segments.get_or_grow(FIRST).expect("within the limit");
        assert!(core::ptr::eq(first, segments.get(0).expect("grown")));
        assert_eq!(segments.iter().count(), 3 * FIRST);
    }

    #[test]
    fn there_is_nothing_from_the_limit_on() {
        let segments = Segments::<()>::new();
        let limit = Segments::<()>::LIMIT;
        for beyond in [limit, limit + 1, u32::MAX as usize, usize::MAX] {
            assert!(segments.get(beyond).is_none());
            assert!(segments.get_or_grow(beyond).is_none());
        }
        assert!(segments.get_or_grow(limit - 1).is_some());
    }
}
