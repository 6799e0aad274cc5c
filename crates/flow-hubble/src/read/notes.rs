//! What was passed over.

use std::cell::RefCell;
use std::string::String;

/// The first part of a text that was passed over, because its meaning is not known.
#[derive(Debug, Default)]
pub struct Notes(RefCell<Option<String>>);

impl Notes {
    /// Notes a part.
    pub(super) fn note(&self, part: impl FnOnce() -> String) {
        self.0.borrow_mut().get_or_insert_with(part);
    }

    /// Returns the first part that was noted.
    pub(crate) fn into_first(self) -> Option<String> {
        self.0.into_inner()
    }
}
