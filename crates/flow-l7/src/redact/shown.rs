//! A value as it may be shown.

use std::vec::Vec;

use super::MARKER;

/// A value as it may be shown.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shown<'v> {
    /// As it is: nothing in it is redacted.
    Plain(&'v [u8]),
    /// The [`MARKER`] alone.
    Hidden,
    /// The [`MARKER`] in the place of a part.
    Partly(Vec<u8>),
}

impl Shown<'_> {
    /// The bytes to show.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Plain(value) => value,
            Self::Hidden => MARKER.as_bytes(),
            Self::Partly(value) => value,
        }
    }

    /// Whether something is redacted.
    #[must_use]
    pub const fn is_redacted(&self) -> bool {
        !matches!(self, Self::Plain(_))
    }
}

/// What may be shown, escaped.
impl core::fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "\"{}\"", flow_core::text::Escaped(self.as_bytes()))
    }
}
