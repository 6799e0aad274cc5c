//! What one would write: etherparse for the packet, numbers read from the record by hand.

use std::net::IpAddr;

use etherparse::{LinkSlice, NetSlice, SlicedPacket, TransportSlice};
use flow_cilium::CiliumDecoder;

fn u16_at(record: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(*record.get(at..)?.first_chunk()?))
}

fn u32_at(record: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(*record.get(at..)?.first_chunk()?))
}

fn u64_at(record: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_ne_bytes(*record.get(at..)?.first_chunk()?))
}

/// Length of the message.
fn length(record: &[u8]) -> Option<usize> {
    Some(match (record.first()?, record.get(14)?) {
        (1, 0 | 1) => 36,
        (1, 2) => 40,
        (1, 3) => 48,
        (4, 0) => 32,
        (4, 1) => 48,
        (4, 2) => 56,
        (5, 0) => 40,
        _ => return None,
    })
}

/// The fields of a flow as plain data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plain {
    source: IpAddr,
    destination: IpAddr,
    source_mac: [u8; 6],
    destination_mac: [u8; 6],
    source_port: u16,
    destination_port: u16,
    tcp_flags: u8,
    source_identity: u32,
    destination_identity: u32,
    interface: u32,
    trace_id: u64,
    kind: u8,
    sub_type: u8,
    endpoint: u16,
    is_reply: Option<bool>,
}

pub(crate) fn plain(record: &[u8]) -> Option<Plain> {
    let packet = SlicedPacket::from_ethernet(record.get(length(record)?..)?).ok()?;
    let LinkSlice::Ethernet2(ethernet) = packet.link? else {
        return None;
    };
    let (source, destination): (IpAddr, IpAddr) = match packet.net? {
        NetSlice::Ipv4(ip) => (
            ip.header().source_addr().into(),
            ip.header().destination_addr().into(),
        ),
        NetSlice::Ipv6(ip) => (
            ip.header().source_addr().into(),
            ip.header().destination_addr().into(),
        ),
        NetSlice::Arp(_) => return None,
    };
    let (source_port, destination_port, tcp_flags) = match packet.transport {
        Some(TransportSlice::Tcp(tcp)) => (
            tcp.source_port(),
            tcp.destination_port(),
            u8::from(tcp.fin())
                | u8::from(tcp.syn()) << 1
                | u8::from(tcp.rst()) << 2
                | u8::from(tcp.psh()) << 3
                | u8::from(tcp.ack()) << 4
                | u8::from(tcp.urg()) << 5
                | u8::from(tcp.ece()) << 6
                | u8::from(tcp.cwr()) << 7,
        ),
        Some(TransportSlice::Udp(udp)) => (udp.source_port(), udp.destination_port(), 0),
        _ => (0, 0, 0),
    };
    let kind = *record.first()?;
    let (is_reply, interface, trace_id) = match kind {
        1 => (None, u32_at(record, 32)?, u64_at(record, 40)?),
        4 => (
            Some(record.get(26)? & 0x7f == 2),
            u32_at(record, 28)?,
            u64_at(record, 48)?,
        ),
        _ => (Some(false), 0, 0),
    };
    let (source_identity, destination_identity) = match kind {
        5 => (u32_at(record, 16)?, 0),
        _ => (u32_at(record, 16)?, u32_at(record, 20)?),
    };
    Some(Plain {
        source,
        destination,
        source_mac: ethernet.source(),
        destination_mac: ethernet.destination(),
        source_port,
        destination_port,
        tcp_flags,
        source_identity,
        destination_identity,
        interface,
        trace_id,
        kind,
        sub_type: *record.get(1)?,
        endpoint: u16_at(record, 2)?,
        is_reply,
    })
}

/// The same as Hubble's message has it: addresses as text, layers as parts of their own.
#[derive(Debug)]
#[expect(dead_code, reason = "made to be measured")]
pub(crate) struct Message {
    ethernet: Option<Pair>,
    ip: Option<Pair>,
    l4: Option<Box<Ports>>,
    source: Option<Box<Endpoint>>,
    destination: Option<Box<Endpoint>>,
    kind: i32,
    sub_type: i32,
    interface: u32,
    trace_id: u64,
    is_reply: Option<bool>,
    summary: String,
}

#[derive(Debug)]
#[expect(dead_code, reason = "made to be measured")]
struct Pair {
    source: String,
    destination: String,
}

#[derive(Debug)]
#[expect(dead_code, reason = "made to be measured")]
struct Ports {
    source: u32,
    destination: u32,
    flags: u32,
}

#[derive(Debug)]
#[expect(dead_code, reason = "made to be measured")]
struct Endpoint {
    id: u32,
    identity: u32,
}

pub(crate) fn message(record: &[u8]) -> Option<Message> {
    let plain = plain(record)?;
    let mac =
        |[a, b, c, d, e, f]: [u8; 6]| format!("{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{f:02x}");
    let endpoint = |id: u16, identity| {
        Some(Box::new(Endpoint {
            id: id.into(),
            identity,
        }))
    };
    Some(Message {
        ethernet: Some(Pair {
            source: mac(plain.source_mac),
            destination: mac(plain.destination_mac),
        }),
        ip: Some(Pair {
            source: plain.source.to_string(),
            destination: plain.destination.to_string(),
        }),
        l4: Some(Box::new(Ports {
            source: plain.source_port.into(),
            destination: plain.destination_port.into(),
            flags: plain.tcp_flags.into(),
        })),
        source: endpoint(plain.endpoint, plain.source_identity),
        destination: endpoint(0, plain.destination_identity),
        kind: plain.kind.into(),
        sub_type: plain.sub_type.into(),
        interface: plain.interface,
        trace_id: plain.trace_id,
        is_reply: plain.is_reply,
        summary: format!("TCP Flags: {:#x}", plain.tcp_flags),
    })
}

/// Both ways tell the same of the record.
pub(crate) fn check(record: &[u8]) {
    let plain = plain(record).expect("a packet");
    assert!(message(record).is_some());
    let (flow, extra) = CiliumDecoder::new(())
        .decode_full(record, 1, 2)
        .expect("a flow");
    assert_eq!(flow.source.ip.to_std(), plain.source);
    assert_eq!(flow.destination.ip.to_std(), plain.destination);
    assert_eq!(
        (flow.source.port, flow.destination.port),
        (plain.source_port, plain.destination_port)
    );
    assert_eq!(flow.tcp_flags.0, u16::from(plain.tcp_flags));
    assert_eq!(flow.source.identity, plain.source_identity);
    assert_eq!(flow.destination.identity, plain.destination_identity);
    assert_eq!(
        (flow.source.mac.0, flow.destination.mac.0),
        (plain.source_mac, plain.destination_mac)
    );
    assert_eq!(
        (flow.event_type.0, flow.event_sub_type),
        (plain.kind, plain.sub_type)
    );
    assert_eq!(
        (flow.interface.index, extra.endpoint),
        (plain.interface, plain.endpoint)
    );
    assert!(flow.flags.is_empty());
}
