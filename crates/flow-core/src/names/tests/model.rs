//! The table against a list, everything at random.

use std::collections::{HashMap, HashSet, VecDeque};

use proptest::prelude::*;

use super::super::book::KEPT_BACK;
use super::{add, flow, names, number, ring};
use crate::names::{NameHandle, NameTable, PerName};

#[derive(Clone, Debug)]
enum Step {
    /// A new endpoint.
    Add,
    /// An endpoint's names change.
    Update(usize),
    /// An endpoint goes.
    Remove(usize),
    /// Flows between endpoints that exist.
    Publish(usize, usize, usize),
    /// A batch begins, in which handles are found, or ends: then a flow between them is published.
    Batch(usize),
    /// A reader begins to hold, and takes the flows that are there; or lets go.
    Read,
    Reclaim,
    Sweep,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let who = any::<usize>;
    let step = prop_oneof![
        6 => Just(Step::Add),
        2 => who().prop_map(Step::Update),
        6 => who().prop_map(Step::Remove),
        6 => (who(), who(), 1..6_usize).prop_map(|(a, b, times)| Step::Publish(a, b, times)),
        2 => who().prop_map(Step::Batch),
        2 => Just(Step::Read),
        2 => Just(Step::Reclaim),
        4 => Just(Step::Sweep),
    ];
    prop::collection::vec(step, 1..200)
}

/// An endpoint's handle and the number of its names.
type Known = (NameHandle, u32);

/// What should be there.
#[derive(Default)]
struct Model {
    live: Vec<Known>,
    /// The flows in the ring, by the numbers of their names.
    ring: VecDeque<[Option<Known>; 2]>,
    /// Every handle that was ever given out, with its number.
    given: HashMap<NameHandle, u32>,
    next: u32,
}

impl Model {
    fn pick(&self, who: usize) -> Option<Known> {
        self.live.get(who % self.live.len().max(1)).copied()
    }

    fn publish(&mut self, capacity: usize, ends: [Option<Known>; 2]) {
        self.ring.push_back(ends);
        if self.ring.len() > capacity {
            self.ring.pop_front();
        }
    }

    /// Handles that must resolve: of endpoints that exist, and borne in the ring.
    fn needed(&self) -> HashSet<Known> {
        let borne = self.ring.iter().flatten().flatten();
        self.live.iter().chain(borne).copied().collect()
    }
}

fn run(capacity: usize, steps: &[Step]) -> Result<(), TestCaseError> {
    let table = NameTable::new();
    let (mut writer, ring) = ring(capacity);
    let numbers = PerName::<u32>::new(&table);
    let mut model = Model::default();
    // A hold borrows its holder, so each has one of its own.
    let mut holders: Vec<_> = steps.iter().map(|_| table.holder()).collect();
    let mut holders = holders.iter_mut();
    let mut checking = table.holder();
    let mut batch = None;
    let mut batch_hold = None;
    let mut reader_hold = None;
    let mut taken: Vec<Known> = Vec::new();
    for step in steps {
        match *step {
            Step::Add => {
                let handle = add(&table, model.next);
                prop_assert_eq!(model.given.insert(handle, model.next), None, "given twice");
                model.live.push((handle, model.next));
                model.next += 1;
            }
            Step::Update(who) if !model.live.is_empty() => {
                let who = who % model.live.len();
                let new = table
                    .replace(model.live[who].0, names(model.next))
                    .expect("room");
                prop_assert_eq!(model.given.insert(new, model.next), None, "given twice");
                model.live[who] = (new, model.next);
                model.next += 1;
            }
            Step::Remove(who) if !model.live.is_empty() => {
                let (gone, _) = model.live.swap_remove(who % model.live.len());
                prop_assert!(table.remove(gone));
            }
            Step::Publish(source, destination, times) => {
                for _ in 0..times {
                    let ends = [model.pick(source), model.pick(destination)];
                    let [source, destination] = ends.map(|end| end.map(|(handle, _)| handle));
                    writer.publish(&flow(0, source, destination));
                    model.publish(capacity, ends);
                }
            }
            Step::Batch(who) => {
                if let Some(found) = batch.take() {
                    writer.publish(&flow(0, None, Some(found)));
                    model.publish(capacity, [None, Some((found, model.given[&found]))]);
                    batch_hold = None;
                } else if let Some(holder) = holders.next() {
                    batch_hold = Some(holder.hold());
                    batch = model.pick(who).map(|(handle, _)| handle);
                }
            }
            Step::Read => {
                if reader_hold.take().is_some() {
                    taken.clear();
                } else if let Some(holder) = holders.next() {
                    reader_hold = Some(holder.hold());
                    taken.extend(model.ring.iter().flatten().flatten());
                }
            }
            Step::Reclaim => {
                table.reclaim(&ring);
            }
            Step::Sweep => {
                table.sweep(&ring);
            }
            Step::Update(_) | Step::Remove(_) => {}
        }
        // Every flow in the ring has its names, and every endpoint; and what a thread holds.
        let needed = model.needed();
        let held = batch.map(|handle| (handle, model.given[&handle]));
        let hold = checking.hold();
        for &(handle, expected) in needed.iter().chain(&held).chain(&taken) {
            prop_assert_eq!(hold.get(handle).map(number), Some(expected));
            prop_assert_eq!(numbers.get_or_decide(handle, || expected), expected);
        }
        for flow in ring.newest_first() {
            for raw in [flow.source.meta, flow.destination.meta] {
                prop_assert_eq!(raw == 0, hold.resolve(raw).is_none());
            }
        }
        // No handle ever resolves to other names than its own.
        for (&handle, &expected) in &model.given {
            let found = hold.get(handle).map(|names| names.id);
            prop_assert!(found.is_none_or(|found| found == expected));
        }
        drop(hold);
        let stats = table.stats();
        prop_assert_eq!(stats.live, model.live.len());
        if matches!(step, Step::Sweep) && batch_hold.is_none() && reader_hold.is_none() {
            // A sweep that nobody holds up is exact.
            prop_assert_eq!(stats.live + stats.removed, needed.len());
        }
        // Sweeps take place at random; between two of them, everything that was added stays.
        prop_assert!(stats.slots <= model.next as usize);
    }
    drop((batch_hold, reader_hold));
    // At rest: all but the needed is freed, and new names find room in what is kept back.
    table.sweep(&ring);
    let (needed, slots) = (model.needed().len(), table.stats().slots);
    prop_assert_eq!(table.stats().live + table.stats().removed, needed);
    for number in 0..3 * KEPT_BACK as u32 {
        table.remove(add(&table, number));
        table.reclaim(&ring);
    }
    let most = slots.max(needed) + KEPT_BACK + 2 * 1_024 + 1;
    prop_assert!(table.stats().slots <= most, "{} slots", table.stats().slots);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if cfg!(miri) { 4 } else { 200 },
        failure_persistence: if cfg!(miri) { None } else { ProptestConfig::default().failure_persistence },
        ..ProptestConfig::default()
    })]

    #[test]
    fn names_live_as_long_as_they_are_needed(bits in 0..5_u32, steps in steps()) {
        run(1 << bits, &steps)?;
    }
}
