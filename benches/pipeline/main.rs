//! What the pipeline costs beside the loop that an embedder would write by hand: the same source,
//! enrichment, filter and ring, without the pipeline's ledger, names, traits and guard
//! against panics.
//!
//! The table compares medians of paired rounds, in which the two take turns.

mod work;

use work::{Lane, by_hand, by_pipeline};

const ROUNDS: usize = 41;

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    // `cargo test --benches` runs this with `--test`.
    let is_test = std::env::args().any(|argument| argument == "--test" || argument == "--list");
    let rounds = if is_test { 1 } else { ROUNDS };
    println!(
        "nanoseconds a flow: by hand, by the pipeline, difference (medians of {rounds} paired rounds)"
    );
    for lane in Lane::ALL {
        let (mut hand, mut pipeline, mut differences) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..rounds {
            let (own, other) = if round % 2 == 0 {
                let first = by_hand(*lane);
                (first, by_pipeline(*lane))
            } else {
                let first = by_pipeline(*lane);
                (by_hand(*lane), first)
            };
            hand.push(own);
            pipeline.push(other);
            differences.push(other - own);
        }
        println!(
            "{:<34} {:>7.1} {:>7.1} {:>+7.1}",
            lane.name(),
            median(&mut hand),
            median(&mut pipeline),
            median(&mut differences)
        );
    }
}
