use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use core::time::Duration;
use std::boxed::Box;
use std::error::Error;
use std::string::{String, ToString};
use std::sync::{Arc, Mutex};
use std::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::flow::Flow;
use crate::record::{L7Kind, L7Record};
use crate::resolve::{EndpointNames, NodeNames};
use crate::ring::{Idle, Next};
use crate::store::FlowStore;
use crate::view::FlowView;
use crate::wire::{LinkType, Packet};

mod faults;

/// IPv4 from 10.0.0.1 to 10.0.0.2, UDP from port 4242 to 53, "hi".
const PACKET: [u8; 30] = [
    0x45, 0, 0, 30, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, //
    0x10, 0x92, 0, 53, 0, 10, 0, 0, b'h', b'i',
];

/// What a source of tests does, step by step.
#[derive(Clone, Debug)]
enum Step {
    /// A flow to this port; of a packet, or without.
    Flow {
        port: u16,
        has_packet: bool,
    },
    Lost(Lost),
    Undecodable,
    Fail,
    Panic,
}

/// Does its steps, one at each call; then ends, or goes on until it is stopped.
struct Script {
    steps: std::vec::IntoIter<Step>,
    waits: bool,
    is_dropped: Arc<AtomicBool>,
}

impl Script {
    fn new(steps: impl Into<Vec<Step>>) -> Self {
        Self {
            steps: steps.into().into_iter(),
            waits: false,
            is_dropped: Arc::default(),
        }
    }

    /// Goes on until it is stopped.
    fn endless() -> Self {
        let mut script = Self::new([]);
        script.waits = true;
        script
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        self.is_dropped.store(true, Ordering::Release);
    }
}

impl Source for Script {
    fn name(&self) -> &str {
        "script"
    }

    fn poll(&mut self, _: Duration, sink: &mut dyn Sink) -> Result<Progress, SourceError> {
        match self.steps.next() {
            Some(Step::Flow { port, has_packet }) => {
                let mut flow = Flow::default();
                flow.destination.port = port;
                sink.flow(&mut flow, &Attached::NONE);
                if has_packet {
                    let packet = Packet::parse(LinkType::RawIp, &PACKET, PACKET.len());
                    sink.packet(&flow, &packet);
                }
            }
            Some(Step::Lost(lost)) => sink.lost(lost),
            Some(Step::Undecodable) => sink.undecodable(&std::io::Error::other("odd")),
            Some(Step::Fail) => return Err(SourceError::new("script", "reading", "it is gone")),
            Some(Step::Panic) => panic!("the source is broken"),
            None if self.waits => std::thread::sleep(Duration::from_millis(1)),
            None => return Ok(Progress::Ended),
        }
        Ok(Progress::Open)
    }

    fn stop(&mut self) {
        self.waits = false;
    }
}

fn to_port(port: u16) -> Step {
    Step::Flow {
        port,
        has_packet: false,
    }
}

/// Reads everything of a pipeline that has ended.
fn read(mut subscription: Subscription) -> Vec<Next<Flow>> {
    let mut all = Vec::new();
    while let Ok(next) = subscription.try_next() {
        all.push(next);
    }
    assert_eq!(subscription.try_next(), Err(Idle::Closed));
    all
}

fn ports(subscription: Subscription) -> Vec<u16> {
    read(subscription)
        .into_iter()
        .map(|next| match next {
            Next::Record(flow) => flow.destination.port,
            Next::Lost(count) => panic!("{count} lost"),
        })
        .collect()
}

#[derive(Default)]
struct Seen {
    ports: Mutex<Vec<u16>>,
    lost: AtomicU64,
    reasons: Mutex<Vec<String>>,
}

impl Observer for Seen {
    fn undecodable(&self, error: &dyn Error) {
        self.reasons.lock().unwrap().push(error.to_string());
    }

    fn observe(&self, view: &FlowView<'_>) {
        let mut ports = self.ports.lock().unwrap();
        ports.push(view.flow().destination.port);
    }

    fn lost(&self, lost: &Lost) {
        self.lost.fetch_add(lost.count, Ordering::Relaxed);
    }
}

