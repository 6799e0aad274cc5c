//! Contenders in turns.

use std::hint::black_box;
use std::time::Duration;

use nix::time::{ClockId, clock_gettime};

/// Counts the flows that pass.
pub(crate) type Lane<'a> = Box<dyn FnMut() -> usize + 'a>;

/// Rounds, each of which is long enough for the clock and short enough to be left alone.
const ROUNDS: usize = 301;

/// Time that this thread has run.
pub(crate) fn thread_time() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID)
        .expect("the clock of a thread")
        .into()
}

pub(crate) fn median_of(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Runs the lanes in turns, every other round backwards, and in each round `repeat` times. Returns of
/// each the median nanoseconds for one of the `flows` of a run.
pub(crate) fn compare(lanes: &mut [Lane<'_>], flows: usize, repeat: usize) -> Vec<f64> {
    let mut times = vec![Vec::with_capacity(ROUNDS); lanes.len()];
    for round in 0..ROUNDS {
        for turn in 0..lanes.len() {
            let at = match round % 2 {
                0 => turn,
                _ => lanes.len() - 1 - turn,
            };
            let begin = thread_time();
            for _ in 0..repeat {
                black_box(lanes[at]());
            }
            let time = (thread_time() - begin).as_secs_f64() * 1e9;
            times[at].push(time / (flows * repeat) as f64);
        }
    }
    times.into_iter().map(median_of).collect()
}
