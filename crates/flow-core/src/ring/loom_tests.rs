//! Small scenarios in every interleaving, and with every value that the memory model lets a
//! load see. `.ci/loom` runs them.
//!
//! A record is a number and its complement, so that a torn one shows.

use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use std::sync::atomic::{AtomicU64, Ordering};

use futures_core::Stream;
use loom::thread;

use super::position::Position;
use super::sync::{StdArc, ThreadWaker};
use super::{Idle, Next, Reader, Ring, Start, Writer};

type Pair = [u64; 2];

/// Explores `scenario`, and returns how many different runs that was. The running thread is
/// interrupted at most `preemptions` times in each, or as often as `LOOM_MAX_PREEMPTIONS` says.
fn explore(preemptions: usize, scenario: impl Fn() + Send + Sync + 'static) {
    let runs = StdArc::new(AtomicU64::new(0));
    let count = StdArc::clone(&runs);
    let mut model = loom::model::Builder::new();
    model.max_branches = 10_000;
    model.preemption_bound.get_or_insert(preemptions);
    model.check(move || {
        count.fetch_add(1, Ordering::Relaxed);
        scenario();
    });
    println!("{} runs", runs.load(Ordering::Relaxed));
}

/// Explores `scenario` with rings of one and two slots, from the usual first position and
/// across the end of the numbers.
fn explore_rings(
    preemptions: usize,
    scenario: impl Fn(Writer<Pair>, Ring<Pair>) + Copy + Send + Sync + 'static,
) {
    for capacity in [1, 2] {
        for start in [Position::new(capacity as u64), Position::new(u64::MAX)] {
            explore(preemptions, move || {
                let (writer, ring) = Ring::with_start(capacity, start).expect("a ring");
                scenario(writer, ring);
            });
        }
    }
}

fn write(writer: &mut Writer<Pair>, numbers: impl IntoIterator<Item = u64>) {
    for number in numbers {
        writer.publish(&[number, !number]);
    }
}

fn number(pair: Pair) -> u64 {
    assert_eq!(pair[0], !pair[1], "the record is torn");
    pair[0]
}

/// What a reader got.
#[derive(Default)]
struct Seen {
    numbers: Vec<u64>,
    lost: u64,
}

impl Seen {
    fn note(&mut self, next: Next<Pair>) {
        match next {
            Next::Record(pair) => self.numbers.push(number(pair)),
            Next::Lost(lost) => {
                assert_ne!(lost, 0, "a loss of nothing");
                self.lost += lost;
            }
        }
    }

    /// Looks `times` times, with writers at work.
    fn look(&mut self, reader: &mut Reader<Pair>, times: usize) {
        for _ in 0..times {
            match reader.try_next() {
                Ok(next) => self.note(next),
                Err(_) => thread::yield_now(),
            }
        }
    }

    /// Reads everything that is left in a closed ring.
    fn finish(&mut self, reader: &mut Reader<Pair>) {
        loop {
            match reader.try_next() {
                Ok(next) => self.note(next),
                Err(idle) => {
                    assert_eq!(idle, Idle::Closed, "nothing is awaited in a closed ring");
                    break;
                }
            }
        }
        assert_eq!(reader.delivered(), self.numbers.len() as u64);
        assert_eq!(reader.lost(), self.lost);
    }

    /// Checks that each of `written` was seen or is counted, and in the order of its writer.
    fn check(&self, written: &[&[u64]]) {
        let total: usize = written.iter().map(|numbers| numbers.len()).sum();
        assert_eq!(self.numbers.len() as u64 + self.lost, total as u64);
        let mut found = 0;
        for numbers in written {
            let own: Vec<_> = self
                .numbers
                .iter()
                .filter(|number| numbers.contains(number))
                .collect();
            assert!(own.is_sorted_by(|a, b| a < b), "{own:?} in order");
            found += own.len();
        }
        assert_eq!(found, self.numbers.len(), "only what was written");
    }
}

#[test]
fn a_reader_beside_a_writer_that_laps_it() {
    explore_rings(2, |mut writer, ring| {
        let mut reader = ring.reader(Start::Now);
        let thread = thread::spawn(move || write(&mut writer, 1..=3));
        let mut seen = Seen::default();
        seen.look(&mut reader, 2);
        thread.join().expect("the writer");
        seen.finish(&mut reader);
        seen.check(&[&[1, 2, 3]]);
        assert_eq!(seen.numbers.last(), Some(&3), "the newest is retained");
        assert_eq!(ring.stats().skipped, 0, "one writer skips nothing");
    });
}

