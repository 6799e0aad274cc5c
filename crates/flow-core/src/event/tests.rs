use std::string::ToString;
use std::vec::Vec;

use proptest::prelude::*;
use zerocopy::{FromBytes, IntoBytes};

use super::*;
use crate::clock::BootClock;
use crate::flow::{
    Direction, DropReason, EventType, Flow, FlowFlags, FlowType, Ip, IpVersion, Mac, Name16,
    Protocol, Reply, TcpFlags, TcpState, TracePoint, TraceReason, Verdict,
};

/// Boot plus this is wall.
const OFFSET: u64 = 1_700_000_000_000_000_000;

fn decoder() -> EventDecoder<impl InterfaceNaming> {
    let reasons = [
        (2, "SKB_DROP_REASON_NOT_SPECIFIED"),
        (3, "SKB_DROP_REASON_NO_SOCKET"),
        (0x0002_0001, "QDISC_DROP"),
    ];
    let names = |netns, index| match (netns, index) {
        (9, 2) => Name16::new(b"eth0"),
        _ => Name16::default(),
    };
    EventDecoder::new(
        BootClock::new(0, OFFSET),
        reasons.into_iter().collect(),
        names,
    )
}

/// Bytes at an address that is a multiple of 8, or off by `shift`.
struct Aligned {
    words: Vec<u64>,
    shift: usize,
    length: usize,
}

impl Aligned {
    fn new(bytes: &[u8], shift: usize) -> Self {
        let mut words = std::vec![0_u64; bytes.len() / 8 + 2];
        words.as_mut_bytes()[shift..][..bytes.len()].copy_from_slice(bytes);
        let length = bytes.len();
        Self {
            words,
            shift,
            length,
        }
    }

    fn bytes(&self) -> &[u8] {
        &self.words.as_bytes()[self.shift..][..self.length]
    }
}

fn record(kind: EventKind) -> RawEvent {
    RawEvent {
        kind,
        version: RawEvent::VERSION,
        header_len: RawEvent::SIZE as u16,
        time_ns: 2_000,
        first_ns: 1_000,
        saddr: Ip::v4([10, 0, 0, 1]).0,
        daddr: Ip::v4([10, 0, 0, 2]).0,
        sport: 4242,
        dport: 80,
        proto: 6,
        ip_version: 4,
        direction: 2,
        verdict: 1,
        tcp_flags: 0x12,
        icmp_type: 3,
        icmp_code: 1,
        ifindex: 2,
        netns: 9,
        cgroup_id: 77,
        socket_cookie: 88,
        pid: 7,
        uid: 1000,
        comm: Name16::new(b"curl").0,
        forward_bytes: 1 << 40,
        reverse_bytes: 120,
        forward_packets: 3,
        reverse_packets: 2,
        rtt_us: 90,
        smac: [2, 0, 0, 0, 0, 1],
        dmac: [2, 0, 0, 0, 0, 2],
        vlan: 42,
        is_reply: 1,
        hook: Hook::TC_EGRESS,
        ..RawEvent::default()
    }
}

fn decode(raw: &RawEvent) -> Flow {
    decoder().decode(raw.as_bytes()).expect("a whole record")
}

#[test]
fn every_field_arrives() {
    let flow = decode(&RawEvent {
        trigger: Trigger::NEW,
        flags: EventFlags::OWNER_IS_SOURCE,
        ..record(EventKind::FLOW)
    });
    assert_eq!(
        (flow.first_seen, flow.time),
        (OFFSET + 1_000, OFFSET + 2_000)
    );
    assert_eq!(flow.source.ip, Ip::v4([10, 0, 0, 1]));
    assert_eq!(flow.destination.ip, Ip::v4([10, 0, 0, 2]));
    assert_eq!((flow.source.port, flow.destination.port), (4242, 80));
    assert_eq!(flow.source.mac, Mac([2, 0, 0, 0, 0, 1]));
    assert_eq!(flow.destination.mac, Mac([2, 0, 0, 0, 0, 2]));
    assert_eq!(
        (flow.protocol, flow.ip_version),
        (Protocol::TCP, IpVersion::V4)
    );
    assert_eq!(flow.direction, Direction::EGRESS);
    assert_eq!(flow.verdict, Verdict::FORWARDED);
    assert_eq!(flow.tcp_flags, TcpFlags::SYN | TcpFlags::ACK);
    assert_eq!((flow.icmp_type, flow.icmp_code), (3, 1));
    assert_eq!(flow.drop_reason, DropReason::NONE);
    assert_eq!((flow.interface.index, flow.interface.netns), (2, 9));
    assert_eq!(flow.interface.name.as_bytes(), b"eth0");
    assert_eq!((flow.cgroup_id, flow.socket_cookie), (77, 88));
    assert_eq!((flow.process.pid, flow.process.uid), (7, 1000));
    assert_eq!(flow.process.comm.as_bytes(), b"curl");
    assert_eq!(
        (flow.traffic.forward_bytes, flow.traffic.reverse_bytes),
        (1 << 40, 120)
    );
    assert_eq!(
        (flow.traffic.forward_packets, flow.traffic.reverse_packets),
        (3, 2)
    );
    assert_eq!(flow.traffic.rtt_us, 90);
    assert_eq!(flow.vlan, 42);
    assert_eq!(flow.is_reply, Reply::NO);
    assert_eq!(flow.flow_type, FlowType::L3_L4);
    assert_eq!(flow.event_type, EventType::TRACE);
    assert_eq!(flow.trace_point, TracePoint::TO_NETWORK);
    assert_eq!(flow.trace_reason, TraceReason::NEW);
    let flags = FlowFlags::AGGREGATED | FlowFlags::NEW | FlowFlags::PROCESS_IS_SOURCE;
    assert_eq!(flow.flags, flags);
    assert_eq!((flow.source.identity, flow.l7, flow.ext), (0, 0, 0));
}

