//! One thread of a pipeline: reads a source and takes each flow through every step.

use core::any::Any;
use core::time::Duration;
use std::borrow::ToOwned;
use std::boxed::Box;
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::string::{String, ToString};
use std::sync::Arc;
use std::time::Instant;
use std::vec::Vec;

use super::contract::{Enricher, Filter, Observer, Stage};
use super::error::{PipelineError, Place};
use super::ledger::ThreadCounts;
use super::loss::{Lost, LostAt};
use super::shared::Shared;
use super::source::{Attached, Progress, Sink, Source};
use crate::flow::Flow;
use crate::names::NameHold;
use crate::record::L7Record;
use crate::resolve::Store;
use crate::ring::Writer;
use crate::store::HeldNames;
use crate::view::FlowView;
use crate::wire::Packet;

/// How long a source may wait for records before the thread looks around.
const WAIT: Duration = Duration::from_millis(100);

/// How often the names that no flow bears any more are freed.
const RECLAIM: Duration = Duration::from_millis(250);

/// What all threads of a pipeline do with a flow.
pub(super) struct Steps {
    pub(super) enrichers: Vec<Box<dyn Enricher>>,
    pub(super) filter: Option<Box<dyn Filter>>,
    pub(super) observers: Vec<Box<dyn Observer>>,
}

/// Where a thread is, for the report of a panic.
#[derive(Clone, Copy)]
enum At {
    Source,
    Stage(usize),
    Enricher(usize),
    Filter,
    Observer(usize),
}

/// One thread's work.
pub(super) struct Worker {
    source: Box<dyn Source>,
    taker: Taker,
}

/// Takes the flows of one source.
struct Taker {
    stages: Vec<Box<dyn Stage>>,
    line: Line,
}

/// Takes each flow, of a packet or of a stage, through the steps.
struct Line {
    steps: Arc<Steps>,
    shared: Arc<Shared>,
    writer: Writer<Flow>,
    counts: Arc<ThreadCounts>,
    at: At,
}

impl Line {
    /// Takes a flow of a source.
    #[inline]
    fn take(&mut self, hold: &NameHold<'_>, flow: &mut Flow, attached: &Attached<'_>) {
        if self.choose(hold, flow, attached) {
            if !attached.is_empty() {
                self.store(flow, attached);
            }
            self.publish(flow);
        }
    }

    /// Takes a flow that a stage made, and its layer 7 record.
    fn take_record(&mut self, hold: &NameHold<'_>, flow: &mut Flow, record: &mut L7Record) {
        if self.choose(hold, flow, &Attached::l7(record)) {
            flow.l7 = self.shared.store.store_l7(record);
            self.publish(flow);
        }
    }

    /// Enriches a flow and shows it to the filter and, where that chooses it, to the observers.
    #[inline(always)]
    fn choose(&mut self, hold: &NameHold<'_>, flow: &mut Flow, attached: &Attached<'_>) -> bool {
        self.counts.received();
        let steps = &*self.steps;
        for (index, enricher) in steps.enrichers.iter().enumerate() {
            self.at = At::Enricher(index);
            enricher.enrich(flow, attached);
        }
        if steps.filter.is_none() && steps.observers.is_empty() {
            return true;
        }
        let held = HeldNames::new(&self.shared.store, hold);
        let mut view = FlowView::new(flow, &held);
        if !attached.is_empty() {
            attached.put(&mut view);
        }
        if let Some(filter) = &steps.filter {
            self.at = At::Filter;
            if !filter.matches(&view) {
                self.counts.filtered();
                return false;
            }
        }
        for (index, observer) in steps.observers.iter().enumerate() {
            self.at = At::Observer(index);
            observer.observe(&view);
        }
        true
    }

    /// Keeps what a source attached. Only flows that were chosen come here: what is not chosen takes no
    /// place from what is.
    #[inline(never)]
    fn store(&self, flow: &mut Flow, attached: &Attached<'_>) {
        let store = &self.shared.store;
        if let Some(source) = attached.source {
            flow.source.meta = store.store_endpoint(source.clone());
        }
        if let Some(destination) = attached.destination {
            flow.destination.meta = store.store_endpoint(destination.clone());
        }
        if let Some(extra) = attached.extra {
            flow.ext = store.store_extra(extra.clone());
        }
        if let Some(record) = attached.l7 {
            flow.l7 = store.store_l7(&mut record.clone());
        }
    }

    #[inline(always)]
    fn publish(&mut self, flow: &Flow) {
        self.writer.publish(flow);
        self.counts.published();
    }

    fn lost(&mut self, lost: Lost) {
        self.shared.ledger.losses.add(lost);
        for (index, observer) in self.steps.observers.iter().enumerate() {
            self.at = At::Observer(index);
            observer.lost(&lost);
        }
    }
}

