//! The flow of one packet.

use core::error::Error;
use core::fmt;

use crate::flow::{
    EventType, Flow, FlowFlags, FlowType, Ip, IpVersion, Mac, Protocol, TcpFlags, Tunnel,
    TunnelProtocol, Verdict,
};
use crate::wire::{self, LinkType, Packet, PacketFlags, TunnelKind, WireError, ethertype};

/// A captured packet with its time, link type and length on the wire.
#[derive(Clone, Copy, Debug)]
#[allow(
    clippy::exhaustive_structs,
    reason = "plain data that callers build field by field"
)]
pub struct Capture<'a> {
    /// When it was captured: nanoseconds since the Unix epoch.
    pub time: u64,
    /// Link type: what `data` begins with.
    pub link: LinkType,
    /// Its length on the wire in bytes; a value below the length of `data` is taken for that.
    pub wire_len: u32,
    /// The captured bytes.
    pub data: &'a [u8],
}

impl<'a> Capture<'a> {
    /// A packet that was captured as a whole, at the epoch.
    #[must_use]
    pub fn whole(link: LinkType, data: &'a [u8]) -> Self {
        Self {
            time: 0,
            link,
            wire_len: u32::try_from(data.len()).unwrap_or(u32::MAX),
            data,
        }
    }
}

/// Error of making a flow of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoFlow {
    /// It has no IP header: ARP, or another protocol of the link.
    NotIp {
        /// EtherType, 0 where the link has none.
        ethertype: u16,
    },
    /// It was cut off before the end of its IP header.
    Truncated {
        /// Bytes captured.
        captured: usize,
    },
    /// A header before or in the IP header is malformed.
    Malformed(WireError),
}

impl fmt::Display for NoFlow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotIp { ethertype } => write!(f, "no IP header: EtherType {ethertype:#06x}"),
            Self::Truncated { captured } => write!(
                f,
                "captured {captured} bytes, which end before the IP header does"
            ),
            Self::Malformed(error) => error.fmt(f),
        }
    }
}

/// A malformed header is shown as its [`WireError`], which is therefore no source of its own.
impl Error for NoFlow {}

/// Makes the flow of one packet.
///
/// For a packet in a packet, addresses and ports are those of the innermost one that has an IP
/// header; [`Flow::tunnel`] is the outermost tunnel. Link addresses and VLAN are those of the
/// outermost one: they belong to the place where it was observed. An ICMP error is a flow of ICMP, not one of the
/// packet it quotes. Bytes count from the link header on, of the packet as a whole.
///
/// A packet that is malformed or cut off after its IP header makes a flow with a flag for it.
///
/// # Errors
/// Where there is no IP header to read.
#[inline]
pub fn flow_of(capture: &Capture<'_>) -> Result<Flow, NoFlow> {
    let wire_len = (capture.wire_len as usize).max(capture.data.len());
    let packet = Packet::parse(capture.link, capture.data, wire_len);
    make(&packet, capture.time, wire_len as u64)
}

/// Makes the flow of a decoded packet: [`flow_of`] without what only the capture has (time and
/// bytes).
///
/// # Errors
/// As [`flow_of`].
#[inline]
pub fn flow_of_packet(packet: &Packet<'_>) -> Result<Flow, NoFlow> {
    make(packet, 0, 0)
}

/// The flow is made where it is returned: to copy it takes longer than all the rest.
#[inline(always)]
fn make(packet: &Packet<'_>, time: u64, bytes: u64) -> Result<Flow, NoFlow> {
    let mut made = Ok(Flow::default());
    if let (Some(source), Some(destination)) = (packet.source_octets(), packet.destination_octets())
    {
        if let Ok(flow) = &mut made {
            flow.time = time;
            flow.first_seen = time;
            flow.traffic.forward_bytes = bytes;
            outermost(packet, source, destination, flow);
            if let Some((tunnel, inner)) = packet.inner() {
                enter(packet, tunnel, inner, flow);
            }
        }
    } else {
        made = Err(no_flow(packet));
    }
    made
}

#[inline(always)]
fn link_addresses(packet: &Packet<'_>, flow: &mut Flow) {
    if let Some(ethernet) = packet.ethernet() {
        flow.source.mac = Mac(ethernet.source());
        flow.destination.mac = Mac(ethernet.destination());
    } else {
        if let Some(source) = packet.source_mac() {
            flow.source.mac = Mac(source);
        }
        if let Some(index) = packet.cooked().and_then(|header| header.interface()) {
            flow.interface.index = index;
        }
    }
}

/// Everything of the innermost packet but its addresses.
#[inline(always)]
fn above_ip(packet: &Packet<'_>, flow: &mut Flow) {
    flow.source.port = packet.source_port();
    flow.destination.port = packet.destination_port();
    flow.protocol = Protocol(packet.protocol().unwrap_or(0));
    flow.ip_version = if packet.ip_version() == 4 {
        IpVersion::V4
    } else {
        IpVersion::V6
    };
    flow.tcp_flags = TcpFlags(packet.tcp_flags());
    (flow.icmp_type, flow.icmp_code) = message(packet);
}

