//! Events of Cilium to flows, beside what one would write with etherparse.
//!
//! Criterion gives the figures; the table at the end compares medians of paired rounds, in which
//! the contenders take turns on the same input, and is what to trust on a noisy machine.

mod event;
mod lane;
mod paired;
mod peer;

use std::time::Duration;

use criterion::{Criterion, Throughput};

use lane::Lane;

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(30)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    let events = event::all();
    for (_, record) in &events {
        peer::check(record);
    }
    let agent = event::agent();
    let mut groups = lane::groups(&events, &agent);
    for group in &mut groups {
        let mut figures = criterion.benchmark_group(&group.title);
        figures.throughput(Throughput::Elements(1));
        for Lane { name, work } in &mut group.lanes {
            figures.bench_function(*name, |bencher| bencher.iter_custom(&mut *work));
        }
        figures.finish();
    }
    criterion.final_summary();
    // `cargo test --benches` runs this with `--test`: there is nothing to compare then.
    if !std::env::args().any(|argument| argument == "--test" || argument == "--list") {
        paired::table(&mut groups);
    }
}
