//! Reading the past: backwards, the newest so many, since a time.

use super::super::Start;
use super::{Next, ready, records, rings, write};

#[test]
fn backwards_is_the_window_from_its_newest_end() {
    for (capacity, mut writer, ring) in rings() {
        assert_eq!(ring.newest_first().next(), None);
        for written in 1..=2 * capacity + 1 {
            write(&mut writer, [written]);
            let retained = written.min(capacity);
            let found: Vec<_> = ring.newest_first().collect();
            let expected: Vec<_> = (written + 1 - retained..=written).rev().collect();
            assert_eq!(found, expected);
        }
    }
}

#[test]
fn what_is_readable_is_the_window_at_rest() {
    for (capacity, mut writer, ring) in rings() {
        assert_eq!(ring.capacity() as u64, capacity);
        for written in 0..=2 * capacity + 1 {
            let mut found = Vec::new();
            ring.for_each_readable(|number| found.push(*number));
            found.sort_unstable();
            assert!(found.into_iter().rev().eq(ring.newest_first()));
            write(&mut writer, [written]);
        }
    }
}

/// Hubble reports losses here that are none.
#[test]
fn the_newest_so_many_are_never_a_loss() {
    for (capacity, mut writer, ring) in rings() {
        assert_eq!(ready(&mut ring.reader(Start::Newest(9))), []);
        for written in 1..=2 * capacity + 1 {
            write(&mut writer, [written]);
            for count in [0, 1, 2, capacity - 1, capacity, capacity + 1, u64::MAX] {
                let some = count.min(capacity).min(written);
                let mut reader = ring.reader(Start::Newest(count));
                assert_eq!(ready(&mut reader), records(written + 1 - some..=written));
                assert_eq!((reader.delivered(), reader.lost()), (some, 0));
            }
        }
    }
}

#[test]
fn history_that_goes_before_it_is_read_is_no_loss() {
    for (capacity, mut writer, ring) in rings() {
        write(&mut writer, 0..capacity);
        let starts = [Start::Oldest, Start::Newest(capacity), Start::Newest(1)];
        let mut readers = starts.map(|start| ring.reader(start));
        let mut backward = ring.newest_first();
        assert_eq!(backward.by_ref().count() as u64, capacity);
        let mut turned = backward.into_reader();
        // All the history goes, and nothing else.
        write(&mut writer, capacity..2 * capacity);
        for reader in readers.iter_mut().chain([&mut turned]) {
            assert_eq!(ready(reader), records(capacity..2 * capacity));
            assert_eq!(reader.lost(), 0);
        }
        // The same again, and three more: those were written for the readers.
        let mut readers = starts.map(|start| ring.reader(start));
        write(&mut writer, 2 * capacity..3 * capacity + 3);
        for reader in &mut readers {
            assert_eq!(reader.try_next(), Ok(Next::Lost(3)));
            assert_eq!(ready(reader), records(2 * capacity + 3..3 * capacity + 3));
        }
    }
}

#[test]
fn history_that_goes_while_it_is_read_is_a_loss() {
    for (capacity, mut writer, ring) in rings() {
        if capacity < 4 {
            continue;
        }
        write(&mut writer, 0..capacity);
        let mut reader = ring.reader(Start::Oldest);
        assert_eq!(reader.try_next(), Ok(Next::Record(0)));
        write(&mut writer, capacity..capacity + 3);
        assert_eq!(reader.try_next(), Ok(Next::Lost(2)));
        assert_eq!(ready(&mut reader), records(3..capacity + 3));
    }
}

#[test]
fn going_backwards_while_the_window_moves_ends_and_loses_nothing() {
    for (capacity, mut writer, ring) in rings() {
        write(&mut writer, 0..capacity);
        let mut backward = ring.newest_first();
        assert_eq!(backward.next(), Some(capacity - 1));
        write(&mut writer, capacity..capacity + capacity / 2 + 1);
        // What is left of the window is yielded, and then there is an end.
        let found: Vec<_> = backward.by_ref().collect();
        let expected: Vec<_> = (capacity / 2 + 1..capacity - 1).rev().collect();
        assert_eq!(found, expected);
        let mut reader = backward.into_reader();
        let first = found
            .last()
            .copied()
            .unwrap_or(capacity - 1)
            .max(capacity / 2 + 1);
        assert_eq!(
            ready(&mut reader),
            records(first..capacity + capacity / 2 + 1)
        );
    }
}

#[test]
fn a_reader_since_a_time_begins_with_it() {
    for (capacity, mut writer, ring) in rings() {
        // Three records of each time.
        let time = |number: &u64| number / 3;
        assert_eq!(ready(&mut ring.reader_since(0, time)), []);
        let written = 2 * capacity + 1;
        write(&mut writer, 0..written);
        for since in 0..written / 3 + 2 {
            let mut reader = ring.reader_since(since, time);
            let first = (3 * since).clamp(written - capacity, written);
            assert_eq!(ready(&mut reader), records(first..written));
            // It goes on with what comes.
            assert_eq!(reader.lost(), 0);
        }
        let mut reader = ring.reader_since(u64::MAX, time);
        write(&mut writer, [written]);
        assert_eq!(ready(&mut reader), records([written]));
    }
}

#[test]
fn a_reader_that_turned_goes_on_from_where_it_turned() {
    for (capacity, mut writer, ring) in rings() {
        write(&mut writer, 0..capacity + 1);
        for back in 0..=capacity {
            let mut backward = ring.newest_first();
            assert_eq!(backward.by_ref().take(back as usize).count() as u64, back);
            let mut reader = backward.into_reader();
            assert_eq!(
                ready(&mut reader),
                records(capacity + 1 - back..capacity + 1)
            );
        }
        let mut odd = ring
            .newest_first()
            .reader_while(|number| number % 2 == capacity % 2);
        assert_eq!(ready(&mut odd), records([capacity]));
    }
}
