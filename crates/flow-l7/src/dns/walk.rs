//! Stepping over names and records without decoding them.

use crate::cursor::Cursor;
use crate::error::{L7Error, L7Layer, L7Problem};

/// Longest name in bytes as sent, lengths of labels and the root included.
pub(super) const MAX_NAME: usize = 255;

/// A message to step through.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walk<'a> {
    pub(super) data: &'a [u8],
    /// Length of the message on the wire, at least that of `data`.
    pub(super) wire_len: usize,
}

/// The fixed part of a record.
pub(super) struct Fixed {
    /// Where it begins, after the name.
    pub(super) at: usize,
    pub(super) kind: u16,
    /// Where the data begins.
    pub(super) data: usize,
    /// Where the data ends.
    pub(super) end: usize,
}

impl Walk<'_> {
    /// `needed` bytes at `at` are not all there: cut off, or more than the message has.
    #[cold]
    fn short(&self, layer: L7Layer, at: usize, needed: usize) -> L7Error {
        let (problem, end) = if at + needed <= self.wire_len {
            (L7Problem::Truncated, self.data.len())
        } else {
            (L7Problem::Beyond, self.wire_len)
        };
        L7Error::new(layer, at, problem, needed, end.saturating_sub(at))
    }

    /// Where the name that begins at `start` ends. Pointers are not followed; one that cannot
    /// be followed is refused.
    #[inline]
    pub(super) fn name(&self, start: usize) -> Result<usize, L7Error> {
        let mut at = start;
        loop {
            let Some(&length) = self.data.get(at) else {
                return Err(self.short(L7Layer::DnsName, at, 1));
            };
            if length == 0 {
                at += 1;
                break;
            }
            if length < 64 {
                at += 1 + usize::from(length);
                if at - start >= MAX_NAME {
                    return Err(too_long(start, at - start + 1));
                }
                continue;
            }
            if length < 0xc0 {
                return Err(reserved(at, length));
            }
            let Some(&low) = self.data.get(at + 1) else {
                return Err(self.short(L7Layer::DnsName, at, 2));
            };
            let target = usize::from(length & 0x3f) << 8 | usize::from(low);
            if target >= start {
                return Err(forward(at, start, target));
            }
            at += 2;
            break;
        }
        Ok(at)
    }

    /// The end of the question at `at`.
    #[inline]
    pub(super) fn question(&self, at: usize) -> Result<usize, L7Error> {
        let fixed = self.name(at)?;
        if self.data.len() < fixed + 4 {
            return Err(self.short(L7Layer::DnsQuestion, fixed, 4));
        }
        Ok(fixed + 4)
    }

    /// The fixed part of the record at `at`.
    #[inline]
    pub(super) fn record(&self, at: usize) -> Result<Fixed, L7Error> {
        let at = self.name(at)?;
        let mut cursor = Cursor::new(self.data, at);
        let Some(&[high, low, .., length_high, length_low]) = cursor.array::<10>() else {
            return Err(self.short(L7Layer::DnsRecord, at, 10));
        };
        let length = usize::from(u16::from_be_bytes([length_high, length_low]));
        let end = cursor.at() + length;
        if end > self.data.len() {
            return Err(self.short(L7Layer::DnsRecord, cursor.at(), length));
        }
        Ok(Fixed {
            at,
            kind: u16::from_be_bytes([high, low]),
            data: cursor.at(),
            end,
        })
    }
}

#[cold]
pub(super) fn too_long(at: usize, length: usize) -> L7Error {
    L7Error::new(L7Layer::DnsName, at, L7Problem::Length, MAX_NAME, length)
}

/// A label's length begins with the bits 01 or 10, which mean nothing any more (RFC 6891
/// section 5).
#[cold]
pub(super) fn reserved(at: usize, length: u8) -> L7Error {
    L7Error::new(
        L7Layer::DnsName,
        at,
        L7Problem::Value,
        63,
        usize::from(length),
    )
}

#[cold]
pub(super) fn forward(at: usize, before: usize, target: usize) -> L7Error {
    L7Error::new(L7Layer::DnsName, at, L7Problem::Pointer, before, target)
}
