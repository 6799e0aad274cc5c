//! Whole messages to whole flows.

use std::vec::Vec;

use super::record::*;
use crate::*;
use flow_core::flow::{
    Direction, DropReason, EventType, Flow, FlowFlags, FlowType, Ip, IpVersion, Mac, Name16,
    Protocol, Reply, TcpFlags, TracePoint, TraceReason, Verdict,
};

const TIME: u64 = 1_700_000_000_000_000_123;

/// Endpoint 0x0203 has 10.0.0.1; interface and control group names are made of their numbers.
struct Node;

impl NodeKnowledge for Node {
    fn endpoint_id(&mut self, address: Ip) -> Option<u16> {
        (address == Ip::v4([10, 0, 0, 1])).then_some(0x0203)
    }

    fn interface_name(&mut self, index: u32) -> Name16 {
        Name16::new(std::format!("if{index:x}").as_bytes())
    }

    fn cgroup_address(&mut self, cgroup_id: u64, version: IpVersion) -> Option<Ip> {
        (cgroup_id == 0x1011_1213_1415_1617 && version == IpVersion::V4)
            .then(|| Ip::v4([10, 0, 0, 1]))
    }
}

pub(super) fn decode(record: &Record) -> (Flow, CiliumExtra) {
    let mut decoder = CiliumDecoder::new(Node);
    let full = decoder.decode_full(&record.0, 3, TIME).unwrap();
    assert_eq!(decoder.stats().flows, 1);
    let flow = CiliumDecoder::new(Node).decode(&record.0, 3, TIME).unwrap();
    assert_eq!(flow, full.0, "both ways give the same flow");
    full
}

/// What all flows of the TCP packet have in common.
fn tcp_flow(record: &Record) -> Flow {
    let mut flow = Flow {
        time: TIME,
        first_seen: TIME,
        flow_type: FlowType::L3_L4,
        event_type: EventType(record.0[0]),
        event_sub_type: record.0[1],
        protocol: Protocol::TCP,
        ip_version: IpVersion::V4,
        tcp_flags: TcpFlags::SYN | TcpFlags::ACK,
        ..Flow::default()
    };
    (flow.source.ip, flow.source.port) = (Ip::v4([10, 0, 0, 1]), 40000);
    (flow.destination.ip, flow.destination.port) = (Ip::v4([10, 0, 0, 2]), 80);
    (flow.source.mac, flow.destination.mac) = (Mac(SOURCE_MAC), Mac(DESTINATION_MAC));
    (flow.traffic.forward_packets, flow.traffic.forward_bytes) = (1, 54);
    flow
}

#[test]
fn a_drop_in_every_version() {
    for version in 0..=3 {
        let record = drop(version).packet(&tcp4());
        let (flow, extra) = decode(&record);
        let mut expected = tcp_flow(&record);
        expected.verdict = Verdict::DROPPED;
        expected.drop_reason = DropReason::from_cilium(133);
        expected.direction = Direction::EGRESS;
        expected.source.identity = 0x1011_1213;
        expected.destination.identity = 0x1415_1617;
        expected.interface.index = 0x2021_2223;
        expected.interface.name = Name16::new(b"if20212223");
        assert_eq!(flow, expected);
        let expected = CiliumExtra {
            cpu: 3,
            hash: 0x0405_0607,
            endpoint: 0x0203,
            source_endpoint: 0x0203,
            destination_endpoint: 0x1819_1a1b,
            ip_trace_id: if version == 3 {
                0x2829_2a2b_2c2d_2e2f
            } else {
                0
            },
            file: 0x1e,
            file_line: 0x1c1d,
            ext_error: -1,
            version,
            captured: 54,
            ..CiliumExtra::default()
        };
        assert_eq!(extra, expected);
    }
}

#[test]
fn a_trace_in_every_version() {
    for version in 0..=2 {
        let record = trace(version).packet(&tcp4());
        let (flow, extra) = decode(&record);
        let mut expected = tcp_flow(&record);
        expected.verdict = Verdict::FORWARDED;
        expected.direction = Direction::EGRESS;
        expected.is_reply = Reply::NO;
        expected.trace_point = TracePoint::TO_NETWORK;
        expected.trace_reason = TraceReason::ESTABLISHED;
        expected.source.identity = 0x1011_1213;
        expected.destination.identity = 0x1415_1617;
        expected.interface.index = 0x1c1d_1e1f;
        expected.interface.name = Name16::new(b"if1c1d1e1f");
        let mut expected_extra = CiliumExtra {
            cpu: 3,
            hash: 0x0405_0607,
            endpoint: 0x0203,
            source_endpoint: 0x0203,
            destination_endpoint: 0x1819,
            version,
            captured: 54,
            ..CiliumExtra::default()
        };
        if version > 0 {
            // The source was translated: the original one takes its place.
            expected.source.ip = Ip::v4([192, 0, 2, 1]);
            expected_extra.source_xlated = Ip::v4([10, 0, 0, 1]);
            expected_extra.source_endpoint = 0;
        }
        if version == 2 {
            expected_extra.ip_trace_id = 0x3031_3233_3435_3637;
        }
        assert_eq!(flow, expected);
        assert_eq!(extra, expected_extra);
    }
}

