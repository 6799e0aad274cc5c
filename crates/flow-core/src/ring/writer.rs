//! The writing side.

use core::fmt;

use super::Ring;
use super::record::Record;
use super::shared::Shared;
use super::sync::Arc;

/// Writes records into a [`Ring`](super::Ring).
///
/// Clone it for more writers. The ring is closed when the last one is dropped.
pub struct Writer<T: Record> {
    shared: Arc<Shared<T>>,
}

impl<T: Record> Writer<T> {
    pub(super) fn new(shared: Arc<Shared<T>>) -> Self {
        Self { shared }
    }

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
        Self::new(Arc::clone(&self.shared))
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
