use std::net::IpAddr;

use super::super::frames::{error, ipv6, raw, udp};
use super::*;
use crate::wire::{Fragment, LinkType};

/// An extension header of `length` bytes that is followed by `next`.
fn extension(next: u8, length: usize) -> Vec<u8> {
    let mut bytes = [0; 256].to_vec();
    bytes.resize(length, 0);
    bytes[0] = next;
    bytes[1] = (length / 8 - 1) as u8;
    bytes
}

#[test]
fn every_field() {
    let bytes = ipv6(17, &udp(53, b"hi"));
    let packet = raw(&bytes);
    assert!(packet.flags().is_empty());
    let header = packet.ipv6().unwrap();
    assert_eq!(
        (header.traffic_class(), header.flow_label()),
        (0x12, 0x3_4567)
    );
    assert_eq!(
        (
            header.payload_len(),
            header.next_header(),
            header.hop_limit()
        ),
        (10, 17, 64)
    );
    assert_eq!(header.source().to_string(), "2001:db8::1");
    assert_eq!(header.destination().to_string(), "2001:db8::2");
    assert_eq!((packet.ip_version(), packet.protocol()), (6, Some(17)));
    assert_eq!(packet.source(), "2001:db8::1".parse::<IpAddr>().ok());
    assert_eq!(
        packet.destination_octets(),
        Some(header.destination().octets())
    );
    assert_eq!(
        (packet.destination_port(), packet.payload()),
        (53, &b"hi"[..])
    );
    assert!(packet.ipv4().is_none());
    assert_eq!(packet.ipv6_extensions().count(), 0);
}

#[test]
fn every_extension_header_is_skipped_and_can_be_read() {
    // Hop-by-hop, destination, routing, mobility, HIP, Shim6, authentication.
    let mut body = extension(60, 8);
    body.extend(extension(43, 16));
    body.extend(extension(135, 24));
    body.extend(extension(139, 8));
    body.extend(extension(140, 40));
    body.extend(extension(51, 8));
    // Authentication counts words of four bytes less two.
    body.extend([17, 4, 0, 0]);
    body.extend([0xee; 20]);
    body.extend(udp(53, b"hi"));
    let bytes = ipv6(0, &body);
    let packet = raw(&bytes);
    assert!(packet.flags().is_empty());
    assert_eq!(
        (packet.protocol(), packet.destination_port()),
        (Some(17), 53)
    );
    assert_eq!(packet.payload(), b"hi");
    let found: Vec<_> = packet
        .ipv6_extensions()
        .map(|extension| (extension.kind, extension.bytes.len()))
        .collect();
    assert_eq!(
        found,
        [
            (0, 8),
            (60, 16),
            (43, 24),
            (135, 8),
            (139, 40),
            (140, 8),
            (51, 24)
        ]
    );
}

#[test]
fn no_next_header_is_the_end() {
    let bytes = ipv6(0, &[&extension(59, 8)[..], b"ignored"].concat());
    let packet = raw(&bytes);
    assert!(packet.flags().is_empty());
    assert_eq!(
        (packet.protocol(), packet.payload()),
        (Some(59), &b"ignored"[..])
    );
}

#[test]
fn extension_headers_beyond_sixteen_are_not_followed_and_flagged() {
    for (count, flags) in [(16, PacketFlags::NONE), (17, PacketFlags::DEPTH_LIMIT)] {
        let mut body = extension(60, 8).repeat(count - 1);
        body.extend(extension(17, 8));
        body.extend(udp(53, b""));
        let bytes = ipv6(60, &body);
        let packet = raw(&bytes);
        assert_eq!(packet.flags(), flags, "{count} headers");
        assert_eq!(packet.destination_port() == 53, count == 16);
        assert_eq!(packet.ipv6_extensions().count(), 16);
    }
}

#[test]
fn an_extension_header_that_is_not_whole_is_reported() {
    let body = [&extension(43, 8)[..], &[17, 3, 0, 0, 0, 0, 0, 0, 1, 2]].concat();
    let bytes = ipv6(0, &body);
    let packet = raw(&bytes);
    assert_eq!(
        error(&packet),
        (Layer::Ipv6Extension, 48, Problem::Header, 32, 10)
    );
    assert_eq!((packet.ip_version(), packet.source().is_some()), (6, true));
    assert_eq!(packet.ipv6_extensions().count(), 1);
    // The same, cut off by the snap length.
    let body = [&extension(43, 8)[..], &extension(17, 32), &udp(53, b"")].concat();
    let bytes = ipv6(0, &body);
    for length in 48..80 {
        let packet = Packet::parse(LinkType::RawIp, &bytes[..length], bytes.len());
        assert_eq!(
            (packet.flags(), packet.error()),
            (PacketFlags::TRUNCATED, None)
        );
        assert_eq!(packet.destination_port(), 0);
    }
    let body = [17, 0, 0, 0, 0, 0, 0];
    let bytes = ipv6(0, &body);
    assert_eq!(
        error(&raw(&bytes)),
        (Layer::Ipv6Extension, 40, Problem::Header, 8, 7)
    );
}

