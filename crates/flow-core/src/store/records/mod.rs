//! Records behind the handles of flows: one for each flow that has one, the newest survive.
//!
//! With at least as many places as the history ring, and at most one record for each flow, every flow
//! that can still be read finds its record.
//!
//! ```
//! use flow_core::store::RecordStore;
//!
//! let store = RecordStore::with_capacity(2);
//! let first = store.put(String::from("first"));
//! assert_eq!(store.get(first).as_deref().map(String::as_str), Some("first"));
//! store.put(String::from("second"));
//!
//! // Takes the place of the first one, and its buffer.
//! let third = store.put_with(|value| {
//!     value.clear();
//!     value.push_str("third");
//! });
//! assert_eq!(store.get(first), None);
//! assert_eq!(store.get(third).as_deref().map(String::as_str), Some("third"));
//! assert_eq!(store.get(0), None, "no record has the handle 0");
//! ```

use core::fmt;
use core::sync::atomic::{AtomicU32, Ordering};
use std::boxed::Box;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[cfg(all(test, not(loom)))]
mod tests;

/// The newest records that were put into it, by handle.
///
/// A handle is the number of its record, modulo 2³² and without 0, so it comes again only after four
/// thousand million others.
pub struct RecordStore<T> {
    places: Box<[Mutex<Place<T>>]>,
    next: AtomicU32,
}

/// Room for one record.
struct Place<T> {
    /// Handle of the newest record that this place was given to; 0 before the first.
    handle: u32,
    /// Nothing before the first record, and while a writer makes the next one.
    value: Option<Arc<T>>,
}

impl<T> RecordStore<T> {
    /// Most records that a store can hold.
    pub const MAX_CAPACITY: usize = 1 << 24;

    /// Returns a store with room for `capacity` records, rounded up to a power of two and limited to
    /// [`MAX_CAPACITY`](Self::MAX_CAPACITY). An empty place takes 24 bytes.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        let places = capacity.clamp(1, Self::MAX_CAPACITY).next_power_of_two();
        let empty = || {
            Mutex::new(Place {
                handle: 0,
                value: None,
            })
        };
        Self {
            places: (0..places).map(|_| empty()).collect(),
            next: AtomicU32::new(1),
        }
    }

    /// Returns the number of records that it can hold.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.places.len()
    }

    /// Stores a record in place of the oldest one. Returns its handle, which is never 0.
    pub fn put(&self, value: T) -> u32 {
        let handle = self.next_handle();
        self.place(handle, Arc::new(value));
        handle
    }

    /// Returns the record of `handle`; `None` for 0, and where a newer record has taken its place.
    #[must_use]
    pub fn get(&self, handle: u32) -> Option<Arc<T>> {
        let place = self.lock(handle);
        if handle == 0 || place.handle != handle {
            return None;
        }
        place.value.clone()
    }

    fn next_handle(&self) -> u32 {
        let next = || self.next.fetch_add(1, Ordering::Relaxed);
        match next() {
            0 => next(),
            handle => handle,
        }
    }

    /// Stores a record, unless its place has been given to a newer one: a writer may be stopped
    /// between taking its handle and this for as long as others need to come round.
    fn place(&self, handle: u32, value: Arc<T>) {
        let mut place = self.lock(handle);
        let old = if is_newer(handle, place.handle) || place.handle == handle {
            place.handle = handle;
            place.value.replace(value)
        } else {
            Some(value)
        };
        // Values have destructors, which may be anything.
        drop(place);
        drop(old);
    }

    /// The place of a handle.
    fn lock(&self, handle: u32) -> MutexGuard<'_, Place<T>> {
        // The number of places is a power of two.
        let place = &self.places[handle as usize & (self.places.len() - 1)];
        // A place is whole after each step.
        place.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Default> RecordStore<T> {
    /// Stores the record that `make` makes of the oldest one, whose buffers it can reuse. Returns its
    /// handle, which is never 0.
    ///
    /// What `make` is given holds the old record or, where there is none or somebody still reads it, a
    /// default one: it has to be overwritten as a whole. In the long run nothing is allocated but
    /// what `make` allocates. A record keeps the buffers that it has grown, so the memory of a store is
    /// bounded by its capacity and the longest records.
    ///
    /// If `make` panics, the old record is gone, and no new one is stored.
    pub fn put_with(&self, make: impl FnOnce(&mut T)) -> u32 {
        let handle = self.next_handle();
        let mut value = self.oldest(handle);
        // Nobody has another: `oldest` has seen to that.
        if let Some(value) = Arc::get_mut(&mut value) {
            make(value);
        }
        self.place(handle, value);
        handle
    }

    /// Takes the old record out of the place of `handle`, or makes one: nobody else has it.
    fn oldest(&self, handle: u32) -> Arc<T> {
        let mut place = self.lock(handle);
        let mut old = None;
        if is_newer(handle, place.handle) {
            place.handle = handle;
            old = place.value.take();
        }
        drop(place);
        if let Some(value) = &mut old
            && Arc::get_mut(value).is_none()
        {
            old = None;
        }
        old.unwrap_or_default()
    }
}

/// Whether a handle was given out after another one, or the other is 0.
const fn is_newer(handle: u32, other: u32) -> bool {
    let distance = handle.wrapping_sub(other);
    other == 0 || distance != 0 && distance < 1 << 31
}

impl<T> fmt::Debug for RecordStore<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordStore")
            .field("capacity", &self.capacity())
            .finish_non_exhaustive()
    }
}