/// Each contract behind a pointer, as an agent keeps them that is composed at run time.
#[test]
fn the_contracts_are_object_safe_and_fit_together() {
    let source: Box<dyn Source> = Box::new(Script::new([
        to_port(1),
        to_port(2),
        to_port(3),
        Step::Undecodable,
        Step::Lost(Lost {
            at: LostAt::KernelRing,
            count: 5,
        }),
    ]));
    let enricher: Box<dyn Enricher> = Box::new(enricher_fn(|flow: &mut Flow| {
        flow.destination.identity = 100 + u32::from(flow.destination.port);
    }));
    let filter: Arc<dyn Filter> = Arc::new(filter_fn(|view: &FlowView<'_>| {
        assert!(view.flow().destination.identity > 100, "enriched before");
        view.flow().destination.port != 2
    }));
    let seen = Arc::new(Seen::default());
    let observer: Arc<dyn Observer> = Arc::clone(&seen) as _;
    let pipeline = Pipeline::builder()
        .source(source)
        .enricher(enricher)
        .filter(filter)
        .observer(observer)
        .history(16)
        .node(NodeNames::named("lab"))
        .start()
        .unwrap();
    let subscription = pipeline.subscribe(Since::Oldest);
    assert_eq!(subscription.view(&Flow::default()).node().name, "lab");
    let stats = pipeline.join().unwrap();
    assert_eq!(ports(subscription), [1, 3]);
    assert_eq!(*seen.ports.lock().unwrap(), [1, 3]);
    assert_eq!(*seen.reasons.lock().unwrap(), ["odd"]);
    assert_eq!(seen.lost.load(Ordering::Relaxed), 5);
    assert_eq!(
        (
            stats.received,
            stats.published,
            stats.filtered,
            stats.undecodable
        ),
        (4, 2, 1, 1)
    );
    assert_eq!(stats.lost.at(LostAt::KernelRing), 5);
}

/// Makes a flow of each packet, and one at the end.
struct Echo {
    seen: u16,
}

impl Stage for Echo {
    fn packet(&mut self, flow: &Flow, packet: &Packet<'_>, emit: &mut Emit<'_>) {
        assert_eq!(packet.payload(), b"hi");
        self.seen += 1;
        let mut made = *flow;
        made.destination.port += 1_000;
        emit(&mut made, &mut record());
    }

    fn finish(&mut self, emit: &mut Emit<'_>) {
        let mut last = Flow::default();
        last.destination.port = 2_000 + self.seen;
        emit(&mut last, &mut record());
    }
}

fn record() -> L7Record {
    L7Record::dns(L7Kind::REQUEST, |dns| {
        dns.query("go.dev.");
    })
}

#[test]
fn flows_of_stages_follow_their_packet_and_have_their_record() {
    let pipeline = Pipeline::builder()
        .source(Script::new([
            Step::Flow {
                port: 1,
                has_packet: true,
            },
            to_port(2),
        ]))
        .stage(|| Echo { seen: 0 })
        .history(16)
        .start()
        .unwrap();
    let mut subscription = pipeline.subscribe(Since::Oldest);
    let stats = pipeline.join().unwrap();
    assert_eq!(stats.received, 4);
    let mut shown = Vec::new();
    while let Ok(Next::Record(flow)) = subscription.wait_next() {
        let view = subscription.view(&flow);
        shown.push((flow.destination.port, view.l7() == Some(&record())));
    }
    assert_eq!(
        shown,
        [(1, false), (1_001, true), (2, false), (2_001, true)]
    );
    assert_eq!(subscription.delivered(), 4);
}

/// What nobody asked for takes no place from what somebody did.
#[test]
fn records_that_are_filtered_out_are_never_kept() {
    const HISTORY: usize = 8;
    let mut steps = std::vec![Step::Flow {
        port: 1,
        has_packet: true,
    }];
    steps.extend((0..100).map(|_| Step::Flow {
        port: 2,
        has_packet: true,
    }));
    let pipeline = Pipeline::builder()
        .source(Script::new(steps))
        .stage(|| Echo { seen: 0 })
        .filter(filter_fn(|view: &FlowView<'_>| {
            view.flow().destination.port == 1_001
        }))
        .history(HISTORY)
        .start()
        .unwrap();
    let mut subscription = pipeline.subscribe(Since::Oldest);
    let stats = pipeline.join().unwrap();
    assert_eq!((stats.published, stats.filtered), (1, 202));
    let Ok(Next::Record(flow)) = subscription.wait_next() else {
        panic!("the one flow");
    };
    assert_eq!(subscription.view(&flow).l7(), Some(&record()));
}

/// A source that knows names, as an export does.
struct Named;

impl Source for Named {
    fn name(&self) -> &str {
        "named"
    }

    fn poll(&mut self, _: Duration, sink: &mut dyn Sink) -> Result<Progress, SourceError> {
        let pod = |name: &str| EndpointNames {
            pod_name: name.into(),
            ..EndpointNames::default()
        };
        let (web, db) = (pod("web-0"), pod("db-0"));
        let attached = Attached {
            source: Some(&web),
            destination: Some(&db),
            ..Attached::NONE
        };
        sink.flow(&mut Flow::default(), &attached);
        Ok(Progress::Ended)
    }

    fn stop(&mut self) {}
}

#[test]
fn names_of_a_source_are_seen_by_the_filter_and_by_readers() {
    let pipeline = Pipeline::builder()
        .source(Named)
        .filter(filter_fn(|view: &FlowView<'_>| {
            view.source()
                .is_some_and(|names| &*names.pod_name == "web-0")
        }))
        .history(1)
        .start()
        .unwrap();
    let mut subscription = pipeline.subscribe(Since::Oldest);
    pipeline.join().unwrap();
    let Ok(Next::Record(flow)) = subscription.wait_next() else {
        panic!("one flow");
    };
    let view = subscription.view(&flow);
    assert_eq!(&*view.destination().unwrap().pod_name, "db-0");
}

