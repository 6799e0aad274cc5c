//! Reading forward.

use super::super::{MAX_CAPACITY, RingError, Start};
use super::{Idle, Next, Ring, ready, records, ring, rings, write};

#[test]
fn only_powers_of_two_are_capacities() {
    for wrong in [
        0,
        3,
        6,
        1_000,
        65_535,
        MAX_CAPACITY + 1,
        2 * MAX_CAPACITY,
        usize::MAX,
    ] {
        let error = Ring::<u64>::with_capacity(wrong).map(drop).unwrap_err();
        assert_eq!(error, RingError::Capacity(wrong));
        let text = error.to_string();
        assert!(
            text.contains(&wrong.to_string()) && text.contains("16777216"),
            "{text}"
        );
    }
    for right in [1, 2, 1_024] {
        let (_writer, ring) = Ring::<u64>::with_capacity(right).expect("a ring");
        assert_eq!(ring.stats().capacity, right as u64);
    }
}

/// Its memory is there only where it was written, so this costs little.
#[test]
#[cfg_attr(miri, ignore = "Miri keeps a record of each byte")]
fn the_largest_ring_works() {
    let (mut writer, ring) = Ring::with_capacity(MAX_CAPACITY).expect("a ring of 2^24");
    let mut reader = ring.reader(Start::Oldest);
    write(&mut writer, 0..1_000);
    assert_eq!(ready(&mut reader), records(0..1_000));
    assert_eq!(ring.newest_first().count(), 1_000);
}

/// No address space has room for it.
#[test]
#[cfg(target_pointer_width = "64")]
#[cfg_attr(miri, ignore = "Miri allocates eagerly")]
fn no_memory_is_an_error() {
    type Huge = [u64; 1 << 24];
    let error = Ring::<Huge>::with_capacity(MAX_CAPACITY)
        .map(drop)
        .unwrap_err();
    assert_eq!(error, RingError::Memory(((1 << 27) + 8) << 24));
    assert!(
        error.to_string().contains("2251799947902976 bytes"),
        "{error}"
    );
}

#[test]
fn the_newest_record_is_readable_at_once() {
    for (capacity, mut writer, ring) in rings() {
        let mut reader = ring.reader(Start::Now);
        for number in 0..3 * capacity {
            write(&mut writer, [number]);
            assert_eq!(reader.try_next(), Ok(Next::Record(number)));
            assert_eq!(ring.newest_first().next(), Some(number));
            assert_eq!(ready(&mut ring.reader(Start::Newest(1))), records([number]));
            assert_eq!(reader.try_next(), Err(Idle::Empty));
        }
    }
}

#[test]
fn a_lapped_reader_gets_one_exact_loss_and_the_oldest() {
    for (capacity, mut writer, ring) in rings() {
        for (read, missed) in [(0, 1), (1, 1), (1, capacity), (capacity, 5 * capacity + 1)] {
            let mut reader = ring.reader(Start::Now);
            write(&mut writer, 0..read);
            assert_eq!(ready(&mut reader), records(0..read));
            write(&mut writer, 100..100 + missed + capacity);
            let mut expected = vec![Next::Lost(missed)];
            expected.extend(records(100 + missed..100 + missed + capacity));
            assert_eq!(ready(&mut reader), expected);
            assert_eq!(reader.delivered(), read + capacity);
            assert_eq!(reader.lost(), missed);
        }
    }
}

/// What was found together with a loss is delivered, even if it is overwritten meanwhile.
#[test]
fn a_record_follows_each_loss() {
    for (capacity, mut writer, ring) in rings() {
        let mut reader = ring.reader(Start::Now);
        write(&mut writer, 0..capacity + 1);
        for round in 1..10 {
            assert!(matches!(reader.try_next(), Ok(Next::Lost(_))));
            let first = reader.position();
            write(&mut writer, round * 1_000..round * 1_000 + capacity + 1);
            assert!(matches!(reader.try_next(), Ok(Next::Record(_))));
            assert_eq!(reader.position(), first + 1);
        }
        let rest = ready(&mut reader);
        assert_eq!(
            rest.iter()
                .filter(|next| matches!(next, Next::Lost(_)))
                .count(),
            1
        );
        assert_eq!(reader.delivered() + reader.lost(), ring.stats().written);
    }
}

