//! Every series, and where threads count them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use super::family::{Column, Family, Measure};
use super::labels::Labels;
use super::shard::{CHUNK, Exemplar, Shard, Slot, Words, lock};
use super::snapshot::{FamilySnapshot, Row, Snapshot};
use super::sums::Sums;
use super::table::{Series, Table};

/// What threads and readers share.
#[derive(Debug)]
pub(crate) struct Shared {
    /// Changes when threads must forget what they remember.
    pub(crate) generation: AtomicU64,
    pub(crate) is_abandoned: AtomicBool,
    pub(crate) catalog: Mutex<Catalog>,
}

/// A shard and which of its words are in use.
#[derive(Debug)]
struct ShardEntry {
    shard: Arc<Shard>,
    next: u32,
    /// Slots that can be given out again, by number of words.
    free: HashMap<u32, Vec<Slot>>,
}

/// A series that is no longer there, until no thread counts it any more.
#[derive(Debug)]
struct Departed {
    family: Arc<Family>,
    series: Series,
    /// What was shown of it.
    shown: Sums,
    /// The generation from which on threads do not know it.
    generation: u64,
    /// Whether it was missing when series were read.
    is_seen_gone: bool,
    /// Whether nothing of it is counted any more, as its handler is gone too.
    is_void: bool,
}

/// How many series a handler may have.
#[derive(Debug)]
struct Budget {
    limit: usize,
    /// The series that counts what went to others with `other` in their labels.
    overflow: Option<(Arc<Family>, Labels)>,
}

/// Where a thread counts a series.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    pub(crate) slot: Slot,
    /// Whether a label is `other` in place of its value.
    pub(crate) is_overflow: bool,
}

/// Value of labels for which there is no room.
const OTHER: &str = "other";

/// All series.
#[derive(Debug, Default)]
pub(crate) struct Catalog {
    tables: Vec<Table>,
    next_family: u32,
    budgets: Vec<Budget>,
    shards: HashMap<u32, ShardEntry>,
    next_shard: u32,
    departed: Vec<Departed>,
    generation: u64,
}

impl Catalog {
    /// Opens a budget of series. Returns its number.
    pub(crate) fn add_budget(
        &mut self,
        limit: usize,
        overflow: Option<(Arc<Family>, Labels)>,
    ) -> usize {
        self.budgets.push(Budget {
            limit: limit.max(1),
            overflow,
        });
        self.budgets.len() - 1
    }

    pub(crate) fn add_family(
        &mut self,
        budget: usize,
        measure: Measure,
        (name, help): (&str, &str),
        mut columns: Vec<Column>,
    ) -> Arc<Family> {
        columns.sort_by(|one, other| one.name.cmp(&other.name));
        self.next_family += 1;
        let family = Arc::new(Family {
            id: self.next_family,
            budget,
            name: name.into(),
            help: help.into(),
            measure,
            columns: columns.into(),
        });
        self.tables.push(Table::new(Arc::clone(&family)));
        family
    }

    /// Removes families whose handler is gone.
    pub(crate) fn remove_families(&mut self, is_gone: impl Fn(&Family) -> bool) {
        let (gone, kept) = std::mem::take(&mut self.tables)
            .into_iter()
            .partition(|table| is_gone(&table.family));
        self.tables = kept;
        self.generation += 1;
        for mut table in gone {
            let family = Arc::clone(&table.family);
            let taken = table.take_if(|_| true);
            self.depart(&family, taken, true);
        }
    }

    /// Begins a generation: what threads remember of the one before holds no longer.
    pub(crate) fn renew(&mut self) {
        self.generation += 1;
    }

    pub(crate) const fn generation(&self) -> u64 {
        self.generation
    }

    pub(crate) fn add_shard(&mut self) -> (u32, Arc<Shard>) {
        self.next_shard += 1;
        let shard = Arc::new(Shard::default());
        let entry = ShardEntry {
            shard: Arc::clone(&shard),
            next: 0,
            free: HashMap::new(),
        };
        self.shards.insert(self.next_shard, entry);
        (self.next_shard, shard)
    }

    /// Where `shard` counts the series with these labels, which is made if there is none. `None` where
    /// the family is gone.
    pub(crate) fn find(&mut self, family: &Family, labels: &Labels, shard: u32) -> Option<Found> {
        let (table, place, is_overflow) = self.place(family, labels)?;
        let table = &mut self.tables[table];
        let words = table.family.measure.words();
        let series = table.get_mut(place)?;
        let known = series.slots.iter().find(|(number, _)| *number == shard);
        let slot = match known {
            Some((_, slot)) => *slot,
            None => {
                let slot = self.shards.get_mut(&shard)?.allot(words);
                series.slots.push((shard, slot));
                slot
            }
        };
        Some(Found { slot, is_overflow })
    }

