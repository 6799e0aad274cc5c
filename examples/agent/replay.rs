//! Flows from a capture: each packet is decoded, added up and shown before the next one is read,
//! so that nothing is lost however small the ring.

use std::io;
use std::time::{Duration, Instant};

use anyhow::anyhow;
use flow_capture::{CaptureError, FlowTable, Packet, Step};
use flow_core::decode::flow_of;
use flow_core::flow::{Flow, FlowFlags};
use flow_core::ring::{Reader, Ring, Start, Writer};
use flow_core::wire::Packet as Decoded;

use crate::args::{Mode, Observe};
use crate::exchanges::{Exchanges, Setup};
use crate::messages::{Messages, count};
use crate::progress::Progress;
use crate::stop::Stop;
use crate::tally::Tally;
use crate::view::View;

/// How long to wait for a packet before looking at signals and at the clock.
const LOOK: Duration = Duration::from_millis(100);
/// How often the table is searched for what is to be reported.
const REPORT: Duration = Duration::from_secs(1);
/// A connection without a packet for this long leaves the table.
const IDLE: Duration = Duration::from_secs(300);
/// Connections in the table: 18 MiB when it is full.
const CONNECTIONS: usize = 32_768;
/// Packets between two looks at the progress.
const STRIDE: u64 = 1_024;

/// Shows the flows of a capture. `name` is what to call it in messages.
pub(crate) fn run(
    args: &Observe,
    mut capture: flow_capture::Reader,
    name: &str,
    view: View,
    setup: Setup,
    stop: &Stop,
) -> anyhow::Result<()> {
    let mut replay = Replay::new(args, view, setup, capture.is_live())?;
    let progress = Progress::new(capture.size(), args.quiet);
    let end = replay.read(&mut capture, stop, &progress);
    progress.finish();
    match end {
        Ok(()) => replay.finish(args),
        Err(Failure::Output(error)) => Err(error.into()),
        // What was read is right: it is shown before the error.
        Err(Failure::Capture(error)) => {
            let read = match capture.packets() {
                0 => String::new(),
                packets => {
                    replay.finish(args)?;
                    format!(" (after {})", count(packets, "packet"))
                }
            };
            Err(anyhow!("{name}: {error}{read}"))
        }
    }
}

/// Why reading ended early.
enum Failure {
    Capture(CaptureError),
    Output(io::Error),
}

