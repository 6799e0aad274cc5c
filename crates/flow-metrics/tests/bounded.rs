//! What is counted is never lost, however many series there are and whoever goes.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use flow_core::flow::{EventType, Flow, Protocol, Verdict};
use flow_core::resolve::EndpointNames;
use flow_core::view::FlowView;
use flow_metrics::{Format, MetricConfig, Metrics, Observer};
use proptest::prelude::*;

fn pod(number: u32) -> EndpointNames {
    EndpointNames {
        namespace: "shop".into(),
        pod_name: format!("web-{number}").into(),
        ..EndpointNames::default()
    }
}

fn observe(metrics: &Metrics, source: u32, destination: u32) {
    let flow = Flow {
        event_type: EventType::TRACE,
        protocol: Protocol::TCP,
        verdict: Verdict::FORWARDED,
        ..Flow::default()
    };
    let (source, destination) = (pod(source), pod(destination));
    let view = FlowView::from(&flow);
    metrics.observe(&view.with_source(&source).with_destination(&destination));
}

fn metrics(limit: usize) -> Metrics {
    let configs = MetricConfig::parse_list("flow:sourceContext=pod;destinationContext=pod");
    let builder = Metrics::builder().metrics(configs).series_limit(limit);
    builder
        .expire_after(Duration::ZERO)
        .build()
        .expect("a configuration")
        .0
}

/// A thread that counts when it is told to.
struct Counter {
    to: Sender<(u32, u32)>,
    done: Receiver<()>,
    thread: JoinHandle<()>,
}

impl Counter {
    fn new(metrics: &Metrics) -> Self {
        let (to, flows) = channel::<(u32, u32)>();
        let (report, done) = channel();
        let metrics = metrics.clone();
        let thread = std::thread::spawn(move || {
            for (source, destination) in flows {
                observe(&metrics, source, destination);
                report.send(()).expect("somebody listens");
            }
        });
        Self { to, done, thread }
    }

    fn count(&self, source: u32, destination: u32) {
        self.to.send((source, destination)).expect("it listens");
        self.done.recv().expect("it reports");
    }

    fn end(self) {
        drop(self.to);
        self.thread.join().expect("it does not panic");
    }
}

/// Adds up what a reader sees, as Prometheus does.
#[derive(Default)]
struct Reader {
    last: HashMap<String, u64>,
    finished: u64,
    overflow: u64,
}

impl Reader {
    fn read(&mut self, text: &str) {
        let mut now = HashMap::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (name, value) = line.rsplit_once(' ').expect("a value");
            let value: f64 = value.parse().expect("a number");
            let value = value as u64;
            if name.starts_with("flow_metrics_overflow_total") {
                self.overflow = value;
            } else {
                assert_eq!(
                    now.insert(name.to_owned(), value),
                    None,
                    "{name} stands twice"
                );
            }
        }
        for (name, before) in &self.last {
            match now.get(name) {
                None => self.finished += before,
                Some(value) => assert!(value >= before, "{name} falls from {before} to {value}"),
            }
        }
        self.last = now;
    }

    fn total(&self) -> u64 {
        self.finished + self.last.values().sum::<u64>()
    }
}

#[derive(Clone, Debug)]
enum Step {
    Count(usize, u32, u32),
    Read,
    Gone(u32),
    /// Ends a thread and begins another one.
    Thread(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => (0..3_usize, 0..6_u32, 0..6_u32).prop_map(|(thread, one, other)| Step::Count(thread, one, other)),
        2 => Just(Step::Read),
        2 => (0..6_u32).prop_map(Step::Gone),
        1 => (0..3_usize).prop_map(Step::Thread),
    ];
    proptest::collection::vec(step, 0..120)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// The sums over all series are what was counted, with any budget, whoever goes and comes again.
    #[test]
    fn nothing_is_lost(steps in steps(), limit in 1..40_usize) {
        let metrics = metrics(limit);
        let mut threads: Vec<Counter> = (0..3).map(|_| Counter::new(&metrics)).collect();
        let mut reader = Reader::default();
        let mut counted = 0;
        for step in steps {
            match step {
                Step::Count(thread, source, destination) => {
                    threads[thread].count(source, destination);
                    counted += 1;
                }
                Step::Read => {
                    reader.read(&metrics.encode(Format::Prometheus));
                    prop_assert_eq!(reader.total(), counted);
                    prop_assert!(reader.last.len() <= limit.max(1) + 1);
                }
                Step::Gone(number) => metrics.pod_gone("shop", &format!("web-{number}")),
                Step::Thread(thread) => {
                    let new = Counter::new(&metrics);
                    std::mem::replace(&mut threads[thread], new).end();
                }
            }
        }
        for _ in 0..2 {
            reader.read(&metrics.encode(Format::Prometheus));
            prop_assert_eq!(reader.total(), counted);
        }
        threads.into_iter().for_each(Counter::end);
        reader.read(&metrics.encode(Format::Prometheus));
        prop_assert_eq!(reader.total(), counted);
    }
}

#[test]
fn beyond_the_budget_the_label_with_the_most_values_gives_way() {
    let metrics = metrics(80);
    for destination in 0..1_000 {
        observe(&metrics, destination % 2, destination);
    }
    let text = metrics.encode(Format::Prometheus);
    let mut reader = Reader::default();
    reader.read(&text);
    assert_eq!(reader.total(), 1_000);
    // Seven eighths of the budget, and one for each source.
    assert_eq!((reader.last.len(), reader.overflow), (72, 930));
    let other = "destination=\"other\",protocol=\"TCP\",source=\"shop/web-1\"";
    assert!(text.contains(other), "{text}");
    assert!(
        text.contains("flow_metrics_overflow_total{metric=\"flow\"} 930\n"),
        "{text}"
    );
}

#[test]
fn a_pod_that_is_gone_is_shown_once_more() {
    let metrics = metrics(100);
    observe(&metrics, 1, 2);
    observe(&metrics, 3, 4);
    metrics.pod_gone("shop", "web-2");
    assert!(metrics.encode(Format::Prometheus).contains("web-2"));
    let text = metrics.encode(Format::Prometheus);
    assert!(!text.contains("web-2") && text.contains("web-4"), "{text}");
    observe(&metrics, 1, 2);
    assert!(metrics.encode(Format::Prometheus).contains(
        "source=\"shop/web-1\",subtype=\"to-endpoint\",type=\"Trace\",verdict=\"FORWARDED\"} 1"
    ));
}

/// A million pairs of pods: the memory is that of the budget, and every flow is counted.
#[test]
#[ignore = "takes seconds without an optimiser; `cargo test --release -- --ignored`"]
fn a_million_pairs() {
    let metrics = metrics(100_000);
    for source in 0..1_000 {
        for destination in 0..1_000 {
            observe(&metrics, source, destination);
        }
    }
    let begin = std::time::Instant::now();
    let text = metrics.encode(Format::Prometheus);
    println!("{} MiB in {:?}", text.len() >> 20, begin.elapsed());
    let begin = std::time::Instant::now();
    assert_eq!(metrics.encode(Format::Prometheus).len(), text.len());
    println!("again in {:?}", begin.elapsed());
    let mut reader = Reader::default();
    reader.read(&text);
    assert_eq!(reader.total(), 1_000_000);
    assert!(reader.last.len() <= 100_001, "{}", reader.last.len());
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    println!(
        "{}",
        status
            .lines()
            .find(|line| line.starts_with("VmHWM"))
            .unwrap_or_default()
    );
}
