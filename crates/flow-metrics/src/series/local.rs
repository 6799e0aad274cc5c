//! What one thread remembers, so that it counts without a lock.

use std::hash::BuildHasher;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use flow_core::flow::Ip;
use flow_core::names::{NameHandle, NameTable, PerName};
use flow_core::record::TraceId;
use hashbrown::{DefaultHashBuilder, HashMap, HashTable};

use super::catalog::Shared;
use super::family::{BUCKETS, Family, From, OWN_LABELS};
use super::labels::Labels;
use super::probe::{Key, Place, Probe};
use super::shard::{Exemplar, Shard, Slot, Words, lock};
use crate::value::{LARGEST, Value};

/// Texts, sets and series that a thread remembers, each; beyond that it begins anew.
const REMEMBERED: usize = 1 << 17;

/// In place of the number of a family: the number of a row is looked for.
const ROWS: u32 = u32::MAX;

/// What is known of both ends of a flow, by number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ends {
    pub(crate) source: u32,
    pub(crate) destination: u32,
    /// Direction of the flow, where that is a label.
    pub(crate) direction: Value,
}

/// The number of the [`Ends`] of a flow, and so of their row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Context(u32);

/// Sets of values of one end of flows.
#[derive(Default)]
struct EndCache {
    per_name: Option<PerName<u32>>,
    absent: Option<u32>,
    by_address: HashMap<(u32, Ip), u32>,
}

/// What one thread remembers.
pub(crate) struct Local {
    shared: Arc<Shared>,
    number: u32,
    shard: Arc<Shard>,
    words: Words,
    names: Option<NameTable>,
    hasher: DefaultHashBuilder,
    texts: Vec<Box<str>>,
    text_index: HashTable<u32>,
    sets: Vec<Box<[Value]>>,
    set_index: HashMap<Box<[Value]>, u32>,
    ends: Vec<EndCache>,
    /// Names of the world outside.
    worlds: Option<PerName<bool>>,
    rows: Vec<Ends>,
    /// Numbers of rows, and places of series.
    places: Probe,
    scratch: String,
    labels: Labels,
    set: Vec<Value>,
}

impl Local {
    pub(crate) fn new(shared: &Arc<Shared>, names: Option<NameTable>) -> Self {
        let (number, shard) = lock(&shared.catalog).add_shard();
        let mut local = Self {
            shared: Arc::clone(shared),
            number,
            shard,
            words: Words::default(),
            worlds: names.as_ref().map(PerName::new),
            names,
            hasher: DefaultHashBuilder::default(),
            texts: Vec::new(),
            text_index: HashTable::new(),
            sets: Vec::new(),
            set_index: HashMap::new(),
            ends: Vec::new(),
            rows: Vec::new(),
            places: Probe::new(),
            scratch: String::new(),
            labels: Labels::default(),
            set: Vec::new(),
        };
        local.forget();
        local
    }

    /// Forgets everything, once in a while and when a generation ends. No value or set of before may
    /// be used afterwards.
    pub(crate) fn forget(&mut self) {
        self.texts.clear();
        self.texts.push("".into());
        self.text_index.clear();
        self.sets.clear();
        self.sets.push(Box::default());
        self.set_index.clear();
        self.set_index.insert(Box::default(), 0);
        self.ends.clear();
        self.rows.clear();
        self.places.clear();
        self.row(Ends::default());
    }

    /// Notes that nothing of an earlier generation is counted any more.
    pub(crate) fn acknowledge(&self, generation: u64) {
        self.shard.seen.store(generation, Ordering::Release);
    }

    /// Whether it remembers so much that it should begin anew.
    #[inline]
    pub(crate) fn is_full(&self) -> bool {
        self.texts.len() | self.sets.len() | self.places.len() > REMEMBERED
    }

