//! What is measured, the same for each contender. Results are nanoseconds.

use std::hint::black_box;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use flow_core::flow::{Flow, Verdict};

use super::contender::{Contender, Words};

/// Flows in the rings.
pub(crate) const CAPACITY: usize = 65_536;

/// A flow that differs from the next one.
pub(crate) fn flow(number: u64) -> Flow {
    let mut flow = Flow {
        time: number,
        verdict: Verdict::FORWARDED,
        ..Flow::default()
    };
    flow.source.port = number as u16;
    flow.destination.meta = number as u32 % 1_024;
    flow
}

/// A ring that has been written all over, so that its memory is there.
pub(crate) fn full<C: Contender>() -> C {
    let mut ring = C::make(CAPACITY);
    fill(&mut ring);
    ring
}

/// Writes as many flows as the ring holds.
pub(crate) fn fill<C: Contender>(ring: &mut C) {
    for number in 0..CAPACITY as u64 {
        ring.publish(&flow(number));
    }
}

/// Time to publish `count` flows from one thread.
pub(crate) fn publish<C: Contender>(ring: &mut C, count: u64) -> Duration {
    let mut flow = flow(0);
    let begin = Instant::now();
    for time in 0..count {
        flow.time = time;
        ring.publish(black_box(&flow));
    }
    begin.elapsed()
}

/// Time to read a full ring once.
pub(crate) fn backlog<C: Contender>(ring: &mut C) -> Duration {
    let mut follower = ring.follower();
    fill(ring);
    let mut seen = 0;
    let begin = Instant::now();
    let lost = C::drain(&mut follower, |flow| {
        black_box(flow);
        seen += 1;
    });
    let time = begin.elapsed();
    assert_eq!(
        (seen, lost),
        (CAPACITY, 0),
        "{}: the whole ring is read",
        C::NAME
    );
    time
}

/// Time to search a full ring for flows with a simple property.
pub(crate) fn scan<C: Contender>(ring: &mut C) -> Duration {
    let mut follower = ring.follower();
    fill(ring);
    let mut found = 0;
    let begin = Instant::now();
    C::drain(&mut follower, |flow| {
        found += u32::from(flow.verdict == Verdict::FORWARDED && flow.destination.meta == 7);
    });
    let time = begin.elapsed();
    assert_eq!(
        found as usize,
        CAPACITY / 1_024,
        "{}: all are found",
        C::NAME
    );
    time
}

/// Time for a lapped reader to be told its loss and to have the next flow, `count` times.
pub(crate) fn catch_up<C: Contender>(ring: &mut C, count: u64) -> Duration {
    let mut followers: Vec<_> = (0..count).map(|_| ring.follower()).collect();
    fill(ring);
    ring.publish(&flow(0));
    let begin = Instant::now();
    for follower in &mut followers {
        let (mut seen, mut lost) = (0, 0);
        while seen == 0 {
            lost += C::wait(follower, |flow| {
                black_box(flow);
                seen += 1;
            })
            .expect("the ring is open");
        }
        assert_eq!(lost, 1, "{}: one was overwritten", C::NAME);
    }
    begin.elapsed()
}

/// Time to go through a full ring from its newest flow.
pub(crate) fn backwards(ring: &mut Words) -> Duration {
    fill(ring);
    let begin = Instant::now();
    let found = ring
        .history()
        .filter(|flow| flow.verdict == Verdict::FORWARDED && flow.destination.meta == 7)
        .count();
    let time = begin.elapsed();
    assert_eq!(found, CAPACITY / 1_024, "all are found");
    time
}

/// Time to publish `count` flows from each of two threads: from when the first one begins to
/// when the last one ends.
pub(crate) fn two_writers<C: Contender>(ring: &mut C, count: u64) -> Duration {
    let barrier = Barrier::new(2);
    let [one, two] = thread::scope(|scope| {
        [0, 1]
            .map(|_| {
                let mut ring = ring.clone();
                let barrier = &barrier;
                scope.spawn(move || {
                    barrier.wait();
                    let begin = Instant::now();
                    publish(&mut ring, count);
                    (begin, Instant::now())
                })
            })
            .map(|thread| thread.join().expect("a writer"))
    });
    one.1.max(two.1) - one.0.min(two.0)
}

/// What followers got in a time.
#[derive(Clone, Copy)]
pub(crate) struct Followed {
    /// Flows delivered in a second, to all followers together.
    pub(crate) delivered: f64,
    /// Flows written in a second.
    pub(crate) written: f64,
    /// Part of what should have been delivered that was lost.
    pub(crate) lost: f64,
}

/// A writer flat out for `time`, and `followers` threads that wait for each flow.
pub(crate) fn follow<C: Contender>(followers: usize, time: Duration) -> Followed {
    let mut ring = full::<C>();
    let stop = AtomicBool::new(false);
    let barrier = Barrier::new(followers + 1);
    let (stop, barrier) = (&stop, &barrier);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..followers)
            .map(|_| {
                let mut follower = ring.follower();
                scope.spawn(move || {
                    let (mut delivered, mut lost) = (0_u64, 0_u64);
                    barrier.wait();
                    let end = |flow: &Flow| flow.time == u64::MAX;
                    let mut ended = false;
                    while !ended {
                        let missed = C::wait(&mut follower, |flow| {
                            delivered += 1;
                            ended = end(black_box(flow));
                        });
                        lost += missed.expect("the ring is open");
                    }
                    (delivered, lost)
                })
            })
            .collect();
        scope.spawn(move || {
            thread::sleep(time);
            stop.store(true, Ordering::Relaxed);
        });
        barrier.wait();
        let begin = Instant::now();
        let mut flow = flow(0);
        let mut written = 0_u64;
        while !stop.load(Ordering::Relaxed) {
            flow.time = written;
            ring.publish(&flow);
            written += 1;
        }
        let writing = begin.elapsed().as_secs_f64();
        flow.time = u64::MAX;
        ring.publish(&flow);
        let (mut delivered, mut lost) = (0, 0);
        for thread in threads {
            let (got, missed) = thread.join().expect("a follower");
            assert_eq!(got + missed, written + 1, "{}: nothing uncounted", C::NAME);
            delivered += got;
            lost += missed;
        }
        Followed {
            delivered: delivered as f64 / begin.elapsed().as_secs_f64(),
            written: written as f64 / writing,
            lost: lost as f64 / (delivered + lost) as f64,
        }
    })
}
