//! One promise after the other.

use super::super::book::KEPT_BACK;
use super::{add, flow, names, number, ring};
use crate::flow::Flow;
use crate::names::{NameHandle, NameStats, NameTable};
use crate::ring::{Next, Start};

#[test]
fn names_are_found_by_their_handle() {
    let table = NameTable::new();
    let (one, two) = (add(&table, 1), add(&table, 2));
    let mut holder = table.holder();
    let hold = holder.hold();
    assert_eq!(hold.get(one).map(number), Some(1));
    assert_eq!(hold.resolve(two.raw()).map(number), Some(2));
    assert_eq!(hold.resolve(0), None);
    assert_eq!(hold.share(one).as_deref().map(number), Some(1));
    assert_eq!(table.get(two).as_deref().map(number), Some(2));
    for raw in [two.raw() + 1, two.raw() ^ 1 << 31, u32::MAX, 1] {
        assert_eq!(hold.resolve(raw), None, "{raw:#x}");
    }
}

/// What fails with a store of the newest 2,048 values.
#[test]
fn the_names_of_the_newest_flow_outlive_any_number_of_others() {
    let table = NameTable::new();
    let (mut writer, ring) = ring(1_024);
    let first = add(&table, 0);
    for other in 1..=2_048 {
        let other = add(&table, other);
        writer.publish(&flow(0, Some(first), Some(other)));
        table.remove(other);
        table.reclaim(&ring);
    }
    let newest: Flow = ring.newest_first().next().expect("a flow");
    let mut holder = table.holder();
    let hold = holder.hold();
    assert_eq!(hold.resolve(newest.source.meta).map(number), Some(0));
    assert_eq!(
        hold.resolve(newest.destination.meta).map(number),
        Some(2_048)
    );
}

/// The same at size: ten million flows, a million other endpoints that come and go.
#[test]
#[cfg_attr(miri, ignore = "too many flows for Miri")]
fn ten_million_flows_and_a_million_other_endpoints() {
    const FLOWS: u32 = 10_000_000;
    const OTHERS: u32 = 1_000_000;
    const CAPACITY: usize = 8_192;
    let table = NameTable::new();
    let (mut writer, ring) = ring(CAPACITY);
    let mut reader = ring.reader(Start::Now);
    let (mut writing, mut reading) = (table.holder(), table.holder());
    let first = add(&table, 0);
    let mut other = None;
    let mut most = 0;
    let mut read = 0_u32;
    for batch in 0..FLOWS / 1_000 {
        let hold = writing.hold();
        for number in batch * 1_000..(batch + 1) * 1_000 {
            if number.is_multiple_of(FLOWS / OTHERS) {
                let next = add(&table, 1 + number / (FLOWS / OTHERS));
                if let Some(gone) = other.replace(next) {
                    table.remove(gone);
                }
            }
            writer.publish(&flow(u64::from(number), Some(first), other));
        }
        drop(hold);
        table.reclaim(&ring);
        most = most.max(table.stats().slots);
        let hold = reading.hold();
        let visited = reader.visit(usize::MAX, |next| {
            let Next::Record(flow) = next else {
                panic!("nothing is lost")
            };
            let ends = [flow.source.meta, flow.destination.meta]
                .map(|raw| hold.resolve(raw).map(|names| names.id));
            let other = 1 + flow.time as u32 / (FLOWS / OTHERS);
            assert_eq!(ends, [Some(0), Some(other)], "flow {}", flow.time);
            read += 1;
        });
        visited.expect("a batch");
    }
    assert_eq!(read, FLOWS);
    // Two sweeps' worth: what the ring bears, and as many again.
    assert!(most <= 2 * CAPACITY + KEPT_BACK, "{most} slots");
    let newest: Flow = ring.newest_first().next().expect("a flow");
    assert_eq!(newest.source.meta, first.raw());
}

#[test]
fn names_go_when_the_last_flow_that_bears_them_has_gone() {
    let table = NameTable::new();
    let (mut writer, ring) = ring(4);
    let handle = add(&table, 7);
    writer.publish(&flow(0, None, Some(handle)));
    assert!(table.remove(handle));
    assert!(!table.remove(handle), "it is gone");
    for _ in 0..3 {
        writer.publish(&flow(0, None, None));
        assert_eq!(table.sweep(&ring), 0);
        assert_eq!(table.get(handle).as_deref().map(number), Some(7));
    }
    writer.publish(&flow(0, None, None));
    assert_eq!(table.sweep(&ring), 1);
    assert_eq!(table.get(handle), None);
    let stats = NameStats {
        live: 0,
        removed: 0,
        slots: 1,
        refused: 0,
    };
    assert_eq!(table.stats(), stats);
}

