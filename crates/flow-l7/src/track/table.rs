//! A bounded table of connections in the order of their use.

use core::hash::BuildHasher;
use std::vec::Vec;

use hashbrown::{DefaultHashBuilder, HashTable};

use flow_core::flow::ConnectionKey;

/// No place.
const NONE: u32 = u32::MAX;

#[derive(Debug)]
struct Slot<V> {
    key: ConnectionKey,
    /// `None` in a free place.
    value: Option<V>,
    time: u64,
    /// Neighbours in the list that it is in; of a free place `newer` is the next free one.
    older: u32,
    newer: u32,
    class: Class,
    is_over: bool,
}

/// What a value is of: each class has an age of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Datagrams,
    Stream,
}

/// Lists: one for each class, and that of the values that are over.
const LISTS: usize = 3;
const OVER: usize = 2;

#[derive(Clone, Copy, Debug)]
struct List {
    oldest: u32,
    newest: u32,
}

impl List {
    const EMPTY: Self = Self {
        oldest: NONE,
        newest: NONE,
    };
}

/// Values by key. Those that are over stay until their place is needed, and go first.
#[derive(Debug)]
pub(super) struct Table<V> {
    index: HashTable<u32>,
    hasher: DefaultHashBuilder,
    slots: Vec<Slot<V>>,
    capacity: usize,
    free: u32,
    lists: [List; LISTS],
}

impl<V> Table<V> {
    /// Most values there can be.
    pub(super) const MAX_CAPACITY: usize = 1 << 24;
    /// Bytes of one place.
    pub(super) const SLOT: usize = size_of::<Slot<V>>();

    pub(super) fn with_capacity(capacity: usize) -> Self {
        Self {
            index: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            slots: Vec::new(),
            capacity: capacity.clamp(1, Self::MAX_CAPACITY),
            free: NONE,
            lists: [List::EMPTY; LISTS],
        }
    }

    pub(super) fn len(&self) -> usize {
        self.index.len()
    }

    pub(super) fn is_full(&self) -> bool {
        self.len() == self.capacity
    }

    /// Bytes of the places and the index, values on the heap not counted.
    pub(super) fn memory(&self) -> usize {
        self.slots.capacity() * Self::SLOT + self.index.allocation_size()
    }

    #[inline]
    pub(super) fn find(&self, key: &ConnectionKey) -> Option<u32> {
        let hash = self.hasher.hash_one(key);
        let slots = &self.slots;
        self.index
            .find(hash, |place| slots[*place as usize].key == *key)
            .copied()
    }

    /// Puts a value in a free place of a table that is not full; there is none of this key.
    pub(super) fn insert(&mut self, key: ConnectionKey, class: Class, time: u64, value: V) -> u32 {
        let slot = Slot {
            key,
            value: Some(value),
            time,
            older: NONE,
            newer: NONE,
            class,
            is_over: false,
        };
        let place = self.free;
        let place = match self.slots.get_mut(place as usize) {
            Some(free) => {
                self.free = free.newer;
                *free = slot;
                place
            }
            None => {
                self.grow();
                self.slots.push(slot);
                (self.slots.len() - 1) as u32
            }
        };
        let (slots, hasher) = (&self.slots, &self.hasher);
        let hash = hasher.hash_one(key);
        self.index.insert_unique(hash, place, |place| {
            hasher.hash_one(slots[*place as usize].key)
        });
        self.link(place);
        place
    }

    /// Room for one more, and never for more than there can be.
    fn grow(&mut self) {
        if self.slots.len() == self.slots.capacity() {
            let more = self
                .slots
                .len()
                .max(16)
                .min(self.capacity - self.slots.len());
            self.slots.reserve_exact(more);
        }
    }

    /// The value at a place that [`find`](Self::find) or another method gave.
    #[inline]
    pub(super) fn get_mut(&mut self, place: u32) -> Option<&mut V> {
        self.slots.get_mut(place as usize)?.value.as_mut()
    }

    /// The same, to look at.
    #[inline]
    pub(super) fn get(&self, place: u32) -> Option<&V> {
        self.slots.get(place as usize)?.value.as_ref()
    }

