//! Errors of objects that cannot be taken.

use super::super::address::CidrError;

/// Error returned for an object that cannot be taken. The cluster is then as it was before.
#[derive(Debug, thiserror::Error)]
#[error("{object}: {reason}")]
#[non_exhaustive]
pub struct ObjectError {
    /// Kind, namespace and name of the object, as far as it has them.
    pub object: String,
    /// What is wrong with it.
    #[source]
    pub reason: Reason,
}

/// What is wrong with an object.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// It has not the form of its kind.
    #[error("expected an object of this kind, found: {0}")]
    Form(#[from] serde_json::Error),
    /// A prefix of addresses cannot be read.
    #[error(transparent)]
    Cidr(#[from] CidrError),
    /// A field has a value that is not defined.
    #[error("expected {expected} in {field}, found {found:?}")]
    Value {
        /// The field.
        field: &'static str,
        /// What it may hold.
        expected: &'static str,
        /// What it holds.
        found: String,
    },
}

impl Reason {
    pub(super) fn value(field: &'static str, expected: &'static str, found: &str) -> Self {
        Self::Value {
            field,
            expected,
            found: found.to_owned(),
        }
    }
}
