//! From a kernel record to a flow in the ring.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use flow_core::event::{CaptureKind, EventDecoder, EventView};
use flow_core::flow::Flow;
use flow_core::pipeline::{Filter, Lost, LostAt, Record};
use flow_core::ring::Writer;
use flow_core::wire::{LinkType, Packet};
use flow_ebpf::{InterfaceReader, SourceHandle, clock_sample};

use crate::exchanges::{Exchanges, Setup};
use crate::losses::Losses;

/// How often the clocks are compared.
const RESAMPLE: Duration = Duration::from_secs(1);

/// Which flows are published; `None` is all.
pub(crate) type Wanted = Option<Arc<dyn Filter>>;

/// Decodes the records of one thread, filters and publishes them, and what captured payload says.
pub(crate) struct Publisher {
    decoder: EventDecoder<InterfaceReader>,
    /// All payload of a connection comes from the same ring buffer, so each thread has its own.
    exchanges: Option<Exchanges>,
    output: Output,
    losses: Arc<Losses>,
    sampled: Instant,
}

/// Where flows go. Before the filter is the place for enrichers.
struct Output {
    wanted: Wanted,
    writer: Writer<Flow>,
}

impl Output {
    fn put(&mut self, flow: &Flow) {
        let wanted = self.wanted.as_ref();
        if wanted.is_none_or(|filter| filter.matches(flow)) {
            self.writer.publish(flow);
        }
    }
}

impl Publisher {
    pub(crate) fn new(
        handle: &SourceHandle,
        wanted: Wanted,
        writer: Writer<Flow>,
        setup: &Setup,
        losses: Arc<Losses>,
    ) -> Self {
        Self {
            decoder: handle.decoder(),
            exchanges: Exchanges::new(setup),
            output: Output { wanted, writer },
            losses,
            sampled: Instant::now(),
        }
    }

    /// Publishes a record, or counts what is lost.
    pub(crate) fn record(&mut self, record: Record<'_>) {
        match record {
            Record::Kernel(bytes) => match self.decoder.decode(bytes) {
                Ok(flow) => {
                    self.output.put(&flow);
                    self.payload(&flow, bytes);
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

    /// Publishes what the captured bytes of a record say.
    fn payload(&mut self, flow: &Flow, record: &[u8]) {
        let Some(exchanges) = &mut self.exchanges else {
            return;
        };
        // Records of a ring buffer are aligned, and this one was whole.
        let Ok(view) = EventView::parse(record) else {
            return;
        };
        if view.header().capture_kind == CaptureKind::NETWORK {
            // The length on the wire is what the IP header says: what is captured is the beginning.
            let packet = Packet::parse(LinkType::RawIp, view.payload(), usize::MAX);
            exchanges.packet(flow, &packet, &mut |flow| self.output.put(flow));
        }
    }

    /// Keeps the clock right, and gives up what is quiet; to be called now and then.
    pub(crate) fn tick(&mut self) {
        if self.sampled.elapsed() >= RESAMPLE {
            let (boot, wall) = clock_sample();
            self.decoder.update_clock(boot, wall);
            self.sampled = Instant::now();
            if let Some(exchanges) = &mut self.exchanges {
                let now = SystemTime::now()
                    .duration_since(UNIX_EPOCH)
                    .unwrap_or_default();
                let now = u64::try_from(now.as_nanos()).unwrap_or(u64::MAX);
                exchanges.expire(now, &mut |flow| self.output.put(flow));
            }
        }
    }

    /// Publishes what is left: nothing more comes.
    pub(crate) fn finish(mut self) {
        if let Some(exchanges) = self.exchanges.take() {
            exchanges.finish(&mut |flow| self.output.put(flow));
        }
    }
}