#[test]
fn a_trace_with_its_own_address_as_the_original_was_not_translated() {
    let (flow, extra) = decode(&trace(2).at(32, &[10, 0, 0, 1]).packet(&tcp4()));
    assert_eq!(flow.source.ip, Ip::v4([10, 0, 0, 1]));
    assert!(extra.source_xlated.is_unspecified());
}

#[test]
fn encryption_proxy_and_endpoint_are_reported() {
    let (flow, extra) = decode(&trace(2).u8(1, 1).u8(26, 0x80).packet(&tcp4()));
    assert!(flow.flags.contains(FlowFlags::ENCRYPTED));
    assert_eq!(flow.trace_reason, TraceReason::NEW);
    assert_eq!(
        (flow.trace_point, flow.event_sub_type),
        (TracePoint::TO_PROXY, 1)
    );
    assert_eq!((extra.proxy_port, extra.destination_endpoint), (0x1819, 0));

    let (flow, _) = decode(&trace(2).u8(1, 0).packet(&tcp4()));
    assert_eq!(
        (flow.trace_point, flow.event_sub_type),
        (TracePoint::TO_ENDPOINT, 0)
    );
    assert!(!flow.flags.contains(FlowFlags::ENCRYPTED));
}

#[test]
fn a_policy_verdict_in_every_layout() {
    for length in [28, 32, 40] {
        let record = policy(length).packet(&tcp4());
        let (flow, extra) = decode(&record);
        let mut expected = tcp_flow(&record);
        expected.verdict = Verdict::FORWARDED;
        expected.direction = Direction::INGRESS;
        expected.is_reply = Reply::NO;
        expected.source.identity = 0x1011_1213;
        assert_eq!(flow, expected);
        let expected = CiliumExtra {
            cpu: 3,
            hash: 0x0405_0607,
            endpoint: 0x0203,
            source_endpoint: 0x0203,
            destination_endpoint: 0x0203,
            policy_match: PolicyMatch::L3_L4,
            auth_type: AuthType(u8::from(length > 28)),
            policy_cookie: if length == 40 { 0x2021_2223 } else { 0 },
            captured: 54,
            ..CiliumExtra::default()
        };
        assert_eq!(extra, expected);
    }
}

#[test]
fn a_denied_policy_verdict_reports_the_reason() {
    let denied = i32::to_ne_bytes(-133);
    let (flow, extra) = decode(&policy(40).at(20, &denied).u8(27, 2).packet(&tcp4()));
    assert_eq!((flow.verdict, flow.drop_reason.0), (Verdict::DROPPED, 133));
    assert_eq!(
        (flow.direction, flow.is_reply),
        (Direction::EGRESS, Reply::UNKNOWN)
    );
    assert_eq!(
        (flow.source.identity, flow.destination.identity),
        (0, 0x1011_1213)
    );
    assert_eq!(
        (extra.source_endpoint, extra.destination_endpoint),
        (0x0203, 0)
    );

    let (flow, extra) = decode(&policy(40).u32(20, 15001).packet(&tcp4()));
    assert_eq!(
        (flow.verdict, extra.proxy_port),
        (Verdict::REDIRECTED, 15001)
    );
    assert_eq!(flow.drop_reason, DropReason::NONE);
}

#[test]
fn a_policy_verdict_without_a_packet_reports_what_the_message_does() {
    let (flow, _) = decode(&policy(40).u8(27, 0x05));
    assert_eq!((flow.protocol, flow.destination.port), (Protocol::TCP, 80));
    assert_eq!(flow.ip_version, IpVersion::V6);
    assert!(flow.flags.is_empty());
}

#[test]
fn a_debug_capture() {
    let record = capture(10, 7).packet(&tcp4());
    let (flow, extra) = decode(&record);
    let mut expected = tcp_flow(&record);
    expected.interface.index = 7;
    expected.interface.name = Name16::new(b"if7");
    assert_eq!(flow, expected);
    assert_eq!(extra.capture_point, CapturePoint::SNAT_PRE);
    let (flow, extra) = decode(&capture(8, u32::from(8080_u16.to_be())).packet(&tcp4()));
    assert_eq!((flow.interface.index, extra.proxy_port), (0, 8080));
}

