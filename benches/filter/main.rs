//! Filters of the language beside closures, which are the floor, and wirefilter, which has the habits
//! closest to ours.
//!
//! Contenders take turns on the same flows, and times are those that the thread ran, so that other work
//! on the machine does not count. What stands in the table is the median of the rounds. wirefilter
//! reads its fields from a context that is filled before, which is not measured.

mod closure;
mod input;
mod lane;
mod wire;

use std::hint::black_box;

use flow_core::flow::Flow;
use flow_core::ring::Ring;
use flow_core::store::HeldNames;
use flow_core::view::FlowView;
use flow_filter::{Filter, FlowExpr};

use input::{CASES, Input};
use lane::{Lane, median_of, thread_time};

/// Compiling: a filter of about 200 characters.
const LONG: &str = "dropped && src.namespace == shop && dst.port in {80, 443, 8000..8099} && \
     !(dst.ip in {10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16}) && label select \"app in (web, api)\" && \
     tcp.flags has syn && bytes > 4KiB";

/// Whether a time is within its target.
fn verdict(time: f64, target: f64) -> &'static str {
    match time <= target {
        true => "met",
        false => "not met",
    }
}

fn cases() {
    let input = Input::new();
    let mut holder = input.store.names().holder();
    let hold = holder.hold();
    let held = HeldNames::new(&input.store, &hold);
    let views: Vec<FlowView<'_>> = input.views(&held);
    let wire = wire::Wire::new(&views);
    println!(
        "{:<14} {:>10} {:>10} {:>10} {:>10}   a flow",
        "filter", "ours", "target", "closure", "wirefilter"
    );
    for case in &CASES {
        let ours = FlowExpr::parse(case.text)
            .expect(case.text)
            .bind(input.store.names());
        let closure = closure::of(case.name);
        let peer = case.wire.map(|text| wire.filter(text));
        let count = views.iter().filter(|view| ours.matches(view)).count();
        let others = views.iter().filter(|view| closure.matches(view)).count();
        assert_eq!(count, others, "{}: the same flows pass", case.name);
        assert!(
            count > 0 && count < views.len(),
            "{}: {count} pass",
            case.name
        );
        if let Some(peer) = &peer {
            assert_eq!(peer.count(), count, "{}: the same flows pass", case.name);
        }
        let mut lanes: Vec<Lane<'_>> = vec![
            Box::new(|| views.iter().filter(|view| ours.matches(view)).count()),
            Box::new(|| views.iter().filter(|view| closure.matches(view)).count()),
        ];
        if let Some(peer) = &peer {
            lanes.push(Box::new(|| peer.count()));
        }
        let times = lane::compare(&mut lanes, views.len(), 64);
        let shown = |at: usize| match times.get(at) {
            Some(time) => format!("{time:.2} ns"),
            None => "–".to_owned(),
        };
        println!(
            "{:<14} {:>10} {:>10} {:>10} {:>10}   {}",
            case.name,
            shown(0),
            format!("≤ {} ns", case.target),
            shown(1),
            shown(2),
            verdict(times.first().copied().unwrap_or(f64::NAN), case.target)
        );
    }
}

/// Two threads with one filter, and one thread.
fn scaling() {
    let input = Input::new();
    let ours = FlowExpr::parse("src.pod == \"shop/web-1*\" && dst.port == 443").expect("a filter");
    let ours = ours.bind(input.store.names());
    let rate = |threads: usize| -> f64 {
        let rates: f64 = std::thread::scope(|scope| {
            let run = || {
                let mut holder = input.store.names().holder();
                let hold = holder.hold();
                let held = HeldNames::new(&input.store, &hold);
                let views = input.views(&held);
                let begin = thread_time();
                let mut count = 0;
                for _ in 0..2_000 {
                    count += views.iter().filter(|view| ours.matches(view)).count();
                }
                black_box(count);
                (2_000 * views.len()) as f64 / (thread_time() - begin).as_secs_f64()
            };
            let running: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
            running
                .into_iter()
                .map(|thread| thread.join().expect("a thread"))
                .sum()
        });
        rates
    };
    let scale = median_of((0..9).map(|_| rate(2) / rate(1)).collect());
    let is_met = verdict(-scale, -1.8);
    println!("two threads beside one: {scale:.2} x (≥ 1.8: {is_met})");
}

/// The history: reading a flow, a view of it and the filter.
fn scan() {
    let input = Input::new();
    let (mut writer, ring) = Ring::with_capacity(1 << 16).expect("a ring");
    for number in 0..1 << 16 {
        writer.publish(&input.flows[number % input.flows.len()]);
    }
    let ours = FlowExpr::parse("src.pod == \"shop/web-1*\"").expect("a filter");
    let ours = ours.bind(input.store.names());
    let mut holder = input.store.names().holder();
    let hold = holder.hold();
    let held = HeldNames::new(&input.store, &hold);
    let mut lanes: Vec<Lane<'_>> = vec![
        Box::new(|| {
            let flows = ring.newest_first();
            flows
                .filter(|flow| ours.matches(&FlowView::new(flow, &held)))
                .count()
        }),
        Box::new(|| {
            ring.newest_first()
                .filter(|flow| black_box(flow.time) == 1)
                .count()
        }),
    ];
    let times = lane::compare(&mut lanes, 1 << 16, 1);
    println!(
        "scan of 65,536 flows by pod prefix: {:.2} ns a flow; {:.2} without a filter (≤ 12: {})",
        times[0],
        times[1],
        verdict(times[0], 12.0)
    );
}

fn compiling() {
    let mut lanes: Vec<Lane<'_>> = vec![Box::new(|| {
        let expr = FlowExpr::parse(black_box(LONG)).expect("a filter");
        usize::from(black_box(expr.compile()).matches(&FlowView::from(&Flow::default())))
    })];
    let times = lane::compare(&mut lanes, 1, 16);
    println!(
        "compiling {} characters: {:.1} µs (≤ 50: {})",
        LONG.len(),
        times[0] / 1e3,
        verdict(times[0] / 1e3, 50.0)
    );
}

fn main() {
    // `cargo test --benches` runs this with `--test`: there is nothing to compare then.
    if std::env::args().any(|argument| argument == "--test" || argument == "--list") {
        return;
    }
    cases();
    scaling();
    scan();
    compiling();
}