#[test]
fn readers_go_their_own_ways() {
    let (mut writer, ring) = ring(4, 0);
    let mut quick = ring.reader(Start::Now);
    let mut slow = ring.reader(Start::Now);
    for number in 0..8 {
        write(&mut writer, [number]);
        assert_eq!(quick.try_next(), Ok(Next::Record(number)));
    }
    assert_eq!((quick.lost(), quick.backlog()), (0, 0));
    assert_eq!(slow.backlog(), 8);
    assert_eq!(slow.try_next(), Ok(Next::Lost(4)));
    assert_eq!(ready(&mut slow), records(4..8));
}

#[test]
fn visit_hands_out_what_try_next_returns() {
    for (capacity, mut writer, ring) in rings() {
        let mut one_by_one = ring.reader(Start::Now);
        let mut visitor = ring.reader(Start::Now);
        assert_eq!(
            visitor.visit(9, |_| panic!("nothing is there")),
            Err(Idle::Empty)
        );
        write(&mut writer, 0..capacity + 3);
        let mut visited: Vec<Next<u64>> = Vec::new();
        let mut note = |next: Next<&u64>| {
            visited.push(match next {
                Next::Record(number) => Next::Record(*number),
                Next::Lost(lost) => Next::Lost(lost),
            });
        };
        assert_eq!(visitor.visit(0, &mut note), Ok(0));
        assert_eq!(visitor.visit(1, &mut note), Ok(1), "the loss");
        assert_eq!(
            visitor.visit(1, &mut note),
            Ok(1),
            "the record found with it"
        );
        while visitor.visit(3, &mut note).is_ok() {}
        assert_eq!(visited, ready(&mut one_by_one));
        drop(writer);
        assert_eq!(
            visitor.visit(9, |_| panic!("nothing is there")),
            Err(Idle::Closed)
        );
    }
}

/// A visitor that fails has had what it was given.
#[test]
fn a_panic_in_a_visit_loses_nothing_else() {
    for (capacity, mut writer, ring) in rings() {
        let mut reader = ring.reader(Start::Now);
        write(&mut writer, 0..capacity);
        let visit = std::panic::AssertUnwindSafe(|| {
            reader.visit(usize::MAX, |next| {
                assert_ne!(next, Next::Record(&(capacity / 2)))
            })
        });
        assert!(std::panic::catch_unwind(visit).is_err());
        assert_eq!(reader.delivered(), capacity / 2 + 1);
        assert_eq!(ready(&mut reader), records(capacity / 2 + 1..capacity));
    }
}

#[test]
fn a_ring_is_closed_with_its_last_writer_and_read_to_the_end() {
    let (mut writer, ring) = ring(4, 0);
    let mut reader = ring.reader(Start::Now);
    let mut second = writer.clone();
    write(&mut writer, [1]);
    drop(writer);
    assert!(!ring.is_closed());
    write(&mut second, [2]);
    drop(second);
    assert!(ring.is_closed());
    assert_eq!(ready(&mut reader), records([1, 2]));
    assert_eq!(reader.try_next(), Err(Idle::Closed));
    assert_eq!(ready(&mut ring.reader(Start::Oldest)), records([1, 2]));
}

#[test]
fn a_writer_knows_its_ring() {
    let (mut writer, ring) = ring(2, 0);
    write(&mut writer, [7]);
    assert_eq!(writer.ring().stats(), ring.stats());
    assert_eq!(writer.ring().clone().newest_first().next(), Some(7));
}

#[test]
fn the_counters_count() {
    for (capacity, mut writer, ring) in rings() {
        let stats = ring.stats();
        assert_eq!((stats.written, stats.oldest, stats.retained()), (0, 0, 0));
        assert_eq!((stats.newest(), stats.skipped), (None, 0));
        write(&mut writer, 0..capacity + 2);
        let stats = ring.stats();
        assert_eq!((stats.written, stats.oldest), (capacity + 2, 2));
        assert_eq!(
            (stats.newest(), stats.retained()),
            (Some(capacity + 1), capacity)
        );
    }
}