#[test]
fn every_length_is_a_flow_or_an_error_that_reports_it() {
    let raw = RawEvent {
        payload_len: 40,
        ..record(EventKind::PACKET)
    };
    let mut whole = raw.as_bytes().to_vec();
    whole.extend((0..60).map(|byte: u8| byte));
    let needed = RawEvent::SIZE + 40;
    for shift in 0..8 {
        for length in 0..=whole.len() {
            let aligned = Aligned::new(&whole[..length], shift);
            let decoded = decoder().decode(aligned.bytes());
            match length {
                0..RawEvent::SIZE => {
                    let Err(EventError::Length {
                        part,
                        offset,
                        needed,
                        got,
                    }) = decoded
                    else {
                        panic!("{length}: {decoded:?}");
                    };
                    assert_eq!((part, offset), ("header", 0));
                    assert_eq!((needed, got), (RawEvent::SIZE, length));
                }
                _ if length < needed => {
                    let error = EventError::Length {
                        part: "captured bytes",
                        offset: RawEvent::SIZE,
                        needed: 40,
                        got: length - RawEvent::SIZE,
                    };
                    assert_eq!(decoded, Err(error));
                }
                _ => assert_eq!(decoded.expect("whole"), decoder().flow(&raw)),
            }
        }
    }
}

#[test]
fn the_view_borrows_what_is_there() {
    let raw = RawEvent {
        payload_len: 5,
        ..record(EventKind::PACKET)
    };
    let bytes = [raw.as_bytes(), b"bytes", b"padding"].concat();
    let aligned = Aligned::new(&bytes, 0);
    let view = EventView::parse(aligned.bytes()).expect("whole");
    assert_eq!(view.header(), &raw);
    assert_eq!(view.payload(), b"bytes");
    assert!(view.is_known_version());
    let misplaced = Aligned::new(&bytes, 3);
    let error = EventView::parse(misplaced.bytes()).expect_err("not aligned");
    assert_eq!(error, EventError::Alignment { needed: 8, got: 3 });
    assert_eq!(
        error.to_string(),
        "kernel record: address is 3 beyond a multiple of 8 bytes"
    );
}

#[test]
fn a_header_of_a_newer_version_may_be_longer_but_not_shorter() {
    let mut raw = record(EventKind::PACKET);
    raw.version = RawEvent::VERSION + 1;
    raw.header_len = RawEvent::SIZE as u16 + 8;
    raw.payload_len = 2;
    let bytes = [raw.as_bytes(), &[0xee; 8], b"hi"].concat();
    let aligned = Aligned::new(&bytes, 0);
    let view = EventView::parse(aligned.bytes()).expect("known as far as it goes");
    assert_eq!(view.payload(), b"hi");
    assert!(!view.is_known_version());
    let flow = decoder().decode(aligned.bytes()).expect("a flow");
    assert!(flow.flags.contains(FlowFlags::UNKNOWN_VERSION));
    assert_eq!(flow.source.port, 4242);

    raw.header_len = RawEvent::SIZE as u16 - 1;
    let error = decoder().decode(raw.as_bytes()).expect_err("too short");
    assert_eq!(
        error,
        EventError::Header {
            needed: 184,
            got: 183
        }
    );
    assert_eq!(
        error.to_string(),
        "kernel record: header of 183 bytes, at least 184 expected"
    );
}

