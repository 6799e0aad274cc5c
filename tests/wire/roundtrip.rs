//! What the decoder tells of a valid packet is what it was built of.

use std::net::IpAddr;

use flow_core::wire::{LinkType, Packet, PacketFlags, TunnelKind, Vlan};

use flow_core::wire::exercise::part_agrees;
use flow_core::wire::exercise::{Body, Ends, Frame, Net, Outside};

/// Link type of a frame.
pub(crate) fn link_of(frame: &Frame) -> LinkType {
    match (&frame.outside, &frame.net.ends) {
        (Outside::Ethernet { .. }, _) => LinkType::Ethernet,
        (Outside::RawIp, _) => LinkType::RawIp,
        (Outside::Cooked1, _) => LinkType::LinuxSll,
        (Outside::Cooked2 { .. }, _) => LinkType::LinuxSll2,
        (Outside::Null { .. }, _) => LinkType::Null,
        (Outside::Loop, _) => LinkType::Loop,
    }
}

/// Compares a packet with what it was built of.
pub(crate) fn same(packet: &Packet<'_>, frame: &Frame) {
    let tags: Vec<u16> = packet.vlans().map(|tag: Vlan| tag.tci).collect();
    match &frame.outside {
        Outside::Ethernet { tags: built, .. } => assert_eq!(&tags, built),
        Outside::Cooked2 { tag } => assert_eq!(tags, tag.iter().copied().collect::<Vec<_>>()),
        _ => assert!(tags.is_empty()),
    }
    let has_address = !matches!(
        frame.outside,
        Outside::RawIp | Outside::Null { .. } | Outside::Loop
    );
    assert_eq!(
        packet.source_mac(),
        has_address.then_some([2, 0, 0, 0, 0, 1])
    );
    same_net(packet, &frame.net, &frame.body);
}

fn same_net(packet: &Packet<'_>, net: &Net, body: &Body) {
    assert_eq!(packet.error(), None);
    let mut flags = PacketFlags::NONE;
    if net.fragment.is_some() {
        flags |= PacketFlags::FRAGMENT;
    }
    if net.is_later() {
        flags |= PacketFlags::LATER_FRAGMENT;
    }
    assert_eq!(packet.flags(), flags);
    let ends = (packet.source(), packet.destination());
    let mut is_protected = false;
    match &net.ends {
        Ends::V4 {
            source,
            destination,
            options,
            has_authentication,
        } => {
            assert_eq!(
                ends,
                (
                    Some(IpAddr::from(*source)),
                    Some(IpAddr::from(*destination))
                )
            );
            let header = packet.ipv4().expect("an IPv4 header");
            assert_eq!(header.options().count(), *options);
            is_protected = *has_authentication;
        }
        Ends::V6 {
            source,
            destination,
            extensions,
        } => {
            assert_eq!(
                ends,
                (
                    Some(IpAddr::from(*source)),
                    Some(IpAddr::from(*destination))
                )
            );
            let mut kinds: Vec<u8> = packet.ipv6_extensions().map(|found| found.kind).collect();
            if net.fragment.is_some() {
                assert_eq!(kinds.pop(), Some(44));
            }
            assert_eq!(&kinds, extensions);
        }
    }
    let fragment = packet
        .fragment()
        .map(|fragment| (fragment.offset / 8, fragment.more));
    assert_eq!(fragment, net.fragment);
    let number = body.protocol(net.is_v4());
    if net.is_later() {
        // An authentication header would be in the first fragment.
        assert_eq!(
            packet.protocol(),
            Some(if is_protected { 51 } else { number })
        );
        return;
    }
    assert_eq!(packet.protocol(), Some(number));
    same_body(packet, body);
}

