//! The observer as a source of flows, for a pipeline.

use std::time::Duration;

use flow_core::pipeline::{Progress, Sink, Source, SourceError};

use crate::decode::Decoding;
use crate::shard::Shard;
use crate::source::FlowSource;

/// Flows of one ring buffer, with the payload that was captured.
impl Source for Shard {
    fn name(&self) -> &str {
        Self::name(self)
    }

    fn poll(&mut self, timeout: Duration, sink: &mut dyn Sink) -> Result<Progress, SourceError> {
        let handle = self.handle();
        let mut decoding = Decoding::take(&mut self.decoding, &handle);
        let progress = self.poll_records(timeout, &mut |record| decoding.record(record, sink));
        decoding.tick(sink);
        self.decoding = Some(decoding);
        progress
    }

    /// Stops the whole observer: see [`SourceHandle::stop`](crate::SourceHandle::stop).
    fn stop(&mut self) {
        self.handle().stop();
    }
}

/// Flows of all ring buffers, with the payload that was captured.
impl Source for FlowSource {
    fn name(&self) -> &str {
        "kernel"
    }

    fn poll(&mut self, timeout: Duration, sink: &mut dyn Sink) -> Result<Progress, SourceError> {
        let handle = self.handle();
        let mut decoding = Decoding::take(&mut self.decoding, &handle);
        let progress = self.poll_records(timeout, &mut |record| decoding.record(record, sink));
        decoding.tick(sink);
        self.decoding = Some(decoding);
        progress
    }

    fn stop(&mut self) {
        self.handle().stop();
    }
}