impl From<CaptureError> for Failure {
    fn from(error: CaptureError) -> Self {
        Self::Capture(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

struct Replay {
    mode: Mode,
    table: FlowTable,
    /// Time between two reports of a connection that goes on; `None`: until it is idle.
    interval: Option<Duration>,
    /// Time of the newest packet and when it was read.
    newest: Option<(u64, Instant)>,
    reported: u64,
    tally: Tally,
    setup: Setup,
    exchanges: Option<Exchanges>,
    output: Output,
}

/// Where flows go: into the ring, and out of it at once.
struct Output {
    writer: Writer<Flow>,
    ring: Ring<Flow>,
    reader: Reader<Flow>,
    view: View,
    flows: u64,
    result: io::Result<()>,
}

impl Output {
    fn put(&mut self, flow: &Flow) {
        self.flows += 1;
        self.say(flow);
    }

    /// Shows a flow that has no packets of its own.
    fn say(&mut self, flow: &Flow) {
        // What is not wanted must not push out of the ring what is.
        if self.result.is_ok() && self.view.wants(flow) {
            self.writer.publish(flow);
            self.result = self.view.drain(&mut self.reader);
        }
    }

    /// The error of the last [`put`](Self::put) that failed.
    fn check(&mut self) -> io::Result<()> {
        std::mem::replace(&mut self.result, Ok(()))
    }
}

impl Replay {
    fn new(args: &Observe, view: View, setup: Setup, live: bool) -> anyhow::Result<Self> {
        let (writer, ring) = Ring::<Flow>::with_capacity(args.ring_size)?;
        Ok(Self {
            mode: args.mode,
            table: FlowTable::with_capacity(CONNECTIONS),
            interval: if live {
                Some(args.interval())
            } else {
                args.interval
            },
            newest: None,
            reported: 0,
            tally: Tally::default(),
            exchanges: Exchanges::new(&setup),
            setup,
            output: Output {
                reader: ring.reader(Start::Now),
                writer,
                ring,
                view,
                flows: 0,
                result: Ok(()),
            },
        })
    }

    /// Reads to the end of the capture, or until enough was shown or `stop` is raised.
    fn read(
        &mut self,
        capture: &mut flow_capture::Reader,
        stop: &Stop,
        progress: &Progress,
    ) -> Result<(), Failure> {
        let mut patience = Duration::ZERO;
        while !stop.is_raised() && !self.output.view.is_full() {
            match capture.poll(patience)? {
                Step::Packet(packet) => {
                    self.packet(&packet);
                    patience = Duration::ZERO;
                }
                Step::NotReady => {
                    // Nothing comes at the moment: time to show what is there.
                    self.tick();
                    self.output.view.flush()?;
                    patience = LOOK;
                }
                Step::End => return Ok(()),
            }
            self.output.check()?;
            if self.tally.packets.is_multiple_of(STRIDE) {
                progress.set(capture.offset());
            }
        }
        Ok(())
    }

    fn packet(&mut self, packet: &Packet<'_>) {
        self.newest = Some((packet.time_ns, Instant::now()));
        self.tally.packets += 1;
        let Some(capture) = packet.capture() else {
            return self.tally.add_unsupported(packet.link_type);
        };
        let mut flow = match flow_of(&capture) {
            Ok(flow) => flow,
            Err(reason) => return self.tally.add(&reason),
        };
        packet.set_interface(&mut flow);
        let decoded = Decoded::parse(capture.link, packet.data, packet.wire_len as usize);
        match self.mode {
            Mode::Aggregated => {
                self.tally.in_flows += 1;
                let put = &mut |flow: &Flow| self.output.put(flow);
                self.table.add_packet(&flow, &decoded, put);
                self.payload(&flow, &decoded);
                self.tick();
            }
            Mode::Packets => {
                self.tally.in_flows += 1;
                self.output.put(&flow);
                self.payload(&flow, &decoded);
            }
            Mode::Sampled(rate) => {
                let before = self.tally.in_flows + self.tally.sampled_out;
                if (before + 1).is_multiple_of(u64::from(rate.get())) {
                    self.tally.in_flows += 1;
                    flow.sample_rate = rate.get();
                    flow.flags |= FlowFlags::SAMPLED;
                    self.output.put(&flow);
                    self.payload(&flow, &decoded);
                } else {
                    self.tally.sampled_out += 1;
                }
            }
        }
    }

    /// Shows what a packet says.
    fn payload(&mut self, flow: &Flow, packet: &Decoded<'_>) {
        if let Some(exchanges) = &mut self.exchanges {
            exchanges.packet(flow, packet, &mut |flow| self.output.say(flow));
        }
    }

    /// Reports the connections for which it is time, by the clock of the capture.
    fn tick(&mut self) {
        let Some((time, read)) = self.newest else {
            return;
        };
        let now = match self.interval {
            Some(_) => time.saturating_add(nanoseconds(read.elapsed())),
            None => time,
        };
        if now.abs_diff(self.reported) < nanoseconds(REPORT) {
            return;
        }
        self.reported = now;
        let mut put = |flow: &Flow| self.output.put(flow);
        if let Some(interval) = self.interval {
            let before = now.saturating_sub(nanoseconds(interval));
            self.table.report(before, &mut put);
        }
        self.table
            .expire(now.saturating_sub(nanoseconds(IDLE)), &mut put);
    }

    /// Shows what is left, and says what became of every packet.
    fn finish(mut self, args: &Observe) -> anyhow::Result<()> {
        let mut put = |flow: &Flow| self.output.put(flow);
        // In order of their newest packets, as the lines before.
        self.table.expire(u64::MAX, &mut put);
        self.table.finish(&mut put);
        if let Some(exchanges) = self.exchanges.take() {
            exchanges.finish(&mut |flow| self.output.say(flow));
        }
        self.output.check()?;
        let view = &mut self.output.view;
        if let Some(newest) = args.last {
            view.show_newest(&self.output.ring, newest.get())?;
        }
        view.flush()?;
        self.tally.flows = self.output.flows;
        let shown = view.shown();
        let exchanges = self.setup.sums().with_lost(0, view.gone());
        let messages = Messages::new(args.quiet);
        messages.say(format_args!("{}; {shown} shown", self.tally));
        if !exchanges.is_empty() {
            messages.say(exchanges);
        }
        Ok(())
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
