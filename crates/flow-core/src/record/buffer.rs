//! The buffer of a record: texts and entries of lists, one behind the other.
//!
//! Each begins with one byte that says what it is and four that say how long it is (little
//! endian). Texts that a record has once are found by their [`Range`], entries of lists by
//! walking over all of them.

use core::fmt;
use std::vec::Vec;

use super::{L7Record, RecordFlags, Text};

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
}

impl Entry {
    /// Those that stand in lists.
    const LISTS: [Self; 5] = [
        Self::Pair,
        Self::Item,
        Self::Asked,
        Self::Answered,
        Self::Address,
    ];
}

/// Bytes before each entry.
const HEAD: usize = 5;

/// A part of the buffer.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Range {
    start: u32,
    length: u32,
}

/// Numbers of a record. Those without a meaning for a protocol are 0.
///
/// | | DNS | HTTP | Kafka | TLS |
/// |---|---|---|---|---|
/// | `code` | response code | status code | error code | version |
/// | `version` | | | version of the request | cipher suite |
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

/// Most bytes of one entry, so that their number always fits in its place.
const MAX: usize = 1 << 30;

impl L7Record {
    /// Begins an entry; returns where it stands.
    #[inline]
    fn begin(&mut self, entry: Entry) -> usize {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(&[entry as u8, 0, 0, 0, 0]);
        start
    }

    /// Ends the entry that begins at `start`.
    #[inline]
    fn end(&mut self, start: usize) {
        let content = start + HEAD;
        let length = self.bytes.len().saturating_sub(content);
        if self.bytes.len() > MAX {
            // Never more than a place for a length can tell.
            self.bytes.truncate(start);
            self.flags |= RecordFlags::LIMIT;
            return;
        }
        if let Some(place) = self.bytes.get_mut(start + 1..content) {
            place.copy_from_slice(&(length as u32).to_le_bytes());
        }
    }

    /// Writes the text with this number.
    #[inline]
    pub(super) fn write_text<R>(
        &mut self,
        number: usize,
        write: impl FnOnce(&mut TextWriter<'_>) -> R,
    ) -> R {
        let start = self.begin(Entry::Text);
        let result = write(&mut TextWriter::new(&mut self.bytes));
        self.end(start);
        let range = Range {
            start: (start + HEAD) as u32,
            length: self.bytes.len().saturating_sub(start + HEAD) as u32,
        };
        if let Some(place) = self.texts.get_mut(number) {
            *place = range;
        }
        result
    }

    /// Sets the text with this number.
    #[inline]
    pub(super) fn set_text(&mut self, number: usize, text: &[u8]) {
        self.write_text(number, |to| to.extend_from_slice(text));
    }

    /// The text with this number.
    #[inline]
    pub(super) fn text(&self, number: usize) -> Text<'_> {
        let range = self.texts.get(number).copied().unwrap_or_default();
        let start = range.start as usize;
        let bytes = self.bytes.get(start..start + range.length as usize);
        Text::new(bytes.unwrap_or_default())
    }

    /// Adds an entry to a list.
    #[inline]
    pub(super) fn push(&mut self, entry: Entry, content: &[u8]) {
        let start = self.begin(entry);
        self.bytes.extend_from_slice(content);
        self.end(start);
    }

    /// Adds an entry that `write` writes, to a list.
    #[inline]
    pub(super) fn write_entry<R>(
        &mut self,
        entry: Entry,
        write: impl FnOnce(&mut TextWriter<'_>) -> R,
    ) -> R {
        let start = self.begin(entry);
        let result = write(&mut TextWriter::new(&mut self.bytes));
        self.end(start);
        result
    }

    /// Adds a pair whose value `write` writes; takes it back where that returns `false`.
    #[inline]
    pub(super) fn write_pair(
        &mut self,
        name: &[u8],
        write: impl FnOnce(&mut TextWriter<'_>) -> bool,
    ) -> bool {
        let name = name.get(..MAX).unwrap_or(name);
        let start = self.bytes.len();
        let mut head = [Entry::Pair as u8; HEAD + 4];
        head[HEAD..].copy_from_slice(&(name.len() as u32).to_le_bytes());
        self.bytes.extend_from_slice(&head);
        self.bytes.extend_from_slice(name);
        let is_kept = write(&mut TextWriter::new(&mut self.bytes));
        if is_kept {
            self.end(start);
        } else {
            self.bytes.truncate(start);
        }
        is_kept
    }

    /// The entries of a list.
    #[inline]
    pub(super) fn list(&self, entry: Entry) -> Entries<'_> {
        Entries {
            rest: &self.bytes,
            entry: entry as u8,
        }
    }

    /// The pairs.
    #[inline]
    pub(super) fn pairs(&self) -> impl Iterator<Item = (Text<'_>, Text<'_>)> + Clone {
        self.list(Entry::Pair).filter_map(|pair| {
            let (length, rest) = pair.split_first_chunk()?;
            let (name, value) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
            Some((Text::new(name), Text::new(value)))
        })
    }

    /// Whether all texts and lists are the same.
    pub(super) fn same_texts(&self, other: &Self) -> bool {
        let mut numbers = 0..TEXTS;
        let mut lists = Entry::LISTS.into_iter();
        numbers.all(|number| self.text(number) == other.text(number))
            && lists.all(|entry| self.list(entry).eq(other.list(entry)))
    }
}

/// The contents of the entries of one kind.
#[derive(Clone)]
pub(super) struct Entries<'a> {
    rest: &'a [u8],
    entry: u8,
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

    use super::super::{L7Body, L7Kind};
    use super::*;

    #[test]
    fn what_is_written_last_counts_and_order_does_not() {
        let first = L7Record::http(L7Kind::REQUEST, |http| {
            http.method("PUT").header("a", "1").url("/x").method("GET");
        });
        let second = L7Record::http(L7Kind::REQUEST, |http| {
            http.url("/x").method("GET").header("a", "1");
        });
        assert_eq!(first, second);
        let other = L7Record::http(L7Kind::REQUEST, |http| {
            http.url("/x").method("GET").header("a1", "");
        });
        assert_ne!(first, other);
    }

    #[test]
    fn a_header_that_is_refused_leaves_nothing() {
        let mut record = L7Record::default();
        let mut http = record.write_http(L7Kind::RESPONSE);
        http.header("a", "1");
        let is_kept = http.write_header(b"b", |to| {
            to.extend_from_slice(b"secret");
            false
        });
        assert!(!is_kept);
        http.header("c", "3");
        let L7Body::Http(http) = record.body() else {
            panic!("HTTP")
        };
        let names: Vec<_> = http.headers().map(|header| header.key).collect();
        assert_eq!(names, ["a", "c"]);
        assert!(!record.bytes.windows(6).any(|bytes| bytes == b"secret"));
    }

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
