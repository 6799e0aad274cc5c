use super::super::frames::{error, ethernet, ipv4, ipv4_with, ipv6, raw, tcp, udp};
use super::*;
use crate::wire::Problem;

/// A TCP segment to port 80 in IPv4.
fn segment() -> Vec<u8> {
    ipv4(6, &tcp(0x010, &[], b"in"))
}

fn is_the_segment(packet: &Packet<'_>, depth: u8) {
    assert_eq!(packet.error(), None);
    assert!(packet.flags().is_empty(), "{:?}", packet.flags());
    assert_eq!(
        (packet.destination_port(), packet.payload()),
        (80, &b"in"[..])
    );
    assert_eq!((packet.depth(), packet.tcp_flags()), (depth, 0x010));
}

#[test]
fn ip_in_ip_in_every_combination() {
    let inner = tcp(0x010, &[], b"in");
    for outer in [ipv4, ipv6] {
        for (number, inner) in [(4, ipv4(6, &inner)), (41, ipv6(6, &inner))] {
            let bytes = outer(number, &inner);
            let packet = raw(&bytes);
            assert!(packet.flags().is_empty());
            assert_eq!((packet.protocol(), packet.source_port()), (Some(number), 0));
            assert_eq!(packet.payload(), inner);
            let (tunnel, carried) = packet.inner().unwrap();
            let kind = TunnelKind::IpInIp;
            assert_eq!(tunnel, Tunnel { kind, id: 0 });
            is_the_segment(&carried, 2);
            assert_eq!(carried.ip_version(), if number == 4 { 4 } else { 6 });
            assert_eq!(carried.bytes(), inner);
            assert!(carried.inner().is_none());
        }
    }
    // The number says which version it has to be.
    let bytes = ipv4(41, &segment());
    let (_, carried) = raw(&bytes).inner().unwrap();
    assert_eq!(error(&carried), (Layer::Ipv6, 20, Problem::Version, 6, 4));
}

#[test]
fn the_innermost_packet_with_an_ip_header() {
    let plain = segment();
    assert_eq!(raw(&plain).innermost().depth(), 1);
    let twice = ipv4(4, &ipv4(4, &segment()));
    let packet = raw(&twice);
    is_the_segment(&packet.innermost(), 3);
    let header = [&[0x20, 0][..], &0x6558_u16.to_be_bytes(), &[0, 1, 2, 3]].concat();
    let arp = ethernet(0x0806, &[0, 1, 8, 0, 6, 4, 0, 1]);
    let bytes = ipv4(4, &ipv4(47, &[header, arp].concat()));
    assert_eq!(raw(&bytes).innermost().depth(), 2);
}

#[test]
fn gre_carries_ip_and_ethernet() {
    let header = |number: u16| [&[0x20, 0][..], &number.to_be_bytes(), &[0, 1, 2, 3]].concat();
    let v6 = ipv6(6, &tcp(0x010, &[], b"in"));
    for (number, body) in [
        (0x0800, segment()),
        (0x86dd, v6),
        (0x6558, ethernet(0x0800, &segment())),
    ] {
        let bytes = ipv4(47, &[header(number), body].concat());
        let (tunnel, carried) = raw(&bytes).inner().unwrap();
        let kind = TunnelKind::Gre;
        assert_eq!(
            tunnel,
            Tunnel {
                kind,
                id: 0x0001_0203
            }
        );
        is_the_segment(&carried, 2);
        assert_eq!(carried.ethernet().is_some(), number == 0x6558);
    }
}

#[test]
fn erspan_carries_ethernet() {
    let frame = ethernet(0x0800, &segment());
    let bytes = ipv4(47, &[&[0, 0, 0x88, 0xbe][..], &frame].concat());
    is_the_segment(&raw(&bytes).inner().unwrap().1, 2);
    let header = [0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 0, 0, 0, 0, 0, 0, 0];
    let bytes = ipv4(47, &[&header[..], &frame].concat());
    is_the_segment(&raw(&bytes).inner().unwrap().1, 2);
    let bytes = ipv4(47, &header[..15]);
    let (_, carried) = raw(&bytes).inner().unwrap();
    assert_eq!(error(&carried), (Layer::Gre, 28, Problem::Header, 8, 7));
}

