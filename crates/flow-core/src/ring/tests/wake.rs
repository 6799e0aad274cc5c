//! Waiting: threads that sleep, tasks that are woken.

use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Wake;
use std::thread;

use futures_core::Stream;

use super::super::{Reader, Start};
use super::{Idle, Next, Ring, Writer, records, ring, write};

/// Counts how often it is woken.
#[derive(Default)]
struct Bell(AtomicUsize);

impl Bell {
    fn rings(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

fn poll(reader: &mut Reader<u64>, bell: &Arc<Bell>) -> Poll<Option<Next<u64>>> {
    let waker = Waker::from(Arc::clone(bell));
    Pin::new(reader).poll_next(&mut Context::from_waker(&waker))
}

/// Waits until some reader sleeps.
fn until_asleep(writer: &Writer<u64>) {
    while !writer.shared().claim().is_waiting() {
        thread::yield_now();
    }
}

#[test]
fn a_sleeping_thread_is_woken_by_each_record_and_by_the_end() {
    let (mut writer, ring) = ring(4, 0);
    let mut reader = ring.reader(Start::Now);
    let sleeper = thread::spawn(move || {
        let mut seen = Vec::new();
        while let Ok(next) = reader.wait_next() {
            seen.push(next);
        }
        seen
    });
    for number in 0..20 {
        until_asleep(&writer);
        write(&mut writer, [number]);
    }
    until_asleep(&writer);
    drop(writer);
    assert_eq!(sleeper.join().expect("the reader"), records(0..20));
}

#[test]
fn a_sleeping_visitor_is_woken_by_what_it_visits() {
    let (mut writer, ring) = ring(4, 0);
    let mut reader = ring.reader(Start::Now);
    let sleeper = thread::spawn(move || {
        let mut seen = 0;
        // No visit comes back without anything, even if it asks for nothing.
        while let Ok(count) = reader.wait_visit(seen % 3, |_| ()) {
            assert_ne!(count, 0);
            seen += count;
        }
        seen
    });
    for number in 0..10 {
        until_asleep(&writer);
        write(&mut writer, [number]);
    }
    drop(writer);
    assert_eq!(sleeper.join().expect("the reader"), 10);
}

#[test]
fn a_time_to_wait_ends() {
    let (mut writer, ring) = ring(4, 0);
    let mut reader = ring.reader(Start::Now);
    assert_eq!(reader.next_timeout(Duration::ZERO), Err(Idle::Empty));
    assert_eq!(
        reader.next_timeout(Duration::from_millis(5)),
        Err(Idle::Empty)
    );
    write(&mut writer, [1]);
    assert_eq!(reader.next_timeout(Duration::ZERO), Ok(Next::Record(1)));
    // Longer than the clock can tell.
    write(&mut writer, [2]);
    assert_eq!(reader.next_timeout(Duration::MAX), Ok(Next::Record(2)));
    drop(writer);
    assert_eq!(reader.next_timeout(Duration::MAX), Err(Idle::Closed));
}

#[test]
fn a_task_is_woken_once_for_what_it_waits_for() {
    let (mut writer, ring) = ring(4, 0);
    let mut reader = ring.reader(Start::Now);
    let bell = Arc::new(Bell::default());
    write(&mut writer, [1]);
    assert_eq!(bell.rings(), 0, "nobody waits yet");
    assert_eq!(poll(&mut reader, &bell), Poll::Ready(Some(Next::Record(1))));
    assert_eq!(poll(&mut reader, &bell), Poll::Pending);
    assert_eq!(bell.rings(), 0);
    write(&mut writer, [2, 3]);
    assert_eq!(bell.rings(), 1, "the second record found nobody waiting");
    assert_eq!(poll(&mut reader, &bell), Poll::Ready(Some(Next::Record(2))));
    assert_eq!(poll(&mut reader, &bell), Poll::Ready(Some(Next::Record(3))));
    assert_eq!(poll(&mut reader, &bell), Poll::Pending);
    drop(writer);
    assert_eq!(bell.rings(), 2);
    assert_eq!(poll(&mut reader, &bell), Poll::Ready(None));
    assert_eq!(
        poll(&mut reader, &bell),
        Poll::Ready(None),
        "it stays at its end"
    );
    assert_eq!(Arc::strong_count(&bell), 1, "no waker is kept");
}

#[test]
fn a_lapped_stream_goes_on_after_one_loss() {
    let (mut writer, ring) = ring(2, 0);
    let mut reader = ring.reader(Start::Now);
    let bell = Arc::new(Bell::default());
    assert_eq!(poll(&mut reader, &bell), Poll::Pending);
    write(&mut writer, 0..7);
    assert_eq!(bell.rings(), 1);
    for expected in [Next::Lost(5), Next::Record(5), Next::Record(6)] {
        assert_eq!(poll(&mut reader, &bell), Poll::Ready(Some(expected)));
    }
    assert_eq!(poll(&mut reader, &bell), Poll::Pending);
}

#[test]
fn the_last_waker_of_a_task_counts() {
    let (mut writer, ring) = ring(4, 0);
    let mut reader = ring.reader(Start::Now);
    let (old, new) = (Arc::new(Bell::default()), Arc::new(Bell::default()));
    assert_eq!(poll(&mut reader, &old), Poll::Pending);
    assert_eq!(poll(&mut reader, &new), Poll::Pending);
    assert_eq!(Arc::strong_count(&old), 1, "it was replaced");
    write(&mut writer, [1]);
    assert_eq!((old.rings(), new.rings()), (0, 1));
}

#[test]
fn every_waiting_task_is_woken() {
    let (mut writer, ring) = ring(4, 0);
    let tasks: Vec<_> = (0..5)
        .map(|_| {
            let mut reader = ring.reader(Start::Now);
            let bell = Arc::new(Bell::default());
            assert_eq!(poll(&mut reader, &bell), Poll::Pending);
            (reader, bell)
        })
        .collect();
    write(&mut writer, [1]);
    for (mut reader, bell) in tasks {
        assert_eq!(bell.rings(), 1);
        assert_eq!(poll(&mut reader, &bell), Poll::Ready(Some(Next::Record(1))));
    }
}

#[test]
fn a_dropped_reader_is_not_woken() {
    let (mut writer, ring) = ring(4, 0);
    let mut reader = ring.reader(Start::Now);
    let bell = Arc::new(Bell::default());
    assert_eq!(poll(&mut reader, &bell), Poll::Pending);
    drop(reader);
    assert_eq!(Arc::strong_count(&bell), 1);
    write(&mut writer, [1]);
    assert_eq!(bell.rings(), 0);
}

/// A task behind a writer that is at work asks to be polled again, for it can not know that
/// the writer will wake it.
#[test]
fn a_task_behind_a_writer_at_work_is_polled_again() {
    let (writer, ring) = ring(4, 0);
    let mut reader = ring.reader(Start::Now);
    let bell = Arc::new(Bell::default());
    let position = writer.shared().take_position().head();
    assert_eq!(poll(&mut reader, &bell), Poll::Pending);
    assert_eq!(bell.rings(), 1);
    let slots = &writer.shared().slots;
    assert!(slots.take(position));
    slots.fill(position, &5);
    slots.finish(position);
    assert_eq!(poll(&mut reader, &bell), Poll::Ready(Some(Next::Record(5))));
}

/// Uses the ring from within `wake`, as an executor that polls at once would.
struct Eager(Mutex<Reader<u64>>, Ring<u64>);

impl Wake for Eager {
    fn wake(self: Arc<Self>) {
        let waker = Waker::from(Arc::clone(&self));
        let mut reader = self.0.lock().expect("the reader");
        let mut context = Context::from_waker(&waker);
        while let Poll::Ready(Some(_)) = Pin::new(&mut *reader).poll_next(&mut context) {}
        drop(self.1.reader(Start::Now));
    }
}

#[test]
fn a_waker_may_use_the_ring() {
    let (mut writer, ring) = ring(4, 0);
    let eager = Arc::new(Eager(Mutex::new(ring.reader(Start::Now)), ring.clone()));
    let waker = Waker::from(Arc::clone(&eager));
    waker.wake_by_ref();
    write(&mut writer, 0..10);
    drop(writer);
    let reader = eager.0.lock().expect("the reader");
    assert_eq!(
        (reader.delivered(), reader.lost()),
        (10, 0),
        "it was always awake in time"
    );
}
