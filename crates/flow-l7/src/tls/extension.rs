//! Extensions of hellos: RFC 8446 section 4.2.

use super::registry::ExtensionType;

/// An extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Extension<'a> {
    /// Type.
    pub kind: ExtensionType,
    /// Data.
    pub data: &'a [u8],
}

/// Iterates over extensions. Ends before one that is not whole.
#[derive(Clone, Copy, Debug, Default)]
pub struct Extensions<'a> {
    rest: &'a [u8],
}

impl<'a> Extensions<'a> {
    #[inline]
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// What is left to look at.
    #[inline]
    pub(super) const fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

impl<'a> Iterator for Extensions<'a> {
    type Item = Extension<'a>;

    #[inline]
    fn next(&mut self) -> Option<Extension<'a>> {
        let (&[a, b, high, low], after) = self.rest.split_first_chunk()?;
        let length = usize::from(u16::from_be_bytes([high, low]));
        let (data, rest) = after.split_at_checked(length)?;
        self.rest = rest;
        Some(Extension {
            kind: ExtensionType(u16::from_be_bytes([a, b])),
            data,
        })
    }
}