    /// Places that may have a value.
    pub(super) fn places(&self) -> core::ops::Range<u32> {
        0..u32::try_from(self.slots.len()).unwrap_or(NONE)
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &V> {
        self.slots.iter().filter_map(|slot| slot.value.as_ref())
    }

    /// Makes it the newest.
    #[inline]
    pub(super) fn touch(&mut self, place: u32, time: u64) {
        let slot = &mut self.slots[place as usize];
        slot.time = slot.time.max(time);
        if slot.is_over || self.lists[slot.class as usize].newest != place {
            self.unlink(place);
            self.slots[place as usize].is_over = false;
            self.link(place);
        }
    }

    /// It is over: it goes before all that are not.
    pub(super) fn end(&mut self, place: u32) {
        self.unlink(place);
        self.slots[place as usize].is_over = true;
        self.link(place);
    }

    /// The one that goes first: one that is over, else the one unused for longest.
    pub(super) fn first(&self) -> Option<u32> {
        let oldest = |list: &List| (list.oldest != NONE).then_some(list.oldest);
        let [classes @ .., over] = &self.lists;
        let time = |place: &u32| self.slots[*place as usize].time;
        oldest(over).or_else(|| classes.iter().filter_map(oldest).min_by_key(time))
    }

    /// One that was not used since `before`, which has a time for each class and one for those
    /// that are over.
    #[inline]
    pub(super) fn idle(&self, before: [u64; LISTS]) -> Option<u32> {
        self.lists
            .iter()
            .zip(before)
            .find(|(list, before)| {
                let slot = self.slots.get(list.oldest as usize);
                slot.is_some_and(|slot| slot.time < *before)
            })
            .map(|(list, _)| list.oldest)
    }

    pub(super) fn remove(&mut self, place: u32) -> Option<V> {
        self.unlink(place);
        let (slots, hasher) = (&mut self.slots, &self.hasher);
        let hash = hasher.hash_one(slots[place as usize].key);
        if let Ok(entry) = self.index.find_entry(hash, |other| *other == place) {
            entry.remove();
        }
        let slot = &mut slots[place as usize];
        slot.newer = self.free;
        self.free = place;
        slot.value.take()
    }

    fn list(&mut self, place: u32) -> &mut List {
        let slot = &self.slots[place as usize];
        let list = if slot.is_over {
            OVER
        } else {
            slot.class as usize
        };
        &mut self.lists[list]
    }

    fn unlink(&mut self, place: u32) {
        let Slot { older, newer, .. } = self.slots[place as usize];
        let list = self.list(place);
        if list.oldest == place {
            list.oldest = newer;
        }
        if list.newest == place {
            list.newest = older;
        }
        if let Some(slot) = self.slots.get_mut(older as usize) {
            slot.newer = newer;
        }
        if let Some(slot) = self.slots.get_mut(newer as usize) {
            slot.older = older;
        }
    }

    fn link(&mut self, place: u32) {
        let list = self.list(place);
        let older = core::mem::replace(&mut list.newest, place);
        if older == NONE {
            list.oldest = place;
        }
        if let Some(slot) = self.slots.get_mut(older as usize) {
            slot.newer = place;
        }
        let slot = &mut self.slots[place as usize];
        (slot.older, slot.newer) = (older, NONE);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use proptest::prelude::*;

    use super::*;
    use flow_core::flow::Flow;

    fn key(number: u8) -> ConnectionKey {
        let mut flow = Flow::default();
        flow.source.port = u16::from(number);
        ConnectionKey::of(&flow)
    }

    #[derive(Clone, Copy, Debug)]
    enum Step {
        Use(u8),
        End(u8),
        Remove(u8),
        Idle([u64; LISTS]),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            4 => (0..12_u8).prop_map(Step::Use),
            1 => (0..12_u8).prop_map(Step::End),
            1 => (0..12_u8).prop_map(Step::Remove),
            1 => prop::array::uniform3(0..60_u64).prop_map(Step::Idle),
        ];
        proptest::collection::vec(step, 0..120)
    }

    fn class(number: u8) -> Class {
        match number % 2 {
            0 => Class::Datagrams,
            _ => Class::Stream,
        }
    }

    /// The same in lists of key, value and time, the oldest first.
    #[derive(Default)]
    struct Model {
        live: VecDeque<(u8, u64)>,
        over: VecDeque<(u8, u64)>,
    }

    impl Model {
        fn take(&mut self, number: u8) -> Option<(u8, u64)> {
            for list in [&mut self.live, &mut self.over] {
                if let Some(at) = list.iter().position(|entry| entry.0 == number) {
                    return list.remove(at);
                }
            }
            None
        }

        fn first(&self) -> Option<u8> {
            let entry = self.over.front().or_else(|| self.live.front())?;
            Some(entry.0)
        }
    }

    proptest! {
        #[test]
        fn it_is_three_lists(steps in steps()) {
            const CAPACITY: usize = 5;
            let mut table = Table::with_capacity(CAPACITY);
            let mut model = Model::default();
            for (time, step) in (0_u64..).zip(steps) {
                match step {
                    Step::Use(number) => {
                        if let Some(place) = table.find(&key(number)) {
                            prop_assert_eq!(table.get_mut(place), Some(&mut number.clone()));
                            table.touch(place, time);
                            model.take(number).expect("in the model too");
                        } else {
                            if table.is_full() {
                                let place = table.first().expect("one of them");
                                let removed = table.remove(place);
                                prop_assert_eq!(removed, model.first());
                                model.take(removed.expect("a value"));
                            }
                            table.insert(key(number), class(number), time, number);
                        }
                        model.live.push_back((number, time));
                    }
                    Step::End(number) => {
                        if let Some(place) = table.find(&key(number)) {
                            table.end(place);
                            let entry = model.take(number).expect("in the model too");
                            model.over.push_back(entry);
                        }
                    }
                    Step::Remove(number) => {
                        let place = table.find(&key(number));
                        let removed = place.and_then(|place| table.remove(place));
                        prop_assert_eq!(removed, model.take(number).map(|entry| entry.0));
                    }
                    Step::Idle(before) => {
                        while let Some(place) = table.idle(before) {
                            let removed = table.remove(place).expect("a value");
                            let is_over = model.over.iter().any(|entry| entry.0 == removed);
                            let list = if is_over { OVER } else { class(removed) as usize };
                            let (_, time) = model.take(removed).expect("in the model too");
                            prop_assert!(time < before[list]);
                        }
                        // Those that are over are in order of their end, not of their times.
                        let over = model.over.front();
                        prop_assert!(over.is_none_or(|entry| entry.1 >= before[OVER]));
                        let is_kept =
                            |entry: &(u8, u64)| entry.1 >= before[class(entry.0) as usize];
                        prop_assert!(model.live.iter().all(is_kept));
                    }
                }
                prop_assert_eq!(table.len(), model.live.len() + model.over.len());
                prop_assert!(table.len() <= CAPACITY && table.slots.capacity() <= CAPACITY);
                let mut values: Vec<u8> = table.values().copied().collect();
                let listed = model.live.iter().chain(&model.over);
                let mut expected: Vec<u8> = listed.map(|entry| entry.0).collect();
                values.sort_unstable();
                expected.sort_unstable();
                prop_assert_eq!(values, expected);
            }
        }
    }
}