    /// The value of a text.
    pub(crate) fn text(&mut self, text: &str) -> Value {
        if text.is_empty() {
            return Value::EMPTY;
        }
        let hash = self.hasher.hash_one(text);
        let texts = &self.texts;
        let known = self
            .text_index
            .find(hash, |place| &*texts[*place as usize] == text);
        if let Some(place) = known {
            return Value::text(*place);
        }
        let place = self.texts.len() as u32;
        debug_assert!(place < LARGEST);
        self.texts.push(text.into());
        let (texts, hasher) = (&self.texts, &self.hasher);
        let rehash = |place: &u32| hasher.hash_one(&*texts[*place as usize]);
        self.text_index.insert_unique(hash, place, rehash);
        Value::text(place)
    }

    /// The value of the text that `write` writes.
    pub(crate) fn written(&mut self, write: impl FnOnce(&mut String)) -> Value {
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        write(&mut scratch);
        let value = self.text(&scratch);
        self.scratch = scratch;
        value
    }

    /// The number of the set of values that `fill` adds.
    pub(crate) fn set(&mut self, fill: impl FnOnce(&mut Self, &mut Vec<Value>)) -> u32 {
        let mut set = std::mem::take(&mut self.set);
        set.clear();
        fill(self, &mut set);
        let number = match self.set_index.get(&*set) {
            Some(number) => *number,
            None => {
                let number = self.sets.len() as u32;
                self.sets.push(set.as_slice().into());
                self.set_index.insert(set.as_slice().into(), number);
                number
            }
        };
        self.set = set;
        number
    }

    /// The set of an end by its names, if that is remembered.
    #[inline]
    pub(crate) fn known_set(&self, end: usize, handle: Option<NameHandle>) -> Option<u32> {
        let cache = self.ends.get(end)?;
        match handle {
            Some(handle) => cache.per_name.as_ref()?.get(handle),
            None => cache.absent,
        }
    }

    /// Remembers the set of an end by its names, or where it has none.
    #[cold]
    pub(crate) fn remember_set(&mut self, end: usize, handle: Option<NameHandle>, set: u32) {
        let names = self.names.as_ref();
        if self.ends.len() <= end {
            self.ends.resize_with(end + 1, || EndCache {
                per_name: names.map(PerName::new),
                ..EndCache::default()
            });
        }
        let cache = &mut self.ends[end];
        match (handle, &cache.per_name) {
            (None, _) => cache.absent = Some(set),
            (Some(handle), Some(per_name)) => per_name.set(handle, set),
            (Some(_), None) => {}
        }
    }

    /// The set of an end whose names have the set `names`, and which has this address.
    #[inline]
    pub(crate) fn known_address(&self, end: usize, names: u32, address: Ip) -> Option<u32> {
        self.ends
            .get(end)?
            .by_address
            .get(&(names, address))
            .copied()
    }

    pub(crate) fn remember_address(&mut self, end: usize, names: u32, address: Ip, set: u32) {
        if let Some(cache) = self.ends.get_mut(end) {
            if cache.by_address.len() >= REMEMBERED {
                cache.by_address.clear();
            }
            cache.by_address.insert((names, address), set);
        }
    }

    /// Whether the names of a handle are those of the world outside: what `decide` says, once for each.
    #[inline]
    pub(crate) fn remembered(
        &mut self,
        handle: Option<NameHandle>,
        decide: impl FnOnce() -> bool,
    ) -> bool {
        match (handle, &self.worlds) {
            (Some(handle), Some(worlds)) => worlds.get_or_decide(handle, decide),
            _ => decide(),
        }
    }

    /// Whether names have handles that sets can be remembered by.
    pub(crate) const fn has_names(&self) -> bool {
        self.names.is_some()
    }

    /// The number of these ends.
    #[inline]
    pub(crate) fn row(&mut self, ends: Ends) -> Context {
        let key = Key {
            head: u64::from(ROWS),
            own: [ends.source, ends.destination, ends.direction.bits(), 0],
        };
        match self.places.get(&key) {
            Some(place) => Context(place.first),
            None => self.add_row(key, ends),
        }
    }

    #[cold]
    fn add_row(&mut self, key: Key, ends: Ends) -> Context {
        let row = self.rows.len() as u32;
        self.rows.push(ends);
        self.places.insert(key, Place::new(row, None));
        Context(row)
    }

