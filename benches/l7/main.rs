//! Application protocols: each decoder beside a peer, which extracts the same from the same
//! input; what is extracted is compared before.
//!
//! Criterion gives the figures; the table at the end compares medians of paired rounds, in
//! which the contenders take turns, and is what to trust on a noisy machine.

mod dns;
mod http;
mod input;
mod lane;
mod other;
mod tls;

use std::time::Duration;

use criterion::{Criterion, Throughput};

use lane::{Group, Lane};

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(700))
        .configure_from_args();
    let mut groups: Vec<Group> = [
        dns::groups(),
        http::groups(),
        tls::groups(),
        other::groups(),
    ]
    .into_iter()
    .flatten()
    .collect();
    for group in &mut groups {
        group.check();
        let mut figures = criterion.benchmark_group(group.title);
        figures.throughput(Throughput::Bytes(group.input as u64));
        for Lane { name, work, .. } in &mut group.lanes {
            figures.bench_function(*name, |bencher| bencher.iter_custom(&mut *work));
        }
        figures.finish();
    }
    criterion.final_summary();
    // `cargo test --benches` runs this with `--test`: there is nothing to compare then.
    if !std::env::args().any(|argument| argument == "--test" || argument == "--list") {
        lane::table(&mut groups);
    }
}
