//! Numbers and byte strings at a place that moves on.

use super::GobError;

/// Reads one after the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Place in bytes from the beginning.
    pub(super) const fn at(&self) -> usize {
        self.at
    }

    pub(super) const fn is_at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    /// What is left.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    #[cold]
    pub(super) const fn expected(&self, expected: &'static str) -> GobError {
        GobError::Malformed {
            expected,
            offset: self.at,
        }
    }

    /// An unsigned number: a byte below 128, or the negated count of bytes that follow, largest
    /// first.
    #[inline]
    pub(super) fn uint(&mut self) -> Result<u64, GobError> {
        match self.bytes.get(self.at) {
            Some(&byte) if byte < 128 => {
                self.at += 1;
                Ok(u64::from(byte))
            }
            _ => self.long_uint(),
        }
    }

    #[inline(never)]
    fn long_uint(&mut self) -> Result<u64, GobError> {
        match uint(self.rest()) {
            Some(Ok((number, length))) => {
                self.at += length;
                Ok(number)
            }
            _ => Err(self.expected("a number")),
        }
    }

    /// A signed number: bit 0 is whether the others are complemented.
    pub(super) fn int(&mut self) -> Result<i64, GobError> {
        let bits = self.uint()?;
        let number = (bits >> 1) as i64;
        Ok(if bits & 1 == 0 { number } else { !number })
    }

    /// A byte string with its length before it.
    #[inline]
    pub(super) fn string(&mut self) -> Result<&'a [u8], GobError> {
        let length = usize::try_from(self.uint()?).unwrap_or(usize::MAX);
        let end = self.at.saturating_add(length);
        let Some(bytes) = self.bytes.get(self.at..end) else {
            return Err(self.expected("as many bytes as announced"));
        };
        self.at = end;
        Ok(bytes)
    }
}

/// The unsigned number at the beginning of `bytes`, and how many bytes it has. `None` where they
/// end before it does; an error for a byte that begins no number.
#[inline]
pub(super) fn uint(bytes: &[u8]) -> Option<Result<(u64, usize), u8>> {
    let (&first, rest) = bytes.split_first()?;
    if first < 128 {
        return Some(Ok((u64::from(first), 1)));
    }
    let count = usize::from(first.wrapping_neg());
    if count > 8 {
        return Some(Err(first));
    }
    let number = rest
        .get(..count)?
        .iter()
        .fold(0, |number, byte| number << 8 | u64::from(*byte));
    Some(Ok((number, count + 1)))
}
