//! Reading on through bytes, without a way to panic.

/// A place in bytes. Each read gives `None`, and stays where it is, where too few are left.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    data: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    /// At `at` in `data`; beyond its end there is nothing to read.
    #[inline]
    pub(super) const fn new(data: &'a [u8], at: usize) -> Self {
        Self { data, at }
    }

    /// Where the next read begins.
    #[inline]
    pub(super) const fn at(&self) -> usize {
        self.at
    }

    /// Bytes that are left.
    #[inline]
    pub(super) fn rest(&self) -> &'a [u8] {
        self.data.get(self.at..).unwrap_or_default()
    }

    #[inline]
    pub(super) fn array<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let bytes = self.data.get(self.at..)?.first_chunk()?;
        self.at += N;
        Some(bytes)
    }

    #[inline]
    pub(super) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let end = self.at.checked_add(length)?;
        let bytes = self.data.get(self.at..end)?;
        self.at = end;
        Some(bytes)
    }

    #[inline]
    pub(super) fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|bytes| bytes[0])
    }

    #[inline]
    pub(super) fn u16(&mut self) -> Option<u16> {
        self.array().map(|bytes| u16::from_be_bytes(*bytes))
    }

    #[inline]
    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(|bytes| u32::from_be_bytes(*bytes))
    }
}
