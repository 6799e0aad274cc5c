//! Counts what the ring allocates: 256 bytes for a flow, once, and nothing for each.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use allocation_counter::{AllocationInfo, measure};
use flow_core::flow::Flow;
use flow_core::ring::{Idle, Next, Reader, Ring, Start, Writer};
use futures_core::Stream;

/// More than the slots: counters, the list of sleepers, and a cache line to align to.
const BESIDES: u64 = 1_024;

fn flow(time: u64) -> Flow {
    Flow {
        time,
        ..Flow::default()
    }
}

fn ring(capacity: usize) -> (Writer<Flow>, Ring<Flow>) {
    Ring::with_capacity(capacity).expect("a ring")
}

#[test]
fn a_flow_takes_256_bytes() {
    for capacity in [1, 2, 4_096, 65_536] {
        let mut kept = None;
        let info = measure(|| kept = Some(ring(capacity)));
        let slots = 256 * capacity as u64;
        assert!(
            (slots..=slots + BESIDES).contains(&info.bytes_max),
            "{capacity} slots take {} bytes",
            info.bytes_max
        );
        drop(kept);
    }
}

#[test]
fn a_reader_takes_next_to_nothing() {
    let (_writer, ring) = ring(65_536);
    let mut kept = Vec::with_capacity(100);
    let info = measure(|| {
        for _ in 0..100 {
            kept.push(ring.reader(Start::Oldest));
        }
    });
    assert_eq!(info, AllocationInfo::default());
    assert!(size_of::<Reader<Flow>>() <= 512);
}

/// Laps, losses and every way of reading.
#[test]
fn writing_and_reading_allocate_nothing() {
    let (mut writer, ring) = ring(64);
    let mut readers = [ring.reader(Start::Now), ring.reader(Start::Now)];
    let mut delivered = 0;
    let info = measure(|| {
        for time in 0..10_000 {
            writer.publish(&flow(time));
            let number = (time % 2) as usize;
            let reader = &mut readers[number];
            if time % 100 < 90 {
                continue;
            }
            while let Ok(next) = reader.try_next() {
                delivered += u64::from(matches!(next, Next::Record(_)));
            }
            assert_eq!(reader.visit(1, |_| ()), Err(Idle::Empty));
            assert_eq!(ring.newest_first().take(5).count(), 5);
            let mut context = Context::from_waker(Waker::noop());
            let mut last = ring.reader(Start::Newest(1));
            assert!(matches!(
                Pin::new(&mut last).poll_next(&mut context),
                Poll::Ready(Some(Next::Record(flow))) if flow.time == time
            ));
        }
    });
    assert_eq!(info, AllocationInfo::default());
    assert!(readers.iter().all(|reader| reader.lost() > 0));
    let total: u64 = readers.iter().map(Reader::delivered).sum();
    assert_eq!(delivered, total);
}
