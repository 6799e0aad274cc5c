//! Lists of text.

use crate::gob::{Elements, Entries, Value};

/// Texts of a list, borrowed.
#[derive(Clone, Copy, Default)]
pub struct Texts<'a>(pub(super) Option<Value<'a>>);

impl<'a> Texts<'a> {
    /// Each text, in order.
    pub fn iter(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        elements(self.0).filter_map(|text| text.as_bytes())
    }

    /// Number of texts.
    #[must_use]
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

/// Shows how many there are.
impl core::fmt::Debug for Texts<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} texts", self.len())
    }
}

/// Names and values, borrowed.
#[derive(Clone, Copy, Default)]
pub struct Pairs<'a>(pub(super) Option<Value<'a>>);

impl<'a> Pairs<'a> {
    /// Each name with its value, in the order of the stream, which means nothing.
    pub fn iter(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> + use<'a> {
        entries(self.0).filter_map(|(name, value)| Some((name.as_bytes()?, value.as_bytes()?)))
    }

    /// Number of pairs.
    #[must_use]
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

/// Shows how many there are.
impl core::fmt::Debug for Pairs<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} pairs", self.len())
    }
}

/// The values of a list that may be left out.
pub(super) fn elements(value: Option<Value<'_>>) -> core::iter::Flatten<OptionIter<Elements<'_>>> {
    value.map(|value| value.elements()).into_iter().flatten()
}

/// The pairs of a map that may be left out.
pub(super) fn entries(value: Option<Value<'_>>) -> core::iter::Flatten<OptionIter<Entries<'_>>> {
    value.map(|value| value.entries()).into_iter().flatten()
}

type OptionIter<T> = core::option::IntoIter<T>;
