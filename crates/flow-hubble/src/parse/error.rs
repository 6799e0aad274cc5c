//! The error of a conversion.

use std::string::{String, ToString};

/// Error of converting a message to a flow: a value does not fit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("field {field}: expected {expected}, found {found}")]
#[non_exhaustive]
pub struct ConvertError {
    /// Path of the field in `flow.Flow`.
    pub field: &'static str,
    /// The values that fit.
    pub expected: &'static str,
    /// The value found.
    pub found: String,
}

impl ConvertError {
    pub(super) fn new(field: &'static str, expected: &'static str, found: impl ToString) -> Self {
        Self {
            field,
            expected,
            found: found.to_string(),
        }
    }
}