#[test]
fn a_translation_at_a_socket() {
    let pod = (Ip::v4([10, 0, 0, 1]), 0);
    let service = (Ip::v4([192, 0, 2, 80]), 443);
    let cases = [
        (0, Verdict::UNKNOWN, pod, service),
        (1, Verdict::TRACED, pod, service),
        (2, Verdict::TRANSLATED, pod, service),
        (3, Verdict::TRACED, service, pod),
        (4, Verdict::TRANSLATED, service, pod),
        (5, Verdict::UNKNOWN, pod, service),
    ];
    for (point, verdict, source, destination) in cases {
        for record in [sock(point), packed_sock(point).padded()] {
            let (flow, extra) = decode(&record);
            assert_eq!(flow.flow_type, FlowType::SOCK);
            assert_eq!((flow.event_type.0, flow.event_sub_type), (7, point));
            assert_eq!((flow.source.ip, flow.source.port), source);
            assert_eq!((flow.destination.ip, flow.destination.port), destination);
            assert_eq!((flow.verdict, flow.is_reply), (verdict, Reply::UNKNOWN));
            assert_eq!(flow.direction, Direction::UNKNOWN);
            assert_eq!(
                (flow.protocol, flow.ip_version),
                (Protocol::TCP, IpVersion::V4)
            );
            assert_eq!(flow.socket_cookie, 0x0809_0a0b_0c0d_0e0f);
            assert_eq!(flow.cgroup_id, 0x1011_1213_1415_1617);
            assert_eq!(extra.socket_point, SocketPoint(point));
            assert!(flow.flags.is_empty());
        }
    }
}

#[test]
fn kinds_and_versions_of_the_future_are_flagged_and_counted() {
    let mut decoder = CiliumDecoder::new(());
    let record = Record::new(77, 40).u8(1, 5).u16(2, 9).u32(4, 11);
    let (flow, extra) = decoder.decode_full(&record.0, 1, TIME).unwrap();
    assert_eq!((flow.event_type, flow.event_sub_type), (EventType(77), 5));
    assert_eq!((flow.flags, flow.time), (FlowFlags::UNKNOWN_VERSION, TIME));
    assert_eq!((extra.endpoint, extra.hash), (9, 11));
    assert_eq!(decoder.stats().unknown_kinds, 1);

    for (count, record) in [drop(3).u8(14, 4), trace(2).u8(14, 3), trace(2).u8(15, 1)]
        .into_iter()
        .chain([policy(40).u8(14, 2)])
        .enumerate()
    {
        let flow = decoder.decode(&record.packet(&tcp4()).0, 1, TIME).unwrap();
        assert!(flow.flags.contains(FlowFlags::UNKNOWN_VERSION));
        assert_eq!(
            flow.traffic.forward_packets, 0,
            "where the packet is, is not known"
        );
        assert_eq!(decoder.stats().unknown_versions, count as u64 + 1);
    }
    let flow = decoder.decode(&drop(3).u8(14, 9).0, 1, TIME).unwrap();
    assert_eq!(
        (flow.drop_reason.0, flow.source.identity),
        (133, 0x1011_1213)
    );
    assert_eq!(decoder.stats().flows, 6);
    assert_eq!(decoder.stats().truncated, 0);
}

#[test]
fn what_is_about_no_packet_is_reported_and_counted() {
    let mut decoder = CiliumDecoder::new(());
    assert_eq!(decoder.decode(&[], 0, 0), Err(CiliumError::Empty));
    for (record, event) in [
        (debug().0, EventType::DEBUG),
        (Vec::from([2, 1]), EventType::DEBUG),
        (Vec::from([129, 1]), EventType::L7),
        (Vec::from([130]), EventType::AGENT),
    ] {
        let error = decoder.decode(&record, 0, 0);
        assert_eq!(error, Err(CiliumError::NoFlow { event }));
    }
    let stats = decoder.stats();
    assert_eq!((stats.flows, stats.no_flow, stats.empty), (0, 4, 1));
}

#[test]
fn an_extension_that_is_known_is_skipped() {
    let mut extensions = Extensions::NONE;
    assert!(extensions.set(EventType::TRACE, 1, 12));
    let mut record = trace(2).u8(15, 1);
    record.0.extend([0xee; 12]);
    let record = record.packet(&tcp4());
    let mut decoder = CiliumDecoder::new(()).with_extensions(extensions);
    let flow = decoder.decode(&record.0, 0, 0).unwrap();
    assert_eq!((flow.source.port, flow.flags), (40000, FlowFlags::NONE));
    assert_eq!(decoder.stats().unknown_versions, 0);
}
