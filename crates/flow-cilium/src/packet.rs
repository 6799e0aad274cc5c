//! From the captured packet to the beginnings of a flow.

use super::{Captured, CiliumExtra, Overlay};
use flow_core::decode::fill_outermost;
use flow_core::flow::{Flow, FlowFlags, FlowType, Ip, Mac, Protocol, Tunnel, TunnelProtocol};
use flow_core::wire::{LinkType, Packet, PacketFlags, ethertype, protocol};

/// Writes the fields of a captured packet, or of the one in the overlay that the datapath says is
/// around it, into a flow that has the values of `Default`. Of IP in IP it is the innermost one;
/// other packets in packets are not looked for, as Hubble does not.
///
/// A packet without a readable IP header has what there is.
#[inline]
pub(super) fn fill(captured: &Captured<'_>, flow: &mut Flow, extra: &mut CiliumExtra) {
    let packet = Packet::parse(captured.link, captured.data, captured.wire_len as usize);
    fill_packet(&packet, flow, extra);
    if let Some(overlay) = captured.overlay {
        enter(&packet, overlay, flow, extra);
    }
    if captured.is_cut {
        flow.flags |= FlowFlags::TRUNCATED;
    }
    flow.traffic.forward_bytes = u64::from(captured.wire_len);
    flow.traffic.forward_packets = 1;
}

#[inline]
fn fill_packet(packet: &Packet<'_>, flow: &mut Flow, extra: &mut CiliumExtra) {
    if fill_outermost(packet, flow).is_err() {
        fill_without_ip(packet, flow);
    }
    if let protocol::IPV4 | protocol::IPV6 = flow.protocol.0
        && let Some(inner) = innermost(packet)
    {
        return fill_inner(&inner, flow, extra);
    }
    match flow.protocol {
        Protocol::SCTP | Protocol::VRRP | Protocol::IGMP => fill_rare(packet, extra),
        _ => {}
    }
    // A packet is mostly captured in part. Only where its headers are not whole is that reported.
    if packet.flags().contains(PacketFlags::TRUNCATED) && has_whole_headers(packet) {
        flow.flags.0 &= !FlowFlags::TRUNCATED.0;
    }
}

/// Writes what is known of a packet that has no IP header, or none that is readable.
#[cold]
fn fill_without_ip(packet: &Packet<'_>, flow: &mut Flow) {
    flow.flow_type = FlowType::L3_L4;
    flow.vlan = packet.vlan().map_or(0, |tag| tag.id());
    if let Some(ethernet) = packet.ethernet() {
        flow.source.mac = Mac(ethernet.source());
        flow.destination.mac = Mac(ethernet.destination());
    }
    if packet.error().is_some() {
        flow.flags |= FlowFlags::MALFORMED;
    }
    if packet.flags().contains(PacketFlags::TRUNCATED) {
        flow.flags |= FlowFlags::TRUNCATED;
    }
}

/// Most packets in one another, of IP in IP.
const DEPTH: usize = 8;

/// Returns the innermost packet of IP in IP (RFC 2003, RFC 4213), which is the one that Hubble
/// reports; `None` where there is none with a readable header.
#[cold]
fn innermost<'a>(outer: &Packet<'a>) -> Option<Packet<'a>> {
    let mut found = None;
    for _ in 0..DEPTH {
        let packet = found.as_ref().unwrap_or(outer);
        let link = match packet.protocol() {
            _ if packet.flags().contains(PacketFlags::LATER_FRAGMENT) => break,
            Some(protocol::IPV4) => LinkType::Ipv4,
            Some(protocol::IPV6) => LinkType::Ipv6,
            _ => break,
        };
        let inner = Packet::parse(link, packet.payload(), packet.payload_len());
        if inner.source_octets().is_none() {
            break;
        }
        found = Some(inner);
    }
    found
}

/// Writes the packet inside of another one, which keeps its link addresses and its tag.
fn fill_inner(inner: &Packet<'_>, flow: &mut Flow, extra: &mut CiliumExtra) {
    let (vlan, macs) = (flow.vlan, [flow.source.mac, flow.destination.mac]);
    *flow = Flow::default();
    fill_packet(inner, flow, extra);
    flow.vlan = vlan;
    [flow.source.mac, flow.destination.mac] = macs;
}

