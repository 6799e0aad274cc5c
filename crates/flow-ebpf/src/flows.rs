//! The observer as a source of flows, for a pipeline.

use std::time::Duration;

use flow_core::pipeline::{Progress, Sink, Source, SourceError};

use crate::decode::Decoding;
use crate::handle::SourceHandle;
use crate::record::Record;
use crate::shard::Shard;
use crate::source::FlowSource;

/// What yields records of the kernel and keeps a decoder for them.
trait Records {
    fn observer(&self) -> SourceHandle;
    fn decoding(&mut self) -> &mut Option<Decoding>;
    fn records(
        &mut self,
        timeout: Duration,
        each: &mut dyn FnMut(Record<'_>),
    ) -> Result<Progress, SourceError>;

    /// One look at what is ready, decoded.
    fn flows(&mut self, timeout: Duration, sink: &mut dyn Sink) -> Result<Progress, SourceError> {
        let kept = self.decoding().take();
        let mut decoding = kept.unwrap_or_else(|| Decoding::new(&self.observer()));
        let progress = self.records(timeout, &mut |record| decoding.record(record, sink));
        decoding.tick(sink);
        *self.decoding() = Some(decoding);
        progress
    }
}

macro_rules! source {
    ($(#[$doc:meta])* $type:ty, $name:expr) => {
        impl Records for $type {
            fn observer(&self) -> SourceHandle {
                self.handle()
            }

            fn decoding(&mut self) -> &mut Option<Decoding> {
                &mut self.decoding
            }

            fn records(
                &mut self,
                timeout: Duration,
                each: &mut dyn FnMut(Record<'_>),
            ) -> Result<Progress, SourceError> {
                self.poll_records(timeout, each)
            }
        }

        $(#[$doc])*
        impl Source for $type {
            fn name(&self) -> &str {
                $name(self)
            }

            fn poll(
                &mut self,
                timeout: Duration,
                sink: &mut dyn Sink,
            ) -> Result<Progress, SourceError> {
                self.flows(timeout, sink)
            }

            /// Stops the whole observer: see [`SourceHandle::stop`].
            fn stop(&mut self) {
                self.handle().stop();
            }
        }
    };
}

source!(
    /// Flows of one ring buffer, with the payload that was captured.
    Shard,
    Shard::name
);
source!(
    /// Flows of all ring buffers, with the payload that was captured.
    FlowSource,
    |_| "kernel"
);
