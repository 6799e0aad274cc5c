//! The dynamic table: RFC 7541 section 2.3.2.

use std::collections::VecDeque;
use std::vec::Vec;

/// What an entry costs besides its name and value: RFC 7541 section 4.1.
const OVERHEAD: usize = 32;

/// Newest entries of a connection, in one direction.
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// Names and values of the entries, the oldest first; what comes before is dead.
    bytes: Vec<u8>,
    /// Newest last.
    entries: VecDeque<Entry>,
    /// Size of the entries as the RFC counts it.
    size: usize,
    /// Size that the sender uses.
    max: usize,
    /// Largest size that is followed.
    capacity: usize,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    start: usize,
    /// `None` where it was taken from an entry that is not known.
    name: Option<usize>,
    value: usize,
}

impl Entry {
    fn bytes(&self) -> usize {
        self.name.unwrap_or(0) + self.value
    }
}

/// Size that a sender uses before it says another one: RFC 9113 section 6.5.2.
pub(super) const DEFAULT_SIZE: usize = 4096;

impl Table {
    pub(super) const fn new(capacity: usize) -> Self {
        let max = if capacity < DEFAULT_SIZE {
            capacity
        } else {
            DEFAULT_SIZE
        };
        Self {
            bytes: Vec::new(),
            entries: VecDeque::new(),
            size: 0,
            max,
            capacity,
        }
    }

    /// Forgets every entry. The size in use is not known from here on, so as many entries are
    /// kept as can be; those that the sender dropped are not asked for again.
    pub(super) fn lose(&mut self) {
        self.max = self.capacity;
        self.clear();
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.entries.clear();
        self.size = 0;
    }

    /// Takes a new size in use.
    pub(super) fn resize(&mut self, max: usize) {
        self.max = max.min(self.capacity);
        self.evict(self.max);
    }

    /// Bytes that it has on the heap.
    pub(super) fn heap_len(&self) -> usize {
        self.bytes.capacity() + self.entries.capacity() * size_of::<Entry>()
    }

    fn evict(&mut self, max: usize) {
        while self.size > max {
            let Some(entry) = self.entries.pop_front() else {
                break;
            };
            self.size -= entry.bytes() + OVERHEAD;
        }
        // Dead bytes are dropped once they are the larger part.
        let live = self
            .entries
            .front()
            .map_or(self.bytes.len(), |entry| entry.start);
        if live > self.bytes.len() / 2 {
            self.bytes.drain(..live);
            for entry in &mut self.entries {
                entry.start -= live;
            }
        }
    }

    /// Adds an entry, dropping old ones for it; one that is larger than the table leaves it
    /// empty (RFC 7541 section 4.4).
    pub(super) fn insert(&mut self, name: Option<&[u8]>, value: &[u8]) {
        let entry = Entry {
            start: 0,
            name: name.map(<[u8]>::len),
            value: value.len(),
        };
        let cost = entry.bytes() + OVERHEAD;
        if cost > self.max {
            self.clear();
            return;
        }
        self.evict(self.max - cost);
        let start = self.bytes.len();
        self.bytes.extend_from_slice(name.unwrap_or_default());
        self.bytes.extend_from_slice(value);
        self.entries.push_back(Entry { start, ..entry });
        self.size += cost;
    }

    /// Name and value of an entry; 0 is the newest.
    pub(super) fn get(&self, index: usize) -> Option<(Option<&[u8]>, &[u8])> {
        let newest = self.entries.len().checked_sub(1)?;
        let entry = self.entries.get(newest.checked_sub(index)?)?;
        let name_end = entry.start + entry.name.unwrap_or(0);
        let value = self.bytes.get(name_end..name_end + entry.value)?;
        let name = match entry.name {
            Some(_) => Some(self.bytes.get(entry.start..name_end)?),
            None => None,
        };
        Some((name, value))
    }

    #[cfg(any(test, feature = "fuzzing"))]
    pub(super) fn check(&self) {
        let size: usize = self
            .entries
            .iter()
            .map(|entry| entry.bytes() + OVERHEAD)
            .sum();
        assert_eq!(size, self.size);
        assert!(size <= self.max && self.max <= self.capacity);
        assert!(self.bytes.len() <= 2 * self.capacity);
        assert!((0..self.entries.len()).all(|index| self.get(index).is_some()));
    }
}
