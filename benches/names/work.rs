//! What is measured, the same for each contender.

use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use nix::time::{ClockId, clock_gettime};

use super::contender::Contender;

/// Names in the tables: as many as fit into the caches of a processor, with their slots.
pub(crate) const NAMES: u32 = 1_024;

/// Which names flows have.
#[derive(Clone, Copy)]
pub(crate) enum Pattern {
    /// Both ends any of all names.
    Spread,
    /// One end always the same, as that of a service that everybody talks to.
    OneHot,
    /// Both ends always the same two.
    BothHot,
}

impl Pattern {
    pub(crate) const ALL: [Self; 3] = [Self::Spread, Self::OneHot, Self::BothHot];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Spread => "both ends of many",
            Self::OneHot => "one end hot",
            Self::BothHot => "both ends hot",
        }
    }
}

/// Time that this thread has run.
fn thread_time() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID)
        .expect("the clock of a thread")
        .into()
}

/// Handles of both ends of 4,096 flows, any of them.
fn flows<C: Contender>(table: &C, pattern: Pattern, seed: u64) -> Vec<[u32; 2]> {
    let any = |number: u64| (number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33) as u32 % NAMES;
    let ends = |number: u64| match pattern {
        Pattern::Spread => [any(2 * number), any(2 * number + 1)],
        Pattern::OneHot => [7, any(number)],
        Pattern::BothHot => [7, 8],
    };
    (seed..seed + 4_096)
        .map(|number| ends(number).map(|number| table.handle(number)))
        .collect()
}

/// Time to resolve both ends of `count` flows.
pub(crate) fn resolve<C: Contender>(
    table: &C,
    pattern: Pattern,
    seed: u64,
    count: u64,
) -> Duration {
    let flows = flows(table, pattern, seed);
    let begin = thread_time();
    let sum = table.batch(count, |flow| flows[flow as usize % flows.len()]);
    let time = thread_time() - begin;
    assert!(black_box(sum) >= count, "{}: names are found", C::NAME);
    time
}

/// Flows in a second, resolved by so many threads together; `None` if something else ran in the place
/// of one of them meanwhile, for then they were not at it at the same time.
pub(crate) fn rate<C: Contender>(
    table: &C,
    pattern: Pattern,
    threads: u64,
    count: u64,
) -> Option<f64> {
    let ready = AtomicU64::new(0);
    let runs = thread::scope(|scope| {
        let running: Vec<_> = (0..threads)
            .map(|number| {
                let ready = &ready;
                scope.spawn(move || {
                    ready.fetch_add(1, Ordering::AcqRel);
                    while ready.load(Ordering::Acquire) < threads {
                        thread::yield_now();
                    }
                    let begin = Instant::now();
                    let ran = resolve(table, pattern, number << 20, count);
                    (begin, Instant::now(), ran)
                })
            })
            .collect();
        let runs = running
            .into_iter()
            .map(|thread| thread.join().expect("a reader"));
        runs.collect::<Vec<_>>()
    });
    let begin = runs.iter().map(|run| run.0).min()?;
    let end = runs.iter().map(|run| run.1).max()?;
    let took = (end - begin).as_secs_f64();
    // What is not measured of a thread's time is the making of its flows.
    let together = runs
        .iter()
        .all(|(begin, end, ran)| ran.as_secs_f64() > 0.8 * (*end - *begin).as_secs_f64())
        && runs
            .iter()
            .all(|(begin, end, _)| (*end - *begin).as_secs_f64() > 0.8 * took);
    together.then(|| {
        let rate = |(_, _, ran): &(_, _, Duration)| count as f64 / ran.as_secs_f64();
        runs.iter().map(rate).sum()
    })
}
