//! Each decoder's way to the tuple, and to a flow. All are part of the loop that runs them: what
//! is measured is the decoder, not how a tuple is handed over.

use etherparse::{LaxNetSlice, LaxSlicedPacket, NetSlice, SlicedPacket, TransportSlice};
use flow_core::flow::{
    Endpoint, EventType, Flow, FlowType, Ip, IpVersion, Mac, Protocol, TcpFlags, Traffic, Verdict,
};
use flow_core::wire::{LinkType, Packet};

use super::input::Frames;
use super::tuple::{Tuple, mapped};

/// This crate's.
#[inline(always)]
pub(crate) fn ours(frame: &[u8]) -> Option<Tuple> {
    let packet = Packet::parse(LinkType::Ethernet, frame, frame.len());
    Some(Tuple {
        source: packet.source_octets()?,
        destination: packet.destination_octets()?,
        ports: (packet.source_port(), packet.destination_port()),
        protocol: packet.protocol()?,
        tcp_flags: packet.tcp_flags(),
    })
}

#[inline(always)]
fn transport(slice: Option<&TransportSlice<'_>>, tuple: &mut Tuple) {
    match slice {
        Some(TransportSlice::Tcp(tcp)) => {
            tuple.ports = (tcp.source_port(), tcp.destination_port());
            let bytes = tcp.slice();
            tuple.tcp_flags = u16::from_be_bytes([bytes[12], bytes[13]]) & 0x01ff;
        }
        Some(TransportSlice::Udp(udp)) => {
            tuple.ports = (udp.source_port(), udp.destination_port());
        }
        _ => {}
    }
}

/// etherparse, which takes cut packets for errors.
#[inline(always)]
pub(crate) fn sliced(frame: &[u8]) -> Option<Tuple> {
    let packet = SlicedPacket::from_ethernet(frame).ok()?;
    let mut tuple = match packet.net.as_ref()? {
        NetSlice::Ipv4(ip) => Tuple {
            source: mapped(ip.header().source()),
            destination: mapped(ip.header().destination()),
            protocol: ip.payload_ip_number().0,
            ..Tuple::default()
        },
        NetSlice::Ipv6(ip) => Tuple {
            source: ip.header().source(),
            destination: ip.header().destination(),
            protocol: ip.payload().ip_number.0,
            ..Tuple::default()
        },
        NetSlice::Arp(_) => return None,
    };
    transport(packet.transport.as_ref(), &mut tuple);
    Some(tuple)
}

/// etherparse with partial results, as this crate gives them.
#[inline(always)]
pub(crate) fn lax(frame: &[u8]) -> Option<Tuple> {
    let packet = LaxSlicedPacket::from_ethernet(frame).ok()?;
    let mut tuple = match packet.net.as_ref()? {
        LaxNetSlice::Ipv4(ip) => Tuple {
            source: mapped(ip.header().source()),
            destination: mapped(ip.header().destination()),
            protocol: ip.payload_ip_number().0,
            ..Tuple::default()
        },
        LaxNetSlice::Ipv6(ip) => Tuple {
            source: ip.header().source(),
            destination: ip.header().destination(),
            protocol: ip.payload().ip_number.0,
            ..Tuple::default()
        },
        LaxNetSlice::Arp(_) => return None,
    };
    transport(packet.transport.as_ref(), &mut tuple);
    Some(tuple)
}

/// The flow that [`flow_core::decode::flow_of`] makes, made with etherparse's lax slices: without
/// flags and tunnels.
#[inline(always)]
pub(crate) fn lax_flow(frame: &[u8], time: u64) -> Option<Flow> {
    let packet = LaxSlicedPacket::from_ethernet(frame).ok()?;
    let (source, destination, protocol, ip_version) = match packet.net.as_ref()? {
        LaxNetSlice::Ipv4(ip) => (
            mapped(ip.header().source()),
            mapped(ip.header().destination()),
            ip.payload_ip_number().0,
            IpVersion::V4,
        ),
        LaxNetSlice::Ipv6(ip) => (
            ip.header().source(),
            ip.header().destination(),
            ip.payload().ip_number.0,
            IpVersion::V6,
        ),
        LaxNetSlice::Arp(_) => return None,
    };
    let mut tuple = Tuple::default();
    transport(packet.transport.as_ref(), &mut tuple);
    let end = |ip, port, mac| Endpoint {
        ip: Ip(ip),
        port,
        mac: Mac(mac),
        ..Endpoint::default()
    };
    let (from, to) = match &packet.link {
        Some(etherparse::LinkSlice::Ethernet2(link)) => (link.source(), link.destination()),
        _ => ([0; 6], [0; 6]),
    };
    Some(Flow {
        time,
        first_seen: time,
        source: end(source, tuple.ports.0, from),
        destination: end(destination, tuple.ports.1, to),
        traffic: Traffic {
            forward_packets: 1,
            forward_bytes: frame.len() as u64,
            ..Traffic::default()
        },
        protocol: Protocol(protocol),
        ip_version,
        verdict: Verdict::FORWARDED,
        flow_type: FlowType::L3_L4,
        event_type: EventType::TRACE,
        tcp_flags: TcpFlags(tuple.tcp_flags),
        ..Flow::default()
    })
}

/// All of them tell the same of every packet; else the comparison would mean nothing.
pub(crate) fn check(frames: &Frames) {
    for frame in frames.iter() {
        let tuple = ours(frame);
        assert!(tuple.is_some());
        assert_eq!(tuple, lax(frame), "etherparse, lax");
        assert_eq!(tuple, sliced(frame), "etherparse");
    }
}
