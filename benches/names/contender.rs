//! The tables that are compared, behind one face.

use arc_swap::ArcSwapOption;
use flow_core::names::{NameHandle, NameTable};
use flow_core::resolve::EndpointNames;
use flow_core::store::RecordStore;

/// Names by handle.
pub(crate) trait Contender: Sync + Sized {
    /// A name for the table.
    const NAME: &'static str;

    /// A table of so many names.
    fn make(names: u32) -> Self;

    /// The handle of the names with that number.
    fn handle(&self, number: u32) -> u32;

    /// Calls `each` with a function that resolves handles, for each flow of a batch of `count`: it
    /// returns what was made of both ends.
    fn batch(&self, count: u64, each: impl FnMut(u64) -> [u32; 2]) -> u64;
}

/// Flows in a batch.
const BATCH: u64 = 64;

fn names(number: u32) -> EndpointNames {
    EndpointNames {
        id: number,
        pod_name: format!("pod-{number}").into(),
        ..EndpointNames::default()
    }
}

/// What a reader makes of names.
fn weigh(names: Option<&EndpointNames>) -> u64 {
    names.map_or(0, |names| u64::from(names.id) + names.pod_name.len() as u64)
}

/// The name table, with a hold for each batch.
pub(crate) struct Batched(NameTable, Vec<NameHandle>);

impl Contender for Batched {
    const NAME: &'static str = "name table";

    fn make(count: u32) -> Self {
        let table = NameTable::new();
        let handles = (0..count)
            .map(|number| table.add(names(number)).expect("room"))
            .collect();
        Self(table, handles)
    }

    fn handle(&self, number: u32) -> u32 {
        self.1[number as usize].raw()
    }

    fn batch(&self, count: u64, mut each: impl FnMut(u64) -> [u32; 2]) -> u64 {
        let mut holder = self.0.holder();
        let mut sum = 0;
        for begin in (0..count).step_by(BATCH as usize) {
            let hold = holder.hold();
            for flow in begin..count.min(begin + BATCH) {
                let ends = each(flow);
                sum += weigh(hold.resolve(ends[0])) + weigh(hold.resolve(ends[1]));
            }
        }
        sum
    }
}

/// The name table, with a hold for each flow.
pub(crate) struct Single(Batched);

impl Contender for Single {
    const NAME: &'static str = "name table, a hold a flow";

    fn make(count: u32) -> Self {
        Self(Batched::make(count))
    }

    fn handle(&self, number: u32) -> u32 {
        self.0.handle(number)
    }

    fn batch(&self, count: u64, mut each: impl FnMut(u64) -> [u32; 2]) -> u64 {
        let mut holder = self.0.0.holder();
        let mut sum = 0;
        for flow in 0..count {
            let ends = each(flow);
            let hold = holder.hold();
            sum += weigh(hold.resolve(ends[0])) + weigh(hold.resolve(ends[1]));
        }
        sum
    }
}

/// The newest values: a lock and a shared pointer in each place.
pub(crate) struct Stored(RecordStore<EndpointNames>, Vec<u32>);

impl Contender for Stored {
    const NAME: &'static str = "lock and shared count";

    fn make(count: u32) -> Self {
        let store = RecordStore::with_capacity(count as usize);
        let handles = (0..count).map(|number| store.put(names(number))).collect();
        Self(store, handles)
    }

    fn handle(&self, number: u32) -> u32 {
        self.1[number as usize]
    }

    fn batch(&self, count: u64, mut each: impl FnMut(u64) -> [u32; 2]) -> u64 {
        let mut sum = 0;
        for flow in 0..count {
            let [source, destination] = each(flow).map(|raw| self.0.get(raw));
            sum += weigh(source.as_deref()) + weigh(destination.as_deref());
        }
        sum
    }
}

/// papaya's concurrent map, pinned for each batch.
pub(crate) struct Papaya(papaya::HashMap<u32, EndpointNames>);

impl Contender for Papaya {
    const NAME: &'static str = "papaya";

    fn make(count: u32) -> Self {
        let map = papaya::HashMap::new();
        for number in 0..count {
            map.pin().insert(number + 1, names(number));
        }
        Self(map)
    }

    fn handle(&self, number: u32) -> u32 {
        number + 1
    }

    fn batch(&self, count: u64, mut each: impl FnMut(u64) -> [u32; 2]) -> u64 {
        let mut sum = 0;
        for begin in (0..count).step_by(BATCH as usize) {
            let map = self.0.pin();
            for flow in begin..count.min(begin + BATCH) {
                let ends = each(flow);
                sum += weigh(map.get(&ends[0])) + weigh(map.get(&ends[1]));
            }
        }
        sum
    }
}

/// arc-swap in dense slots, which notes each load in a slot of the thread.
pub(crate) struct Swapped(Box<[ArcSwapOption<(u32, EndpointNames)>]>);

impl Contender for Swapped {
    const NAME: &'static str = "arc-swap";

    fn make(count: u32) -> Self {
        let slot = |number| ArcSwapOption::from_pointee((number, names(number)));
        Self((0..count).map(slot).collect())
    }

    fn handle(&self, number: u32) -> u32 {
        number
    }

    fn batch(&self, count: u64, mut each: impl FnMut(u64) -> [u32; 2]) -> u64 {
        let mut sum = 0;
        for flow in 0..count {
            let ends = each(flow);
            for raw in ends {
                let loaded = self.0[raw as usize].load();
                let entry = loaded.as_deref().filter(|entry| entry.0 == raw);
                sum += weigh(entry.map(|entry| &entry.1));
            }
        }
        sum
    }
}
