//! What the buffer of a record is made of.
//!
//! Each part begins with one byte that says what it is and four that say how long it is (little
//! endian). Texts that a record has once are found by their [`Range`], entries of lists by
//! walking over all of them.

use core::fmt;
use std::vec::Vec;

/// Texts that a record can have once.
pub(super) const TEXTS: usize = 3;

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Entry {
    /// A text that has a range.
    Text,
    /// Length of a name, four bytes; the name; a value.
    Pair,
    /// One of a list of texts.
    Item,
    /// A type of resource record that was asked for, two bytes.
    Asked,
    /// A type of resource record in the answer, two bytes.
    Answered,
    /// An address, four or sixteen bytes.
    Address,
    /// A name that was asked for besides the first.
    Name,
    /// What a record in the answer holds that is neither an address nor an alias, in words.
    Data,
}

impl Entry {
    /// Those that stand in lists.
    pub(super) const LISTS: [Self; 7] = [
        Self::Pair,
        Self::Item,
        Self::Asked,
        Self::Answered,
        Self::Address,
        Self::Name,
        Self::Data,
    ];
}

/// Bytes before each entry.
pub(super) const HEAD: usize = 5;

/// A part of the buffer.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Range {
    pub(super) start: u32,
    pub(super) length: u32,
}

/// Numbers of a record. Those without a meaning for a protocol are 0.
///
/// | | DNS | HTTP | Kafka | TLS |
/// |---|---|---|---|---|
/// | `code` | response code | status code | error code | version |
/// | `version` | flags of the header | | version of the request | cipher suite |
/// | `id` | message id | stream | correlation id | |
/// | `more` | time to live | status of gRPC, plus 1 | | whether it is QUIC |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Numbers {
    pub(super) code: u16,
    pub(super) version: u16,
    pub(super) id: u32,
    pub(super) more: u32,
}

/// Appends the bytes of one text to a buffer.
pub struct TextWriter<'a> {
    bytes: &'a mut Vec<u8>,
    start: usize,
}

impl<'a> TextWriter<'a> {
    /// Returns a writer that appends to `bytes`.
    pub fn new(bytes: &'a mut Vec<u8>) -> Self {
        let start = bytes.len();
        Self { bytes, start }
    }

    /// Appends one byte.
    #[inline]
    pub fn push(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    /// Appends bytes.
    #[inline]
    pub fn extend_from_slice(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Returns what was written.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }

    /// Returns the number of bytes that were written.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len() - self.start
    }

    /// Returns whether nothing was written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Keeps the first `length` bytes of what was written.
    pub fn truncate(&mut self, length: usize) {
        self.bytes.truncate(self.start.saturating_add(length));
    }
}

impl fmt::Write for TextWriter<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

/// Shows how much was written only.
impl fmt::Debug for TextWriter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TextWriter({} bytes)", self.len())
    }
}

/// The contents of the entries of one kind.
#[derive(Clone)]
pub(super) struct Entries<'a> {
    rest: &'a [u8],
    entry: u8,
}

impl<'a> Entries<'a> {
    /// Returns those of `bytes`, the buffer of a record.
    #[inline]
    pub(super) const fn of(bytes: &'a [u8], entry: Entry) -> Self {
        let entry = entry as u8;
        Self { rest: bytes, entry }
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = &'a [u8];

    #[inline]
    fn next(&mut self) -> Option<&'a [u8]> {
        loop {
            let (head, rest) = self.rest.split_first_chunk::<HEAD>()?;
            let [entry, length @ ..] = *head;
            let (content, rest) = rest.split_at_checked(u32::from_le_bytes(length) as usize)?;
            self.rest = rest;
            if entry == self.entry {
                return Some(content);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::vec;

    use super::*;

    #[test]
    fn a_writer_touches_only_what_it_wrote() {
        let mut bytes = vec![1, 2];
        let mut to = TextWriter::new(&mut bytes);
        to.extend_from_slice(b"abc");
        to.truncate(1);
        assert_eq!(
            (to.as_bytes(), to.len(), to.is_empty()),
            (&b"a"[..], 1, false)
        );
        to.truncate(0);
        assert!(to.is_empty());
        assert_eq!(bytes, [1, 2]);
    }
}
