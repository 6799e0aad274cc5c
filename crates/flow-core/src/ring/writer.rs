//! The writing side.

use core::fmt;

use super::position::Position;
use super::record::Record;
use super::shared::Shared;
use super::slot::Slots;
use super::sync::Arc;
use super::{MAX_CAPACITY, Ring, RingError};

/// Writes records into a [`Ring`](super::Ring).
///
/// Clone it for more writers. The ring is closed when the last one is dropped.
pub struct Writer<T: Record> {
    shared: Arc<Shared<T>>,
}

impl<T: Record> Ring<T> {
    /// A ring of `capacity` records, with its first writer.
    ///
    /// It takes `capacity * (size_of::<T>() + 8)` bytes, which the system provides as they
    /// are first written.
    ///
    /// # Errors
    /// If `capacity` is not a power of two from 1 to [`MAX_CAPACITY`], or there is no memory.
    pub fn with_capacity(capacity: usize) -> Result<(Writer<T>, Self), RingError> {
        Self::with_start(capacity, Slots::<T>::first(capacity))
    }

    pub(super) fn with_start(
        capacity: usize,
        start: Position,
    ) -> Result<(Writer<T>, Self), RingError> {
        if !capacity.is_power_of_two() || capacity > MAX_CAPACITY {
            return Err(RingError::Capacity(capacity));
        }
        let shared = Shared::new(capacity, start)
            .ok_or_else(|| RingError::Memory((size_of::<T>() + 8).saturating_mul(capacity)))?;
        let shared = Arc::new(shared);
        let ring = Self::from_shared(Arc::clone(&shared));
        Ok((Writer { shared }, ring))
    }
}

impl<T: Record> Writer<T> {
    /// Writes `record` over the oldest one.
    ///
    /// The record is readable when this returns. Never waits, neither for readers nor for other
    /// writers. If another writer was stopped in the middle of writing the record one lap ago,
    /// `record` is given up: it counts in [`Stats::skipped`](super::Stats::skipped), and as
    /// lost by each reader.
    #[inline]
    pub fn publish(&mut self, record: &T) {
        self.shared.publish(record);
    }

    /// The ring that this writes to.
    #[must_use]
    pub fn ring(&self) -> Ring<T> {
        Ring::from_shared(Arc::clone(&self.shared))
    }

    #[cfg(test)]
    pub(super) fn shared(&self) -> &Shared<T> {
        &self.shared
    }
}

impl<T: Record> Clone for Writer<T> {
    fn clone(&self) -> Self {
        self.shared.add_writer();
        let shared = Arc::clone(&self.shared);
        Self { shared }
    }
}

impl<T: Record> Drop for Writer<T> {
    fn drop(&mut self) {
        self.shared.remove_writer();
    }
}

impl<T: Record> fmt::Debug for Writer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").finish_non_exhaustive()
    }
}
