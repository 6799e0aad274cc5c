//! From a kernel record to a flow in the ring.

use std::sync::Arc;
use std::time::{Duration, Instant};

use flow_core::event::EventDecoder;
use flow_core::flow::Flow;
use flow_core::pipeline::{Lost, LostAt, Record};
use flow_core::ring::Writer;
use flow_ebpf::{InterfaceReader, SourceHandle, clock_sample};

use crate::losses::Losses;

/// How often the clocks are compared.
const RESAMPLE: Duration = Duration::from_secs(1);

/// Decodes the records of one thread and publishes them. Between the two is the place for
/// enrichers and filters.
pub(crate) struct Publisher {
    decoder: EventDecoder<InterfaceReader>,
    writer: Writer<Flow>,
    losses: Arc<Losses>,
    sampled: Instant,
}

impl Publisher {
    pub(crate) fn new(handle: &SourceHandle, writer: Writer<Flow>, losses: Arc<Losses>) -> Self {
        Self {
            decoder: handle.decoder(),
            writer,
            losses,
            sampled: Instant::now(),
        }
    }

    /// Publishes a record, or counts what is lost.
    pub(crate) fn record(&mut self, record: Record<'_>) {
        match record {
            Record::Kernel(bytes) => match self.decoder.decode(bytes) {
                Ok(flow) => self.writer.publish(&flow),
                Err(_) => self.losses.add(Lost {
                    at: LostAt::Decode,
                    count: 1,
                }),
            },
            Record::Lost(lost) => self.losses.add(lost),
            _ => {}
        }
    }

    /// Keeps the clock right; to be called now and then.
    pub(crate) fn tick(&mut self) {
        if self.sampled.elapsed() >= RESAMPLE {
            let (boot, wall) = clock_sample();
            self.decoder.update_clock(boot, wall);
            self.sampled = Instant::now();
        }
    }
}