#[test]
fn vxlan_on_both_ports() {
    for port in [4789, 8472] {
        let header = [0x08, 0, 0, 0, 0, 0x12, 0x34, 0];
        let body = [&header[..], &ethernet(0x0800, &segment())].concat();
        let bytes = ipv6(17, &udp(port, &body));
        let packet = raw(&bytes);
        let (tunnel, carried) = packet.inner().unwrap();
        let kind = TunnelKind::Vxlan;
        assert_eq!(tunnel, Tunnel { kind, id: 0x1234 });
        is_the_segment(&carried, 2);
        assert_eq!(carried.source_mac(), Some([2, 0, 0, 0, 0, 1]));
        assert_eq!(
            (packet.destination_port(), packet.protocol()),
            (port, Some(17))
        );
    }
    // Another port, no valid identifier, too short to be it.
    let body = [&[8, 0, 0, 0, 0, 0, 1, 0][..], &ethernet(0x0800, &segment())].concat();
    assert!(raw(&ipv4(17, &udp(4790, &body))).inner().is_none());
    assert!(raw(&ipv4(17, &udp(4789, &[0; 60]))).inner().is_none());
    assert!(raw(&ipv4(17, &udp(4789, &body[..7]))).inner().is_none());
    let bytes = ipv4(17, &udp(4789, &body[..20]));
    let (_, carried) = raw(&bytes).inner().unwrap();
    assert_eq!(
        error(&carried),
        (Layer::Ethernet, 36, Problem::Header, 14, 12)
    );
}

#[test]
fn geneve_with_and_without_options() {
    for words in [0, 1, 63] {
        for (number, body) in [(0x0800, segment()), (0x6558, ethernet(0x0800, &segment()))] {
            let mut bytes = [words, 0].to_vec();
            bytes.extend(u16::to_be_bytes(number));
            bytes.extend([0xab, 0xcd, 0xef, 0]);
            bytes.resize(8 + usize::from(words) * 4, 0xee);
            bytes.extend(body);
            let bytes = ipv4(17, &udp(6081, &bytes));
            let (tunnel, carried) = raw(&bytes).inner().unwrap();
            let kind = TunnelKind::Geneve;
            assert_eq!(
                tunnel,
                Tunnel {
                    kind,
                    id: 0xab_cdef
                }
            );
            is_the_segment(&carried, 2);
        }
    }
    // Options beyond the datagram.
    let bytes = ipv4(17, &udp(6081, &[2, 0, 8, 0, 0, 0, 1, 0, 1, 2, 3]));
    let (_, carried) = raw(&bytes).inner().unwrap();
    assert_eq!(
        error(&carried),
        (Layer::Geneve, 28, Problem::Header, 16, 11)
    );
    assert_eq!((carried.ip_version(), carried.payload()), (0, &[][..]));
    // Another version; an unknown protocol.
    assert!(
        raw(&ipv4(17, &udp(6081, &[0x40, 0, 8, 0, 0, 0, 1, 0])))
            .inner()
            .is_none()
    );
    assert!(
        raw(&ipv4(17, &udp(6081, &[0, 0, 9, 9, 0, 0, 1, 0])))
            .inner()
            .is_none()
    );
}

#[test]
fn nothing_is_read_behind_the_end_of_what_carries_it() {
    // The datagram ends after the inner IP header, and zeros follow it in the frame.
    let mut body = [8, 0, 0, 0, 0, 0, 1, 0].to_vec();
    body.extend(ethernet(0x0800, &segment()[..20]));
    let mut bytes = ipv4(17, &udp(4789, &body));
    bytes.extend([0xff; 40]);
    let (_, carried) = raw(&bytes).inner().unwrap();
    assert_eq!(error(&carried), (Layer::Ipv4, 50, Problem::Beyond, 42, 20));
    assert_eq!((carried.source_port(), carried.payload()), (0, &[][..]));
    assert_eq!(carried.bytes().len(), 34);
}

#[test]
fn a_packet_in_a_first_fragment_is_truncated() {
    let bytes = ipv4_with(&[], [0x20, 0], 4, &segment()[..30]);
    let packet = raw(&bytes);
    assert_eq!(
        (packet.flags(), packet.error()),
        (PacketFlags::FRAGMENT, None)
    );
    let (_, carried) = packet.inner().unwrap();
    assert_eq!(
        (carried.flags(), carried.error()),
        (PacketFlags::TRUNCATED, None)
    );
    assert_eq!(
        (carried.destination_port(), carried.tcp().is_none()),
        (80, true)
    );
    let bytes = ipv4_with(&[], [0, 2], 4, &segment());
    assert!(
        raw(&bytes).inner().is_none(),
        "a later fragment has no header"
    );
}

#[test]
fn what_is_in_a_packet_without_a_known_end_is_truncated_too() {
    // A quoted packet whose payload length is zero, so that nothing tells where it ends; in it
    // one that does not tell it either.
    let mut inner = ipv6(6, &tcp(0x010, &[], b"in"));
    inner[4..6].fill(0);
    let mut quoted = ipv6(0, &[&[41, 0, 1, 4, 0, 0, 0, 0], &inner[..]].concat());
    quoted[4..6].fill(0);
    let bytes = ipv4(1, &[&[3, 3, 0, 0, 0, 0, 0, 0], &quoted[..]].concat());
    let packet = raw(&bytes);
    assert!(packet.flags().is_empty());
    let quoted = packet.quoted().unwrap();
    assert_eq!(quoted.flags(), PacketFlags::TRUNCATED);
    assert_eq!(quoted.payload_len(), quoted.payload().len());
    let (_, carried) = quoted.inner().unwrap();
    assert_eq!(
        (carried.flags(), carried.payload()),
        (PacketFlags::TRUNCATED, &b"in"[..])
    );
}

