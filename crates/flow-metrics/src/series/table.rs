//! The series of one family.

use std::collections::HashSet;
use std::sync::Arc;

use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher;

use super::family::Family;
use super::labels::Labels;
use super::shard::Slot;
use super::sums::Sums;

/// One series.
#[derive(Debug)]
pub(crate) struct Series {
    pub(crate) labels: Arc<Labels>,
    /// Its first word in shards, by their number.
    pub(crate) slots: Vec<(u32, Slot)>,
    /// What was counted by threads that have ended.
    pub(crate) base: Sums,
    /// Whether it is removed once it was shown.
    pub(crate) is_leaving: bool,
}

/// The series of a family, found by their labels.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) family: Arc<Family>,
    series: Vec<Option<Series>>,
    free: Vec<u32>,
    index: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// Series in order of their labels, but for those that came since.
    order: Vec<u32>,
    fresh: Vec<u32>,
    /// Labels by how many values they had when the budget was first exceeded.
    offenders: Option<Vec<usize>>,
}

fn hash_of(hasher: &DefaultHashBuilder, labels: &Labels) -> u64 {
    hasher.hash_one(LabelsKey(labels))
}

/// Hashes values with what separates them.
struct LabelsKey<'a>(&'a Labels);

impl std::hash::Hash for LabelsKey<'_> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        for value in self.0.iter() {
            value.hash(state);
        }
    }
}

impl Table {
    pub(crate) fn new(family: Arc<Family>) -> Self {
        Self {
            family,
            series: Vec::new(),
            free: Vec::new(),
            index: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            order: Vec::new(),
            fresh: Vec::new(),
            offenders: None,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.index.len()
    }

    pub(crate) fn find(&self, labels: &Labels) -> Option<u32> {
        let hash = hash_of(&self.hasher, labels);
        let is = |place: &u32| self.labels(*place).is_some_and(|known| **known == *labels);
        self.index.find(hash, is).copied()
    }

    fn labels(&self, place: u32) -> Option<&Arc<Labels>> {
        Some(&self.series.get(place as usize)?.as_ref()?.labels)
    }

    pub(crate) fn get_mut(&mut self, place: u32) -> Option<&mut Series> {
        self.series.get_mut(place as usize)?.as_mut()
    }

    /// Adds a series of which there is none yet.
    pub(crate) fn insert(&mut self, labels: Labels) -> u32 {
        let hash = hash_of(&self.hasher, &labels);
        let series = Some(Series {
            labels: Arc::new(labels),
            slots: Vec::new(),
            base: Sums::zero(self.family.measure),
            is_leaving: false,
        });
        let place = match self.free.pop() {
            Some(place) => {
                self.series[place as usize] = series;
                place
            }
            None => {
                self.series.push(series);
                self.series.len() as u32 - 1
            }
        };
        let (known, hasher) = (&self.series, &self.hasher);
        self.index.insert_unique(hash, place, |place| {
            let series = known[*place as usize].as_ref();
            series.map_or(0, |series| hash_of(hasher, &series.labels))
        });
        self.fresh.push(place);
        place
    }

    /// Every series in order of labels.
    pub(crate) fn sorted(&mut self) -> impl Iterator<Item = &mut Series> {
        self.sort();
        // Places are given out in order of labels: the vector is taken apart by place.
        let order = &self.order;
        let mut by_place: Vec<Option<&mut Series>> =
            self.series.iter_mut().map(Option::as_mut).collect();
        order
            .iter()
            .filter_map(move |place| by_place[*place as usize].take())
    }

    fn sort(&mut self) {
        if self.fresh.is_empty() {
            return;
        }
        let mut order = std::mem::take(&mut self.order);
        order.append(&mut self.fresh);
        // A run in order with a few new ones behind it: the sort merges runs.
        order.sort_by(|one, other| self.labels(*one).cmp(&self.labels(*other)));
        self.order = order;
    }

    /// Takes out the series that `is_gone` chooses.
    pub(crate) fn take_if(&mut self, is_gone: impl Fn(&Series) -> bool) -> Vec<Series> {
        let mut taken = Vec::new();
        for place in 0..self.series.len() as u32 {
            let slot = &mut self.series[place as usize];
            if !slot.as_ref().is_some_and(&is_gone) {
                continue;
            }
            let Some(series) = slot.take() else { continue };
            let hash = hash_of(&self.hasher, &series.labels);
            if let Ok(entry) = self.index.find_entry(hash, |known| *known == place) {
                entry.remove();
            }
            self.free.push(place);
            taken.push(series);
        }
        if !taken.is_empty() {
            let series = &self.series;
            let is_kept = |place: &u32| series[*place as usize].is_some();
            // A place that is given out again is listed again by then.
            self.order.retain(is_kept);
            self.fresh.retain(is_kept);
            self.offenders = None;
        }
        taken
    }

    pub(crate) fn all_mut(&mut self) -> impl Iterator<Item = &mut Series> {
        self.series.iter_mut().flatten()
    }

    /// The labels of this family, those with the most values first.
    pub(crate) fn offenders(&mut self) -> &[usize] {
        if self.offenders.is_none() {
            let labels = self.family.columns.len();
            let count = |label: usize| {
                let values = self.series.iter().flatten();
                let values: HashSet<&str> = values.map(|series| series.labels.get(label)).collect();
                values.len()
            };
            let mut counted: Vec<(usize, usize)> =
                (0..labels).map(|label| (count(label), label)).collect();
            counted.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(&other.1)));
            self.offenders = Some(counted.into_iter().map(|(_, label)| label).collect());
        }
        self.offenders.as_deref().unwrap_or_default()
    }
}
