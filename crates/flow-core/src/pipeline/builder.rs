//! Puts a pipeline together and starts it.

use core::fmt;
use core::time::Duration;
use std::boxed::Box;
use std::format;
use std::sync::Arc;
use std::thread;
use std::vec::Vec;

use super::contract::{Enricher, Filter, Observer, Stage};
use super::error::StartError;
use super::ledger::Ledger;
use super::running::Pipeline;
use super::shared::Shared;
use super::source::Source;
use super::worker::{Steps, Worker};
use crate::resolve::NodeNames;
use crate::ring::Ring;
use crate::store::FlowStore;

/// Makes the stages of one thread.
type MakeStage = Box<dyn Fn() -> Box<dyn Stage>>;

/// What a [`Pipeline`] is made of. See [`Pipeline::builder`].
///
/// Every flow takes the same way: each enricher in the order in which they were added, then the
/// filter, then each observer, then the history ring. Flows that stages make of a packet's payload
/// follow that packet's flow, the same way.
#[must_use = "a pipeline starts with `start`"]
pub struct PipelineBuilder {
    sources: Vec<Box<dyn Source>>,
    stages: Vec<MakeStage>,
    steps: Steps,
    history: usize,
    node: Option<NodeNames>,
    store: Option<FlowStore>,
    drain_limit: Duration,
}

impl Default for PipelineBuilder {
    fn default() -> Self {
        Self {
            sources: Vec::new(),
            stages: Vec::new(),
            steps: Steps {
                enrichers: Vec::new(),
                filter: None,
                observers: Vec::new(),
            },
            history: Self::HISTORY,
            node: None,
            store: None,
            drain_limit: Duration::from_secs(10),
        }
    }
}

impl Pipeline {
    /// Returns a builder without sources.
    pub fn builder() -> PipelineBuilder {
        PipelineBuilder::default()
    }
}

impl PipelineBuilder {
    /// Flows that are kept unless [`history`](Self::history) says otherwise.
    pub const HISTORY: usize = 65_536;

    /// Adds a source, which gets a thread of its own.
    pub fn source(mut self, source: impl Source + 'static) -> Self {
        self.sources.push(Box::new(source));
        self
    }

    /// Adds several sources, such as the parts of one, each with a thread of its own.
    pub fn sources<S: Source + 'static>(mut self, sources: impl IntoIterator<Item = S>) -> Self {
        for source in sources {
            self = self.source(source);
        }
        self
    }

    /// Adds a stage that makes flows of the payload of packets. `make` is called once for each
    /// thread.
    pub fn stage<S: Stage + 'static>(mut self, make: impl Fn() -> S + 'static) -> Self {
        self.stages.push(Box::new(move || Box::new(make())));
        self
    }

    /// Adds an enricher, after those that were added before.
    pub fn enricher(mut self, enricher: impl Enricher + 'static) -> Self {
        self.steps.enrichers.push(Box::new(enricher));
        self
    }

    /// Sets the filter: other flows are counted and go no further.
    pub fn filter(mut self, filter: impl Filter + 'static) -> Self {
        self.steps.filter = Some(Box::new(filter));
        self
    }

    /// Adds an observer.
    pub fn observer(mut self, observer: impl Observer + 'static) -> Self {
        self.steps.observers.push(Box::new(observer));
        self
    }

    /// Sets how many flows are kept for readers, a power of two from 1 to
    /// [`MAX_CAPACITY`](crate::ring::MAX_CAPACITY); [`HISTORY`](Self::HISTORY) unless it is set.
    /// A flow takes 256 bytes, besides what its handles stand for.
    pub const fn history(mut self, flows: usize) -> Self {
        self.history = flows;
        self
    }

    /// Sets the node that observes.
    pub fn node(mut self, node: NodeNames) -> Self {
        self.node = Some(node);
        self
    }

    /// Shares what handles stand for, so that an enricher can add names. Unless it is set, the
    /// pipeline makes its own, with room for what its history refers to.
    pub fn store(mut self, store: FlowStore) -> Self {
        self.store = Some(store);
        self
    }

    /// Sets how long a source may take to end after it was stopped; 10 seconds unless it is set.
    pub const fn drain_limit(mut self, limit: Duration) -> Self {
        self.drain_limit = limit;
        self
    }

    /// Starts a thread for each source.
    ///
    /// # Errors
    /// Where there is no source, the history is of no allowed size, or the system refuses a thread
    /// or memory. Nothing runs then.
    pub fn start(self) -> Result<Pipeline, StartError> {
        let Self {
            sources,
            stages,
            steps,
            history,
            node,
            store,
            drain_limit,
        } = self;
        if sources.is_empty() {
            return Err(StartError::NoSource);
        }
        let (writer, ring) = Ring::with_capacity(history)?;
        let mut store = store.unwrap_or_else(|| FlowStore::with_capacity(history));
        if let Some(node) = node {
            store = store.with_node(node);
        }
        let ledger = Ledger::new(sources.len());
        let shared = Arc::new(Shared::new(ledger, store, drain_limit));
        let steps = Arc::new(steps);
        let mut pipeline = Pipeline::new(ring, Arc::clone(&shared));
        for (index, source) in sources.into_iter().enumerate() {
            let source_name = source.name().into();
            let worker = Worker::new(
                index,
                source,
                stages.iter().map(|make| make()).collect(),
                Arc::clone(&steps),
                writer.clone(),
                Arc::clone(&shared),
            );
            // Dropping the pipeline ends the threads that have been started.
            let thread = thread::Builder::new()
                .name(format!("flow-source-{index}"))
                .spawn(move || worker.run())
                .map_err(|cause| StartError::Thread { source_name, cause })?;
            pipeline.add(thread);
        }
        Ok(pipeline)
    }
}

impl fmt::Debug for PipelineBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PipelineBuilder")
            .field("sources", &self.sources.len())
            .field("stages", &self.stages.len())
            .field("enrichers", &self.steps.enrichers.len())
            .field("observers", &self.steps.observers.len())
            .field("history", &self.history)
            .finish_non_exhaustive()
    }
}
