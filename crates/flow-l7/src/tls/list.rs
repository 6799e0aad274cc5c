//! Lists in hellos.

/// Iterates over 16-bit numbers in network order. An odd byte at the end is left out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Numbers<'a> {
    rest: &'a [u8],
}

impl<'a> Numbers<'a> {
    #[inline]
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }
}

impl Iterator for Numbers<'_> {
    type Item = u16;

    #[inline]
    fn next(&mut self) -> Option<u16> {
        let (number, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(u16::from_be_bytes(*number))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.rest.len() / 2, Some(self.rest.len() / 2))
    }
}

impl ExactSizeIterator for Numbers<'_> {}

/// Iterates over strings that have their length, one byte, before them. Ends before one that
/// is not whole.
#[derive(Clone, Copy, Debug, Default)]
pub struct Strings<'a> {
    rest: &'a [u8],
}

impl<'a> Strings<'a> {
    #[inline]
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }
}

impl<'a> Iterator for Strings<'a> {
    type Item = &'a [u8];

    #[inline]
    fn next(&mut self) -> Option<&'a [u8]> {
        let (length, rest) = self.rest.split_first()?;
        let (text, rest) = rest.split_at_checked(usize::from(*length))?;
        self.rest = rest;
        Some(text)
    }
}

/// What follows a length of two bytes, as far as it is there.
#[inline]
pub(super) fn after_length16(bytes: &[u8]) -> &[u8] {
    let Some((length, rest)) = bytes.split_first_chunk() else {
        return &[];
    };
    let length = usize::from(u16::from_be_bytes(*length));
    rest.get(..length).unwrap_or(rest)
}

/// What follows a length of one byte, as far as it is there.
#[inline]
pub(super) fn after_length8(bytes: &[u8]) -> &[u8] {
    let Some((length, rest)) = bytes.split_first() else {
        return &[];
    };
    rest.get(..usize::from(*length)).unwrap_or(rest)
}
