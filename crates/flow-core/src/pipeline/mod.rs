//! From sources to readers: the pipeline, and the contracts of its parts.
//!
//! ```text
//! Source ──> flow ─────────────┬─> Enricher … ─> Filter ─> Observer … ─> history ring ─> Subscription …
//!       └──> packet ─> Stage … ┘   flows with layer 7 records go the same way
//! ```
//!
//! A [`Pipeline`] reads each [`Source`] in a thread of its own. Every flow passes the enrichers, the
//! filter and the observers, and is kept in a ring that any number of [`Subscription`]s read.
//! Stages make more flows of the payload of packets: the tracker of crate `flow-l7` is one. What is
//! filtered out is never kept, and every record is counted: see [`Stats`].
//!
//! ```
//! use core::time::Duration;
//! use flow_core::flow::{Flow, Verdict};
//! use flow_core::pipeline::{
//!     Attached, Pipeline, Progress, Since, Sink, Source, SourceError, enricher_fn, filter_fn,
//! };
//! use flow_core::ring::Next;
//! use flow_core::view::FlowView;
//!
//! /// Ten flows, to ports 1 to 10.
//! struct Ports;
//!
//! impl Source for Ports {
//!     fn name(&self) -> &str {
//!         "ports"
//!     }
//!
//!     fn poll(&mut self, _: Duration, sink: &mut dyn Sink) -> Result<Progress, SourceError> {
//!         for port in 1..=10 {
//!             let mut flow = Flow::default();
//!             flow.destination.port = port;
//!             sink.flow(&mut flow, &Attached::NONE);
//!         }
//!         Ok(Progress::Ended)
//!     }
//!
//!     fn stop(&mut self) {}
//! }
//!
//! let pipeline = Pipeline::builder()
//!     .source(Ports)
//!     .enricher(enricher_fn(|flow: &mut Flow| flow.destination.identity = 2))
//!     .filter(filter_fn(|view: &FlowView<'_>| view.flow().destination.port > 7))
//!     .history(1024)
//!     .start()?;
//! let mut subscription = pipeline.subscribe(Since::Oldest);
//! let stats = pipeline.join()?;
//! assert_eq!((stats.received, stats.published, stats.filtered), (10, 3, 7));
//! let Next::Record(flow) = subscription.wait_next()? else { panic!("nothing was lost") };
//! assert_eq!((flow.destination.port, flow.destination.identity), (8, 2));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod builder;
mod contract;
mod error;
mod ledger;
mod loss;
mod running;
mod shared;
mod source;
mod subscription;
mod worker;

pub use builder::PipelineBuilder;
pub use contract::{
    Emit, Enricher, Filter, FromFn, Observer, ObserverFn, Stage, enricher_fn, filter_fn,
    observer_fn,
};
pub use error::{PipelineError, Place, StartError};
pub use ledger::Stats;
pub use loss::{Losses, Lost, LostAt};
pub use running::{Pipeline, PipelineHandle};
pub use source::{Attached, Progress, Sink, Source, SourceError};
pub use subscription::{Since, Subscription};

#[cfg(test)]
mod tests;
