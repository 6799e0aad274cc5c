//! What a parser may reach, and where its records become flows.

use core::mem;

use super::limits::Limits;
use super::recorder::Recorder;
use super::stats::TrackerStats;
use crate::{L7Protocol, StreamStart, detect_stream};
use flow_core::flow::Side;
use flow_core::flow::{
    Direction, EventType, Flow, FlowFlags, FlowType, Reply, TcpFlags, Traffic, Verdict,
};
use flow_core::record::{L7Kind, L7Record, RecordFlags};

/// Takes each message: its flow and its record.
pub(super) type Emit<'a> = dyn FnMut(&Flow, &mut L7Record) + 'a;

/// What is at hand while a packet is looked at, or a connection is given up.
pub(super) struct Context<'a> {
    pub(super) recorder: &'a mut Recorder,
    pub(super) stats: &'a mut TrackerStats,
    /// The flow of the packet; of the last one where a connection is given up.
    pub(super) flow: &'a Flow,
    /// When what is looked at now was in order: mostly the time of the packet.
    pub(super) now: u64,
    /// Where what is looked at now stands in its stream.
    pub(super) position: Position,
    pub(super) emit: &'a mut Emit<'a>,
}

/// Where bytes stand in a TCP stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Position {
    /// Sequence number of the first of them.
    pub(super) sequence: u32,
    /// What their sender acknowledged of the other direction when it sent them.
    pub(super) acknowledged: Option<u32>,
}

impl Position {
    /// Where the bytes behind `length` of them stand.
    pub(super) const fn after(self, length: usize) -> Self {
        Self {
            // A segment is shorter than 2^32 bytes.
            sequence: self.sequence.wrapping_add(length as u32),
            acknowledged: self.acknowledged,
        }
    }
}

/// When the message that the recorder holds was sent, and by whom.
pub(super) struct Reported {
    pub(super) sender: Side,
    /// When its first byte was seen.
    pub(super) began: u64,
    /// When the request of a response was complete; `None` for requests, and where that is not
    /// known.
    pub(super) requested: Option<u64>,
}

/// Flags of a packet that hold of what its payload says too.
const KEPT: FlowFlags = FlowFlags(
    FlowFlags::ENCRYPTED.0
        | FlowFlags::SAMPLED.0
        | FlowFlags::PROCESS_IS_SOURCE.0
        | FlowFlags::DEPTH_LIMIT.0
        | FlowFlags::UNKNOWN_VERSION.0,
);

impl<'a> Context<'a> {
    /// Whether a message of `protocol` begins with `data`; its ports are no help within a segment
    /// (`is_within`).
    pub(super) fn begins(&self, protocol: L7Protocol, data: &[u8], is_within: bool) -> bool {
        let ports = match is_within {
            true => (0, 0),
            false => (self.flow.source.port, self.flow.destination.port),
        };
        let start = detect_stream(data, ports);
        matches!(start, StreamStart::Found { protocol: found, .. } if found == protocol)
    }

    /// For a packet.
    pub(super) fn new(
        recorder: &'a mut Recorder,
        stats: &'a mut TrackerStats,
        flow: &'a Flow,
        emit: &'a mut Emit<'a>,
    ) -> Self {
        Self {
            recorder,
            stats,
            flow,
            now: flow.time,
            position: Position::default(),
            emit,
        }
    }

    /// The same for a shorter time.
    pub(super) fn reborrow(&mut self) -> Context<'_> {
        Context {
            recorder: self.recorder,
            stats: self.stats,
            flow: self.flow,
            now: self.now,
            position: self.position,
            emit: self.emit,
        }
    }

    pub(super) const fn limits(&self) -> &Limits {
        self.recorder.limits()
    }

    /// When what is looked at now was in order.
    pub(super) const fn now(&self) -> u64 {
        self.now
    }

    /// Hands out the message that the recorder wrote last: its flow and its record.
    pub(super) fn report(&mut self, message: Reported) {
        let now = self.now();
        let record = &mut self.recorder.record;
        let is_response = record.kind == L7Kind::RESPONSE;
        if record.flags.contains(RecordFlags::TRUNCATED) {
            self.stats.truncated += 1;
        }
        if record.flags.contains(RecordFlags::MALFORMED) {
            self.stats.malformed += 1;
        }
        if is_response {
            self.stats.responses += 1;
        } else {
            self.stats.requests += 1;
        }
        record.latency_ns = message
            .requested
            .map_or(0, |requested| now.saturating_sub(requested));
        let is_reply = if is_response { Reply::YES } else { Reply::NO };
        self.hand_out(message.sender, message.began, is_reply, None);
    }

    /// Hands out the message that the recorder wrote last, to say that nothing came: what becomes of
    /// the request is not known.
    pub(super) fn report_timeout(&mut self, sender: Side, began: u64) {
        self.hand_out(sender, began, Reply::NO, Some(Verdict::UNKNOWN));
    }

    fn hand_out(&mut self, sender: Side, began: u64, is_reply: Reply, verdict: Option<Verdict>) {
        let (now, record) = (self.now, &mut self.recorder.record);
        let mut flow = *self.flow;
        if Side::sender(&flow) != sender {
            turn(&mut flow);
        }
        flow.time = now;
        flow.first_seen = began.min(now);
        if let Some(verdict) = verdict {
            flow.verdict = verdict;
        }
        // Packets are counted by the flows of packets.
        flow.traffic = Traffic::default();
        flow.tcp_flags = TcpFlags::NONE;
        flow.flags.0 &= KEPT.0;
        flow.flow_type = FlowType::L7;
        flow.event_type = EventType::L7;
        flow.event_sub_type = 0;
        flow.is_reply = is_reply;
        flow.l7_type = record.protocol();
        // Whoever keeps the record knows its handle.
        flow.l7 = 0;
        (self.emit)(&flow, record);
    }
}

/// Makes the flow of a packet that of one in the other direction.
fn turn(flow: &mut Flow) {
    mem::swap(&mut flow.source, &mut flow.destination);
    flow.direction = match flow.direction {
        Direction::INGRESS => Direction::EGRESS,
        Direction::EGRESS => Direction::INGRESS,
        other => other,
    };
    flow.flags.0 ^= FlowFlags::PROCESS_IS_SOURCE.0 * u16::from(flow.process.pid != 0);
}
