//! A value that is borrowed or shared.

use core::ops::Deref;
use std::sync::Arc;

/// A value that is borrowed from its owner or shared with it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum MaybeShared<'a, T> {
    /// Borrowed.
    Borrowed(&'a T),
    /// Shared.
    Shared(Arc<T>),
}

impl<T> Deref for MaybeShared<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        match self {
            Self::Borrowed(value) => value,
            Self::Shared(value) => value,
        }
    }
}