#[test]
fn packets_in_packets_to_a_depth() {
    let mut bytes = segment();
    for _ in 1..Packet::MAX_DEPTH {
        bytes = ipv4(4, &bytes);
    }
    let mut packet = raw(&bytes);
    for depth in 2..=Packet::MAX_DEPTH {
        assert_eq!(packet.depth(), depth - 1);
        packet = packet.inner().unwrap().1;
        assert!(!packet.is_at_depth_limit());
    }
    is_the_segment(&packet, Packet::MAX_DEPTH);
    let bytes = ipv4(4, &bytes);
    let mut packet = raw(&bytes);
    while let Some((_, inner)) = packet.inner() {
        packet = inner;
    }
    assert_eq!(packet.depth(), Packet::MAX_DEPTH);
    assert!(packet.is_at_depth_limit());
}

#[test]
fn an_icmp_error_quotes_a_packet() {
    let quote = |rest: [u8; 4], quoted: &[u8]| [&[3, 3, 0, 0], &rest[..], quoted].concat();
    // 8 bytes of the transport header: ports, and no more (RFC 792).
    let bytes = ipv4(1, &quote([0; 4], &segment()[..28]));
    let packet = raw(&bytes);
    assert!(packet.flags().is_empty());
    assert_eq!(
        packet.source_port(),
        0,
        "those of the quoted packet are its own"
    );
    let quoted = packet.quoted().unwrap();
    assert_eq!(
        (quoted.flags(), quoted.error()),
        (PacketFlags::TRUNCATED, None)
    );
    assert_eq!(
        (quoted.source_port(), quoted.destination_port()),
        (1000, 80)
    );
    assert_eq!(
        (quoted.protocol(), quoted.depth(), quoted.tcp().is_none()),
        (Some(6), 2, true)
    );
    // All of it, and padding of the frame behind, which is no part of it.
    let mut bytes = ipv4(1, &quote([0; 4], &segment()));
    bytes.extend([0xee; 9]);
    is_the_segment(&raw(&bytes).quoted().unwrap(), 2);
    assert_eq!(raw(&bytes).quoted().unwrap().bytes(), segment());
    // Nothing of it.
    assert!(raw(&ipv4(1, &quote([0; 4], &[]))).quoted().is_none());
    assert!(raw(&ipv4(1, &[3, 3, 0, 0, 0])).quoted().is_none());
}

#[test]
fn an_icmpv6_error_quotes_a_packet() {
    let inner = ipv6(6, &tcp(0x010, &[], b"in"));
    let bytes = ipv6(58, &[&[1, 4, 0, 0, 0, 0, 0, 0], &inner[..]].concat());
    is_the_segment(&raw(&bytes).quoted().unwrap(), 2);
    let bytes = ipv6(58, &[&[2, 0, 0, 0, 0, 0, 5, 0], &inner[..44]].concat());
    let quoted = raw(&bytes).quoted().unwrap();
    assert_eq!((quoted.destination_port(), quoted.ip_version()), (80, 6));
    assert_eq!(quoted.flags(), PacketFlags::TRUNCATED);
}

#[test]
fn extensions_of_an_icmp_error_are_no_part_of_the_quoted_packet() {
    // RFC 4884: 128 bytes are quoted of a longer packet, extensions follow.
    let quoted = ipv4(17, &udp(53, &[7; 200]));
    let rest = [0, 32, 0, 0];
    let body = [&[11, 0, 0, 0][..], &rest, &quoted[..128], &[0x20, 0, 0, 0]].concat();
    let bytes = ipv4(1, &body);
    let packet = raw(&bytes);
    assert_eq!(packet.icmp().unwrap().quoted_len(), Some(128));
    let quoted = packet.quoted().unwrap();
    assert_eq!((quoted.bytes().len(), quoted.payload().len()), (128, 100));
    assert_eq!(
        (quoted.flags(), quoted.payload_len()),
        (PacketFlags::TRUNCATED, 200)
    );
    // In ICMPv6 words are of eight bytes.
    let bytes = ipv6(58, &[3, 0, 0, 0, 16, 0, 0, 0]);
    assert_eq!(raw(&bytes).icmp().unwrap().quoted_len(), Some(128));
    let bytes = ipv6(58, &[4, 0, 0, 0, 16, 0, 0, 0]);
    assert_eq!(raw(&bytes).icmp().unwrap().quoted_len(), None);
}
