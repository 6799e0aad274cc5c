//! What holds of every packet, whatever its bytes.
//!
//! One set of checks for the property tests (`tests/wire`), the tests on real captures
//! (`tests/corpus`) and the fuzz targets (`fuzz/`). Each check panics where it fails.

use crate::decode::{Capture, NoFlow, flow_of};
use crate::flow::FlowFlags;
use crate::wire::{Icmp, Ipv4Option, LinkType, Packet, PacketFlags, Problem, TcpOption, protocol};

/// Decodes `data` with every accessor, checks what has to hold, and returns the packet.
pub fn check(link: LinkType, data: &[u8], wire_len: usize) -> Packet<'_> {
    let packet = Packet::parse(link, data, wire_len);
    holds(&packet);
    assert_eq!(packet.depth(), 1);
    assert_eq!(packet.bytes(), data);
    if wire_len <= data.len() {
        let is_truncated = packet.flags().contains(PacketFlags::TRUNCATED);
        assert!(!is_truncated, "captured as a whole");
    }
    packet
}

/// Checks a packet, those inside of it and those it quotes.
fn holds(packet: &Packet<'_>) {
    let flags = packet.flags();
    assert_eq!(
        flags.contains(PacketFlags::MALFORMED),
        packet.error().is_some()
    );
    if flags.contains(PacketFlags::LATER_FRAGMENT) {
        assert!(flags.contains(PacketFlags::FRAGMENT));
    }
    if let Some(error) = packet.error()
        && error.problem != Problem::Version
    {
        assert!(error.needed > error.got, "{error}");
    }
    let payload = packet.payload();
    assert!(payload.len() <= packet.payload_len() && payload.len() <= packet.bytes().len());
    if !flags.contains(PacketFlags::TRUNCATED) {
        assert_eq!(
            payload.len(),
            packet.payload_len(),
            "all of it was captured"
        );
    }
    link(packet);
    network(packet);
    transport(packet);
    if let Some((_, inner)) = packet.inner() {
        inside(packet, &inner);
        assert!(!packet.is_at_depth_limit() || flags.contains(PacketFlags::DEPTH_LIMIT));
    }
    if let Some(quoted) = packet.quoted() {
        inside(packet, &quoted);
        assert!(packet.icmp().is_some_and(|icmp| icmp.is_error()));
    }
}

fn inside(outer: &Packet<'_>, inner: &Packet<'_>) {
    assert_eq!(inner.depth(), outer.depth() + 1);
    assert!(inner.depth() <= Packet::MAX_DEPTH);
    assert!(inner.bytes().len() <= outer.payload().len());
    assert!(outer.payload().ends_with(inner.bytes()) || outer.icmp().is_some());
    holds(inner);
}

fn link(packet: &Packet<'_>) {
    let header = packet.link_type().header_len();
    let is_there = packet.bytes().len() >= header;
    let is_ethernet = packet.link_type() == LinkType::Ethernet;
    assert_eq!(packet.ethernet().is_some(), is_ethernet && is_there);
    if let Some(ethernet) = packet.ethernet() {
        assert_eq!(packet.source_mac(), Some(ethernet.source()));
        assert_eq!(ethernet.destination(), packet.bytes()[..6]);
    }
    if let Some(cooked) = packet.cooked() {
        assert!(cooked.address().len() <= 8);
        let _ = (
            cooked.packet_type(),
            cooked.hardware(),
            cooked.interface(),
            cooked.protocol(),
        );
    }
    assert_eq!(packet.vlan(), packet.vlans().next());
    assert!(packet.vlans().count() <= 8);
    assert!(
        packet
            .vlans()
            .all(|tag| tag.id() < 4096 && tag.priority() < 8)
    );
}

