//! The table of paired rounds.

use super::contender::{Batched, Contender, Papaya, Shelved, Single, Swapped};
use super::work::{self, Pattern};

const ROUNDS: usize = 21;
/// Flows of a round, for each thread.
const FLOWS: u64 = 1 << 18;

/// A contender's name, and its rate with so many threads.
type Lane = (&'static str, Box<dyn Fn(u64) -> f64>);

fn lane<C: Contender + 'static>(pattern: Pattern) -> Lane {
    let table = C::make(work::NAMES);
    (
        C::NAME,
        Box::new(move |threads| work::rate(&table, pattern, threads, FLOWS)),
    )
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Runs the lanes in turns, every other round backwards, and prints of each the time for both ends
/// of a flow on one thread, its ratio to the first lane, and how much faster two threads are than one.
fn compare(pattern: Pattern) {
    let lanes = [
        lane::<Batched>(pattern),
        lane::<Single>(pattern),
        lane::<Shelved>(pattern),
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
            rates[lane].push([rate(1), rate(2)]);
        }
    }
    println!("{}", pattern.name());
    for ((name, _), own) in lanes.iter().zip(&rates) {
        let of = |value: fn(&[f64; 2]) -> f64| median(own.iter().map(value).collect());
        let ratios = own
            .iter()
            .zip(&rates[0])
            .map(|(own, first)| first[0] / own[0]);
        println!(
            "    {name:<26} {:>7.2} ns {:>7.2} x   two threads {:>7.1} M/s, {:>5.2} x the rate of one",
            of(|[one, _]| 1e9 / one),
            median(ratios.collect()),
            of(|[_, two]| two / 1e6),
            of(|[one, two]| two / one),
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
