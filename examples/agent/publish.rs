//! From a kernel record to a flow in the ring.

use std::sync::Arc;
use std::time::{Duration, Instant};

use flow_core::event::EventDecoder;
use flow_core::flow::Flow;
use flow_core::pipeline::{Filter, Lost, LostAt, Record};
use flow_core::ring::Writer;
use flow_ebpf::{InterfaceReader, SourceHandle, clock_sample};

use crate::losses::Losses;

/// How often the clocks are compared.
const RESAMPLE: Duration = Duration::from_secs(1);

/// Which flows are published; `None` is all.
pub(crate) type Wanted = Option<Arc<dyn Filter>>;

/// Decodes the records of one thread, filters and publishes them. Before the filter is the place
/// for enrichers.
pub(crate) struct Publisher {
    decoder: EventDecoder<InterfaceReader>,
    wanted: Wanted,
    writer: Writer<Flow>,
    losses: Arc<Losses>,
    sampled: Instant,
}

impl Publisher {
    pub(crate) fn new(
        handle: &SourceHandle,
        wanted: Wanted,
        writer: Writer<Flow>,
        losses: Arc<Losses>,
    ) -> Self {
        Self {
            decoder: handle.decoder(),
            wanted,
            writer,
            losses,
            sampled: Instant::now(),
        }
    }

    /// Publishes a record, or counts what is lost.
    pub(crate) fn record(&mut self, record: Record<'_>) {
        match record {
            Record::Kernel(bytes) => match self.decoder.decode(bytes) {
                Ok(flow) => {
                    if self
                        .wanted
                        .as_ref()
                        .is_none_or(|filter| filter.matches(&flow))
                    {
                        self.writer.publish(&flow);
                    }
                }
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