#[test]
fn fragments() {
    let fragment = |next: u8, field: u16| {
        let mut bytes = Vec::from([next, 0]);
        bytes.extend(field.to_be_bytes());
        bytes.extend([0, 1, 2, 3]);
        bytes
    };
    let datagram = udp(53, &[7; 40]);
    let bytes = ipv6(44, &[&fragment(17, 1)[..], &datagram[..24]].concat());
    let packet = raw(&bytes);
    assert_eq!(
        (packet.flags(), packet.error()),
        (PacketFlags::FRAGMENT, None)
    );
    assert_eq!(
        (packet.destination_port(), packet.payload().len()),
        (53, 16)
    );
    let first = Fragment {
        id: 0x0001_0203,
        offset: 0,
        more: true,
    };
    assert_eq!(packet.fragment(), Some(first));

    let bytes = ipv6(44, &[&fragment(17, 24)[..], &datagram[24..]].concat());
    let packet = raw(&bytes);
    let later = PacketFlags::FRAGMENT | PacketFlags::LATER_FRAGMENT;
    assert_eq!((packet.flags(), packet.error()), (later, None));
    assert_eq!(
        (packet.protocol(), packet.destination_port()),
        (Some(17), 0)
    );
    assert_eq!(packet.payload().len(), 24);
    let last = Fragment {
        id: 0x0001_0203,
        offset: 24,
        more: false,
    };
    assert_eq!(packet.fragment(), Some(last));

    // A fragment of which a fragment was made, behind a header that says nothing.
    let headers = [fragment(44, 0), fragment(44, 1), fragment(17, 24)].concat();
    let bytes = ipv6(44, &[&headers[..], &datagram[24..]].concat());
    assert_eq!(
        (raw(&bytes).flags(), raw(&bytes).fragment()),
        (later, Some(last))
    );

    // An atomic fragment is a whole packet.
    let bytes = ipv6(44, &[&fragment(17, 0)[..], &datagram].concat());
    let packet = raw(&bytes);
    assert!(packet.flags().is_empty());
    assert_eq!((packet.destination_port(), packet.fragment()), (53, None));
}

#[test]
fn a_jumbo_payload_reports_its_length_in_an_option() {
    let jumbo = |length: u32, padding: &[u8]| {
        let mut header = Vec::from([17, 0]);
        header.extend(padding);
        header.extend([0xc2, 4]);
        header.extend(length.to_be_bytes());
        header.resize(header.len().next_multiple_of(8), 0);
        header[1] = (header.len() / 8 - 1) as u8;
        let mut bytes = ipv6(0, &header);
        bytes[4..6].fill(0);
        let datagram = udp(53, b"jumbo");
        bytes.extend(datagram);
        // Zero in the length of the UDP header, as RFC 2675 section 4 wants it.
        let length = bytes.len() - 13;
        bytes[length + 4..length + 6].fill(0);
        bytes
    };
    // One byte of padding, and padding with a length.
    for padding in [&[][..], &[0, 0], &[1, 2, 0, 0, 0]] {
        let bytes = jumbo(70_000, padding);
        let packet = Packet::parse(LinkType::RawIp, &bytes, 70_040);
        assert_eq!(
            (packet.flags(), packet.error()),
            (PacketFlags::TRUNCATED, None)
        );
        assert_eq!(
            (packet.destination_port(), packet.payload()),
            (53, &b"jumbo"[..])
        );
        let headers = bytes.len() - 5 - 40;
        assert_eq!(packet.payload_len(), 70_000 - headers);
    }
    let bytes = jumbo(70_000, &[]);
    assert_eq!(
        error(&raw(&bytes)),
        (Layer::Ipv6, 0, Problem::Beyond, 70_040, 61)
    );
    let bytes = jumbo(65_535, &[]);
    let expected = (
        Layer::Ipv6Extension,
        40,
        Problem::TotalLength,
        65_536,
        65_535,
    );
    assert_eq!(error(&raw(&bytes)), expected);
    assert_eq!(raw(&bytes).destination_port(), 53);
}

#[test]
fn a_payload_length_of_zero() {
    // Segmentation offload: to the end.
    let mut bytes = ipv6(17, &udp(53, b"hi"));
    bytes[4..6].fill(0);
    let packet = raw(&bytes);
    assert!(packet.flags().is_empty());
    assert_eq!(
        (packet.destination_port(), packet.payload()),
        (53, &b"hi"[..])
    );
    // Nothing follows: what is behind is padding.
    for number in [33, 59] {
        let mut bytes = ipv6(number, b"padding");
        bytes[4..6].fill(0);
        let packet = raw(&bytes);
        assert!(packet.flags().is_empty());
        assert_eq!((packet.payload(), packet.payload_len()), (&[][..], 0));
    }
    let mut bytes = ipv6(58, b"padding");
    bytes[4..6].fill(0);
    assert_eq!(
        error(&raw(&bytes)),
        (Layer::Icmpv6, 40, Problem::Header, 4, 0)
    );
}

#[test]
fn what_contradicts_itself_is_reported() {
    let good = ipv6(17, &udp(53, b"hi"));
    assert_eq!(
        error(&raw(&good[..39])),
        (Layer::Ipv6, 0, Problem::Header, 40, 39)
    );
    let packet = raw(&good[..49]);
    assert_eq!(error(&packet), (Layer::Ipv6, 0, Problem::Beyond, 50, 49));
    assert_eq!(
        (packet.destination_port(), packet.payload()),
        (53, &b"h"[..])
    );
    let mut bytes = good.clone();
    bytes[0] = 0x41;
    let packet = Packet::parse(LinkType::Ipv6, &bytes, 0);
    assert_eq!(error(&packet), (Layer::Ipv6, 0, Problem::Version, 6, 4));
    // Shorter than what it carries says: the datagram is beyond it.
    let mut bytes = good;
    bytes[5] = 9;
    let packet = raw(&bytes);
    assert_eq!(error(&packet), (Layer::Udp, 40, Problem::Beyond, 10, 9));
    assert_eq!(packet.payload(), b"h");
}
