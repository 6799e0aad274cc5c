//! The table of paired rounds.

use super::contender::{Batched, Contender, Papaya, Single, Stored, Swapped};
use super::work::{self, Pattern};

/// Rounds of a tenth of a millisecond to one, many of which nothing interrupts.
const ROUNDS: usize = 301;
/// Flows of a round, for each thread.
const FLOWS: u64 = 1 << 14;

/// A contender's name, and its rate with so many threads, if nothing interrupted them.
type Lane = (&'static str, Box<dyn Fn(u64) -> Option<f64>>);

fn lane<C: Contender + 'static>(pattern: Pattern) -> Lane {
    let table = C::make(work::NAMES);
    (
        C::NAME,
        Box::new(move |threads| work::rate(&table, pattern, threads, FLOWS)),
    )
}

/// The median, which is no number where there are no values.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Runs the lanes in turns, every other round backwards, and prints of each the time for both ends
/// of a flow on one thread, its ratio to the first lane, how much faster two threads are than one, and
/// the number of rounds that nothing interrupted.
fn compare(pattern: Pattern) {
    let lanes = [
        lane::<Batched>(pattern),
        lane::<Single>(pattern),
        lane::<Stored>(pattern),
        lane::<Papaya>(pattern),
        lane::<Swapped>(pattern),
    ];
    let mut rates = vec![Vec::new(); lanes.len()];
    for round in 0..ROUNDS {
        for turn in 0..lanes.len() {
            let lane = if round % 2 == 0 {
                turn
            } else {
                lanes.len() - 1 - turn
            };
            let rate = &lanes[lane].1;
            if let (Some(one), Some(two)) = (rate(1), rate(2)) {
                rates[lane].push([one, two]);
            }
        }
    }
    println!("{}", pattern.name());
    let first: Vec<_> = rates[0].iter().map(|[one, _]| 1e9 / one).collect();
    for ((name, _), own) in lanes.iter().zip(&rates) {
        let of = |value: fn(&[f64; 2]) -> f64| median(own.iter().map(value).collect());
        let (time, first) = (of(|[one, _]| 1e9 / one), median(first.clone()));
        println!(
            "    {name:<26} {time:>7.2} ns {:>7.2} x   two threads {:>7.1} M/s, {:>5.2} x one ({} rounds)",
            time / first,
            of(|[_, two]| two / 1e6),
            of(|[one, two]| two / one),
            own.len(),
        );
    }
}

/// Prints the comparison.
pub(crate) fn table() {
    println!(
        "names of both ends of a flow, by handle; {} names",
        work::NAMES
    );
    for pattern in Pattern::ALL {
        compare(pattern);
    }
}
