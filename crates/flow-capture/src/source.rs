//! A capture as a source of flows.

use std::num::NonZeroU16;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use flow_core::decode::flow_of;
use flow_core::flow::{Flow, FlowFlags};
use flow_core::pipeline::{Attached, Progress, Sink, Source, SourceError};
use flow_core::wire::Packet as Decoded;

use crate::counts::CaptureCounts;
use crate::error::CaptureError;
use crate::reader::{Packet, Reader, Step};
use crate::table::FlowTable;

/// How often the table is searched for what is to be reported.
const REPORT: Duration = Duration::from_secs(1);
/// A connection without a packet for this long leaves the table.
const IDLE: Duration = Duration::from_secs(300);
/// Connections in the table: 18 MiB when it is full.
const CONNECTIONS: usize = 32_768;
/// Packets read by one call of `poll` at most.
const BATCH: u32 = 1_024;

/// What a flow of a capture is: a connection or a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CaptureMode {
    /// Connections: a flow when one ends, is idle or the capture ends, and, where there is an
    /// interval, for what came since the last one.
    Aggregated {
        /// Time between two flows of a connection that goes on.
        interval: Option<Duration>,
    },
    /// Packets, each of them.
    Packets,
    /// Packets, one in so many.
    Sampled(NonZeroU16),
}

/// Yields the flows of a capture, and its packets for the stages of a pipeline.
///
/// The clock is that of the capture. Packets that make no flow are [counted](CaptureCounts) by
/// their reasons; nothing else is lost.
///
/// ```
/// use flow_capture::{CaptureMode, CaptureSource, Reader, Writer};
/// use flow_core::pipeline::{Pipeline, Since};
/// use flow_core::ring::Next;
///
/// // IPv4 from 10.0.0.1 to 10.0.0.2, UDP from port 4242 to 53, "hi".
/// let frame = [
///     2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x08, 0x00, //
///     0x45, 0, 0, 30, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, //
///     0x10, 0x92, 0, 53, 0, 10, 0, 0, b'h', b'i',
/// ];
/// let mut file = Vec::new();
/// Writer::new(&mut file, flow_capture::LINK_ETHERNET)?.write(1_700_000_000_000_000_000, &frame)?;
///
/// let capture = Reader::new(Box::new(std::io::Cursor::new(file)))?;
/// let source = CaptureSource::new("example", capture, CaptureMode::Packets);
/// let progress = source.progress();
/// let pipeline = Pipeline::builder().source(source).start()?;
/// pipeline.subscribe(Since::Oldest).for_each(|next| match next {
///     Next::Record(flow) => println!("{}", flow.line()),
///     Next::Lost(count) => eprintln!("{count} lost"),
/// });
/// assert_eq!(pipeline.join()?.published, 1);
/// assert_eq!(progress.counts().to_string(), "1 packet read: 1 in 1 flow");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct CaptureSource {
    name: String,
    reader: Reader,
    table: Table,
    progress: CaptureProgress,
    is_stopped: bool,
}

/// Progress of a [`CaptureSource`], for other threads. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct CaptureProgress(Arc<Mutex<State>>);

#[derive(Clone, Debug, Default)]
struct State {
    counts: CaptureCounts,
    offset: u64,
}

impl CaptureProgress {
    /// Returns the counts of the packets read so far.
    #[must_use]
    pub fn counts(&self) -> CaptureCounts {
        self.lock().counts.clone()
    }

    /// Returns the number of bytes that have been read of the capture.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.lock().offset
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is made of packets.
struct Table {
    mode: CaptureMode,
    connections: FlowTable,
    /// Time of the newest packet and when it was read.
    newest: Option<(u64, Instant)>,
    reported: u64,
    counts: CaptureCounts,
}

impl CaptureSource {
    /// Creates a source of the packets that `reader` has not returned yet; `name` stands in
    /// messages.
    #[must_use]
    pub fn new(name: impl Into<String>, reader: Reader, mode: CaptureMode) -> Self {
        Self {
            name: name.into(),
            reader,
            table: Table {
                mode,
                connections: FlowTable::with_capacity(CONNECTIONS),
                newest: None,
                reported: 0,
                counts: CaptureCounts::default(),
            },
            progress: CaptureProgress::default(),
            is_stopped: false,
        }
    }

    /// Returns a handle to the progress, for other threads.
    #[must_use]
    pub fn progress(&self) -> CaptureProgress {
        self.progress.clone()
    }

