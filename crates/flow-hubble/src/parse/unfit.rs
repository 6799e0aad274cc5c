//! Values that do not fit into a flow.

use super::error::ConvertError;

/// The first value that did not fit; its field keeps its default.
#[derive(Debug, Default)]
pub(super) struct Unfit(Option<ConvertError>);

impl Unfit {
    /// Returns the value, or the default of its type where it does not fit.
    pub(super) fn or_default<T: Default>(&mut self, value: Result<T, ConvertError>) -> T {
        value.unwrap_or_else(|error| {
            self.note(error);
            T::default()
        })
    }

    /// Notes a value that does not fit.
    pub(super) fn note(&mut self, error: ConvertError) {
        self.0.get_or_insert(error);
    }

    /// Returns the first value that did not fit.
    pub(super) fn into_first(self) -> Option<ConvertError> {
        self.0
    }
}
