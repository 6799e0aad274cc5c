//! A source in memory, read by hand, by the contracts and by a pipeline.

use std::error::Error;
use std::hint::black_box;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use flow_core::flow::{Flow, Verdict};
use flow_core::pipeline::{
    Attached, Enricher, Filter, Lost, Pipeline, Progress, Sink, Source, SourceError, enricher_fn,
    filter_fn,
};
use flow_core::ring::{Ring, Writer};
use flow_core::store::FlowStore;
use flow_core::view::FlowView;
use flow_core::wire::Packet;

const FLOWS: u64 = 1 << 18;
const BATCH: u64 = 1_024;
const HISTORY: usize = 1 << 12;

/// What happens to each flow before it is in the ring.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    Ring,
    Filter,
    EnrichAndFilter,
}

impl Lane {
    pub(crate) const ALL: &'static [Self] = &[Self::Ring, Self::Filter, Self::EnrichAndFilter];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Ring => "to the ring",
            Self::Filter => "a filter, half to the ring",
            Self::EnrichAndFilter => "an enricher, a filter, half to it",
        }
    }
}

fn enrich(flow: &mut Flow) {
    flow.source.identity = u32::from(flow.source.port) & 0xff;
}

fn is_chosen(flow: &Flow) -> bool {
    flow.verdict == Verdict::DROPPED
}

/// Hands out the same flow with other ports, and notes how long that took.
struct Memory {
    flow: Flow,
    given: u64,
    began: Option<Instant>,
    took: Arc<Mutex<Duration>>,
}

impl Source for Memory {
    fn name(&self) -> &str {
        "memory"
    }

    fn poll(&mut self, _: Duration, sink: &mut dyn Sink) -> Result<Progress, SourceError> {
        let began = *self.began.get_or_insert_with(Instant::now);
        if self.given == FLOWS {
            *self.took.lock().expect("nobody panics") = began.elapsed();
            return Ok(Progress::Ended);
        }
        for _ in 0..BATCH {
            self.flow.source.port = self.given as u16;
            self.flow.verdict = match self.given % 2 {
                0 => Verdict::DROPPED,
                _ => Verdict::FORWARDED,
            };
            sink.flow(black_box(&mut self.flow), &Attached::NONE);
            self.given += 1;
        }
        Ok(Progress::Open)
    }

    fn stop(&mut self) {}
}

fn memory() -> (Memory, Arc<Mutex<Duration>>) {
    let took = Arc::default();
    let source = Memory {
        flow: Flow::default(),
        given: 0,
        began: None,
        took: Arc::clone(&took),
    };
    (source, took)
}

fn nanoseconds(took: &Mutex<Duration>) -> f64 {
    took.lock().expect("nobody panics").as_nanos() as f64 / FLOWS as f64
}

/// What an embedder writes by hand, who knows at compile time what is done with a flow.
struct Inlined {
    lane: Lane,
    writer: Writer<Flow>,
    received: u64,
    published: u64,
    filtered: u64,
}

impl Inlined {
    #[inline]
    fn take(&mut self, flow: &mut Flow) {
        self.received += 1;
        if self.lane == Lane::EnrichAndFilter {
            enrich(flow);
        }
        if self.lane != Lane::Ring && !is_chosen(flow) {
            self.filtered += 1;
            return;
        }
        self.writer.publish(flow);
        self.published += 1;
    }

    fn sums(&self) -> (u64, u64) {
        (self.received, self.published + self.filtered)
    }
}

/// The same by the contracts, for enrichers and filters that are chosen while it runs.
struct Composed {
    enricher: Option<Box<dyn Enricher>>,
    filter: Option<Box<dyn Filter>>,
    store: FlowStore,
    writer: Writer<Flow>,
    received: u64,
    published: u64,
    filtered: u64,
}

impl Composed {
    fn new(lane: Lane, writer: Writer<Flow>) -> Self {
        Self {
            enricher: (lane == Lane::EnrichAndFilter).then(|| Box::new(enricher_fn(enrich)) as _),
            filter: (lane != Lane::Ring).then(|| Box::new(chosen()) as _),
            store: FlowStore::with_capacity(HISTORY),
            writer,
            received: 0,
            published: 0,
            filtered: 0,
        }
    }

    #[inline]
    fn take(&mut self, flow: &mut Flow, attached: &Attached<'_>) {
        self.received += 1;
        if let Some(enricher) = &self.enricher {
            enricher.enrich(flow, attached);
        }
        if let Some(filter) = &self.filter
            && !filter.matches(&attached.over(FlowView::new(flow, &self.store)))
        {
            self.filtered += 1;
            return;
        }
        self.writer.publish(flow);
        self.published += 1;
    }

    fn sums(&self) -> (u64, u64) {
        (self.received, self.published + self.filtered)
    }
}

fn chosen() -> impl Filter {
    filter_fn(|view: &FlowView<'_>| is_chosen(view.flow()))
}

/// Hands every flow to `take`, and nothing else.
struct Each<F>(F);

impl<F: FnMut(&mut Flow, &Attached<'_>)> Sink for Each<F> {
    #[inline]
    fn flow(&mut self, flow: &mut Flow, attached: &Attached<'_>) {
        (self.0)(flow, attached);
    }

    fn packet(&mut self, _: &Flow, _: &Packet<'_>) {}

    fn tick(&mut self, _: u64) {}

    fn lost(&mut self, _: Lost) {}

    fn undecodable(&mut self, _: &dyn Error) {}
}

/// Reads the source to its end in a thread of its own, as a pipeline does.
fn read(work: impl FnOnce(Memory, Writer<Flow>) -> (u64, u64) + Send + 'static) -> f64 {
    let (source, took) = memory();
    let (writer, ring) = Ring::with_capacity(HISTORY).expect("memory");
    let sums = thread::spawn(move || work(source, writer)).join();
    assert_eq!(sums.expect("it ends"), (FLOWS, FLOWS));
    drop(ring);
    nanoseconds(&took)
}

fn drain(source: &mut Memory, sink: &mut dyn Sink) {
    while source.poll(Duration::ZERO, sink).expect("it goes on") == Progress::Open {}
}

/// Nanoseconds a flow of a loop that knows what it does.
pub(crate) fn by_hand(lane: Lane) -> f64 {
    read(move |mut source, writer| {
        let mut hand = Inlined {
            lane,
            writer,
            received: 0,
            published: 0,
            filtered: 0,
        };
        drain(
            &mut source,
            &mut Each(|flow: &mut Flow, _: &Attached<'_>| hand.take(flow)),
        );
        hand.sums()
    })
}

/// Nanoseconds a flow of a loop around the contracts.
pub(crate) fn by_contracts(lane: Lane) -> f64 {
    read(move |mut source, writer| {
        let mut composed = Composed::new(lane, writer);
        drain(
            &mut source,
            &mut Each(|flow: &mut Flow, attached: &Attached<'_>| composed.take(flow, attached)),
        );
        composed.sums()
    })
}

/// Nanoseconds a flow of a pipeline with the source.
pub(crate) fn by_pipeline(lane: Lane) -> f64 {
    let (source, took) = memory();
    let mut builder = Pipeline::builder().source(source).history(HISTORY);
    if lane == Lane::EnrichAndFilter {
        builder = builder.enricher(enricher_fn(enrich));
    }
    if lane != Lane::Ring {
        builder = builder.filter(chosen());
    }
    let stats = builder.start().expect("it starts").join().expect("it ends");
    assert_eq!(
        (stats.received, stats.published + stats.filtered),
        (FLOWS, FLOWS)
    );
    nanoseconds(&took)
}