    /// Table and place of a series, and whether it stands for others too.
    fn place(&mut self, family: &Family, labels: &Labels) -> Option<(usize, u32, bool)> {
        let index = self
            .tables
            .iter()
            .position(|table| table.family.id == family.id)?;
        if let Some(place) = self.tables[index].find(labels) {
            return Some((index, place, false));
        }
        let used: usize = self
            .tables
            .iter()
            .filter(|table| table.family.budget == family.budget)
            .map(Table::len)
            .sum();
        let limit = self
            .budgets
            .get(family.budget)
            .map_or(usize::MAX, |budget| budget.limit);
        // An eighth is left for series with `other`.
        if used < limit - limit / 8 || labels.len() == 0 {
            let place = self.tables[index].insert(labels.compact());
            return Some((index, place, false));
        }
        let table = &mut self.tables[index];
        let mut values: Vec<&str> = labels.iter().collect();
        for label in table.offenders().to_vec() {
            values[label] = OTHER;
            let mut labels = Labels::default();
            for value in &values {
                labels.push(|text| text.push_str(value));
            }
            if let Some(place) = table.find(&labels) {
                return Some((index, place, true));
            }
            let is_last = values.iter().all(|value| *value == OTHER);
            if used < limit || is_last {
                return Some((index, table.insert(labels), true));
            }
        }
        None
    }

    /// The series that counts what a budget has no room for.
    pub(crate) fn overflow_of(&self, budget: usize) -> Option<&(Arc<Family>, Labels)> {
        self.budgets.get(budget)?.overflow.as_ref()
    }

    /// Removes the series that `is_gone` chooses: at once, or after they were shown once more.
    pub(crate) fn remove(&mut self, at_once: bool, is_gone: impl Fn(&Family, &Labels) -> bool) {
        for index in 0..self.tables.len() {
            let family = Arc::clone(&self.tables[index].family);
            if at_once {
                let taken = self.tables[index].take_if(|series| is_gone(&family, &series.labels));
                if !taken.is_empty() {
                    self.generation += 1;
                    self.depart(&family, taken, true);
                }
            } else {
                for series in self.tables[index].all_mut() {
                    series.is_leaving |= is_gone(&family, &series.labels);
                }
            }
        }
    }

    fn depart(&mut self, family: &Arc<Family>, taken: Vec<Series>, is_void: bool) {
        for series in taken {
            self.departed.push(Departed {
                family: Arc::clone(family),
                shown: Sums::zero(family.measure),
                series,
                generation: self.generation,
                is_seen_gone: true,
                is_void,
            });
        }
    }

    /// All series, sorted; those that are leaving are gone afterwards.
    pub(crate) fn snapshot(&mut self) -> Snapshot {
        let words = self.words();
        self.settle(&words);
        let mut snapshot = Snapshot::default();
        let mut leaving = false;
        for table in &mut self.tables {
            let family = Arc::clone(&table.family);
            let rows: Vec<Row> = table
                .sorted()
                .map(|series| {
                    leaving |= series.is_leaving;
                    Row {
                        labels: Arc::clone(&series.labels),
                        sums: sum(series, &words),
                        exemplars: exemplars(series, family.measure, &self.shards),
                    }
                })
                .collect();
            if !rows.is_empty() {
                snapshot.families.push(FamilySnapshot { family, rows });
            }
        }
        if leaving {
            self.dismiss(&snapshot);
        }
        snapshot
            .families
            .sort_by(|one, other| one.family.name.cmp(&other.family.name));
        snapshot
    }

    /// Takes out the series that were shown for the last time.
    fn dismiss(&mut self, snapshot: &Snapshot) {
        self.generation += 1;
        for index in 0..self.tables.len() {
            let taken = self.tables[index].take_if(|series| series.is_leaving);
            let family = Arc::clone(&self.tables[index].family);
            let shown = snapshot
                .families
                .iter()
                .find(|shown| shown.family.id == family.id);
            for series in taken {
                let row = shown.and_then(|shown| {
                    let rows = &shown.rows;
                    let at = rows.binary_search_by(|row| row.labels.cmp(&series.labels));
                    at.ok().map(|at| &rows[at])
                });
                let shown = row.map_or_else(|| Sums::zero(family.measure), |row| row.sums.clone());
                self.departed.push(Departed {
                    family: Arc::clone(&family),
                    series,
                    shown,
                    generation: self.generation,
                    is_seen_gone: false,
                    is_void: false,
                });
            }
        }
    }

    /// Counts for a series that left what came after it was shown for the last time. Where that is before
    /// anybody could see that it is gone, it goes on from where it was.
    fn bring_back(&mut self, departed: &mut Departed, now: &Sums) {
        let labels = Arc::clone(&departed.series.labels);
        let late = now.since(&departed.shown);
        let is_seen_gone = std::mem::replace(&mut departed.is_seen_gone, true);
        departed.shown = now.clone();
        let table = self
            .tables
            .iter()
            .find(|table| table.family.id == departed.family.id);
        let is_there = table.is_some_and(|table| table.find(&labels).is_some());
        if late.is_none() && (is_seen_gone || !is_there) {
            return;
        }
        let Some((table, place, is_overflow)) = self.place(&departed.family, &labels) else {
            return;
        };
        let Some(series) = self.tables[table].get_mut(place) else {
            return;
        };
        if !is_seen_gone && !is_overflow {
            series.base.add_all(now);
        } else if let Some(late) = late {
            series.base.add_all(&late);
        }
    }

