//! What is allocated, and what is given back.

use std::sync::{Arc, Weak};

use super::{add, flow, names, ring};
use crate::names::{NameTable, PerName};

#[test]
#[cfg_attr(miri, ignore = "counts the allocations of the whole process")]
fn enriching_and_reading_allocate_nothing() {
    let table = NameTable::new();
    let (mut writer, ring) = ring(64);
    let ends = [add(&table, 1), add(&table, 2)];
    let verdicts = PerName::<bool>::new(&table);
    for handle in ends {
        verdicts.set(handle, true);
    }
    let mut holder = table.holder();
    let mut found = 0;
    let counted = allocation_counter::measure(|| {
        for time in 0..1_000 {
            let hold = holder.hold();
            writer.publish(&flow(time, Some(ends[0]), Some(ends[1])));
            let newest = ring.newest_first().next().expect("a flow");
            for raw in [newest.source.meta, newest.destination.meta] {
                found += u32::from(hold.resolve(raw).is_some());
            }
            found += u32::from(verdicts.get(ends[1]) == Some(true));
        }
    });
    assert_eq!(found, 3_000);
    assert_eq!(counted.count_total, 0);
}

#[test]
fn names_that_are_freed_give_their_memory_back() {
    let table = NameTable::new();
    let (mut writer, ring) = ring(2);
    let shared = Arc::new(names(1));
    let weak: Weak<_> = Arc::downgrade(&shared);
    let handle = table.add(shared).expect("room");
    writer.publish(&flow(0, Some(handle), None));
    table.remove(handle);
    table.sweep(&ring);
    assert!(weak.upgrade().is_some(), "a flow bears it");
    writer.publish(&flow(0, None, None));
    writer.publish(&flow(0, None, None));
    table.sweep(&ring);
    assert!(weak.upgrade().is_none());
}

#[test]
fn everything_goes_with_the_table() {
    let table = NameTable::new();
    let (mut writer, ring) = ring(2);
    let shared: Vec<_> = (0..5).map(|number| Arc::new(names(number))).collect();
    let handles: Vec<_> = shared
        .iter()
        .map(|names| table.add(Arc::clone(names)).expect("room"))
        .collect();
    writer.publish(&flow(0, Some(handles[0]), None));
    table.remove(handles[0]);
    table.remove(handles[1]);
    table.reclaim(&ring);
    let mut holder = table.holder();
    drop(table);
    assert!(holder.hold().get(handles[2]).is_some(), "it has its share");
    drop(holder);
    assert!(shared.iter().all(|names| Arc::strong_count(names) == 1));
}
