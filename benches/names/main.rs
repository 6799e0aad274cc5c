//! Names of both ends of a flow by handle: the name table beside the store of the newest values that
//! it replaced (a lock and a shared count for each), papaya's map, and arc-swap.
//!
//! Criterion gives the figures; the table at the end compares medians of paired rounds, in which the
//! contenders take turns, and is what to trust on a noisy machine. Times are those that the threads
//! ran, so that other work on the machine does not count.

mod contender;
mod paired;
mod work;

use criterion::{Criterion, Throughput};

use contender::{Batched, Contender, Papaya, Single, Stored, Swapped};

fn figures<C: Contender>(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group(C::NAME);
    let table = C::make(work::NAMES);
    group.throughput(Throughput::Elements(1));
    for pattern in work::Pattern::ALL {
        group.bench_function(pattern.name(), |bencher| {
            bencher.iter_custom(|count| work::resolve(&table, pattern, 0, count));
        });
    }
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(std::time::Duration::from_millis(300))
        .measurement_time(std::time::Duration::from_secs(1))
        .configure_from_args();
    figures::<Batched>(&mut criterion);
    figures::<Single>(&mut criterion);
    figures::<Stored>(&mut criterion);
    figures::<Papaya>(&mut criterion);
    figures::<Swapped>(&mut criterion);
    criterion.final_summary();
    // `cargo test --benches` runs this with `--test`: there is nothing to compare then.
    if !std::env::args().any(|argument| argument == "--test" || argument == "--list") {
        paired::table();
    }
}
