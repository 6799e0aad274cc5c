//! Writers that are stopped in the middle of a record.

use super::super::position::Position;
use super::super::{PATIENCE, Start, Writer};
use super::{Idle, Next, ready, records, ring, rings, write};

/// A writer that has taken a position.
struct Stopped {
    writer: Writer<u64>,
    position: Position,
    has_slot: bool,
}

impl Stopped {
    /// Stops `writer` before it has the slot.
    fn before_slot(writer: Writer<u64>) -> Self {
        let position = writer.shared().take_position().head();
        Self {
            writer,
            position,
            has_slot: false,
        }
    }

    /// Stops `writer` in the middle of the words.
    fn in_slot(writer: Writer<u64>) -> Self {
        let mut stopped = Self::before_slot(writer);
        stopped.has_slot = stopped.writer.shared().slots.take(stopped.position);
        assert!(stopped.has_slot);
        stopped
    }

    /// Lets it finish.
    fn go_on(self, number: u64) {
        let shared = self.writer.shared();
        if self.has_slot || shared.slots.take(self.position) {
            shared.slots.fill(self.position, &number);
            shared.slots.finish(self.position);
        } else {
            shared.count_skipped();
        }
    }
}

#[test]
fn a_reader_waits_for_the_record_in_front() {
    for (capacity, mut writer, ring) in rings() {
        for stop in [Stopped::before_slot, Stopped::in_slot] {
            let mut reader = ring.reader(Start::Now);
            let stopped = stop(writer.clone());
            assert_eq!(reader.try_next(), Err(Idle::Empty));
            write(&mut writer, 1..capacity);
            assert_eq!(reader.try_next(), Err(Idle::Empty), "the order is kept");
            stopped.go_on(0);
            assert_eq!(ready(&mut reader), records(0..capacity));
        }
    }
}

#[test]
fn the_past_is_read_around_it() {
    for (capacity, mut writer, ring) in rings() {
        if capacity < 4 {
            continue;
        }
        write(&mut writer, 0..capacity);
        let stopped = Stopped::in_slot(writer.clone());
        write(&mut writer, [90]);
        let mut expected = vec![90];
        expected.extend((2..capacity).rev());
        assert_eq!(ring.newest_first().collect::<Vec<_>>(), expected);
        stopped.go_on(80);
        expected.insert(1, 80);
        assert_eq!(ring.newest_first().collect::<Vec<_>>(), expected);
    }
}

#[test]
fn a_reader_loses_patience_after_a_while_and_one_record() {
    let (mut writer, ring) = ring(64, 64);
    let mut reader = ring.reader(Start::Now);
    let stopped = Stopped::in_slot(writer.clone());
    write(&mut writer, [1]);
    assert_eq!(reader.try_next(), Err(Idle::Empty));
    assert_eq!(reader.next_timeout(PATIENCE * 100), Ok(Next::Lost(1)));
    assert_eq!(reader.next_timeout(PATIENCE * 100), Ok(Next::Record(1)));
    stopped.go_on(0);
    assert_eq!(reader.try_next(), Err(Idle::Empty));
    assert_eq!((reader.delivered(), reader.lost()), (1, 1));
    // It was written after all, as others see.
    assert_eq!(ready(&mut ring.reader(Start::Oldest)), records(0..2));
}

/// The one that was overtaken may have its slot or not: neither blocks anybody, and each
/// position is a record or a loss.
#[test]
fn a_writer_that_was_lapped_is_passed() {
    for (capacity, mut writer, ring) in rings() {
        for stop in [Stopped::before_slot, Stopped::in_slot] {
            let mut reader = ring.reader(Start::Now);
            let (before, skipped) = (ring.stats().written, ring.stats().skipped);
            let stopped = stop(writer.clone());
            let has_slot = stopped.has_slot;
            // One lap, whose last record is due in the slot of the stopped writer.
            write(&mut writer, 1..=capacity);
            stopped.go_on(99);
            assert_eq!(ring.stats().skipped, skipped + 1, "one of the two gave up");
            let mut expected = vec![Next::Lost(1)];
            expected.extend(records(1..capacity));
            expected.push(if has_slot {
                Next::Lost(1)
            } else {
                Next::Record(capacity)
            });
            assert_eq!(ready(&mut reader), expected, "nobody has to be waited for");
            // The slot is as good as any.
            write(&mut writer, 201..=200 + capacity);
            assert_eq!(ready(&mut reader), records(201..=200 + capacity));
            assert_eq!(ring.stats().written - before, 1 + 2 * capacity);
            assert_eq!(reader.delivered() + reader.lost(), 1 + 2 * capacity);
        }
    }
}

#[test]
fn a_writer_that_was_lapped_many_times_is_passed() {
    for (capacity, mut writer, ring) in rings() {
        let mut reader = ring.reader(Start::Now);
        let stopped = Stopped::in_slot(writer.clone());
        write(&mut writer, 1..=5 * capacity);
        assert_eq!(ring.stats().skipped, 5, "once in each lap");
        stopped.go_on(99);
        let rest = ready(&mut reader);
        assert!(!rest.contains(&Next::Record(99)), "it is out of the window");
        assert_eq!(reader.delivered(), capacity - 1);
        assert_eq!(reader.lost(), 4 * capacity + 2);
        write(&mut writer, [7]);
        assert_eq!(ready(&mut reader), records([7]));
    }
}

#[test]
fn nothing_is_awaited_in_a_closed_ring() {
    for (capacity, mut writer, ring) in rings() {
        let mut reader = ring.reader(Start::Now);
        let stopped = Stopped::in_slot(writer.clone());
        write(&mut writer, 1..=capacity);
        drop(writer);
        assert!(!ring.is_closed());
        stopped.go_on(99);
        assert!(ring.is_closed());
        while reader.try_next().is_ok() {}
        assert_eq!(reader.try_next(), Err(Idle::Closed));
        assert_eq!(reader.delivered() + reader.lost(), ring.stats().written);
    }
}

/// A record is out of the window when another writer has claimed its slot, and can be read until that
/// one takes it.
#[test]
fn a_record_out_of_the_window_is_readable_until_its_slot_is_taken() {
    for (capacity, mut writer, ring) in rings() {
        let readable = || {
            let mut found = Vec::new();
            ring.for_each_readable(|number| found.push(*number));
            found.sort_unstable();
            found
        };
        let mut reader = ring.reader(Start::Now);
        write(&mut writer, 0..capacity);
        let stopped = Stopped::before_slot(writer.clone());
        assert_eq!(ring.stats().oldest, 1);
        assert_eq!(readable(), (0..capacity).collect::<Vec<_>>());
        assert_eq!(reader.try_next(), Ok(Next::Record(0)));
        stopped.go_on(capacity);
        assert_eq!(readable(), (1..=capacity).collect::<Vec<_>>());
        let stopped = Stopped::in_slot(writer);
        assert_eq!(readable(), (2..=capacity).collect::<Vec<_>>());
        stopped.go_on(capacity + 1);
        assert_eq!(readable(), (2..=capacity + 1).collect::<Vec<_>>());
    }
}