#[test]
fn names_that_found_no_room_are_counted() {
    let store = FlowStore::with_capacity(1).with_name_limit(1);
    let pipeline = Pipeline::builder()
        .sources([Named, Named])
        .store(store)
        .history(2)
        .start()
        .unwrap();
    let mut subscription = pipeline.subscribe(Since::Oldest);
    let stats = pipeline.join();
    let (mut senders, mut receivers) = (0, 0);
    subscription.for_each(|next| {
        let Next::Record(view) = next else {
            panic!("nothing is lost");
        };
        senders += u32::from(view.source().is_some());
        receivers += u32::from(view.destination().is_some());
    });
    assert_eq!((senders, receivers), (2, 0));
    assert_eq!(stats.unwrap().names_refused, 2);
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => (0..4_u16, any::<bool>())
            .prop_map(|(port, has_packet)| Step::Flow { port, has_packet }),
        1 => (0..LostAt::ALL.len(), 0..9_u64)
            .prop_map(|(at, count)| Step::Lost(Lost { at: LostAt::ALL[at], count })),
        1 => Just(Step::Undecodable),
    ];
    proptest::collection::vec(step, 0..60)
}

proptest! {
    /// Whatever the sources do, the ledger adds up, and each reader gets or misses every flow.
    #[test]
    fn the_ledger_adds_up(
        sources in proptest::collection::vec(steps(), 1..4),
        history in 0_u32..7,
        wanted in 0..4_u16,
    ) {
        let mut builder = Pipeline::builder()
            .stage(|| Echo { seen: 0 })
            .filter(filter_fn(move |view: &FlowView<'_>| {
                view.flow().destination.port % 4 != wanted
            }))
            .history(1 << history);
        let (mut flows, mut undecodable, mut lost) = (0, 0, 0);
        for steps in &sources {
            // The stage's last flow.
            flows += 1;
            for step in steps {
                match step {
                    Step::Flow { has_packet, .. } => flows += 1 + u64::from(*has_packet),
                    Step::Lost(some) => lost += some.count,
                    _ => undecodable += 1,
                }
            }
            builder = builder.source(Script::new(steps.clone()));
        }
        let pipeline = builder.start().unwrap();
        let mut first = pipeline.subscribe(Since::Oldest);
        let handle = pipeline.handle();
        let stats = pipeline.join().unwrap();
        prop_assert_eq!(stats, handle.stats());
        prop_assert_eq!(stats.received, flows + undecodable);
        prop_assert_eq!(stats.undecodable, undecodable);
        prop_assert_eq!(stats.received, stats.published + stats.filtered + stats.undecodable);
        prop_assert_eq!(stats.lost.total(), lost + undecodable);
        while first.wait_next().is_ok() {}
        // It began with what was kept when it first read: after the end, the newest.
        prop_assert_eq!(first.delivered(), stats.published.min(1 << history));
        let mut counted = 0;
        let mut newest = handle.subscribe(Since::Newest(u64::MAX));
        newest.for_each(|next| counted += u64::from(matches!(next, Next::Record(_))));
        prop_assert_eq!(counted, stats.published.min(1 << history));
    }
}

/// Two readers of one pipeline: each delivered + lost is what was published.
#[test]
fn every_reader_gets_or_misses_every_flow() {
    const FLOWS: u16 = 20_000;
    let (go, wait) = std::sync::mpsc::channel::<()>();
    /// Begins when it is told to.
    struct Gate(Script, Option<std::sync::mpsc::Receiver<()>>);
    impl Source for Gate {
        fn name(&self) -> &str {
            "gate"
        }
        fn poll(&mut self, wait: Duration, sink: &mut dyn Sink) -> Result<Progress, SourceError> {
            if let Some(gate) = self.1.take() {
                let _ = gate.recv();
            }
            self.0.poll(wait, sink)
        }
        fn stop(&mut self) {}
    }
    let script = Script::new((0..FLOWS).map(to_port).collect::<Vec<_>>());
    let pipeline = Pipeline::builder()
        .source(Gate(script, Some(wait)))
        .history(64)
        .start()
        .unwrap();
    let readers: Vec<_> = (0..2)
        .map(|index| {
            let mut subscription = pipeline.subscribe(Since::Now);
            std::thread::spawn(move || {
                while let Ok(next) = subscription.wait_next() {
                    if index == 1
                        && matches!(next, Next::Record(flow) if flow.destination.port % 64 == 0)
                    {
                        std::thread::sleep(Duration::from_micros(100));
                    }
                }
                (subscription.delivered(), subscription.lost())
            })
        })
        .collect();
    go.send(()).unwrap();
    let stats = pipeline.join().unwrap();
    for reader in readers {
        let (delivered, lost) = reader.join().unwrap();
        assert_eq!(delivered + lost, stats.published);
    }
}