#[test]
fn a_stalled_reader_gets_one_loss_and_the_oldest() {
    explore_rings(2, |mut writer, ring| {
        let capacity = ring.stats().capacity;
        let mut reader = ring.reader(Start::Now);
        write(&mut writer, [1]);
        assert_eq!(reader.try_next(), Ok(Next::Record([1, !1])));
        let thread = thread::spawn(move || write(&mut writer, 2..=6));
        thread.join().expect("the writer");
        assert_eq!(reader.try_next(), Ok(Next::Lost(5 - capacity)));
        for number in 7 - capacity..=6 {
            assert_eq!(reader.try_next(), Ok(Next::Record([number, !number])));
        }
        assert_eq!(reader.try_next(), Err(Idle::Closed));
    });
}

#[test]
fn two_writers_that_lap_each_other() {
    explore_rings(4, |mut writer, ring| {
        let mut reader = ring.reader(Start::Now);
        let mut second = writer.clone();
        let thread = thread::spawn(move || write(&mut second, 11..=13));
        write(&mut writer, 1..=3);
        drop(writer);
        thread.join().expect("the second writer");
        let mut seen = Seen::default();
        seen.finish(&mut reader);
        seen.check(&[&[1, 2, 3], &[11, 12, 13]]);
        let stats = ring.stats();
        assert_eq!(stats.written, 6);
        let mut retained = Seen::default();
        retained.finish(&mut ring.reader(Start::Oldest));
        assert_eq!(
            retained.numbers.len() as u64 + retained.lost,
            stats.retained()
        );
        assert!(retained.lost <= stats.skipped, "only what was given up");
    });
}

#[test]
fn a_reader_beside_two_writers() {
    explore_rings(2, |mut writer, ring| {
        let mut reader = ring.reader(Start::Now);
        write(&mut writer, [1]);
        let mut second = writer.clone();
        let threads = [
            thread::spawn(move || write(&mut writer, [2])),
            thread::spawn(move || write(&mut second, [11])),
        ];
        let mut seen = Seen::default();
        seen.look(&mut reader, 2);
        for thread in threads {
            thread.join().expect("a writer");
        }
        seen.finish(&mut reader);
        seen.check(&[&[1, 2], &[11]]);
    });
}

/// A writer stops at any point of its work while another one goes round twice.
#[test]
fn a_stalled_writer_is_lapped() {
    explore_rings(5, |mut writer, ring| {
        let mut reader = ring.reader(Start::Now);
        let mut slow = writer.clone();
        let thread = thread::spawn(move || write(&mut slow, [11]));
        write(&mut writer, 1..=4);
        drop(writer);
        thread.join().expect("the slow writer");
        let mut seen = Seen::default();
        seen.finish(&mut reader);
        seen.check(&[&[1, 2, 3, 4], &[11]]);
    });
}

/// A slot whose writer was lapped serves the next one.
#[test]
fn a_slot_recovers_from_a_lapped_writer() {
    explore_rings(5, |mut writer, ring| {
        let capacity = ring.stats().capacity;
        let stalled = writer.shared().take_position().head();
        assert!(writer.shared().slots.take(stalled));
        write(&mut writer, 1..=capacity);
        let late = writer.clone();
        let thread = thread::spawn(move || {
            let slots = &late.shared().slots;
            slots.fill(stalled, &[99, !99]);
            slots.finish(stalled);
            drop(late);
        });
        write(&mut writer, 51..=50 + capacity);
        thread.join().expect("the late writer");
        assert!(
            ring.newest_first().all(|pair| number(pair) != 99),
            "what comes too late is out of the window"
        );
        write(&mut writer, 61..=60 + capacity);
        let newest: Vec<_> = ring.newest_first().map(number).collect();
        let expected: Vec<_> = (61..=60 + capacity).rev().collect();
        assert_eq!(newest, expected, "every slot works again");
        assert!(ring.stats().skipped >= 1);
    });
}

