//! Reading from the newest record to the oldest.

use core::fmt;

use super::position::Position;
use super::reader::Reader;
use super::record::Record;
use super::shared::Shared;
use super::sync::Arc;

/// Yields the records of a [`Ring`](super::Ring) from the newest to the oldest retained.
///
/// It ends where the window ends, even if that has moved on meanwhile: what was overwritten
/// before this came to it is older than all it yielded, and no loss. Positions without
/// a record (given up, or not finished by their writer yet) are passed over.
pub struct Backward<T: Record> {
    shared: Arc<Shared<T>>,
    /// The next record is the one before.
    at: Position,
    /// The head when this was made.
    made: Position,
}

impl<T: Record> Backward<T> {
    pub(super) fn new(shared: Arc<Shared<T>>) -> Self {
        let made = shared.claim().head();
        Self {
            shared,
            at: made,
            made,
        }
    }

    /// A reader that goes forward again, beginning with the record that was yielded last, or
    /// with the next one to be written if none was.
    #[must_use]
    pub fn into_reader(self) -> Reader<T> {
        Reader::new(self.shared, self.at, self.made)
    }

    /// Goes back as long as `wanted` says so, and returns a reader that begins with the last
    /// record that was wanted.
    ///
    /// Looks at one record more than the reader will deliver.
    #[must_use]
    pub fn reader_while(mut self, mut wanted: impl FnMut(&T) -> bool) -> Reader<T> {
        let mut begin = self.at;
        while let Some(record) = self.next() {
            if !wanted(&record) {
                break;
            }
            begin = self.at;
        }
        Reader::new(self.shared, begin, self.made)
    }
}

impl<T: Record> Iterator for Backward<T> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        let mut record = T::new_zeroed();
        while self.at != self.shared.start {
            let before = self.at.minus(1);
            if self.shared.slots.read(before, &mut record) {
                self.at = before;
                return Some(record);
            }
            if self
                .shared
                .oldest(self.shared.claim().head())
                .is_after(before)
            {
                return None;
            }
            self.at = before;
        }
        None
    }
}

impl<T: Record> fmt::Debug for Backward<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Backward").finish_non_exhaustive()
    }
}
