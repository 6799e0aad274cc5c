//! Values behind the handles of flows.
//!
//! A [`Flow`](crate::flow::Flow) is plain data of a fixed size. What does not fit (a layer 7
//! record, rarely present attributes) is put on a [`Shelf`], and the flow holds its handle. A
//! shelf keeps the newest values only: with at least as many places as the history ring has,
//! and at most one value for each flow, every flow that can still be read finds its value.

use core::fmt;
use core::sync::atomic::{AtomicU32, Ordering};
use std::boxed::Box;
use std::sync::Arc;

use parking_lot::RwLock;

/// The newest values that were put on it, by handle.
///
/// ```
/// use flow_core::shelf::Shelf;
///
/// let shelf = Shelf::with_capacity(2);
/// let first = shelf.put("first");
/// assert_eq!(shelf.get(first).as_deref(), Some(&"first"));
/// shelf.put("second");
/// shelf.put("third");
/// assert_eq!(shelf.get(first), None, "its place was needed");
/// assert_eq!(shelf.get(0), None, "no value has the handle 0");
/// ```
pub struct Shelf<T> {
    places: Box<[RwLock<Option<Placed<T>>>]>,
    next: AtomicU32,
}

struct Placed<T> {
    handle: u32,
    value: Arc<T>,
}

impl<T> Shelf<T> {
    /// Most places a shelf has.
    pub const MAX_CAPACITY: usize = 1 << 24;

    /// A shelf with room for `capacity` values, rounded up to a power of two and limited to
    /// [`MAX_CAPACITY`](Self::MAX_CAPACITY). An empty place takes 24 bytes.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        let places = capacity.clamp(1, Self::MAX_CAPACITY).next_power_of_two();
        Self {
            places: (0..places).map(|_| RwLock::new(None)).collect(),
            next: AtomicU32::new(1),
        }
    }

    /// Number of values it keeps.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.places.len()
    }

    /// Puts a value on the shelf, in the place of the oldest one. Gives its handle, never 0.
    pub fn put(&self, value: T) -> u32 {
        let mut handle = self.next.fetch_add(1, Ordering::Relaxed);
        if handle == 0 {
            handle = self.next.fetch_add(1, Ordering::Relaxed);
        }
        let placed = Placed {
            handle,
            value: Arc::new(value),
        };
        // The old value is dropped after the lock.
        let old = self.place(handle).write().replace(placed);
        drop(old);
        handle
    }

    /// The value of a handle; `None` for 0, and where its place was needed for another.
    #[must_use]
    pub fn get(&self, handle: u32) -> Option<Arc<T>> {
        if handle == 0 {
            return None;
        }
        let place = self.place(handle).read();
        place
            .as_ref()
            .filter(|placed| placed.handle == handle)
            .map(|placed| Arc::clone(&placed.value))
    }

    fn place(&self, handle: u32) -> &RwLock<Option<Placed<T>>> {
        // The number of places is a power of two.
        &self.places[handle as usize & (self.places.len() - 1)]
    }
}

impl<T> fmt::Debug for Shelf<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shelf")
            .field("capacity", &self.capacity())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_newest_of_many_threads() {
        const EACH: u32 = 10_000;
        let shelf = Shelf::with_capacity(100_000);
        std::thread::scope(|scope| {
            for thread in 0..4_u32 {
                let shelf = &shelf;
                scope.spawn(move || {
                    for number in 0..EACH {
                        let handle = shelf.put((thread, number));
                        assert_eq!(shelf.get(handle).as_deref(), Some(&(thread, number)));
                    }
                });
            }
        });
        let kept = (1..=4 * EACH)
            .filter_map(|handle| shelf.get(handle))
            .count();
        assert_eq!(kept, 4 * EACH as usize);
    }

    #[test]
    fn handles_wrap_without_zero() {
        let shelf = Shelf::with_capacity(4);
        shelf.next.store(u32::MAX, Ordering::Relaxed);
        assert_eq!(shelf.put('a'), u32::MAX);
        assert_eq!(shelf.put('b'), 1);
        assert_eq!(shelf.get(u32::MAX).as_deref(), Some(&'a'));
        assert_eq!(shelf.get(1).as_deref(), Some(&'b'));
    }

    #[test]
    fn capacity_is_a_power_of_two() {
        assert_eq!(
            [0, 1, 3, 64].map(|n| Shelf::<u8>::with_capacity(n).capacity()),
            [1, 1, 4, 64]
        );
    }

    #[test]
    fn an_empty_place_is_small() {
        assert!(size_of::<RwLock<Option<Placed<u8>>>>() <= 24);
    }
}
