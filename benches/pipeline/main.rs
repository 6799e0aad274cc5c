//! What the pipeline costs beside the loops that an embedder would write by hand: the same source,
//! enrichment, filter and ring, without the pipeline's ledger, names and guard against panics. One
//! loop is written for what it does; the other calls an [`Enricher`](flow_core::pipeline::Enricher)
//! and a [`Filter`](flow_core::pipeline::Filter) that are chosen while it runs, as a pipeline does.
//!
//! The table compares medians of paired rounds, in which the three take turns.

mod work;

use work::{Lane, by_contracts, by_hand, by_pipeline};

const ROUNDS: usize = 61;

/// By hand, by the contracts, by the pipeline.
const WAYS: [fn(Lane) -> f64; 3] = [by_hand, by_contracts, by_pipeline];

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    // `cargo test --benches` runs this with `--test`.
    let is_test = std::env::args().any(|argument| argument == "--test" || argument == "--list");
    let rounds = if is_test { 1 } else { ROUNDS };
    println!("nanoseconds a flow (medians of {rounds} paired rounds)");
    println!(
        "{:<34} {:>8} {:>10} {:>9}   pipeline over by hand, over contracts",
        "", "by hand", "contracts", "pipeline"
    );
    for lane in Lane::ALL {
        let measured: Vec<[f64; 3]> = (0..rounds)
            .map(|round| {
                let mut took = [0.0; 3];
                for turn in 0..3 {
                    let way = (round + turn) % 3;
                    took[way] = WAYS[way](*lane);
                }
                took
            })
            .collect();
        let way = |way: usize| median(measured.iter().map(|took| took[way]).collect());
        let over = |way: usize| median(measured.iter().map(|took| took[2] - took[way]).collect());
        println!(
            "{:<34} {:>8.1} {:>10.1} {:>9.1}   {:>+8.1} {:>+8.1}",
            lane.name(),
            way(0),
            way(1),
            way(2),
            over(0),
            over(1)
        );
    }
}