    #[inline]
    fn known(
        &mut self,
        family: &Family,
        context: Context,
        own: [Value; OWN_LABELS],
    ) -> Option<Place> {
        let key = Key {
            head: u64::from(context.0) << 32 | u64::from(family.id),
            own: own.map(Value::bits),
        };
        match self.places.get(&key) {
            Some(place) => Some(place),
            None => self.find(family, context, own, key),
        }
    }

    #[cold]
    fn find(
        &mut self,
        family: &Family,
        context: Context,
        own: [Value; OWN_LABELS],
        key: Key,
    ) -> Option<Place> {
        let ends = *self.rows.get(context.0 as usize)?;
        let place = self.ask(family, ends, own)?;
        self.places.insert(key, place);
        Some(place)
    }

    /// Finds a series in the catalog, or has it made there.
    fn ask(&mut self, family: &Family, ends: Ends, own: [Value; OWN_LABELS]) -> Option<Place> {
        let mut labels = std::mem::take(&mut self.labels);
        labels.clear();
        for column in &family.columns {
            let set = |number: u32, place: usize| {
                let values = self.sets.get(number as usize);
                values.and_then(|values| values.get(place)).copied()
            };
            let value = match column.from {
                From::Source(place) => set(ends.source, place),
                From::Destination(place) => set(ends.destination, place),
                From::Direction => Some(ends.direction),
                From::Own(place) => own.get(place).copied(),
            };
            labels.push(|text| self.write(value.unwrap_or_default(), text));
        }
        let found = {
            let mut catalog = lock(&self.shared.catalog);
            catalog.find(family, &labels, self.number).map(|found| {
                let overflow = match found.is_overflow {
                    true => catalog.overflow_of(family.budget).cloned(),
                    false => None,
                };
                let overflow = overflow
                    .and_then(|(family, labels)| catalog.find(&family, &labels, self.number));
                (found.slot, overflow.map(|found| found.slot))
            })
        };
        self.labels = labels;
        let (slot, overflow) = found?;
        let is_new = |slot: Slot| !self.words.has(slot);
        if is_new(slot) || overflow.is_some_and(is_new) {
            self.words = self.shard.words();
        }
        Some(Place::new(slot.0, overflow.map(|slot| slot.0)))
    }

    fn write(&self, value: Value, text: &mut String) {
        match value.place() {
            Some(place) => text.push_str(self.texts.get(place as usize).map_or("", |text| text)),
            None => text.push_str(&value.fixed()),
        }
    }

    /// Counts.
    #[inline]
    pub(crate) fn add(
        &mut self,
        family: &Family,
        context: Context,
        own: [Value; OWN_LABELS],
        by: u64,
    ) -> Option<Slot> {
        let place = self.known(family, context, own)?;
        let slot = Slot(place.first);
        self.words.add(slot, by);
        self.overflow(place);
        Some(slot)
    }

    /// Records a measurement in seconds. Returns the place of its bucket.
    #[inline]
    pub(crate) fn record(
        &mut self,
        family: &Family,
        context: Context,
        own: [Value; OWN_LABELS],
        seconds: f64,
    ) -> Option<Slot> {
        let place = self.known(family, context, own)?;
        let bucket = BUCKETS.iter().position(|bound| seconds <= *bound);
        let bucket = bucket.unwrap_or(BUCKETS.len()) as u32;
        let slot = Slot(place.first + bucket);
        self.words.add(slot, 1);
        let sum = Slot(place.first + BUCKETS.len() as u32 + 1);
        self.words.add_float(sum, seconds);
        self.overflow(place);
        Some(slot)
    }

    #[inline]
    fn overflow(&self, place: Place) {
        if let Some(slot) = place.second() {
            self.words.add(Slot(slot), 1);
        }
    }

    /// Notes a measurement with its trace.
    pub(crate) fn note(&self, slot: Slot, trace: TraceId, value: f64, time: u64) {
        let exemplar = Exemplar { trace, value, time };
        self.shard.set_exemplar(slot, exemplar);
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        // What was counted is seen by who sees that.
        self.shard.is_closed.store(true, Ordering::Release);
    }
}
