//! Threads that enrich, publish, read, add, remove and reclaim, all at the same time.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;

use super::{add, flow, number, ring};
use crate::names::{NameHandle, NameTable};
use crate::ring::{Next, Start};

const ROUNDS: u32 = if cfg!(miri) { 12 } else { 10_000 };
const ADDRESSES: usize = if cfg!(miri) { 2 } else { 64 };
const CAPACITY: usize = if cfg!(miri) { 4 } else { 256 };

/// Each flow tells in `time` the number of the names that it was given.
#[test]
fn every_flow_that_is_read_has_its_own_names() {
    let table = NameTable::new();
    let (writer, ring) = ring(CAPACITY);
    // The map from addresses to handles.
    let map: Vec<_> = (0..ADDRESSES).map(|_| AtomicU32::new(0)).collect();
    let ended = AtomicBool::new(false);
    thread::scope(|scope| {
        let enrichers: Vec<_> = (0..2)
            .map(|own| {
                let mut writer = writer.clone();
                let (table, map) = (&table, &map);
                scope.spawn(move || {
                    let mut holder = table.holder();
                    for round in 0..ROUNDS as usize {
                        let hold = holder.hold();
                        for address in 0..4 {
                            let raw =
                                map[(own + round + address) % ADDRESSES].load(Ordering::Relaxed);
                            let Some(handle) = NameHandle::from_raw(raw) else {
                                continue;
                            };
                            let names = hold.get(handle).expect("found in this hold");
                            let number = number(names);
                            writer.publish(&flow(u64::from(number), Some(handle), None));
                        }
                    }
                })
            })
            .collect();
        scope.spawn(|| {
            let mut number = 0;
            while !ended.load(Ordering::Relaxed) {
                for address in &map {
                    number += 1;
                    let old = address.swap(add(&table, number).raw(), Ordering::Relaxed);
                    if let Some(old) = NameHandle::from_raw(old) {
                        assert!(table.remove(old));
                    }
                }
                thread::yield_now();
            }
        });
        scope.spawn(|| {
            while !ended.load(Ordering::Relaxed) {
                table.sweep(&ring);
                thread::yield_now();
            }
        });
        let readers: Vec<_> = (0..2)
            .map(|_| {
                let (table, ring, ended) = (&table, &ring, &ended);
                scope.spawn(move || {
                    let mut holder = table.holder();
                    let mut reader = ring.reader(Start::Oldest);
                    while !ended.load(Ordering::Relaxed) {
                        let hold = holder.hold();
                        let check = |flow: &crate::flow::Flow| {
                            let names = hold.resolve(flow.source.meta).expect("read in this hold");
                            assert_eq!(u64::from(number(names)), flow.time);
                        };
                        let _ = reader.visit(64, |next| {
                            if let Next::Record(flow) = next {
                                check(flow);
                            }
                        });
                        ring.newest_first().take(8).for_each(|flow| check(&flow));
                        drop(hold);
                        thread::yield_now();
                    }
                })
            })
            .collect();
        for thread in enrichers {
            thread.join().expect("an enricher");
        }
        ended.store(true, Ordering::Relaxed);
        for thread in readers {
            thread.join().expect("a reader");
        }
    });
    table.sweep(&ring);
    table.sweep(&ring);
    let stats = table.stats();
    assert!(stats.live <= ADDRESSES && stats.removed <= CAPACITY);
}
