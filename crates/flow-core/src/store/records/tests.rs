//! Which records survive, whose buffers are used again, and what is allocated.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Barrier};
use std::thread;

use super::{Place, RecordStore, is_newer};

fn text(store: &RecordStore<String>, handle: u32) -> Option<String> {
    store.get(handle).as_deref().cloned()
}

fn write(store: &RecordStore<String>, new: &str) -> u32 {
    store.put_with(|value| {
        value.clear();
        value.push_str(new);
    })
}

#[test]
fn the_newest_records_survive() {
    let store = RecordStore::with_capacity(4);
    let handles: Vec<_> = (0..10).map(|number| store.put(number)).collect();
    let found: Vec<_> = handles.iter().map(|handle| store.get(*handle)).collect();
    assert!(found[..6].iter().all(Option::is_none));
    assert!(found[6..].iter().flatten().map(|value| **value).eq(6..10));
    assert_eq!(store.get(0), None);
    assert_eq!(store.get(99), None);
}

#[test]
fn records_of_many_threads_are_all_found() {
    const EACH: u32 = if cfg!(miri) { 50 } else { 10_000 };
    let store = RecordStore::with_capacity(4 * EACH as usize);
    thread::scope(|scope| {
        for thread in 0..4_u32 {
            let store = &store;
            scope.spawn(move || {
                for number in 0..EACH {
                    let handle = store.put_with(|value| *value = (thread, number));
                    assert_eq!(store.get(handle).as_deref(), Some(&(thread, number)));
                }
            });
        }
    });
    let found = (1..=4 * EACH).filter_map(|handle| store.get(handle));
    assert_eq!(found.count(), 4 * EACH as usize);
}

/// The writer of the first record takes its handle and is stopped; others come round; it goes on.
#[test]
fn a_writer_that_was_stopped_does_not_overwrite_newer_records() {
    let store = RecordStore::with_capacity(2);
    let stopped = store.next_handle();
    let newer = [store.put("second"), store.put("third")];
    store.place(stopped, Arc::new("first"));
    assert_eq!(store.get(stopped), None);
    assert_eq!(store.get(newer[0]).as_deref(), Some(&"second"));
    assert_eq!(store.get(newer[1]).as_deref(), Some(&"third"));
}

/// The same with the writer stopped inside `put_with`, for real.
#[test]
fn a_writer_that_was_stopped_while_it_made_its_record_does_not_overwrite_newer_ones() {
    let store = RecordStore::with_capacity(2);
    let (made, went_round) = (Barrier::new(2), Barrier::new(2));
    thread::scope(|scope| {
        let stopped = scope.spawn(|| {
            store.put_with(|value: &mut String| {
                value.push_str("first");
                made.wait();
                went_round.wait();
            })
        });
        made.wait();
        let newer = [write(&store, "second"), write(&store, "third")];
        went_round.wait();
        let stopped = stopped.join().expect("the writer");
        assert_eq!(text(&store, stopped), None);
        assert_eq!(text(&store, newer[0]).as_deref(), Some("second"));
        assert_eq!(text(&store, newer[1]).as_deref(), Some("third"));
    });
}

#[test]
fn a_record_that_is_read_keeps_its_value() {
    let store = RecordStore::with_capacity(1);
    let handle = write(&store, "first");
    let read = store.get(handle).expect("it is there");
    let next = write(&store, "second");
    assert_eq!(*read, "first");
    assert_eq!(text(&store, next).as_deref(), Some("second"));
    assert_eq!(text(&store, handle), None);
}

#[test]
fn buffers_are_used_again() {
    let store = RecordStore::with_capacity(1);
    let long = write(
        &store,
        "a text that is long enough to be told by its buffer",
    );
    let buffer = store.get(long).expect("it is there").as_ptr();
    let short = write(&store, "short");
    let value = store.get(short).expect("it is there");
    assert_eq!((value.as_str(), value.as_ptr()), ("short", buffer));
}

#[test]
#[cfg_attr(miri, ignore = "counts the allocations of the whole process")]
fn the_steady_state_allocates_nothing() {
    let store = RecordStore::with_capacity(64);
    let lap = || {
        for number in 0..64_u8 {
            let handle = store.put_with(|value: &mut Vec<u8>| {
                value.clear();
                value.resize(100, number);
            });
            assert_eq!(store.get(handle).map(|value| value[99]), Some(number));
        }
    };
    lap();
    let counted = allocation_counter::measure(|| (0..10).for_each(|_| lap()));
    assert_eq!(counted.count_total, 0);
}

#[test]
fn a_panic_costs_the_record_only() {
    let store = RecordStore::with_capacity(1);
    let old = write(&store, "old");
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        store.put_with(|_| panic!("on purpose"))
    }));
    assert!(panicked.is_err());
    assert_eq!(text(&store, old), None);
    let new = write(&store, "new");
    assert_eq!(text(&store, new).as_deref(), Some("new"));
}

#[test]
fn handles_wrap_without_zero() {
    let store = RecordStore::with_capacity(4);
    store.next.store(u32::MAX, Ordering::Relaxed);
    assert_eq!((store.put('a'), store.put('b')), (u32::MAX, 1));
    assert_eq!(store.get(u32::MAX).as_deref(), Some(&'a'));
    assert_eq!(store.get(1).as_deref(), Some(&'b'));
    assert_eq!(store.put('c'), 2);
    assert_eq!(store.get(u32::MAX).as_deref(), Some(&'a'));
    // 3 comes to the place of `u32::MAX`.
    assert_eq!(store.put('d'), 3);
    assert_eq!(store.get(u32::MAX), None);
    assert_eq!(store.get(3).as_deref(), Some(&'d'));
    assert_eq!(store.get(0), None);
}

#[test]
fn handles_are_newer_across_the_end_of_the_numbers() {
    for (handle, other, newer) in [
        (2, 1, true),
        (1, 2, false),
        (7, 7, false),
        (1, u32::MAX, true),
        (u32::MAX, 1, false),
        (1, 0, true),
        (u32::MAX, 0, true),
    ] {
        assert_eq!(is_newer(handle, other), newer, "{handle} after {other}");
    }
}

#[test]
fn the_capacity_is_a_power_of_two() {
    let capacities = [0, 1, 3, 64].map(|n| RecordStore::<u8>::with_capacity(n).capacity());
    assert_eq!(capacities, [1, 1, 4, 64]);
}

#[test]
fn an_empty_place_is_small() {
    assert!(size_of::<std::sync::Mutex<Place<u8>>>() <= 24);
}
