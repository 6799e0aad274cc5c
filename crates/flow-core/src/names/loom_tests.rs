//! Small scenarios in every interleaving, and with every value that the memory model lets a load see.
//! `.ci/loom` runs them.

use std::boxed::Box;
use std::sync::Arc as StdArc;
use std::sync::atomic::{AtomicU64 as Count, Ordering as CountOrdering};

use loom::cell::UnsafeCell;
use loom::sync::atomic::{AtomicU64, Ordering};
use loom::thread;

use super::cells::{Cells, Holder};
use super::sync::Arc;
use super::{FlowHistory, NameHandle, NameTable};
use crate::resolve::EndpointNames;
use crate::ring::Ring;

/// Explores `scenario`, with at most so many interruptions of the running thread in each run, or as
/// many as `LOOM_MAX_PREEMPTIONS` says.
fn explore(preemptions: usize, scenario: impl Fn() + Send + Sync + 'static) {
    let runs = StdArc::new(Count::new(0));
    let count = StdArc::clone(&runs);
    let mut model = loom::model::Builder::new();
    model.max_branches = 10_000;
    model.preemption_bound.get_or_insert(preemptions);
    model.check(move || {
        count.fetch_add(1, CountOrdering::Relaxed);
        scenario();
    });
    println!("{} runs", runs.load(CountOrdering::Relaxed));
}

/// A value that notices when it is freed while it is read, and when the one does not happen before
/// the other: then loom lets it see an older state. The state is not freed with it.
struct Watched(StdArc<AtomicU64>);

impl Watched {
    const UNREAD: u64 = 0;
    const BEING_READ: u64 = 1;
    const FREED: u64 = 2;

    fn new() -> Self {
        Self(StdArc::new(AtomicU64::new(Self::UNREAD)))
    }

    fn read(&self) {
        let before = self.0.swap(Self::BEING_READ, Ordering::Relaxed);
        assert_ne!(before, Self::FREED, "it is freed");
        let during = self.0.swap(Self::UNREAD, Ordering::Relaxed);
        assert_eq!(during, Self::BEING_READ, "it is freed");
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        // A load, which may see what is older, where a swap may not.
        let state = self.0.load(Ordering::Relaxed);
        assert_eq!(state, Self::UNREAD, "it is read");
        self.0.store(Self::FREED, Ordering::Relaxed);
    }
}

#[test]
fn a_value_is_not_freed_while_it_is_read() {
    explore(3, || {
        let cells = Arc::new(Cells::new());
        assert!(cells.place(0, Watched::new()).is_ok());
        let mut holder = Holder::new(&cells);
        let thread = thread::spawn(move || {
            for _ in 0..2 {
                let hold = holder.hold();
                if let Some(value) = hold.get(0) {
                    value.read();
                }
            }
        });
        assert!(cells.place(0, Watched::new()).is_ok());
        cells.free_unread();
        cells.unlink(0);
        cells.free_unread();
        thread.join().expect("the reader");
        cells.free_unread();
        assert_eq!(cells.unread(), 0);
    });
}

/// Flows that are their source's handle.
struct History(Ring<u64>);

impl FlowHistory for History {
    fn capacity(&self) -> usize {
        self.0.capacity()
    }

    fn for_each_name(&self, each: &mut dyn FnMut(NameHandle)) {
        self.0.for_each_readable(|raw| {
            NameHandle::from_raw(*raw as u32)
                .into_iter()
                .for_each(&mut *each)
        });
    }
}

fn table() -> (NameTable, NameHandle) {
    let table = NameTable::new();
    let handle = table.add(EndpointNames::default()).expect("room");
    (table, handle)
}

/// An enricher finds a handle in the map and publishes it, while the endpoint goes.
#[test]
fn a_flow_that_was_published_has_its_names() {
    explore(2, || {
        let (table, handle) = table();
        let (mut writer, ring) = Ring::<u64>::with_capacity(1).expect("a ring");
        let history = History(ring);
        let map: &'static AtomicU64 = Box::leak(Box::new(AtomicU64::new(handle.raw().into())));
        let mut holder = table.holder();
        let thread = thread::spawn(move || {
            let hold = holder.hold();
            let raw = map.load(Ordering::Relaxed);
            if raw != 0 {
                assert!(hold.resolve(raw as u32).is_some(), "found in this hold");
                writer.publish(&raw);
            }
        });
        map.store(0, Ordering::Relaxed);
        table.remove(handle);
        table.sweep(&history);
        table.sweep(&history);
        thread.join().expect("the enricher");
        table.sweep(&history);
        let borne = history.0.newest_first().next();
        assert_eq!(borne.is_some(), table.get(handle).is_some());
    });
}

/// A reader reads the last flow of an endpoint that is gone, while the ring moves on.
#[test]
fn a_flow_that_was_read_has_its_names() {
    explore(2, || {
        let (table, handle) = table();
        let (mut writer, ring) = Ring::<u64>::with_capacity(1).expect("a ring");
        let history = History(ring.clone());
        writer.publish(&handle.raw().into());
        table.remove(handle);
        let mut holder = table.holder();
        let thread = thread::spawn(move || {
            let hold = holder.hold();
            if let Some(raw) = ring.newest_first().next()
                && raw != 0
            {
                assert!(hold.resolve(raw as u32).is_some(), "read in this hold");
            }
        });
        writer.publish(&0);
        table.sweep(&history);
        table.sweep(&history);
        thread.join().expect("the reader");
        table.sweep(&history);
        assert!(table.get(handle).is_none());
    });
}
