//! The history ring beside tokio's broadcast channel and crossbeam's `ArrayQueue`, all with
//! flows of 248 bytes; and beside the design that was not kept.
//!
//! Criterion gives the figures; the table at the end compares medians of paired rounds, in
//! which the contenders take turns, and is what to trust on a noisy machine.

mod contender;
mod paired;
mod work;

use criterion::{Criterion, Throughput};

use contender::{Broadcast, Contender, Pointers, Queue, Words};

fn figures<C: Contender>(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group(C::NAME);
    let mut ring = work::full::<C>();
    group.throughput(Throughput::Elements(1));
    group.bench_function("publish", |bencher| {
        bencher.iter_custom(|count| work::publish(&mut ring, count));
    });
    group.throughput(Throughput::Elements(work::CAPACITY as u64));
    group.bench_function("backlog of 65,536", |bencher| {
        bencher.iter_custom(|count| (0..count).map(|_| work::backlog(&mut ring)).sum());
    });
    group.bench_function("scan of 65,536", |bencher| {
        bencher.iter_custom(|count| (0..count).map(|_| work::scan(&mut ring)).sum());
    });
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(std::time::Duration::from_millis(300))
        .measurement_time(std::time::Duration::from_secs(1))
        .configure_from_args();
    figures::<Words>(&mut criterion);
    figures::<Broadcast>(&mut criterion);
    figures::<Queue>(&mut criterion);
    figures::<Pointers>(&mut criterion);
    criterion.final_summary();
    // `cargo test --benches` runs this with `--test`: there is nothing to compare then.
    if !std::env::args().any(|argument| argument == "--test" || argument == "--list") {
        paired::table();
    }
}
