//! The texts and lists of a record, written to its buffer and read from there.

use super::l7_record::L7Record;
use super::parts::{Entries, Entry, HEAD, Range, TEXTS, TextWriter};
use super::{RecordFlags, Text};

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
            // Never more than a length can express.
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
        if self.bytes.len().saturating_add(content.len()) > MAX {
            self.flags |= RecordFlags::LIMIT;
            return;
        }
        let mut head = [entry as u8; HEAD];
        head[1..].copy_from_slice(&(content.len() as u32).to_le_bytes());
        self.bytes.reserve(HEAD + content.len());
        self.bytes.extend_from_slice(&head);
        self.bytes.extend_from_slice(content);
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

    /// Adds a pair. Returns whether there was room.
    #[inline]
    pub(super) fn push_pair(&mut self, name: &[u8], value: &[u8]) -> bool {
        let length = 4 + name.len() + value.len();
        if self.bytes.len().saturating_add(length) > MAX {
            self.flags |= RecordFlags::LIMIT;
            return false;
        }
        let mut head = [Entry::Pair as u8; HEAD + 4];
        head[1..HEAD].copy_from_slice(&(length as u32).to_le_bytes());
        head[HEAD..].copy_from_slice(&(name.len() as u32).to_le_bytes());
        self.bytes.reserve(HEAD + length);
        self.bytes.extend_from_slice(&head);
        self.bytes.extend_from_slice(name);
        self.bytes.extend_from_slice(value);
        true
    }

    /// The entries of a list.
    #[inline]
    pub(super) fn list(&self, entry: Entry) -> Entries<'_> {
        Entries::of(&self.bytes, entry)
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

impl PartialEq for L7Record {
    fn eq(&self, other: &Self) -> bool {
        let head = |record: &Self| {
            (
                record.kind,
                record.flags,
                record.protocol,
                record.latency_ns,
                record.trace,
                record.numbers,
            )
        };
        head(self) == head(other) && self.same_texts(other)
    }
}

impl Eq for L7Record {}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

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
}
