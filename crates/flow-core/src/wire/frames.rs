//! Packets for tests, built byte by byte.

use super::{LinkType, Packet};

/// Ethernet from 02:00:00:00:00:01 to 02:00:00:00:00:02.
pub(crate) fn ethernet(ethertype: u16, body: &[u8]) -> Vec<u8> {
    let mut bytes = [[2, 0, 0, 0, 0, 2], [2, 0, 0, 0, 0, 1]].concat();
    bytes.extend(ethertype.to_be_bytes());
    bytes.extend(body);
    bytes
}

/// IPv4 from 10.0.0.1 to 10.0.0.2, without options.
pub(crate) fn ipv4(protocol: u8, body: &[u8]) -> Vec<u8> {
    ipv4_with(&[], [0, 0], protocol, body)
}

/// The same with options (a multiple of four bytes) and the two bytes of flags and offset.
pub(crate) fn ipv4_with(options: &[u8], fragment: [u8; 2], protocol: u8, body: &[u8]) -> Vec<u8> {
    let total = (20 + options.len() + body.len()) as u16;
    let mut bytes = Vec::from([0x45 + options.len() as u8 / 4, 0x12]);
    bytes.extend(total.to_be_bytes());
    bytes.extend([
        0xab,
        0xcd,
        fragment[0],
        fragment[1],
        64,
        protocol,
        0x5a,
        0xa5,
    ]);
    bytes.extend([10, 0, 0, 1, 10, 0, 0, 2]);
    bytes.extend(options);
    bytes.extend(body);
    bytes
}

/// IPv6 from 2001:db8::1 to 2001:db8::2, traffic class 0x12, flow label 0x34567.
pub(crate) fn ipv6(next_header: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::from([0x61, 0x23, 0x45, 0x67]);
    bytes.extend((body.len() as u16).to_be_bytes());
    bytes.extend([next_header, 64]);
    for last in [1, 2] {
        bytes.extend([
            0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last,
        ]);
    }
    bytes.extend(body);
    bytes
}

/// UDP from port 1000 to `port`.
pub(crate) fn udp(port: u16, body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::from([0x03, 0xe8]);
    bytes.extend(port.to_be_bytes());
    bytes.extend((8 + body.len() as u16).to_be_bytes());
    bytes.extend([0, 0]);
    bytes.extend(body);
    bytes
}

/// TCP from port 1000 to 80, with options (a multiple of four bytes) and nine control bits.
pub(crate) fn tcp(flags: u16, options: &[u8], body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::from([0x03, 0xe8, 0, 80, 0, 0, 0, 7, 0, 0, 0, 9]);
    let words = 5 + options.len() as u16 / 4;
    bytes.extend((words << 12 | flags).to_be_bytes());
    bytes.extend([0x10, 0, 0x5a, 0xa5, 0, 3]);
    bytes.extend(options);
    bytes.extend(body);
    bytes
}

/// Decodes a packet that was captured as a whole.
pub(crate) fn whole(link: LinkType, bytes: &[u8]) -> Packet<'_> {
    Packet::parse(link, bytes, bytes.len())
}

/// Decodes a whole packet that begins with its IP header.
pub(crate) fn raw(bytes: &[u8]) -> Packet<'_> {
    whole(LinkType::RawIp, bytes)
}

/// Layer, offset, problem, needed and got of the packet's error.
pub(crate) fn error(packet: &Packet<'_>) -> (super::Layer, u32, super::Problem, u32, u32) {
    let error = packet.error().expect("a malformed packet");
    (
        error.layer,
        error.offset,
        error.problem,
        error.needed,
        error.got,
    )
}
