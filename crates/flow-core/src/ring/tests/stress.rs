//! Writers and readers flat out: nothing torn, nothing twice, nothing out of order, and each
//! reader accounts for everything written.

use core::pin::pin;
use core::task::{Context, Poll, Waker};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Wake;
use std::thread::{self, Thread};

use futures_core::Stream;

use super::super::{Reader, Start};
use super::{Idle, Next, Ring, Writer, ring};

/// As long as a flow, each word made of the first.
type Wide = [u64; if cfg!(miri) { 3 } else { 31 }];

/// Records in all, and capacities with the place where the numbers begin again.
const WRITTEN: u64 = if cfg!(miri) { 24 } else { 60_000 };
const RINGS: &[(usize, u64)] = if cfg!(miri) {
    &[(1, 5), (4, 0)]
} else {
    &[(1, 30), (2, 0), (64, 100), (1_024, 0)]
};

fn wide(writer: u64, number: u64) -> Wide {
    let first = writer << 32 | number;
    core::array::from_fn(|word| first.wrapping_mul(2 * word as u64 + 1))
}

/// The writer and the number of `wide`.
fn parts(wide: &Wide) -> (usize, u64) {
    for (word, value) in wide.iter().enumerate() {
        let expected = wide[0].wrapping_mul(2 * word as u64 + 1);
        assert_eq!(*value, expected, "word {word} is of another record");
    }
    ((wide[0] >> 32) as usize, wide[0] & u64::from(u32::MAX))
}

/// What a reader has seen.
struct Seen {
    /// The number that each writer is past.
    past: Vec<u64>,
    records: u64,
    lost: u64,
    /// Losses that came right after that of a lap. (One by itself can come after the reader
    /// has lost its patience with a writer that was stopped.)
    repeated: u64,
    last_was_lap: bool,
}

impl Seen {
    fn new(writers: usize) -> Self {
        Self {
            past: vec![0; writers],
            records: 0,
            lost: 0,
            repeated: 0,
            last_was_lap: false,
        }
    }

    fn note(&mut self, next: Next<&Wide>) {
        match next {
            Next::Record(record) => {
                let (writer, number) = parts(record);
                assert!(
                    number >= self.past[writer],
                    "each writer's records in order"
                );
                self.past[writer] = number + 1;
                self.records += 1;
                self.last_was_lap = false;
            }
            Next::Lost(lost) => {
                assert_ne!(lost, 0, "a loss of nothing");
                self.lost += lost;
                self.repeated += u64::from(self.last_was_lap);
                self.last_was_lap = lost > 1;
            }
        }
    }

    fn note_owned(&mut self, next: Next<Wide>) {
        match next {
            Next::Record(record) => self.note(Next::Record(&record)),
            Next::Lost(lost) => self.note(Next::Lost(lost)),
        }
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Ways to follow a ring to its end.
const WAYS: [fn(&mut Reader<Wide>, &mut Seen); 5] = [
    |reader, seen| {
        loop {
            match reader.try_next() {
                Ok(next) => seen.note_owned(next),
                Err(Idle::Empty) => thread::yield_now(),
                Err(Idle::Closed) => break,
            }
        }
    },
    |reader, seen| {
        while let Ok(next) = reader.wait_next() {
            seen.note_owned(next);
        }
    },
    |reader, seen| {
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        let mut stream = pin!(reader);
        loop {
            match stream.as_mut().poll_next(&mut Context::from_waker(&waker)) {
                Poll::Ready(Some(next)) => seen.note_owned(next),
                Poll::Ready(None) => break,
                Poll::Pending => thread::park(),
            }
        }
    },
    |reader, seen| {
        loop {
            match reader.visit(50, |next| seen.note(next)) {
                Ok(_) => {}
                Err(Idle::Empty) => thread::yield_now(),
                Err(Idle::Closed) => break,
            }
        }
    },
    |reader, seen| while reader.wait_visit(50, |next| seen.note(next)).is_ok() {},
];

fn write(mut writer: Writer<Wide>, own: u64, count: u64) {
    for number in 0..count {
        writer.publish(&wide(own, number));
    }
}

/// Goes back again and again until the writers have ended.
fn look_back(ring: &Ring<Wide>, writers: usize, ended: &AtomicBool) {
    loop {
        let last = ended.load(Ordering::Acquire);
        let mut before = vec![u64::MAX; writers];
        for record in ring.newest_first() {
            let (writer, number) = parts(&record);
            assert!(number < before[writer], "backwards");
            if writers == 1 && before[writer] != u64::MAX {
                assert_eq!(number + 1, before[writer], "without a gap");
            }
            before[writer] = number;
        }
        if last {
            return;
        }
        thread::yield_now();
    }
}

fn run(capacity: usize, wraps: u64, writers: usize, readers: usize) {
    let each = WRITTEN / writers as u64;
    let (writer, ring) = ring::<Wide>(capacity, wraps);
    let ended = AtomicBool::new(false);
    thread::scope(|scope| {
        let following: Vec<_> = (0..readers)
            .map(|number| {
                let mut reader = ring.reader(Start::Now);
                scope.spawn(move || {
                    let mut seen = Seen::new(writers);
                    WAYS[number % WAYS.len()](&mut reader, &mut seen);
                    assert_eq!(
                        (reader.delivered(), reader.lost()),
                        (seen.records, seen.lost)
                    );
                    (number, seen)
                })
            })
            .collect();
        scope.spawn(|| look_back(&ring, writers, &ended));
        let mut others: Vec<_> = (1..writers).map(|_| writer.clone()).collect();
        others.push(writer);
        let writing: Vec<_> = others
            .into_iter()
            .zip(0..)
            .map(|(writer, own)| scope.spawn(move || write(writer, own, each)))
            .collect();
        for thread in writing {
            thread.join().expect("a writer");
        }
        ended.store(true, Ordering::Release);
        let stats = ring.stats();
        assert_eq!(stats.written, each * writers as u64);
        if writers == 1 {
            assert_eq!(stats.skipped, 0);
        }
        for thread in following {
            let (number, seen) = thread.join().expect("a reader");
            assert_eq!(seen.records + seen.lost, stats.written, "reader {number}");
            if writers == 1 {
                // Behind a writer that skips nothing, whatever is retained is had.
                assert_eq!(seen.past, [each], "reader {number} has the newest");
                if capacity >= 64 {
                    assert_eq!(seen.repeated, 0, "reader {number}: one loss at a time");
                }
            }
        }
    });
    // What is left is the window, without those that were given up.
    let stats = ring.stats();
    let mut rest = ring.reader(Start::Oldest);
    let mut seen = Seen::new(writers);
    WAYS[0](&mut rest, &mut seen);
    assert_eq!(seen.records + seen.lost, stats.retained());
    assert!(seen.lost <= stats.skipped);
    assert_eq!(ring.newest_first().count() as u64, seen.records);
}

#[test]
fn one_writer_and_five_readers() {
    for &(capacity, wraps) in RINGS {
        run(capacity, wraps, 1, WAYS.len());
    }
}

#[test]
fn four_writers_and_five_readers() {
    for &(capacity, wraps) in RINGS {
        run(capacity, wraps, 4, WAYS.len());
    }
}

#[test]
#[cfg_attr(miri, ignore = "too many threads for Miri")]
fn two_writers_and_eight_readers_that_are_not_lapped() {
    run(65_536, 0, 2, 8);
}
