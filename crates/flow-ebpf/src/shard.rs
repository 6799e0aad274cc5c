//! One ring buffer of the kernel programs, as a source of its own.

use std::time::Duration;

use flow_core::pipeline::{Progress, Record, Source, SourceError};

/// One ring buffer: see [`FlowSource::into_shards`](crate::FlowSource::into_shards).
#[derive(Debug)]
pub struct Shard {
    name: String,
}

impl Source for Shard {
    fn name(&self) -> &str {
        &self.name
    }

    fn poll(
        &mut self,
        _timeout: Duration,
        _sink: &mut dyn FnMut(Record<'_>),
    ) -> Result<Progress, SourceError> {
        Ok(Progress::Ended)
    }
}