#[test]
fn backwards_beside_a_writer() {
    explore_rings(3, |mut writer, ring| {
        write(&mut writer, 1..=2);
        let thread = thread::spawn(move || write(&mut writer, 3..=4));
        let mut backward = ring.newest_first();
        let numbers: Vec<_> = backward.by_ref().map(number).collect();
        assert!(
            numbers.is_sorted_by(|a, b| *a == b + 1),
            "{numbers:?} has no gap"
        );
        let mut reader = backward.into_reader();
        thread.join().expect("the writer");
        let mut seen = Seen::default();
        seen.finish(&mut reader);
        assert_eq!(seen.numbers.last(), Some(&4));
        if let Some(oldest) = numbers.last() {
            assert!(seen.numbers.iter().all(|number| number >= oldest));
        }
    });
}

#[test]
fn who_sees_the_end_sees_everything_before() {
    explore_rings(4, |mut writer, ring| {
        let mut reader = ring.reader(Start::Now);
        let mut second = writer.clone();
        let threads = [
            thread::spawn(move || write(&mut writer, [1])),
            thread::spawn(move || write(&mut second, [11])),
        ];
        let mut seen = Seen::default();
        if ring.is_closed() {
            seen.finish(&mut reader);
            seen.check(&[&[1], &[11]]);
        }
        for thread in threads {
            thread.join().expect("a writer");
        }
    });
}

/// By each record: the writer stays, so that its end wakes nobody.
#[test]
fn a_sleeping_reader_is_woken() {
    explore_rings(3, |mut writer, ring| {
        let mut reader = ring.reader(Start::Now);
        let thread = thread::spawn(move || {
            let mut seen = Seen::default();
            while reader.position() < 2 {
                seen.note(reader.wait_next().expect("an open ring"));
            }
            seen
        });
        write(&mut writer, 1..=2);
        let seen = thread.join().expect("the reader");
        seen.check(&[&[1, 2]]);
        drop(writer);
    });
}

#[test]
fn two_sleeping_readers_are_woken() {
    explore(2, || {
        let (mut writer, ring) = Ring::with_capacity(2).expect("a ring");
        let threads = [ring.reader(Start::Now), ring.reader(Start::Now)]
            .map(|mut reader| thread::spawn(move || reader.wait_next().is_ok()));
        write(&mut writer, [1]);
        for thread in threads {
            assert!(thread.join().expect("a reader"));
        }
    });
}

#[test]
fn two_writers_wake_a_reader() {
    explore(3, || {
        let (mut writer, ring) = Ring::with_capacity(2).expect("a ring");
        let mut second = writer.clone();
        let mut reader = ring.reader(Start::Now);
        let thread = thread::spawn(move || {
            let mut seen = Seen::default();
            while reader.position() < 2 {
                seen.note(reader.wait_next().expect("an open ring"));
            }
            seen
        });
        let other = thread::spawn(move || write(&mut second, [11]));
        write(&mut writer, [1]);
        other.join().expect("a writer");
        let seen = thread.join().expect("the reader");
        seen.check(&[&[1], &[11]]);
        drop(writer);
    });
}

#[test]
fn the_end_wakes_a_reader() {
    explore(5, || {
        let (writer, ring) = Ring::<Pair>::with_capacity(1).expect("a ring");
        let second = writer.clone();
        let mut reader = ring.reader(Start::Now);
        let thread = thread::spawn(move || reader.wait_next());
        let other = thread::spawn(move || drop(second));
        drop(writer);
        other.join().expect("a writer");
        assert_eq!(thread.join().expect("the reader"), Err(Idle::Closed));
    });
}

#[test]
fn a_stream_is_woken() {
    explore_rings(2, |mut writer, ring| {
        let mut reader = ring.reader(Start::Now);
        let thread = thread::spawn(move || {
            let waker = Waker::from(StdArc::new(ThreadWaker(thread::current())));
            let mut seen = Seen::default();
            while reader.position() < 2 {
                match Pin::new(&mut reader).poll_next(&mut Context::from_waker(&waker)) {
                    Poll::Ready(next) => seen.note(next.expect("an open ring")),
                    Poll::Pending => thread::park(),
                }
            }
            seen
        });
        write(&mut writer, 1..=2);
        let seen = thread.join().expect("the stream");
        seen.check(&[&[1, 2]]);
        drop(writer);
    });
}
