//! The packet of a message: links, overlays, and what was not captured.

use std::vec::Vec;

use super::flows::decode;
use super::record::*;
use crate::*;
use flow_core::flow::{
    Flow, FlowFlags, Ip, IpVersion, Mac, Protocol, Tunnel, TunnelProtocol, Verdict,
};

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