#[test]
fn each_kind_is_its_class_of_event() {
    for (kind, event, flow_type) in [
        (EventKind::FLOW, EventType::TRACE, FlowType::L3_L4),
        (EventKind::PACKET, EventType::TRACE, FlowType::L3_L4),
        (EventKind::DROP, EventType::DROP, FlowType::L3_L4),
        (EventKind::TCP_STATE, EventType::TCP_STATE, FlowType::SOCK),
        (
            EventKind::TCP_RETRANSMIT,
            EventType::TCP_RETRANSMIT,
            FlowType::L3_L4,
        ),
    ] {
        let flow = decode(&record(kind));
        assert_eq!(
            (flow.event_type, flow.flow_type),
            (event, flow_type),
            "{kind:?}"
        );
        let aggregated = flow.flags.contains(FlowFlags::AGGREGATED);
        assert_eq!(aggregated, kind == EventKind::FLOW);
        assert!(!flow.flags.contains(FlowFlags::UNKNOWN_VERSION));
    }
    for number in (0..=u8::MAX).filter(|n| !EventKind::KNOWN.contains(&EventKind(*n))) {
        let flow = decode(&record(EventKind(number)));
        assert_eq!(flow.event_type, EventType::UNKNOWN);
        assert!(flow.flags.contains(FlowFlags::UNKNOWN_VERSION), "{number}");
        assert_eq!(flow.source.port, 4242, "what the header holds is told");
    }
}

#[test]
fn each_hook_is_a_point_of_observation() {
    for (hook, point, sub_type) in [
        (Hook::TC_INGRESS, TracePoint::FROM_NETWORK, 10),
        (Hook::TC_EGRESS, TracePoint::TO_NETWORK, 11),
        (Hook::NETIF_RECEIVE, TracePoint::FROM_NETWORK, 10),
        (Hook::NET_DEV_QUEUE, TracePoint::TO_NETWORK, 11),
        (Hook::CGROUP_INGRESS, TracePoint::TO_ENDPOINT, 0),
        (Hook::CGROUP_EGRESS, TracePoint::FROM_ENDPOINT, 5),
        (Hook(200), TracePoint::UNKNOWN, 0),
    ] {
        let flow = decode(&RawEvent {
            hook,
            ..record(EventKind::PACKET)
        });
        assert_eq!(
            (flow.trace_point, flow.event_sub_type),
            (point, sub_type),
            "{hook:?}"
        );
    }
}

#[test]
fn the_trigger_reports_beginning_and_end() {
    for (trigger, is_reply, reason, flags) in [
        (Trigger::NEW, 1, TraceReason::NEW, FlowFlags::NEW),
        (
            Trigger::TCP_FLAG,
            1,
            TraceReason::ESTABLISHED,
            FlowFlags::NONE,
        ),
        (Trigger::INTERVAL, 2, TraceReason::REPLY, FlowFlags::NONE),
        (Trigger::INTERVAL, 0, TraceReason::UNKNOWN, FlowFlags::NONE),
        (Trigger::END, 1, TraceReason::ESTABLISHED, FlowFlags::END),
        (Trigger::IDLE, 1, TraceReason::ESTABLISHED, FlowFlags::NONE),
        (
            Trigger::TABLE_FULL,
            1,
            TraceReason::ESTABLISHED,
            FlowFlags::NONE,
        ),
    ] {
        let flow = decode(&RawEvent {
            trigger,
            is_reply,
            ..record(EventKind::FLOW)
        });
        assert_eq!(flow.trace_reason, reason, "{trigger:?}");
        assert_eq!(flow.flags, flags | FlowFlags::AGGREGATED, "{trigger:?}");
    }
}

#[test]
fn each_flag_of_the_record_is_one_of_the_flow() {
    for (bit, flag) in [
        (EventFlags::FRAGMENT, FlowFlags::FRAGMENT),
        (EventFlags::TRUNCATED, FlowFlags::TRUNCATED),
        (EventFlags::MALFORMED, FlowFlags::MALFORMED),
        (EventFlags::OWNER_IS_SOURCE, FlowFlags::PROCESS_IS_SOURCE),
    ] {
        let flow = decode(&RawEvent {
            flags: bit,
            ..record(EventKind::PACKET)
        });
        assert_eq!(flow.flags, flag);
    }
    let sampled = decode(&RawEvent {
        sample_rate: 10,
        ..record(EventKind::PACKET)
    });
    assert_eq!(
        (sampled.flags, sampled.sample_rate),
        (FlowFlags::SAMPLED, 10)
    );
}