    fn words(&self) -> HashMap<u32, Words> {
        let shards = self.shards.iter();
        shards
            .map(|(number, entry)| (*number, entry.shard.words()))
            .collect()
    }

    /// Brings back what was counted after a series was shown for the last time, gives slots back, and
    /// takes over what ended threads have counted.
    fn settle(&mut self, words: &HashMap<u32, Words>) {
        // Before the words are read: what such a thread has counted is there.
        let closed: Vec<u32> = self
            .shards
            .iter()
            .filter(|(_, entry)| entry.shard.is_closed.load(Ordering::Acquire))
            .map(|(number, _)| *number)
            .collect();
        let mut waiting = Vec::new();
        for mut departed in std::mem::take(&mut self.departed) {
            let measure = departed.family.measure;
            // Before the words are read: a thread that knows of it counts there no more.
            let is_forgotten = |(shard, _): &(u32, Slot)| {
                self.shards.get(shard).is_none_or(|entry| {
                    entry.shard.seen.load(Ordering::Acquire) >= departed.generation
                        || closed.contains(shard)
                })
            };
            let is_done = departed.series.slots.iter().all(is_forgotten);
            let now = sum(&departed.series, words);
            if !departed.is_void {
                self.bring_back(&mut departed, &now);
            }
            if is_done {
                for (shard, slot) in &departed.series.slots {
                    if let Some(entry) = self.shards.get_mut(shard) {
                        entry.take_back(*slot, measure.words(), words.get(shard));
                    }
                }
            } else {
                waiting.push(departed);
            }
        }
        self.departed = waiting;
        if closed.is_empty() {
            return;
        }
        let present = self.tables.iter_mut().flat_map(Table::all_mut);
        let departed = self
            .departed
            .iter_mut()
            .map(|departed| &mut departed.series);
        for series in present.chain(departed) {
            let Series { slots, base, .. } = series;
            slots.retain(|(shard, slot)| {
                let is_closed = closed.contains(shard);
                if let (true, Some(words)) = (is_closed, words.get(shard)) {
                    base.add(|offset| words.load(Slot(slot.0 + offset)));
                }
                !is_closed
            });
        }
        for shard in closed {
            self.shards.remove(&shard);
        }
    }
}

impl ShardEntry {
    /// Words for a series, all 0.
    fn allot(&mut self, words: u32) -> Slot {
        if let Some(slot) = self.free.get_mut(&words).and_then(Vec::pop) {
            return slot;
        }
        let chunk = CHUNK as u32;
        if self.next % chunk + words > chunk {
            self.next = self.next.next_multiple_of(chunk);
        }
        if self.next.is_multiple_of(chunk) {
            self.shard.grow();
        }
        let slot = Slot(self.next);
        self.next += words;
        slot
    }

    fn take_back(&mut self, slot: Slot, count: u32, words: Option<&Words>) {
        if let Some(words) = words {
            words.clear(slot, count);
        }
        self.shard.forget_exemplars(slot, count);
        self.free.entry(count).or_default().push(slot);
    }
}

fn sum(series: &Series, words: &HashMap<u32, Words>) -> Sums {
    let mut sums = series.base.clone();
    for (shard, slot) in &series.slots {
        if let Some(words) = words.get(shard) {
            sums.add(|offset| words.load(Slot(slot.0 + offset)));
        }
    }
    sums
}

fn exemplars(
    series: &Series,
    measure: Measure,
    shards: &HashMap<u32, ShardEntry>,
) -> Vec<(usize, Exemplar)> {
    let mut newest: Vec<(usize, Exemplar)> = Vec::new();
    for (shard, slot) in &series.slots {
        let Some(entry) = shards
            .get(shard)
            .filter(|entry| entry.shard.has_exemplars())
        else {
            continue;
        };
        for offset in 0..measure.words() {
            let Some(found) = entry.shard.exemplar(Slot(slot.0 + offset)) else {
                continue;
            };
            let at = offset as usize;
            match newest.iter_mut().find(|(bucket, _)| *bucket == at) {
                Some((_, known)) if known.time > found.time => {}
                Some((_, known)) => *known = found,
                None => newest.push((at, found)),
            }
        }
    }
    newest
}

impl Shared {
    pub(crate) fn new() -> Self {
        Self {
            generation: AtomicU64::new(0),
            is_abandoned: AtomicBool::new(false),
            catalog: Mutex::new(Catalog::default()),
        }
    }

    /// Does something with the catalog; threads learn of a new generation.
    pub(crate) fn with<T>(&self, act: impl FnOnce(&mut Catalog) -> T) -> T {
        let mut catalog = lock(&self.catalog);
        let result = act(&mut catalog);
        self.generation
            .store(catalog.generation(), Ordering::Release);
        result
    }
}
