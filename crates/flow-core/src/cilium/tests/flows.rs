//! Whole messages to whole flows.

use std::vec::Vec;

use super::record::*;
use crate::cilium::*;
use crate::flow::{
    Direction, DropReason, EventType, Flow, FlowFlags, FlowType, Ip, IpVersion, Mac, Name16,
    Protocol, Reply, TcpFlags, TracePoint, TraceReason, Tunnel, TunnelProtocol, Verdict,
};

const TIME: u64 = 1_700_000_000_000_000_123;

/// Endpoint 0x0203 has 10.0.0.1; interface and control group names are made of their numbers.
struct Node;

impl NodeKnowledge for Node {
    fn endpoint_id(&mut self, address: Ip) -> Option<u16> {
        Some(if address == Ip::v4([10, 0, 0, 1]) {
            0x0203
        } else {
            0
        })
    }

    fn interface_name(&mut self, index: u32) -> Name16 {
        Name16::new(std::format!("if{index:x}").as_bytes())
    }

    fn cgroup_address(&mut self, cgroup_id: u64, version: IpVersion) -> Option<Ip> {
        (cgroup_id == 0x1011_1213_1415_1617 && version == IpVersion::V4)
            .then(|| Ip::v4([10, 0, 0, 1]))
    }
}

fn decode(record: &Record) -> (Flow, CiliumExtra) {
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
fn encryption_proxy_and_endpoint_are_told() {
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
fn a_denied_policy_verdict_tells_the_reason() {
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
fn a_policy_verdict_without_a_packet_tells_what_the_message_does() {
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
fn packets_of_devices_without_a_link_header() {
    let (flow, _) = decode(&trace(2).u8(27, 0x02).packet(&ipv4(6, &tcp(b""))));
    assert_eq!(
        (flow.ip_version, flow.destination.port),
        (IpVersion::V4, 80)
    );
    assert!(flow.source.mac.is_zero() && flow.flags.is_empty());
    let (flow, _) = decode(&drop(2).u8(36, 0x03).packet(&ipv6(17, &udp(53, 4242, b"x"))));
    assert_eq!((flow.ip_version, flow.source.port), (IpVersion::V6, 53));
    assert_eq!(flow.protocol, Protocol::UDP);
    assert!(flow.flags.is_empty());
}

fn vxlan(vni: u32, inner: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::from([0x08, 0, 0, 0]);
    bytes.extend((vni << 8).to_be_bytes());
    bytes.extend(inner);
    bytes
}

fn geneve(vni: u32, protocol: u16, options: &[u8], inner: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::from([(options.len() / 4) as u8, 0]);
    bytes.extend(protocol.to_be_bytes());
    bytes.extend((vni << 8).to_be_bytes());
    bytes.extend(options);
    bytes.extend(inner);
    bytes
}

/// From 10.0.0.1 to 10.0.0.2, port 1234 to one that is no well-known one of a tunnel.
fn carried(payload: &[u8]) -> Vec<u8> {
    let mut outer = ethernet(0x0800, &ipv4(17, &udp(1234, 9999, payload)));
    outer[0] = 0x0a;
    outer
}

fn inner_of(flow: &Flow) -> (IpVersion, Protocol, u16, u16) {
    (
        flow.ip_version,
        flow.protocol,
        flow.source.port,
        flow.destination.port,
    )
}

#[test]
fn the_packet_in_an_overlay_is_the_flow() {
    let expected = |protocol| {
        let mut tunnel = Tunnel::default();
        tunnel.source_ip = Ip::v4([10, 0, 0, 1]);
        tunnel.destination_ip = Ip::v4([10, 0, 0, 2]);
        (tunnel.source_port, tunnel.destination_port) = (1234, 9999);
        tunnel.protocol = protocol;
        tunnel.set_vni(0x00ab_cdef);
        tunnel
    };
    let inner = ethernet(0x86dd, &ipv6(6, &tcp(b"")));
    let options = [0, 0, 0, 1, 9, 9, 9, 9];
    let bare = ipv6(6, &tcp(b""));
    let cases = [
        (
            0x04,
            TunnelProtocol::VXLAN,
            vxlan(0x00ab_cdef, &inner),
            true,
        ),
        (
            0x08,
            TunnelProtocol::GENEVE,
            geneve(0x00ab_cdef, 0x6558, &[], &inner),
            true,
        ),
        (
            0x08,
            TunnelProtocol::GENEVE,
            geneve(0x00ab_cdef, 0x6558, &options, &inner),
            true,
        ),
        (
            0x08,
            TunnelProtocol::GENEVE,
            geneve(0x00ab_cdef, 0x86dd, &options, &bare),
            false,
        ),
    ];
    for (bits, protocol, payload, has_link) in cases {
        let packet = carried(&payload);
        for record in [
            trace(0).u8(27, bits).packet(&packet),
            drop(2).u8(36, bits).packet(&packet),
        ] {
            let (flow, _) = decode(&record);
            assert_eq!(inner_of(&flow), (IpVersion::V6, Protocol::TCP, 40000, 80));
            assert_eq!(flow.tunnel, expected(protocol));
            assert_eq!(flow.traffic.forward_bytes, packet.len() as u64);
            let mac = if has_link {
                Mac(SOURCE_MAC)
            } else {
                Mac::default()
            };
            assert_eq!(flow.source.mac, mac, "of the inner packet");
            assert!(flow.flags.is_empty());
        }
    }
}

#[test]
fn without_the_flag_a_packet_in_a_packet_is_not_looked_for() {
    let inner = ethernet(0x0800, &ipv4(6, &tcp(b"")));
    let packet = ethernet(0x0800, &ipv4(17, &udp(1234, 8472, &vxlan(1, &inner))));
    let (flow, _) = decode(&trace(2).packet(&packet));
    assert_eq!(inner_of(&flow), (IpVersion::V4, Protocol::UDP, 1234, 8472));
    assert_eq!(flow.tunnel, Tunnel::default());
}

#[test]
fn an_overlay_that_is_none_leaves_the_outer_packet() {
    let whole = carried(&vxlan(1, &[]));
    let cases = [
        // The datapath says there is an overlay, but its header is not whole.
        (
            whole[..whole.len() - 3].to_vec(),
            0x04,
            FlowFlags::TRUNCATED,
        ),
        // No identifier.
        (carried(&[0; 8]), 0x04, FlowFlags::MALFORMED),
        // A version of Geneve that there is not.
        (carried(&[0xc0; 8]), 0x08, FlowFlags::MALFORMED),
        (carried(&[1, 2, 3]), 0x04, FlowFlags::MALFORMED),
    ];
    for (packet, bits, flag) in cases {
        let record = trace(0).u8(27, bits).packet(&packet).u32(8, 1500);
        let (flow, _) = decode(&record);
        assert_eq!(inner_of(&flow), (IpVersion::V4, Protocol::UDP, 1234, 9999));
        assert_eq!((flow.tunnel, flow.flags), (Tunnel::default(), flag));
    }
    let (flow, _) = decode(&trace(0).u8(27, 0x04).packet(&tcp4()));
    assert_eq!(
        (flow.flags, flow.destination.port),
        (FlowFlags::MALFORMED, 80)
    );
}

#[test]
fn an_overlay_around_something_that_is_not_ip() {
    let arp = ethernet(0x0806, &[0, 1, 8, 0, 6, 4, 0, 1]);
    let (flow, _) = decode(&trace(0).u8(27, 0x04).packet(&carried(&vxlan(5, &arp))));
    assert_eq!(flow.ip_version, IpVersion::NONE);
    assert_eq!((flow.tunnel.vni(), flow.tunnel.source_port), (5, 1234));
    assert!(flow.source.ip.is_unspecified() && !flow.source.mac.is_zero());
    let (flow, _) = decode(
        &trace(0)
            .u8(27, 0x08)
            .packet(&carried(&geneve(5, 0x8847, &[], b"x"))),
    );
    assert_eq!((flow.ip_version, flow.tunnel.vni()), (IpVersion::NONE, 5));
}

#[test]
fn a_packet_captured_in_part_is_flagged_only_where_headers_are_missing() {
    let packet = ethernet(0x0800, &ipv4(6, &tcp(&[7; 200])));
    for (captured, flag) in [
        (254, FlowFlags::NONE),
        (128, FlowFlags::NONE),
        (54, FlowFlags::NONE),
        (53, FlowFlags::TRUNCATED),
        (34, FlowFlags::TRUNCATED),
        (20, FlowFlags::TRUNCATED),
        (5, FlowFlags::TRUNCATED),
    ] {
        let record = trace(2).packet(&packet[..captured]).u32(8, 254);
        let (flow, extra) = decode(&record);
        assert_eq!(flow.flags, flag, "{captured}");
        assert_eq!(flow.traffic.forward_bytes, 254);
        assert_eq!(usize::from(extra.captured), captured);
    }
    // UDP, ICMP, and IPv6 with an extension header that is cut.
    let cases = [
        (ethernet(0x0800, &ipv4(17, &udp(1, 2, &[7; 90]))), 42),
        (
            ethernet(0x0800, &ipv4(1, &[8, 0, 0, 0, 0, 1, 0, 1, 7, 7, 7])),
            38,
        ),
        (
            ethernet(0x86dd, &ipv6(58, &[128, 0, 0, 0, 0, 1, 0, 1, 7, 7, 7])),
            58,
        ),
        (
            ethernet(
                0x86dd,
                &ipv6(0, &[17, 0, 1, 4, 0, 0, 0, 0, 0, 1, 0, 2, 0, 8, 0, 0]),
            ),
            70,
        ),
        (ethernet(0x0800, &ipv4(47, &[0, 0, 8, 0])), 34),
        (ethernet(0x0806, &[0, 1, 8, 0, 6, 4, 0, 1, 0, 0, 0, 0]), 22),
    ];
    for (packet, headers) in cases {
        for captured in [packet.len(), headers, headers - 1] {
            let length = u32::try_from(packet.len()).unwrap();
            let record = trace(2).packet(&packet[..captured]).u32(8, length);
            let (flow, _) = decode(&record);
            let is_cut = flow.flags.contains(FlowFlags::TRUNCATED);
            assert_eq!(is_cut, captured < headers, "{captured} of {packet:?}");
        }
    }
}

#[test]
fn fewer_bytes_than_were_captured_are_flagged_and_counted() {
    let mut record = trace(2).packet(&tcp4());
    record.0.truncate(56 + 54 - 1);
    let mut decoder = CiliumDecoder::new(());
    let flow = decoder.decode(&record.0, 0, 0).unwrap();
    assert!(flow.flags.contains(FlowFlags::TRUNCATED));
    assert_eq!((flow.source.port, decoder.stats().truncated), (40000, 1));
    record.0.truncate(56);
    let flow = decoder.decode(&record.0, 0, 0).unwrap();
    assert!(flow.flags.contains(FlowFlags::TRUNCATED));
    assert_eq!(
        (flow.ip_version, decoder.stats().truncated),
        (IpVersion::NONE, 2)
    );
    assert_eq!((decoder.stats().no_ip, decoder.stats().flows), (1, 2));
}

#[test]
fn what_is_not_ip_is_a_flow_of_its_link_addresses() {
    let (flow, _) = decode(&drop(3).packet(&ethernet(0x0806, &[0, 1, 8, 0, 6, 4, 0, 1])));
    assert_eq!(flow.ip_version, IpVersion::NONE);
    assert_eq!(
        (flow.source.mac, flow.destination.mac),
        (Mac(SOURCE_MAC), Mac(DESTINATION_MAC))
    );
    assert_eq!(
        (flow.verdict, flow.flags),
        (Verdict::DROPPED, FlowFlags::NONE)
    );
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
        .chain([policy(40).u8(14, 1), capture(4, 1).u8(14, 2)])
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
    assert_eq!(decoder.stats().flows, 7);
    assert_eq!(decoder.stats().truncated, 0);
}

#[test]
fn what_is_about_no_packet_is_told_and_counted() {
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
fn an_extension_that_was_told_is_skipped() {
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
