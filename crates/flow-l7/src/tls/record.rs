//! Records: RFC 8446 section 5.1.

use super::registry::{ContentType, TlsVersion};
use crate::error::{L7Error, L7Layer, L7Problem};

/// Longest fragment in bytes: 2^14, and 2,048 for what encryption and compression add
/// (RFC 5246 section 6.2.3).
const MAX_FRAGMENT: usize = (1 << 14) + 2048;

/// A record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Record<'a> {
    /// What it holds.
    pub kind: ContentType,
    /// Version of the record layer, which says little of the version in use.
    pub version: TlsVersion,
    /// Length of its fragment in bytes, as its header gives it.
    pub length: u16,
    /// Its fragment, as far as it is there.
    pub fragment: &'a [u8],
}

impl Record<'_> {
    /// Whether all of it is there.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.fragment.len() == usize::from(self.length)
    }
}

/// Iterates over the records of a payload that begins with one; the last may be cut off.
///
/// An error, after which nothing comes, is what is no record or not even its header of 5 bytes.
#[derive(Clone, Copy, Debug)]
pub struct Records<'a> {
    payload: &'a [u8],
    at: usize,
}

impl<'a> Records<'a> {
    /// The records of a payload.
    #[inline]
    #[must_use]
    pub const fn new(payload: &'a [u8]) -> Self {
        Self { payload, at: 0 }
    }

    /// Where the next record begins, in bytes from the beginning of the payload.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.at
    }

    #[cold]
    fn fail(&mut self, problem: L7Problem, needed: usize, got: usize) -> Option<L7Error> {
        let at = core::mem::replace(&mut self.at, self.payload.len());
        Some(L7Error::new(L7Layer::TlsRecord, at, problem, needed, got))
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>, L7Error>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.payload.get(self.at..)?;
        if rest.is_empty() {
            return None;
        }
        if !matches!(rest, [20..=24] | [20..=24, 3, ..]) {
            let got = usize::from(rest[0]);
            return self.fail(L7Problem::Value, 22, got).map(Err);
        }
        let Some((&[kind, major, minor, high, low], after)) = rest.split_first_chunk() else {
            return self.fail(L7Problem::Truncated, 5, rest.len()).map(Err);
        };
        let length = u16::from_be_bytes([high, low]);
        if usize::from(length) > MAX_FRAGMENT {
            let got = usize::from(length);
            return self.fail(L7Problem::Length, MAX_FRAGMENT, got).map(Err);
        }
        let fragment = after.get(..usize::from(length)).unwrap_or(after);
        self.at += 5 + fragment.len();
        Some(Ok(Record {
            kind: ContentType(kind),
            version: TlsVersion(u16::from_be_bytes([major, minor])),
            length,
            fragment,
        }))
    }
}