fn network(packet: &Packet<'_>) {
    let version = packet.ip_version();
    assert_eq!(packet.ipv4().is_some(), version == 4);
    assert_eq!(packet.ipv6().is_some(), version == 6);
    assert_eq!(packet.source().is_some(), version != 0);
    assert_eq!(packet.source_octets().is_some(), version != 0);
    assert_eq!(packet.destination().is_some(), version != 0);
    assert_eq!(packet.destination_octets().is_some(), version != 0);
    assert_eq!(packet.protocol().is_some(), version != 0);
    if let Some(arp) = packet.arp() {
        assert_eq!(version, 0);
        let _ = (arp.hardware(), arp.protocol(), arp.operation(), arp.ipv4());
    }
    if let Some(ipv4) = packet.ipv4() {
        assert!((20..=60).contains(&ipv4.header_len()));
        assert!(ipv4.options().count() <= 20);
        let malformed = |option| matches!(option, Ipv4Option::Malformed(_));
        assert!(
            !ipv4
                .options()
                .take(ipv4.options().count().saturating_sub(1))
                .any(malformed)
        );
        assert!(ipv4.total_len() == 0 || usize::from(ipv4.total_len()) >= ipv4.header_len());
        let mapped = ipv4.source().to_ipv6_mapped().octets();
        assert_eq!(packet.source_octets(), Some(mapped));
        assert_eq!(packet.source(), Some(ipv4.source().into()));
        let _ = (
            ipv4.tos(),
            ipv4.ttl(),
            ipv4.checksum(),
            ipv4.dont_fragment(),
        );
    }
    if let Some(ipv6) = packet.ipv6() {
        assert_eq!(
            packet.destination_octets(),
            Some(ipv6.destination().octets())
        );
        assert_eq!(packet.destination(), Some(ipv6.destination().into()));
        assert!(ipv6.flow_label() <= 0xf_ffff);
        let _ = (ipv6.traffic_class(), ipv6.payload_len(), ipv6.hop_limit());
        let mut kind = ipv6.next_header();
        for extension in packet.ipv6_extensions() {
            assert_eq!(extension.kind, kind, "each names the next");
            assert!(protocol::is_ipv6_extension(kind));
            kind = extension.bytes[0];
        }
        assert!(packet.ipv6_extensions().count() <= 16);
    } else {
        assert_eq!(packet.ipv6_extensions().count(), 0);
    }
    let is_fragment = packet.flags().contains(PacketFlags::FRAGMENT);
    assert_eq!(packet.fragment().is_some(), is_fragment);
    if let Some(fragment) = packet.fragment() {
        let is_later = packet.flags().contains(PacketFlags::LATER_FRAGMENT);
        assert_eq!(fragment.offset > 0, is_later);
        assert!(fragment.more || is_later);
    }
}

fn transport(packet: &Packet<'_>) {
    let ports = (packet.source_port(), packet.destination_port());
    let number = packet.protocol();
    let views = [
        packet.tcp().is_some(),
        packet.udp().is_some(),
        packet.sctp().is_some(),
        packet.icmp().is_some(),
        packet.igmp().is_some(),
        packet.vrrp().is_some(),
        packet.gre().is_some(),
    ];
    assert!(views.iter().filter(|view| **view).count() <= 1);
    if packet.flags().contains(PacketFlags::LATER_FRAGMENT) {
        assert!(!views.contains(&true));
        assert_eq!((ports, packet.tcp_flags()), ((0, 0), 0));
    }
    if let Some(tcp) = packet.tcp() {
        assert_eq!(ports, (tcp.source_port(), tcp.destination_port()));
        assert_eq!(
            (packet.tcp_flags(), number),
            (tcp.flags(), Some(protocol::TCP))
        );
        assert!((20..=60).contains(&tcp.header_len()) && tcp.flags() < 512);
        assert!(tcp.options().count() <= 20);
        let malformed = |option| matches!(option, TcpOption::Malformed(_));
        assert!(
            !tcp.options()
                .take(tcp.options().count().saturating_sub(1))
                .any(malformed)
        );
        let _ = (
            tcp.sequence(),
            tcp.acknowledgement(),
            tcp.window(),
            tcp.urgent(),
        );
    }
    if let Some(udp) = packet.udp() {
        assert_eq!(ports, (udp.source_port(), udp.destination_port()));
        assert!(matches!(number, Some(protocol::UDP | protocol::UDP_LITE)));
        let _ = (udp.length(), udp.checksum());
    }
    if let Some(sctp) = packet.sctp() {
        assert_eq!(ports, (sctp.source_port(), sctp.destination_port()));
        let mut length = 0;
        for chunk in sctp.chunks() {
            assert!(
                length <= packet.payload().len(),
                "the one before was the last"
            );
            length += usize::from(chunk.length).max(4).next_multiple_of(4);
            assert!(chunk.value.len() + 4 <= usize::from(chunk.length).max(4));
            assert!(!(chunk.is_cut() && chunk.is_malformed()));
        }
    }
    if let Some(icmp) = packet.icmp() {
        assert_eq!(
            number,
            Some(if icmp.is_v6() {
                protocol::ICMPV6
            } else {
                protocol::ICMP
            })
        );
        assert!(!(icmp.is_error() && icmp.echo().is_some()));
        assert!(Icmp::quoted_len(&icmp).is_none_or(|length| length >= 128));
        assert_eq!(icmp.body(), packet.payload());
    }
    if let Some(igmp) = packet.igmp() {
        assert_eq!(igmp.group().is_none(), igmp.kind() == 0x22);
        let _ = (igmp.max_response(), igmp.group_records());
    }
    if let Some(vrrp) = packet.vrrp() {
        assert_eq!(
            vrrp.interval_ms().is_some(),
            matches!(vrrp.version(), 2 | 3)
        );
        let _ = (
            vrrp.kind(),
            vrrp.router_id(),
            vrrp.priority(),
            vrrp.address_count(),
        );
    }
    if let Some(gre) = packet.gre() {
        assert!(gre.header_len() >= 4);
        assert!(gre.key().is_none() || gre.header_len() >= 8);
        assert_eq!(gre.sequence().is_some(), gre.has_sequence());
    }
}

