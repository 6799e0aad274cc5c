//! Buffers that serve again.

use std::vec::Vec;

use flow_core::record::L7Record;

/// Buffers of requests that were answered and of records that were handed out. Few and small
/// ones are kept.
#[derive(Default)]
pub(in crate::track) struct Buffers {
    texts: Vec<Vec<u8>>,
    records: Vec<L7Record>,
}

/// Buffers of each kind.
const MOST: usize = 16;
/// Bytes of the buffer of a text.
const TEXT: usize = 1 << 10;
/// Bytes of the buffer of a record.
const RECORD: usize = 4 << 10;

impl Buffers {
    /// Bytes that all of them take, at most.
    #[cfg(any(test, feature = "fuzzing"))]
    pub(in crate::track) const MAX: usize =
        MOST * (TEXT + RECORD + size_of::<Vec<u8>>() + size_of::<L7Record>());

    /// A buffer with these parts in it, one behind the other.
    #[inline]
    pub(in crate::track) fn text(&mut self, parts: &[&[u8]]) -> Vec<u8> {
        let mut text = self.texts.pop().unwrap_or_default();
        text.clear();
        parts.iter().for_each(|part| text.extend_from_slice(part));
        text
    }

    #[inline]
    pub(in crate::track) fn keep_text(&mut self, text: Vec<u8>) {
        if self.texts.len() < MOST && (1..=TEXT).contains(&text.capacity()) {
            self.texts.push(text);
        }
    }

    pub(super) fn record(&mut self) -> L7Record {
        self.records.pop().unwrap_or_default()
    }

    pub(super) fn keep_record(&mut self, record: L7Record) {
        if self.records.len() < MOST && (1..=RECORD).contains(&record.heap_len()) {
            self.records.push(record);
        }
    }

    /// Bytes that they take.
    pub(in crate::track) fn heap_len(&self) -> usize {
        let texts: usize = self.texts.iter().map(Vec::capacity).sum();
        let records: usize = self.records.iter().map(L7Record::heap_len).sum();
        let places = self.texts.capacity() * size_of::<Vec<u8>>()
            + self.records.capacity() * size_of::<L7Record>();
        texts + records + places
    }
}
