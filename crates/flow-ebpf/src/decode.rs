//! From the kernel's records to flows.

use std::time::{Duration, Instant};

use flow_core::event::{CaptureKind, EventDecoder, EventView};
use flow_core::pipeline::{Attached, Sink};
use flow_core::wire::{LinkType, Packet};

use crate::clock::clock_sample;
use crate::handle::SourceHandle;
use crate::names::InterfaceReader;
use crate::record::Record;

/// How often the clocks are compared.
const RESAMPLE: Duration = Duration::from_secs(1);

/// Decodes records, and keeps the clock right.
#[derive(Debug)]
pub(crate) struct Decoding {
    decoder: EventDecoder<InterfaceReader>,
    sampled: Instant,
}

impl Decoding {
    pub(crate) fn new(handle: &SourceHandle) -> Self {
        Self {
            decoder: handle.decoder(),
            sampled: Instant::now(),
        }
    }

    /// Compares the clocks now and then, and reports the time.
    pub(crate) fn tick(&mut self, sink: &mut dyn Sink) {
        if self.sampled.elapsed() >= RESAMPLE {
            let (boot, wall) = clock_sample();
            self.decoder.update_clock(boot, wall);
            self.sampled = Instant::now();
            sink.tick(wall);
        }
    }

    /// Hands over the flow of a record, with the packet whose payload was captured.
    pub(crate) fn record(&mut self, record: Record<'_>, sink: &mut dyn Sink) {
        let bytes = match record {
            Record::Kernel(bytes) => bytes,
            Record::Lost(lost) => return sink.lost(lost),
        };
        // Records of a ring buffer are aligned.
        let view = match EventView::parse(bytes) {
            Ok(view) => view,
            Err(error) => return sink.undecodable(&error),
        };
        let mut flow = self.decoder.flow(view.header());
        sink.flow(&mut flow, &Attached::NONE);
        if view.header().capture_kind == CaptureKind::NETWORK {
            // The length on the wire is what the IP header says: the beginning is captured.
            let packet = Packet::parse(LinkType::RawIp, view.payload(), usize::MAX);
            sink.packet(&flow, &packet);
        }
    }
}