/// Checks that `part`, decoded of the first bytes of `whole` with the same length on the wire,
/// holds nothing that `whole` does not hold.
pub fn part_agrees(part: &Packet<'_>, whole: &Packet<'_>) {
    let is_truncated = part.flags().contains(PacketFlags::TRUNCATED);
    if !is_truncated {
        // What was cut off is no part of it.
        assert_eq!(part.error(), whole.error());
        assert_eq!(part.payload(), whole.payload());
        assert_eq!(part.protocol(), whole.protocol());
        assert_eq!(part.source_port(), whole.source_port());
    }
    if let Some(error) = part.error() {
        assert_eq!(whole.error(), Some(error));
    }
    for flag in [
        PacketFlags::FRAGMENT,
        PacketFlags::LATER_FRAGMENT,
        PacketFlags::DEPTH_LIMIT,
    ] {
        assert!(!part.flags().contains(flag) || whole.flags().contains(flag));
    }
    if part.ip_version() != 0 {
        assert_eq!(part.ip_version(), whole.ip_version());
        assert_eq!(part.source_octets(), whole.source_octets());
        assert_eq!(part.destination_octets(), whole.destination_octets());
    }
    if let Some(number) = part.protocol()
        && whole.protocol() != Some(number)
    {
        // Cut among headers that are skipped.
        assert!(is_truncated && protocol::is_ipv6_extension(number));
    }
    assert!(part.arp().is_none() || whole.arp().is_some());
    if part.source_port() != 0 || part.destination_port() != 0 {
        assert_eq!(part.source_port(), whole.source_port());
        assert_eq!(part.destination_port(), whole.destination_port());
    }
    assert!(part.tcp_flags() == 0 || part.tcp_flags() == whole.tcp_flags());
    assert!(part.tcp().is_none() || whole.tcp().is_some());
    assert!(part.udp().is_none() || whole.udp().is_some());
    assert!(part.sctp().is_none() || whole.sctp().is_some());
    let message = |packet: &Packet<'_>| packet.icmp().map(|icmp| (icmp.kind(), icmp.code()));
    assert!(part.icmp().is_none() || message(part) == message(whole));
    assert!(part.igmp().is_none() || whole.igmp().is_some());
    assert!(part.vrrp().is_none() || whole.vrrp().is_some());
    let key = |packet: &Packet<'_>| packet.gre().map(|gre| (gre.protocol(), gre.key()));
    assert!(part.gre().is_none() || key(part) == key(whole));
    let tags = part.vlans().count();
    assert!(part.vlans().eq(whole.vlans().take(tags)));
    if let Some((tunnel, inner)) = part.inner() {
        let (same, all) = whole.inner().expect("what a part carries, the whole does");
        assert_eq!(tunnel, same);
        part_agrees(&inner, &all);
    }
    if let Some(quoted) = part.quoted() {
        part_agrees(
            &quoted,
            &whole.quoted().expect("what a part quotes, the whole does"),
        );
    }
}

/// Checks that the flow of a packet is that of the innermost one with an IP header.
pub fn flow_agrees(capture: &Capture<'_>) {
    let whole = (capture.wire_len as usize).max(capture.data.len());
    let packet = Packet::parse(capture.link, capture.data, whole);
    let flow = match flow_of(capture) {
        Ok(flow) => flow,
        Err(NoFlow::Malformed(error)) => return assert_eq!(packet.error(), Some(error)),
        Err(_) => return assert_eq!((packet.error(), packet.ip_version()), (None, 0)),
    };
    let (mut innermost, mut layer) = (packet, packet);
    let (mut flags, mut is_limited) = (packet.flags(), packet.is_at_depth_limit());
    while let Some((_, inner)) = layer.inner() {
        layer = inner;
        flags |= inner.flags();
        is_limited |= inner.is_at_depth_limit();
        if inner.ip_version() != 0 {
            innermost = inner;
        }
    }
    assert_eq!(Some(flow.source.ip.0), innermost.source_octets());
    assert_eq!(Some(flow.destination.ip.0), innermost.destination_octets());
    let ports = (innermost.source_port(), innermost.destination_port());
    assert_eq!((flow.source.port, flow.destination.port), ports);
    assert_eq!(
        (Some(flow.protocol.0), flow.tcp_flags.0),
        (innermost.protocol(), innermost.tcp_flags())
    );
    assert_eq!(flow.tunnel.protocol.0 == 0, innermost.depth() == 1);
    for (seen, flag) in [
        (PacketFlags::TRUNCATED, FlowFlags::TRUNCATED),
        (PacketFlags::MALFORMED, FlowFlags::MALFORMED),
        (PacketFlags::FRAGMENT, FlowFlags::FRAGMENT),
    ] {
        assert_eq!(flow.flags.contains(flag), flags.contains(seen));
    }
    assert_eq!(flow.flags.contains(FlowFlags::DEPTH_LIMIT), is_limited);
    assert_eq!(flow.traffic.forward_bytes, whole as u64);
    assert_eq!((flow.traffic.forward_packets, flow.time), (1, capture.time));
}
