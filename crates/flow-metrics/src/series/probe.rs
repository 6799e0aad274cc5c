//! A table from small numbers to places, where an answer is one line of memory away.

use std::hash::{BuildHasher, RandomState};

/// What is looked for: never 0 in its first part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) head: u64,
    pub(crate) own: [u32; 4],
}

/// A place, and another one that may be missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) first: u32,
    /// One more than the place; 0 is none.
    second: u32,
}

impl Place {
    pub(crate) fn new(first: u32, second: Option<u32>) -> Self {
        Self {
            first,
            second: second.map_or(0, |second| second + 1),
        }
    }

    #[inline]
    pub(crate) const fn second(self) -> Option<u32> {
        self.second.checked_sub(1)
    }
}

#[derive(Clone, Copy, Debug, Default)]
#[repr(align(32))]
struct Entry {
    key: Key,
    place: Place,
}

/// An open table: where a key is not at its place, it is at one of the next.
#[derive(Debug)]
pub(crate) struct Probe {
    entries: Box<[Entry]>,
    len: usize,
    seeds: [u64; 3],
}

/// Entries of an empty table.
const FIRST: usize = 64;
/// A table has at least so many entries for each key.
const ROOM: usize = 3;

impl Probe {
    pub(crate) fn new() -> Self {
        // Where keys meet must not be known to who chooses ports.
        let random = RandomState::new();
        Self {
            entries: vec![Entry::default(); FIRST].into(),
            len: 0,
            seeds: [0, 1, 2].map(|number: u64| random.hash_one(number) | 1),
        }
    }

    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// Forgets all keys.
    pub(crate) fn clear(&mut self) {
        self.entries = vec![Entry::default(); FIRST].into();
        self.len = 0;
    }

    #[inline]
    fn begin(&self, key: &Key) -> usize {
        let pair = |one: u32, other: u32| u64::from(one) << 32 | u64::from(other);
        let [a, b, c, d] = key.own;
        let first = fold(key.head ^ self.seeds[0], pair(a, b) ^ self.seeds[1]);
        let hash = fold(first ^ pair(c, d), self.seeds[2]);
        hash as usize & (self.entries.len() - 1)
    }

    #[inline]
    pub(crate) fn get(&self, key: &Key) -> Option<Place> {
        let mask = self.entries.len() - 1;
        let mut at = self.begin(key);
        loop {
            let entry = &self.entries[at & mask];
            if entry.key == *key {
                return Some(entry.place);
            }
            if entry.key.head == 0 {
                return None;
            }
            at += 1;
        }
    }

    /// Adds a key that is not there.
    pub(crate) fn insert(&mut self, key: Key, place: Place) {
        debug_assert!(key.head != 0 && self.get(&key).is_none());
        if (self.len + 1) * ROOM > self.entries.len() {
            let more = vec![Entry::default(); self.entries.len() * 2].into();
            let old = std::mem::replace(&mut self.entries, more);
            for entry in old.iter().filter(|entry| entry.key.head != 0) {
                self.put(*entry);
            }
        }
        self.put(Entry { key, place });
        self.len += 1;
    }

    fn put(&mut self, entry: Entry) {
        let mask = self.entries.len() - 1;
        let mut at = self.begin(&entry.key);
        while self.entries[at & mask].key.head != 0 {
            at += 1;
        }
        self.entries[at & mask] = entry;
    }
}

#[inline]
fn fold(one: u64, other: u64) -> u64 {
    let product = u128::from(one) * u128::from(other);
    (product as u64) ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_finds_what_a_map_finds(keys in proptest::collection::vec((1..40_u64, 0..4_u32, 0..3_u32), 0..300)) {
            let mut probe = Probe::new();
            let mut map = HashMap::new();
            for (number, (head, a, d)) in keys.into_iter().enumerate() {
                let key = Key { head, own: [a, 0, 0, d] };
                let place = Place::new(number as u32, (a == 1).then_some(d));
                let expected = map.get(&(head, a, d)).copied();
                prop_assert_eq!(probe.get(&key), expected);
                if expected.is_none() {
                    probe.insert(key, place);
                    map.insert((head, a, d), place);
                }
                prop_assert_eq!(probe.len(), map.len());
            }
            probe.clear();
            prop_assert_eq!(probe.get(&Key { head: 1, own: [0; 4] }), None);
        }
    }

    #[test]
    fn a_second_place_may_be_missing() {
        assert_eq!(Place::new(7, None).second(), None);
        assert_eq!(Place::new(7, Some(0)).second(), Some(0));
    }
}
