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
use super::loss::{Lost, LostAt};
use super::shared::Shared;
use super::source::{Attached, Progress, Sink, Source};
use crate::flow::Flow;
use crate::record::L7Record;
use crate::resolve::Store;
use crate::ring::Writer;
use crate::view::FlowView;
use crate::wire::Packet;

/// How long a source may wait for records before the thread looks around.
const WAIT: Duration = Duration::from_millis(100);

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
    thread: usize,
    at: At,
}

impl Line {
    /// `record` is the layer 7 record of a stage; `attached` has that of a source.
    #[inline]
    fn take(&mut self, flow: &mut Flow, attached: &Attached<'_>, record: Option<&mut L7Record>) {
        let shared = &*self.shared;
        let counts = shared.ledger.thread(self.thread);
        counts.received();
        let given = match &record {
            Some(record) => Attached {
                l7: Some(record),
                ..*attached
            },
            None => *attached,
        };
        for (index, enricher) in self.steps.enrichers.iter().enumerate() {
            self.at = At::Enricher(index);
            enricher.enrich(flow, &given);
        }
        {
            let view = given.over(FlowView::new(flow, &shared.names));
            if let Some(filter) = &self.steps.filter {
                self.at = At::Filter;
                if !filter.matches(&view) {
                    counts.filtered();
                    return;
                }
            }
            for (index, observer) in self.steps.observers.iter().enumerate() {
                self.at = At::Observer(index);
                observer.observe(&view);
            }
        }
        // Only now: what is not chosen takes no place from what is.
        let names = &shared.names;
        if let Some(source) = given.source {
            flow.source.meta = names.store_endpoint(source.clone());
        }
        if let Some(destination) = given.destination {
            flow.destination.meta = names.store_endpoint(destination.clone());
        }
        if let Some(extra) = given.extra {
            flow.ext = names.store_extra(extra.clone());
        }
        if let Some(record) = given.l7 {
            flow.l7 = names.store_l7(record.clone());
        }
        self.writer.publish(flow);
        counts.published();
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
        mut act: impl FnMut(&mut dyn Stage, &mut dyn FnMut(&mut Flow, &mut L7Record)),
    ) {
        for (index, stage) in self.stages.iter_mut().enumerate() {
            self.line.at = At::Stage(index);
            let line = &mut self.line;
            act(&mut **stage, &mut |flow, record| {
                line.take(flow, &Attached::NONE, Some(record));
                line.at = At::Stage(index);
            });
        }
        self.line.at = At::Source;
    }
}

impl Sink for Taker {
    #[inline]
    fn flow(&mut self, flow: &mut Flow, attached: &Attached<'_>) {
        self.line.take(flow, attached, None);
        self.line.at = At::Source;
    }

    #[inline]
    fn packet(&mut self, flow: &Flow, packet: &Packet<'_>) {
        self.each_stage(|stage, emit| stage.packet(flow, packet, emit));
    }

    fn tick(&mut self, now: u64) {
        self.each_stage(|stage, emit| stage.tick(now, emit));
    }

    fn lost(&mut self, lost: Lost) {
        self.line.lost(lost);
        self.line.at = At::Source;
    }

    fn undecodable(&mut self, error: &dyn Error) {
        let counts = self.line.shared.ledger.thread(self.line.thread);
        counts.received();
        counts.undecodable();
        self.line.shared.ledger.losses.add(Lost {
            at: LostAt::Decode,
            count: 1,
        });
        for (index, observer) in self.line.steps.observers.iter().enumerate() {
            self.line.at = At::Observer(index);
            observer.undecodable(error);
        }
        self.line.at = At::Source;
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
                    shared,
                    writer,
                    thread,
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
        let mut stopped: Option<Instant> = None;
        loop {
            self.taker.line.at = At::Source;
            if self.source.poll(WAIT, &mut self.taker)? == Progress::Ended {
                break;
            }
            match stopped {
                None if self.taker.line.shared.is_stopping() => {
                    self.source.stop();
                    stopped = Some(Instant::now());
                }
                Some(since) if since.elapsed() > self.taker.line.shared.drain_limit => {
                    return Err(PipelineError::NotDrained {
                        source_name: self.source.name().to_owned(),
                        limit: self.taker.line.shared.drain_limit,
                    });
                }
                _ => {}
            }
        }
        self.taker.each_stage(|stage, emit| stage.finish(emit));
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

/// What a panic said.
fn message(panic: &(dyn Any + Send)) -> String {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => (*text).to_owned(),
        (_, Some(text)) => text.clone(),
        _ => "a value that is no text".to_string(),
    }
}
