//! Packets made of any bytes, and the laws that hold of a tracker.

use super::recorder::Buffers;
use super::{Limits, Segment, Tracker, TrackerStats};
use crate::redact::Redaction;
use flow_core::flow::{Flow, Ip, Protocol, TcpFlags};

const PORTS: [u16; 8] = [53, 80, 443, 9092, 50_051, 5353, 40_000, 8080];

/// Bytes of a place in the table of connections and of its index, at most.
pub(super) const PLACE: usize = 400;

/// For tests and fuzzing: whatever the packets, the tracker keeps to its limits, and its counters
/// agree with what it reported.
pub fn exchange(data: &[u8]) {
    let limits = Limits {
        connections: 4,
        memory: 12_000,
        head: 400,
        window: 200,
        pending: 3,
        ..Limits::default()
    };
    let mut tracker = Tracker::new(limits, Redaction::default());
    let (mut sequences, mut time, mut reported) = ([[7_u32; 2]; 8], 1_000_000_u64, 0);
    let mut rest = data;
    while let [what, place, length, after @ ..] = rest {
        let (payload, after) = after.split_at(after.len().min(usize::from(*length)));
        rest = after;
        let has = |bit: u8| what & (1 << bit) != 0;
        let port = usize::from(place & 7);
        time += u64::from(place >> 3) << (place >> 3);
        let mut flow = Flow {
            protocol: if has(1) { Protocol::UDP } else { Protocol::TCP },
            time,
            ..Flow::default()
        };
        (flow.source.ip, flow.source.port) = (Ip::v4([10, 0, 0, 1]), 50_000);
        (flow.destination.ip, flow.destination.port) = (Ip::v4([10, 0, 0, 2]), PORTS[port]);
        if has(0) {
            core::mem::swap(&mut flow.source, &mut flow.destination);
        }
        let mut segment = Segment::datagram(payload);
        if !has(1) {
            let flags = [
                (2, TcpFlags::SYN),
                (3, TcpFlags::FIN),
                (4, TcpFlags::RST),
                (0, TcpFlags::ACK),
            ];
            let mut flag_bits = TcpFlags::NONE;
            for (bit, flag) in flags {
                if has(bit) {
                    flag_bits |= flag;
                }
            }
            let next = &mut sequences[port][usize::from(has(0))];
            *next = match (has(6), has(7)) {
                (true, false) => next.wrapping_add(3),
                (false, true) => next.wrapping_sub(5),
                _ => *next,
            };
            segment = Segment::stream(payload, *next, flag_bits);
            let more = u32::from(has(5)) * 9;
            *next = next.wrapping_add(payload.len() as u32 + u32::from(has(2)) + more);
        }
        segment.wire_len += u32::from(has(5)) * 9;
        tracker.track(&flow, &segment, &mut |flow, record| {
            assert_eq!(flow.l7_type, record.protocol());
            reported += 1;
        });
        let reused = Buffers::MAX + tracker.waiting_queries.heap_len();
        assert!(tracker.memory() <= limits.memory + limits.connections * PLACE + reused);
        laws(&tracker, reported);
    }
    tracker.finish(&mut |_, _| reported += 1);
    laws(&tracker, reported);
    assert_eq!((tracker.pending(), tracker.len()), (0, 0));
}

/// The laws of [`TrackerStats`]: `reported` messages were handed out.
pub(super) fn laws(tracker: &Tracker, reported: u64) {
    let stats: TrackerStats = tracker.stats();
    let packets = stats.ignored + stats.empty + stats.not_recognised + stats.after_end;
    assert_eq!(stats.segments, packets + stats.datagrams + stats.followed);
    let gone = stats.paired + stats.repeated + stats.unanswered + stats.evicted + stats.one_way;
    assert_eq!(stats.requests, gone + tracker.pending(), "{stats:?}");
    let responses = stats.paired + stats.unmatched + stats.conflicting;
    assert_eq!(stats.responses, responses, "{stats:?}");
    assert_eq!(reported, stats.requests + stats.responses + stats.timed_out);
    let ended = stats.ended + stats.expired + stats.evicted_full + stats.evicted_memory;
    assert_eq!(stats.connections, ended + tracker.len() as u64);
}