impl Taker {
    /// Lets every stage do something that may make flows.
    fn each_stage(
        &mut self,
        hold: &NameHold<'_>,
        mut act: impl FnMut(&mut dyn Stage, &mut dyn FnMut(&mut Flow, &mut L7Record)),
    ) {
        for (index, stage) in self.stages.iter_mut().enumerate() {
            self.line.at = At::Stage(index);
            let line = &mut self.line;
            act(&mut **stage, &mut |flow, record| {
                line.take_record(hold, flow, record);
                line.at = At::Stage(index);
            });
        }
        self.line.at = At::Source;
    }
}

/// Takes what one call of a source hands over, while the names of its flows are held.
struct Batch<'t, 'h> {
    taker: &'t mut Taker,
    hold: &'t NameHold<'h>,
}

impl Sink for Batch<'_, '_> {
    #[inline]
    fn flow(&mut self, flow: &mut Flow, attached: &Attached<'_>) {
        self.taker.line.take(self.hold, flow, attached);
        self.taker.line.at = At::Source;
    }

    #[inline]
    fn packet(&mut self, flow: &Flow, packet: &Packet<'_>) {
        self.taker
            .each_stage(self.hold, |stage, emit| stage.packet(flow, packet, emit));
    }

    fn tick(&mut self, now: u64) {
        self.taker
            .each_stage(self.hold, |stage, emit| stage.tick(now, emit));
    }

    fn lost(&mut self, lost: Lost) {
        self.taker.line.lost(lost);
        self.taker.line.at = At::Source;
    }

    fn undecodable(&mut self, error: &dyn Error) {
        let line = &mut self.taker.line;
        line.counts.received();
        line.counts.undecodable();
        line.shared.ledger.losses.add(Lost {
            at: LostAt::Decode,
            count: 1,
        });
        for (index, observer) in line.steps.observers.iter().enumerate() {
            line.at = At::Observer(index);
            observer.undecodable(error);
        }
        line.at = At::Source;
    }
}

impl Worker {
    pub(super) fn new(
        thread: usize,
        source: Box<dyn Source>,
        stages: Vec<Box<dyn Stage>>,
        steps: Arc<Steps>,
        writer: Writer<Flow>,
        shared: Arc<Shared>,
    ) -> Self {
        Self {
            source,
            taker: Taker {
                stages,
                line: Line {
                    steps,
                    writer,
                    counts: shared.ledger.thread(thread),
                    shared,
                    at: At::Source,
                },
            },
        }
    }

    /// Reads the source to its end. A failure stops all threads: without a part of the records the
    /// rest is not the truth.
    pub(super) fn run(mut self) {
        let shared = Arc::clone(&self.taker.line.shared);
        let result = catch_unwind(AssertUnwindSafe(|| self.read()));
        let result = result.unwrap_or_else(|panic| {
            Err(PipelineError::Panicked {
                place: self.place(),
                message: message(&*panic),
            })
        });
        if let Err(error) = result {
            shared.fail(error);
        }
        // What an embedder's parts do while they are dropped must not hide what went before.
        let dropped = catch_unwind(AssertUnwindSafe(|| drop(self)));
        if let Err(panic) = dropped {
            shared.fail(PipelineError::Panicked {
                place: Place::Source("being dropped".to_owned()),
                message: message(&*panic),
            });
        }
    }

    fn read(&mut self) -> Result<(), PipelineError> {
        let shared = Arc::clone(&self.taker.line.shared);
        let names = shared.store.names();
        let mut holder = names.holder();
        let mut reclaimed = Instant::now();
        let mut stopped: Option<Instant> = None;
        loop {
            self.taker.line.at = At::Source;
            let hold = holder.hold();
            let mut batch = Batch {
                taker: &mut self.taker,
                hold: &hold,
            };
            if self.source.poll(WAIT, &mut batch)? == Progress::Ended {
                break;
            }
            drop(hold);
            if reclaimed.elapsed() >= RECLAIM {
                reclaimed = Instant::now();
                names.reclaim(&self.taker.line.writer.ring());
            }
            match stopped {
                None if shared.is_stopping() => {
                    self.source.stop();
                    stopped = Some(Instant::now());
                }
                Some(since) if since.elapsed() > shared.drain_limit => {
                    return Err(PipelineError::NotDrained {
                        source_name: self.source.name().to_owned(),
                        limit: shared.drain_limit,
                    });
                }
                _ => {}
            }
        }
        let hold = holder.hold();
        self.taker
            .each_stage(&hold, |stage, emit| stage.finish(emit));
        Ok(())
    }

    fn place(&self) -> Place {
        let (stages, steps) = (&self.taker.stages, &self.taker.line.steps);
        match self.taker.line.at {
            At::Source => Place::Source(self.source.name().to_owned()),
            At::Stage(index) => Place::Stage(stages[index].name().to_owned()),
            At::Enricher(index) => Place::Enricher(steps.enrichers[index].name().to_owned()),
            At::Filter => Place::Filter,
            At::Observer(index) => Place::Observer(steps.observers[index].name().to_owned()),
        }
    }
}

/// The message of a panic.
fn message(panic: &(dyn Any + Send)) -> String {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => (*text).to_owned(),
        (_, Some(text)) => text.clone(),
        _ => "a value that is no text".to_string(),
    }
}