/// Nothing is published, so positions would never tell that nobody bears these names.
#[test]
fn names_that_no_flow_bears_go_while_the_ring_stands_still() {
    let table = NameTable::new();
    let (mut writer, ring) = ring(1_024);
    let borne = add(&table, 0);
    writer.publish(&flow(0, Some(borne), None));
    table.remove(borne);
    for number in 1..if cfg!(miri) { 3_000 } else { 100_000 } {
        table.remove(add(&table, number));
        table.reclaim(&ring);
        assert!(table.stats().removed <= 2 * 1_024);
    }
    assert_eq!(table.get(borne).as_deref().map(number), Some(0));
}

#[test]
fn a_handle_that_was_found_in_a_hold_can_be_published_in_it() {
    let table = NameTable::new();
    let (mut writer, ring) = ring(4);
    let handle = add(&table, 1);
    let mut enriching = table.holder();
    // The enricher finds the handle; the endpoint goes; then the flow is published.
    let hold = enriching.hold();
    table.remove(handle);
    assert_eq!(table.sweep(&ring), 0);
    assert_eq!(hold.get(handle).map(number), Some(1));
    writer.publish(&flow(0, Some(handle), None));
    drop(hold);
    assert_eq!(table.sweep(&ring), 0, "the flow bears it");
    assert_eq!(table.get(handle).as_deref().map(number), Some(1));
}

#[test]
fn a_flow_that_was_read_in_a_hold_can_be_resolved_in_it() {
    let table = NameTable::new();
    let (mut writer, ring) = ring(1);
    let handle = add(&table, 1);
    writer.publish(&flow(0, Some(handle), None));
    let mut reading = table.holder();
    let hold = reading.hold();
    let read: Flow = ring.newest_first().next().expect("a flow");
    table.remove(handle);
    writer.publish(&flow(1, None, None));
    for _ in 0..3 {
        assert_eq!(table.sweep(&ring), 0);
        assert_eq!(hold.resolve(read.source.meta).map(number), Some(1));
    }
    drop(hold);
    while table.stats().removed > 0 {
        table.sweep(&ring);
    }
    assert_eq!(reading.hold().resolve(read.source.meta), None);
}

#[test]
fn names_of_other_times_are_others() {
    let table = NameTable::new();
    let (mut writer, ring) = ring(8);
    let before = add(&table, 1);
    writer.publish(&flow(0, Some(before), None));
    let after = table.replace(before, names(2)).expect("room");
    writer.publish(&flow(1, Some(after), None));
    table.sweep(&ring);
    let found: Vec<_> = ring
        .newest_first()
        .map(|flow| table.get(NameHandle::from_raw(flow.source.meta)?))
        .map(|names| names.as_deref().map(number))
        .collect();
    assert_eq!(found, [Some(2), Some(1)]);
    assert_eq!(table.stats().live, 1);
}

#[test]
fn a_slot_that_is_used_again_does_not_answer_to_old_handles() {
    let table = NameTable::new();
    let none: [crate::ring::Ring<Flow>; 0] = [];
    let old = add(&table, 0);
    table.remove(old);
    table.sweep(&none[..]);
    let mut number = 0;
    let new = loop {
        number += 1;
        let handle = add(&table, number);
        if handle.index() == old.index() {
            break handle;
        }
        table.remove(handle);
        table.sweep(&none[..]);
    };
    assert!(number as usize >= KEPT_BACK);
    assert_ne!(new, old);
    assert_eq!(table.get(old), None);
    assert_eq!(table.get(new).map(|names| names.id), Some(number));
    assert!(!table.remove(old) && table.get(new).is_some());
}

#[test]
fn every_history_counts() {
    let table = NameTable::new();
    let (mut one, first) = ring(1);
    let (mut two, second) = ring(1);
    let handle = add(&table, 3);
    one.publish(&flow(0, Some(handle), None));
    two.publish(&flow(0, None, Some(handle)));
    table.remove(handle);
    let both = [&first, &second];
    one.publish(&flow(1, None, None));
    assert_eq!(table.sweep(&both[..]), 0);
    two.publish(&flow(1, None, None));
    assert_eq!(table.sweep(&both[..]), 1);
    assert_eq!(table.get(handle), None);
}