#[test]
fn drop_reasons_are_those_of_the_running_kernel() {
    for (number, name) in [
        (2, "NOT_SPECIFIED"),
        (3, "NO_SOCKET"),
        (0x0002_0001, "QDISC_DROP"),
        (0, "OTHER"),
        (4, "OTHER"),
        (1023, "OTHER"),
        (0x0002_0000, "OTHER"),
        (u32::MAX, "OTHER"),
    ] {
        let flow = decode(&RawEvent {
            drop_reason: number,
            verdict: 2,
            ..record(EventKind::DROP)
        });
        assert_eq!(flow.drop_reason.name(), Some(name), "{number:#x}");
        assert_eq!(flow.verdict, Verdict::DROPPED);
        assert_eq!(flow.trace_point, TracePoint::UNKNOWN);
    }
    let blind = DropReasonTable::default();
    assert_eq!(blind.get(2), DropReason::OTHER, "without type information");
    let again: DropReasonTable = [
        (5, "NO_SOCKET"),
        (5, "NOMEM"),
        (70_000, "XDP"),
        (70_000, "TC_INGRESS"),
    ]
    .into_iter()
    .collect();
    assert_eq!(again.get(5).name(), Some("NOMEM"), "the later one counts");
    assert_eq!(again.get(70_000).name(), Some("TC_INGRESS"));
}

#[test]
fn retransmissions_are_those_of_the_local_socket() {
    let mut raw = record(EventKind::FLOW);
    raw.retransmits = 3;
    let counts_of = |raw: &RawEvent| {
        let traffic = decode(raw).traffic;
        (traffic.forward_retransmits, traffic.reverse_retransmits)
    };
    assert_eq!(counts_of(&raw), (0, 3), "the receiver is local");
    raw.flags = EventFlags::OWNER_IS_SOURCE;
    assert_eq!(counts_of(&raw), (3, 0));
    raw.retransmits = 70_000;
    assert_eq!(counts_of(&raw), (u16::MAX, 0));
    assert!(decode(&raw).flags.contains(FlowFlags::SATURATED));
    raw.flags = 0;
    raw.kind = EventKind::TCP_RETRANSMIT;
    raw.retransmits = 1;
    assert_eq!(counts_of(&raw), (1, 0), "who sends again is the sender");
}

#[test]
fn tcp_states_have_their_names() {
    let flow = decode(&RawEvent {
        tcp_state: 7,
        tcp_state_old: 1,
        ..record(EventKind::TCP_STATE)
    });
    assert_eq!(flow.tcp_state, TcpState::CLOSE);
}

#[test]
fn what_was_seen_once_was_seen_first_then() {
    let flow = decode(&RawEvent {
        first_ns: 0,
        ..record(EventKind::DROP)
    });
    assert_eq!(flow.first_seen, flow.time);
}

#[test]
fn the_clock_of_the_decoder_is_kept_right() {
    let mut decoder = decoder();
    let raw = record(EventKind::PACKET);
    // The wall clock was set an hour ahead.
    decoder.update_clock(2_000, OFFSET + 3_600_000_000_000);
    let flow = decoder.decode(raw.as_bytes()).expect("a flow");
    assert_eq!(flow.time, OFFSET + 3_600_000_000_000);
}

/// Records with fields that are mostly in range.
fn raw_events() -> impl Strategy<Value = RawEvent> {
    let any_bytes = proptest::collection::vec(any::<u8>(), RawEvent::SIZE);
    (any_bytes, 0_u8..8, 0_u8..12, 0_u8..8).prop_map(|(bytes, kind, hook, trigger)| {
        let mut raw = RawEvent::read_from_bytes(&bytes).expect("any bytes are a record");
        raw.kind = EventKind(kind);
        raw.hook = Hook(hook);
        raw.trigger = Trigger(trigger);
        raw.header_len = RawEvent::SIZE as u16;
        raw.payload_len %= 64;
        raw
    })
}

proptest! {
    /// Bytes of any kind are a flow or an error, never a panic; so is everything that prints.
    #[test]
    fn any_bytes_end_well(
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
        shift in 0_usize..8,
    ) {
        let aligned = Aligned::new(&bytes, shift);
        match decoder().decode(aligned.bytes()) {
            Ok(flow) => prop_assert!(!flow.to_string().is_empty()),
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }

    /// The view, the copy and the header alone give the same flow, wherever the bytes lie.
    #[test]
    fn all_ways_give_the_same_flow(raw in raw_events(), shift in 0_usize..8, padding in 0_usize..9) {
        let length = RawEvent::SIZE + usize::from(raw.payload_len) + padding;
        let mut bytes = raw.as_bytes().to_vec();
        bytes.resize(length, 0xaa);
        let aligned = Aligned::new(&bytes, shift);
        let flow = decoder().decode(aligned.bytes()).expect("whole");
        prop_assert_eq!(flow, decoder().flow(&raw));
        prop_assert_eq!(flow.source.ip.0, raw.saddr);
        prop_assert_eq!(flow.traffic.forward_bytes, raw.forward_bytes);
        prop_assert_eq!(flow.traffic.reverse_packets, raw.reverse_packets);
        prop_assert_eq!(flow.process.comm.0, raw.comm);
        if shift == 0 {
            let view = EventView::parse(aligned.bytes()).expect("whole");
            prop_assert_eq!(view.payload().len(), usize::from(raw.payload_len));
            prop_assert_eq!(view.header(), &raw);
        }
    }
}