/// Fills a flow that has the values of `Default` as [`flow_of_packet`] does, but by the outermost
/// packet only.
#[inline]
pub fn fill_outermost(packet: &Packet<'_>, flow: &mut Flow) -> Result<(), NoFlow> {
    let (Some(source), Some(destination)) = (packet.source_octets(), packet.destination_octets())
    else {
        return Err(no_flow(packet));
    };
    outermost(packet, source, destination, flow);
    Ok(())
}

#[inline(always)]
fn outermost(packet: &Packet<'_>, source: [u8; 16], destination: [u8; 16], flow: &mut Flow) {
    flow.source.ip = Ip(source);
    flow.destination.ip = Ip(destination);
    flow.traffic.forward_packets = 1;
    flow.verdict = Verdict::FORWARDED;
    flow.flow_type = FlowType::L3_L4;
    flow.event_type = EventType::TRACE;
    flow.vlan = packet.vlan().map_or(0, |tag| tag.id());
    flow.flags = flags(packet);
    link_addresses(packet, flow);
    above_ip(packet, flow);
}

#[cold]
fn no_flow(packet: &Packet<'_>) -> NoFlow {
    match packet.error() {
        Some(error) => NoFlow::Malformed(error),
        None if packet.flags().contains(PacketFlags::TRUNCATED)
            && may_hold_ip(packet.ethertype()) =>
        {
            NoFlow::Truncated {
                captured: packet.bytes().len(),
            }
        }
        None => NoFlow::NotIp {
            ethertype: packet.ethertype(),
        },
    }
}

/// Whether an IP header may follow: of another protocol it does not matter where it was cut off.
const fn may_hold_ip(number: u16) -> bool {
    matches!(
        number,
        ethertype::IPV4
            | ethertype::IPV6
            | ethertype::MPLS
            | ethertype::MPLS_MULTICAST
            | ethertype::PPPOE_SESSION
    ) || number < ethertype::FIRST
        || ethertype::is_vlan(number)
}

fn flags(packet: &Packet<'_>) -> FlowFlags {
    const SAME: [(PacketFlags, FlowFlags); 4] = [
        (PacketFlags::TRUNCATED, FlowFlags::TRUNCATED),
        (PacketFlags::MALFORMED, FlowFlags::MALFORMED),
        (PacketFlags::FRAGMENT, FlowFlags::FRAGMENT),
        (PacketFlags::DEPTH_LIMIT, FlowFlags::DEPTH_LIMIT),
    ];
    let mut flags = FlowFlags::NONE;
    if packet.flags().is_empty() {
        return flags;
    }
    for (seen, flag) in SAME {
        if packet.flags().contains(seen) {
            flags |= flag;
        }
    }
    flags
}

/// Type and code of a control message.
#[inline]
fn message(packet: &Packet<'_>) -> (u8, u8) {
    match packet.protocol().map(Protocol) {
        Some(Protocol::ICMP | Protocol::ICMPV6) => packet
            .icmp()
            .map_or((0, 0), |icmp| (icmp.kind(), icmp.code())),
        Some(Protocol::IGMP) => (packet.igmp().map_or(0, |igmp| igmp.kind()), 0),
        Some(Protocol::VRRP) => (packet.vrrp().map_or(0, |vrrp| vrrp.kind()), 0),
        _ => (0, 0),
    }
}

/// Replaces the outer tuple by that of the innermost packet that has one.
#[inline(never)]
fn enter<'a>(outer: &Packet<'a>, tunnel: wire::Tunnel, mut inner: Packet<'a>, flow: &mut Flow) {
    let mut carried = Tunnel::default();
    carried.source_ip = flow.source.ip;
    carried.destination_ip = flow.destination.ip;
    carried.source_port = outer.source_port();
    carried.destination_port = outer.destination_port();
    carried.protocol = match tunnel.kind {
        TunnelKind::Vxlan => TunnelProtocol::VXLAN,
        TunnelKind::Geneve => TunnelProtocol::GENEVE,
        TunnelKind::Gre => TunnelProtocol::GRE,
        TunnelKind::IpInIp => TunnelProtocol::IPIP,
    };
    carried.set_vni(tunnel.id);
    let mut deepest = None;
    loop {
        flow.flags |= flags(&inner);
        if let (Some(source), Some(destination)) =
            (inner.source_octets(), inner.destination_octets())
        {
            deepest = Some((source, destination, inner));
        }
        match inner.inner() {
            Some((_, next)) => inner = next,
            None => break,
        }
    }
    if inner.is_at_depth_limit() {
        flow.flags |= FlowFlags::DEPTH_LIMIT;
    }
    let Some((source, destination, packet)) = deepest else {
        return;
    };
    flow.tunnel = carried;
    flow.source.ip = Ip(source);
    flow.destination.ip = Ip(destination);
    above_ip(&packet, flow);
}

#[cfg(test)]
mod tests;