fn same_body(packet: &Packet<'_>, body: &Body) {
    let ports = (packet.source_port(), packet.destination_port());
    match body {
        Body::Tcp {
            ports: built,
            flags,
            options,
            payload,
        } => {
            assert_eq!((ports, packet.tcp_flags()), (*built, *flags));
            assert_eq!(packet.payload(), payload);
            let tcp = packet.tcp().expect("a TCP header");
            assert_eq!(
                (tcp.sequence(), tcp.acknowledgement(), tcp.window()),
                (7, 9, 0x1000)
            );
            assert_eq!(tcp.options().count(), options.len());
        }
        Body::Udp {
            ports: built,
            payload,
        }
        | Body::UdpLite {
            ports: built,
            payload,
        } => {
            assert_eq!((ports, packet.payload()), (*built, &payload[..]));
            assert!(packet.udp().is_some() && packet.inner().is_none());
        }
        Body::Sctp {
            ports: built,
            chunks,
        } => {
            assert_eq!(ports, *built);
            let found = packet.sctp().expect("an SCTP header").chunks();
            let found: Vec<_> = found
                .map(|chunk| (chunk.kind, chunk.value.to_vec()))
                .collect();
            assert_eq!(&found, chunks);
        }
        Body::Echo {
            id,
            sequence,
            payload,
            ..
        } => {
            let icmp = packet.icmp().expect("an ICMP header");
            assert_eq!(icmp.echo(), Some((*id, *sequence)));
            assert_eq!(&packet.payload()[4..], payload);
        }
        Body::Unreachable { net, body, kept } => {
            assert!(packet.icmp().expect("an ICMP header").is_error());
            let whole = net.build(body);
            if *kept == 0 {
                return assert!(packet.quoted().is_none());
            }
            let quoted = packet.quoted().expect("a quoted packet");
            if whole.len() <= *kept {
                same_net(&quoted, net, body);
            } else {
                part_agrees(
                    &quoted,
                    &Packet::parse(LinkType::RawIp, &whole, whole.len()),
                );
                assert!(quoted.flags().contains(PacketFlags::TRUNCATED));
            }
        }
        Body::Igmp { kind, group } => {
            let igmp = packet.igmp().expect("an IGMP header");
            assert_eq!((igmp.kind(), igmp.group()), (*kind, Some((*group).into())));
        }
        Body::Vrrp { version, router } => {
            let vrrp = packet.vrrp().expect("a VRRP header");
            assert_eq!((vrrp.version(), vrrp.router_id()), (*version, *router));
            assert_eq!(
                (vrrp.kind(), vrrp.priority(), vrrp.address_count()),
                (1, 100, 1)
            );
        }
        Body::Ip { net, body } => {
            let (tunnel, inner) = packet.inner().expect("a packet inside");
            assert_eq!((tunnel.kind, tunnel.id), (TunnelKind::IpInIp, 0));
            same_net(&inner, net, body);
        }
        Body::Gre {
            checksum,
            key,
            sequence,
            inner,
        } => {
            let gre = packet.gre().expect("a GRE header");
            assert_eq!((gre.key(), gre.sequence()), (*key, *sequence));
            let fields = [*checksum, key.is_some(), sequence.is_some()];
            let length = 4 + 4 * fields.iter().filter(|field| **field).count();
            assert_eq!(gre.header_len(), length);
            let (tunnel, packet) = packet.inner().expect("a packet inside");
            assert_eq!(
                (tunnel.kind, tunnel.id),
                (TunnelKind::Gre, key.unwrap_or(0))
            );
            same(&packet, inner);
        }
        Body::Vxlan { port, vni, inner } => {
            assert_eq!(ports, (50_000, *port));
            let (tunnel, packet) = packet.inner().expect("a packet inside");
            assert_eq!((tunnel.kind, tunnel.id), (TunnelKind::Vxlan, *vni));
            same(&packet, inner);
        }
        Body::Geneve { vni, inner, .. } => {
            let (tunnel, packet) = packet.inner().expect("a packet inside");
            assert_eq!((tunnel.kind, tunnel.id), (TunnelKind::Geneve, *vni));
            same(&packet, inner);
        }
        Body::Other { payload, .. } => {
            assert_eq!((ports, packet.payload()), ((0, 0), &payload[..]));
            assert!(packet.inner().is_none());
        }
    }
}