/// Writes what a flow has no field for of protocols that are rarely seen.
#[cold]
fn fill_rare(packet: &Packet<'_>, extra: &mut CiliumExtra) {
    if let Some(vrrp) = packet.vrrp() {
        (extra.vrrp_vrid, extra.vrrp_priority) = (vrrp.router_id(), vrrp.priority());
    }
    if let Some(group) = packet.igmp().and_then(|igmp| igmp.group()) {
        extra.igmp_group = Ip::v4(group.octets());
    }
    let chunk = packet.sctp().and_then(|sctp| sctp.chunks().next());
    // Types of the IANA registry "Chunk Types" by Hubble's numbers.
    extra.sctp_chunk = match chunk.map(|chunk| chunk.kind) {
        Some(1) => 1,
        Some(2) => 2,
        Some(7) => 3,
        Some(8) => 4,
        Some(14) => 5,
        Some(6) => 6,
        _ => 0,
    };
}

/// Whether every header that a flow has fields of was captured.
fn has_whole_headers(packet: &Packet<'_>) -> bool {
    let Some(number) = packet.protocol() else {
        return packet.arp().is_some();
    };
    if packet.flags().contains(PacketFlags::LATER_FRAGMENT) {
        return true;
    }
    match number {
        protocol::TCP => packet.tcp().is_some(),
        protocol::UDP | protocol::UDP_LITE => packet.udp().is_some(),
        protocol::SCTP => packet.sctp().is_some(),
        protocol::ICMP | protocol::ICMPV6 => packet.icmp().is_some(),
        protocol::IGMP => packet.igmp().is_some(),
        protocol::VRRP => packet.vrrp().is_some(),
        _ => !protocol::is_ipv6_extension(number),
    }
}

/// Replaces the flow of a packet by that of the packet inside of its overlay.
///
/// Where the overlay's header is not whole, the outer packet stays the flow, with a flag.
#[inline(never)]
fn enter(outer: &Packet<'_>, overlay: Overlay, flow: &mut Flow, extra: &mut CiliumExtra) {
    let payload = outer.payload();
    let inner = match payload.first_chunk::<8>() {
        Some(header) if outer.udp().is_some() => inside(overlay, header),
        _ => None,
    };
    let Some(Inside { vni, link, length }) = inner else {
        flow.flags |= if outer.udp().is_some() && payload.len() < outer.payload_len() {
            FlowFlags::TRUNCATED
        } else {
            FlowFlags::MALFORMED
        };
        return;
    };
    let mut tunnel = Tunnel::default();
    tunnel.source_ip = flow.source.ip;
    tunnel.destination_ip = flow.destination.ip;
    tunnel.source_port = flow.source.port;
    tunnel.destination_port = flow.destination.port;
    tunnel.protocol = match overlay {
        Overlay::Vxlan => TunnelProtocol::VXLAN,
        Overlay::Geneve => TunnelProtocol::GENEVE,
    };
    tunnel.set_vni(vni);
    let data = payload.get(length..).unwrap_or_default();
    let wire_len = outer.payload_len().saturating_sub(length);
    let (outer_flags, vlan) = (flow.flags, flow.vlan);
    *flow = Flow::default();
    match link {
        Some(link) => fill_packet(&Packet::parse(link, data, wire_len), flow, extra),
        None => flow.flow_type = FlowType::L3_L4,
    }
    flow.flags |= outer_flags;
    flow.tunnel = tunnel;
    if flow.vlan == 0 {
        flow.vlan = vlan;
    }
}

/// The header of an overlay.
struct Inside {
    vni: u32,
    /// What follows; `None` where it is no packet that can be read.
    link: Option<LinkType>,
    /// Length of the header in bytes.
    length: usize,
}

/// Reads the header of an overlay; `None` where it is not one.
fn inside(overlay: Overlay, header: &[u8; 8]) -> Option<Inside> {
    let [first, _, high, low, a, b, c, _] = *header;
    let vni = u32::from_be_bytes([0, a, b, c]);
    match overlay {
        // RFC 7348 section 5: eight flags, of which one says that the identifier is valid.
        Overlay::Vxlan => (first & 0x08 != 0).then_some(Inside {
            vni,
            link: Some(LinkType::Ethernet),
            length: 8,
        }),
        // RFC 8926 section 3.4: version, length of options in words of four bytes, protocol.
        Overlay::Geneve => (first >> 6 == 0).then_some(Inside {
            vni,
            link: match u16::from_be_bytes([high, low]) {
                ethertype::BRIDGING => Some(LinkType::Ethernet),
                ethertype::IPV4 => Some(LinkType::Ipv4),
                ethertype::IPV6 => Some(LinkType::Ipv6),
                _ => None,
            },
            length: 8 + usize::from(first & 0x3f) * 4,
        }),
    }
}