    fn read(&mut self, timeout: Duration, sink: &mut dyn Sink) -> Result<Progress, CaptureError> {
        let mut patience = timeout;
        for _ in 0..BATCH {
            match self.reader.poll(patience)? {
                Step::Packet(packet) => {
                    self.table.packet(&packet, sink);
                    patience = Duration::ZERO;
                }
                Step::NotReady => break,
                Step::End => return Ok(Progress::Ended),
            }
        }
        // Where nothing comes at the moment, time goes on all the same.
        self.table.tick(sink);
        Ok(Progress::Open)
    }
}

impl Table {
    fn packet(&mut self, packet: &Packet<'_>, sink: &mut dyn Sink) {
        self.newest = Some((packet.time_ns, Instant::now()));
        self.counts.packets += 1;
        let Some(capture) = packet.capture() else {
            return self.counts.add_unsupported(packet.link_type);
        };
        let mut flow = match flow_of(&capture) {
            Ok(flow) => flow,
            Err(reason) => return self.counts.add(&reason),
        };
        packet.set_interface(&mut flow);
        let decoded = Decoded::parse(capture.link, packet.data, packet.wire_len as usize);
        match self.mode {
            CaptureMode::Aggregated { .. } => {
                let flows = &mut self.counts.flows;
                self.connections
                    .add_packet(&flow, &decoded, &mut |flow| report(flow, flows, sink));
            }
            CaptureMode::Packets => report(&flow, &mut self.counts.flows, sink),
            CaptureMode::Sampled(rate) => {
                let before = self.counts.in_flows + self.counts.sampled_out;
                if !(before + 1).is_multiple_of(u64::from(rate.get())) {
                    self.counts.sampled_out += 1;
                    return;
                }
                flow.sample_rate = rate.get();
                flow.flags |= FlowFlags::SAMPLED;
                report(&flow, &mut self.counts.flows, sink);
            }
        }
        self.counts.in_flows += 1;
        sink.packet(&flow, &decoded);
        self.tick(sink);
    }

    /// Hands on the time, and reports the connections for which it is time, by the clock of the
    /// capture.
    fn tick(&mut self, sink: &mut dyn Sink) {
        let Some((time, read)) = self.newest else {
            return;
        };
        let interval = match self.mode {
            CaptureMode::Aggregated { interval } => interval,
            CaptureMode::Packets | CaptureMode::Sampled(_) => None,
        };
        let now = match interval {
            Some(_) => time.saturating_add(nanoseconds(read.elapsed())),
            None => time,
        };
        if now.abs_diff(self.reported) < nanoseconds(REPORT) {
            return;
        }
        self.reported = now;
        sink.tick(now);
        let flows = &mut self.counts.flows;
        let mut put = |flow: &Flow| report(flow, flows, sink);
        if let Some(interval) = interval {
            let before = now.saturating_sub(nanoseconds(interval));
            self.connections.report(before, &mut put);
        }
        self.connections
            .expire(now.saturating_sub(nanoseconds(IDLE)), &mut put);
    }

    /// Reports what is left.
    fn finish(&mut self, sink: &mut dyn Sink) {
        let flows = &mut self.counts.flows;
        let mut put = |flow: &Flow| report(flow, flows, sink);
        // In order of their newest packets.
        self.connections.expire(u64::MAX, &mut put);
        self.connections.finish(&mut put);
    }
}

fn report(flow: &Flow, flows: &mut u64, sink: &mut dyn Sink) {
    *flows += 1;
    let mut flow = *flow;
    sink.flow(&mut flow, &Attached::NONE);
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

impl Source for CaptureSource {
    fn name(&self) -> &str {
        &self.name
    }

    fn poll(&mut self, timeout: Duration, sink: &mut dyn Sink) -> Result<Progress, SourceError> {
        let progress = match self.is_stopped {
            true => Ok(Progress::Ended),
            false => self.read(timeout, sink),
        };
        // What was read is right, whatever comes after it.
        if !matches!(progress, Ok(Progress::Open)) {
            self.table.finish(sink);
        }
        *self.progress.lock() = State {
            counts: self.table.counts.clone(),
            offset: self.reader.offset(),
        };
        progress.map_err(|error| SourceError::new(&*self.name, "reading", error))
    }

    fn stop(&mut self) {
        self.is_stopped = true;
    }
}

impl std::fmt::Debug for CaptureSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CaptureSource")
            .field("name", &self.name)
            .field("mode", &self.table.mode)
            .finish_non_exhaustive()
    }
}
