//! What was decided of names, by handle.

use core::fmt;
use core::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering};

use super::era::Era;
use super::handle::NameHandle;
use super::segments::Segments;
use super::table::NameTable;

/// A small value that fits into a word of [`PerName`].
pub trait NameValue: Copy {
    /// Returns the value as bits.
    fn to_bits(self) -> u32;

    /// Returns the value of `bits` that [`to_bits`](Self::to_bits) gave.
    fn from_bits(bits: u32) -> Self;
}

impl NameValue for bool {
    #[inline]
    fn to_bits(self) -> u32 {
        self.into()
    }

    #[inline]
    fn from_bits(bits: u32) -> Self {
        bits != 0
    }
}

impl NameValue for u32 {
    #[inline]
    fn to_bits(self) -> u32 {
        self
    }

    #[inline]
    fn from_bits(bits: u32) -> Self {
        bits
    }
}

/// Remembers a small value for each name of a [`NameTable`]: what depends on the names alone
/// is decided once and looked up by handle from then on.
///
/// A filter keeps a verdict (`bool`) or 32 of them as bits, metrics the number of a label set (`u32`).
/// Looking up takes no lock and two loads; a value takes 8 bytes. The value of a handle is never that
/// of another one: names that change have a new handle, of which nothing is remembered yet.
///
/// ```
/// use flow_core::names::{NameTable, PerName};
/// use flow_core::resolve::EndpointNames;
///
/// let table = NameTable::new();
/// let names = EndpointNames { namespace: "shop".into(), ..EndpointNames::default() };
/// let handle = table.add(names)?;
///
/// let in_shop = PerName::<bool>::new(&table);
/// let mut holder = table.holder();
/// let hold = holder.hold();
/// for _ in 0..2 {
///     // The comparison is made once.
///     let verdict = in_shop.get_or_decide(handle, || {
///         hold.get(handle).is_some_and(|names| &*names.namespace == "shop")
///     });
///     assert!(verdict);
/// }
/// # Ok::<(), flow_core::names::NameTableFull>(())
/// ```
pub struct PerName<T> {
    /// Era, generation and value; 0 where nothing is known, for no generation is 0.
    words: Segments<AtomicU64>,
    era: Era,
    value: PhantomData<fn() -> T>,
}

impl<T: NameValue> PerName<T> {
    /// Returns a memory of the names of `table`, which knows nothing yet.
    #[must_use]
    pub fn new(table: &NameTable) -> Self {
        Self {
            words: Segments::new(),
            era: table.era().clone(),
            value: PhantomData,
        }
    }

    /// Returns what is remembered of `handle`.
    #[inline]
    #[must_use]
    pub fn get(&self, handle: NameHandle) -> Option<T> {
        self.find(handle, self.era.tag(handle))
    }

    /// Remembers `value` of `handle`.
    ///
    /// Allocates where no handle of a similar index was seen before.
    pub fn set(&self, handle: NameHandle, value: T) {
        self.put(handle, self.era.tag(handle), value);
    }

    /// Returns what is remembered of `handle`; decides and remembers it if that is nothing.
    ///
    /// Several threads may decide at the same time; call this within the hold in which the handle
    /// was found.
    #[inline]
    pub fn get_or_decide(&self, handle: NameHandle, decide: impl FnOnce() -> T) -> T {
        // The era before the decision: a value is never younger than it says.
        let tag = self.era.tag(handle);
        self.find(handle, tag).unwrap_or_else(|| {
            let value = decide();
            self.put(handle, tag, value);
            value
        })
    }

    #[inline]
    fn find(&self, handle: NameHandle, tag: u64) -> Option<T> {
        let word = self.words.get(handle.index() as usize)?;
        let word = word.load(Ordering::Relaxed);
        // The lower half is the value.
        let known = (word ^ tag) >> 32 == 0;
        known.then(|| T::from_bits(word as u32))
    }

    #[cold]
    fn put(&self, handle: NameHandle, tag: u64, value: T) {
        // A handle from elsewhere may have an index beyond all tables, of which nothing is kept.
        if let Some(word) = self.words.get_or_grow(handle.index() as usize) {
            word.store(tag | u64::from(value.to_bits()), Ordering::Relaxed);
        }
    }
}

impl<T> fmt::Debug for PerName<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PerName").finish_non_exhaustive()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::super::era::ERA;
    use super::*;
    use crate::resolve::EndpointNames;

    #[test]
    fn a_value_belongs_to_one_handle() {
        let table = NameTable::new();
        let known = PerName::<u32>::new(&table);
        let handle = table.add(EndpointNames::default()).expect("room");
        let next = NameHandle::new(handle.index(), handle.generation() + 1).expect("a handle");
        assert_eq!(known.get(handle), None);
        known.set(handle, u32::MAX);
        assert_eq!(known.get(handle), Some(u32::MAX));
        assert_eq!(known.get(next), None);
        known.set(next, 0);
        assert_eq!((known.get(handle), known.get(next)), (None, Some(0)));
    }

    #[test]
    fn it_is_decided_once() {
        let table = NameTable::new();
        let known = PerName::<bool>::new(&table);
        let handle = table.add(EndpointNames::default()).expect("room");
        let mut decided = 0;
        for _ in 0..3 {
            let value = known.get_or_decide(handle, || {
                decided += 1;
                true
            });
            assert!(value);
        }
        assert_eq!(decided, 1);
        known.set(handle, false);
        assert_eq!(known.get(handle), Some(false));
    }

    #[test]
    fn handles_from_elsewhere_are_answered() {
        let known = PerName::<u32>::new(&NameTable::new());
        for raw in [1, u32::MAX, 0x3f_ffff, 1 << 22] {
            let handle = NameHandle::from_raw(raw).expect("not 0");
            assert_eq!(known.get(handle), None, "{handle:?}");
            assert_eq!(known.get_or_decide(handle, || 3), 3);
        }
    }

    /// A handle that comes again is the handle of other names, and finds nothing of the first ones.
    #[test]
    fn nothing_is_remembered_until_a_handle_comes_again() {
        let table = NameTable::new();
        let known = PerName::<u32>::new(&table);
        let none: [crate::ring::Ring<crate::flow::Flow>; 0] = [];
        let first = table.add(EndpointNames::default()).expect("room");
        known.set(first, 1);
        table.remove(first);
        let mut rounds = 0_u64;
        loop {
            rounds += 1;
            assert!(rounds < 100 * ERA, "it comes again");
            let handle = table.add(EndpointNames::default()).expect("room");
            if handle == first {
                break;
            }
            table.remove(handle);
            table.reclaim(&none[..]);
        }
        assert!(rounds >= 2 * ERA, "{rounds}");
        assert_eq!(known.get(first), None);
    }
}
