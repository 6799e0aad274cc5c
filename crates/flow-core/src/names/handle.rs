//! What a flow holds in place of names.

use core::fmt;
use core::num::NonZeroU32;

/// Bits of a handle that hold the index.
pub(super) const INDEX_BITS: u32 = 22;
const INDEX_MASK: u32 = (1 << INDEX_BITS) - 1;
/// The last generation of a slot, after which it begins again with 1.
pub(super) const LAST_GENERATION: u32 = u32::MAX >> INDEX_BITS;

/// A handle of names in a [`NameTable`](super::NameTable), as
/// [`Endpoint::meta`](crate::flow::Endpoint::meta) holds it.
///
/// The lower 22 bits are the index of a slot, the upper 10 its generation, from 1 to 1,023: each
/// time a slot gets other names, its generation is the next one, so that the handle of names that
/// are gone does not resolve to those that took their place.
///
/// Generations repeat, but only where it does no harm: a slot is reused after every flow that bears
/// its old handle has left the history, and after 4,096 other slots were reused. So a value comes
/// again after at least 4 million other names, and only who keeps copies of flows for longer than
/// that could take one for another. [`PerName`](super::PerName) is safe even then.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameHandle(NonZeroU32);

impl NameHandle {
    /// Returns the handle that a flow holds as `raw`; `None` for 0, which stands for no names.
    #[inline]
    #[must_use]
    pub const fn from_raw(raw: u32) -> Option<Self> {
        match NonZeroU32::new(raw) {
            Some(raw) => Some(Self(raw)),
            None => None,
        }
    }

    /// Returns what a flow holds; never 0.
    #[inline]
    #[must_use]
    pub const fn raw(self) -> u32 {
        self.0.get()
    }

    /// Returns the index of its slot: dense, so that a side table can be an array.
    #[inline]
    #[must_use]
    pub const fn index(self) -> u32 {
        self.raw() & INDEX_MASK
    }

    /// Returns the generation of its slot. A handle from a [`NameTable`](super::NameTable) has one
    /// from 1 to 1,023.
    #[inline]
    #[must_use]
    pub const fn generation(self) -> u32 {
        self.raw() >> INDEX_BITS
    }

    /// The handle of a slot and a generation other than 0.
    pub(super) const fn new(index: u32, generation: u32) -> Option<Self> {
        Self::from_raw(generation << INDEX_BITS | index & INDEX_MASK)
    }
}

impl From<NameHandle> for u32 {
    fn from(handle: NameHandle) -> Self {
        handle.raw()
    }
}

impl fmt::Debug for NameHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NameHandle({}#{})", self.index(), self.generation())
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_handle_is_an_index_and_a_generation() {
        for (index, generation) in [
            (0, 1),
            (7, 2),
            (INDEX_MASK, LAST_GENERATION),
            (0, LAST_GENERATION),
        ] {
            let handle = NameHandle::new(index, generation).expect("a generation");
            assert_eq!((handle.index(), handle.generation()), (index, generation));
            assert_eq!(NameHandle::from_raw(handle.raw()), Some(handle));
            assert_eq!(u32::from(handle), handle.raw());
        }
        assert_eq!(NameHandle::from_raw(0), None);
        assert_eq!(NameHandle::new(0, 0), None);
        assert_eq!(
            std::format!("{:?}", NameHandle::new(5, 3).expect("a generation")),
            "NameHandle(5#3)"
        );
    }
}
