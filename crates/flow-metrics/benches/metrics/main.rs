//! What it costs to count a flow, beside the families of `prometheus-client` and of `prometheus`, which are given
//! the values of their labels ready made.
//!
//! The table compares medians of paired rounds, in which the lanes take turns.

mod peer;
mod work;

use flow_core::store::FlowStore;
use flow_core::view::FlowView;
use flow_metrics::{Format, MetricConfig, Metrics, Observer};

use peer::{ClientFamilies, CounterVecs};
use work::{Work, median, time};

const ROUNDS: usize = 41;
/// Times that a round goes through the flows.
const TIMES: usize = 60;

const POD: &str = ":sourceContext=pod;destinationContext=pod";
const FOUR: &[&str] = &["flow", "tcp", "drop", "port-distribution"];
const LAYERS_3_AND_4: &[&str] = &[
    "flow",
    "tcp",
    "drop",
    "port-distribution",
    "icmp",
    "policy",
    "sctp",
    "flows-to-world",
];

fn metrics(names: &[&str], store: &FlowStore) -> Metrics {
    let text: Vec<String> = names.iter().map(|name| format!("{name}{POD}")).collect();
    let configs = MetricConfig::parse_list(&text.join(" "));
    let builder = Metrics::builder().metrics(configs).names(store.names());
    builder.build().expect("a configuration").0
}

/// A way to count flows.
struct Lane<'w> {
    name: &'static str,
    /// Nanoseconds that it should take at most.
    target: Option<f64>,
    count: Box<dyn Fn(&FlowView<'_>) + Sync + 'w>,
}

fn main() {
    // `cargo test --benches` runs this with `--test`.
    let is_test = std::env::args().any(|argument| argument == "--test" || argument == "--list");
    let (rounds, times) = if is_test { (1, 1) } else { (ROUNDS, TIMES) };
    let work = Work::new();
    let four = metrics(FOUR, &work.store);
    let none = metrics(&[], &work.store);
    let one = metrics(&["flow"], &work.store);
    let tcp = metrics(&["tcp"], &work.store);
    let all = metrics(LAYERS_3_AND_4, &work.store);
    let client = ClientFamilies::new(&work);
    let vectors = CounterVecs::new(&work);
    let lanes = [
        Lane {
            name: "the view alone",
            target: None,
            count: Box::new(|view| {
                let flow = view.flow();
                std::hint::black_box((flow.source.meta, flow.destination.meta, flow.verdict));
            }),
        },
        Lane {
            name: "no metric",
            target: None,
            count: Box::new(|view| none.observe(view)),
        },
        Lane {
            name: "flow",
            target: None,
            count: Box::new(|view| one.observe(view)),
        },
        Lane {
            name: "tcp",
            target: None,
            count: Box::new(|view| tcp.observe(view)),
        },
        Lane {
            name: "flow, tcp, drop, port-distribution",
            target: Some(40.0),
            count: Box::new(|view| four.observe(view)),
        },
        Lane {
            name: "all of layers 3 and 4",
            target: Some(60.0),
            count: Box::new(|view| all.observe(view)),
        },
        Lane {
            name: "the four, by prometheus-client",
            target: None,
            count: Box::new(|view| client.observe(view)),
        },
        Lane {
            name: "the four, by prometheus",
            target: None,
            count: Box::new(|view| vectors.observe(view)),
        },
    ];
    println!(
        "{} flows of {} pairs of pods, with pods as labels; nanoseconds a flow, medians of {rounds} rounds",
        work.flows.len(),
        work.pairs
    );
    let mut rates = vec![[Vec::new(), Vec::new()]; lanes.len()];
    for round in 0..rounds {
        for turn in 0..lanes.len() {
            let lane = if round % 2 == 0 {
                turn
            } else {
                lanes.len() - 1 - turn
            };
            for threads in [1, 2] {
                let taken = time(&work, times, threads, &*lanes[lane].count);
                rates[lane][threads - 1].push(taken);
            }
        }
    }
    let medians: Vec<[f64; 2]> = rates
        .into_iter()
        .map(|[one, two]| [median(one), median(two)])
        .collect();
    for (lane, [one, two]) in lanes.iter().zip(&medians) {
        let target = lane.target.map_or(String::new(), |target| {
            format!(
                ", target {target} ns: {}",
                if *one <= target { "met" } else { "missed" }
            )
        });
        println!(
            "{:<36} {one:>7.1} ns {:>7.2} x   two threads {:>5.2} x one{target}",
            lane.name,
            one / medians[4][0],
            one / two,
        );
    }
    scrape(is_test);
}

/// Reads many series, and prints how long that takes.
fn scrape(is_test: bool) {
    let pods = if is_test { 10 } else { 320 };
    let work = Work::with_pods(pods);
    let metrics = metrics(&["tcp"], &work.store);
    work.each_pair(|view| metrics.observe(view));
    let mut times = Vec::new();
    let mut length = 0;
    for _ in 0..5 {
        let begin = std::time::Instant::now();
        length = metrics.encode(Format::Prometheus).len();
        times.push(begin.elapsed().as_secs_f64() * 1e3);
    }
    let first = times[0];
    println!(
        "reading {} series, {:.1} MiB: {first:.0} ms at first, then {:.0} ms, target 200 ms: {}",
        pods * pods,
        length as f64 / f64::from(1 << 20),
        median(times.split_off(1)),
        if first <= 200.0 { "met" } else { "missed" }
    );
}
