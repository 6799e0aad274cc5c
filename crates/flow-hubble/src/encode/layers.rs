//! Protocol headers.

use core::net::IpAddr;

use super::names::name_of;
use super::short;
use super::sink::{Field, Sink, field};
use crate::flow as pb;
use flow_core::flow::{
    Flow, FlowFlags, FlowType, Ip, IpVersion, Protocol, TcpFlags, Tunnel, TunnelProtocol,
};
use flow_core::resolve::Extra;

/// `flow.Ethernet`.
pub(super) fn ethernet<S: Sink>(sink: &mut S, flow: &Flow) {
    let [source, destination] = [flow.source.mac, flow.destination.mac].map(short::mac);
    sink.short(field!(1, "source"), &source);
    sink.short(field!(2, "destination"), &destination);
}

/// `flow.IP` of the packet.
pub(super) fn ip<S: Sink>(sink: &mut S, flow: &Flow, extra: Option<&Extra>) {
    let (source, destination) = (flow.source.ip, flow.destination.ip);
    // Of a packet `::` is an address; elsewhere it is one that is not known.
    let has_packet = !matches!(flow.flow_type, FlowType::SOCK | FlowType::L7);
    if has_packet || !source.is_unspecified() {
        sink.short(field!(1, "source"), &short::ip(source));
    }
    if has_packet || !destination.is_unspecified() {
        sink.short(field!(2, "destination"), &short::ip(destination));
    }
    version(sink, flow.ip_version);
    sink.flag(
        field!(4, "encrypted"),
        flow.flags.contains(FlowFlags::ENCRYPTED),
    );
    if let Some(extra) = extra.filter(|extra| !extra.source_xlated.is_unspecified()) {
        let address = short::ip(extra.source_xlated);
        sink.short(field!(5, "source_xlated"), &address);
    }
}

fn addresses<S: Sink>(sink: &mut S, source: Ip, destination: Ip, version: IpVersion) {
    sink.short(field!(1, "source"), &short::ip(source));
    sink.short(field!(2, "destination"), &short::ip(destination));
    self::version(sink, version);
}

fn version<S: Sink>(sink: &mut S, version: IpVersion) {
    sink.choice(
        field!(3, "ipVersion"),
        i32::from(version.0),
        name_of!(pb::IpVersion),
    );
}

/// Whether `flow.Layer4` has a message for this protocol.
pub(crate) const fn has_layer4(protocol: Protocol) -> bool {
    matches!(
        protocol,
        Protocol::TCP
            | Protocol::UDP
            | Protocol::ICMP
            | Protocol::ICMPV6
            | Protocol::SCTP
            | Protocol::VRRP
            | Protocol::IGMP
    )
}

/// `flow.Layer4` of the packet.
pub(super) fn layer4<S: Sink>(sink: &mut S, flow: &Flow, extra: Option<&Extra>) {
    let (source, destination) = (flow.source.port, flow.destination.port);
    match flow.protocol {
        Protocol::TCP => sink.message(field!(1, "TCP"), |sink| {
            ports(sink, source, destination);
            // A packet has flags, even if none is set.
            let has_packet = flow.flow_type == FlowType::L3_L4;
            if has_packet || flow.tcp_flags.names().next().is_some() {
                sink.message(field!(3, "flags"), |sink| tcp_flags(sink, flow.tcp_flags));
            }
        }),
        Protocol::UDP => sink.message(field!(2, "UDP"), |sink| ports(sink, source, destination)),
        Protocol::ICMP => sink.message(field!(3, "ICMPv4"), |sink| icmp(sink, flow)),
        Protocol::ICMPV6 => sink.message(field!(4, "ICMPv6"), |sink| icmp(sink, flow)),
        Protocol::SCTP => sink.message(field!(5, "SCTP"), |sink| {
            ports(sink, source, destination);
            let chunk = extra.map_or(0, |extra| extra.sctp_chunk);
            sink.choice(
                field!(3, "chunk_type"),
                i32::from(chunk),
                name_of!(pb::SctpChunkType),
            );
        }),
        Protocol::VRRP => sink.message(field!(6, "VRRP"), |sink| {
            sink.uint(field!(1, "type"), u32::from(flow.icmp_type));
            if let Some(extra) = extra {
                sink.uint(field!(2, "vrid"), u32::from(extra.vrrp_vrid));
                sink.uint(field!(3, "priority"), u32::from(extra.vrrp_priority));
            }
        }),
        Protocol::IGMP => sink.message(field!(7, "IGMP"), |sink| {
            sink.uint(field!(1, "type"), u32::from(flow.icmp_type));
            if let Some(extra) = extra.filter(|extra| !extra.igmp_group.is_unspecified()) {
                let group = short::ip(extra.igmp_group);
                sink.short(field!(2, "group_address"), &group);
            }
        }),
        _ => {}
    }
}

#[inline(always)]
fn ports<S: Sink>(sink: &mut S, source: u16, destination: u16) {
    sink.uint(field!(1, "source_port"), u32::from(source));
    sink.uint(field!(2, "destination_port"), u32::from(destination));
}

#[inline(always)]
fn icmp<S: Sink>(sink: &mut S, flow: &Flow) {
    sink.uint(field!(1, "type"), u32::from(flow.icmp_type));
    sink.uint(field!(2, "code"), u32::from(flow.icmp_code));
}

fn tcp_flags<S: Sink>(sink: &mut S, flags: TcpFlags) {
    const FIELDS: [(Field, TcpFlags); 9] = [
        (field!(1, "FIN"), TcpFlags::FIN),
        (field!(2, "SYN"), TcpFlags::SYN),
        (field!(3, "RST"), TcpFlags::RST),
        (field!(4, "PSH"), TcpFlags::PSH),
        (field!(5, "ACK"), TcpFlags::ACK),
        (field!(6, "URG"), TcpFlags::URG),
        (field!(7, "ECE"), TcpFlags::ECE),
        (field!(8, "CWR"), TcpFlags::CWR),
        (field!(9, "NS"), TcpFlags::NS),
    ];
    for (field, flag) in FIELDS {
        sink.flag(field, flags.contains(flag));
    }
}

/// `flow.Tunnel`.
pub(super) fn tunnel<S: Sink>(sink: &mut S, tunnel: &Tunnel) {
    if has_number(tunnel.protocol) {
        sink.choice(
            field!(1, "protocol"),
            i32::from(tunnel.protocol.0),
            name_of!(pb::tunnel::Protocol),
        );
    }
    sink.message(field!(2, "IP"), |sink| {
        let version = outer_version(tunnel);
        addresses(sink, tunnel.source_ip, tunnel.destination_ip, version);
    });
    // Tunnels with ports are those over UDP.
    if tunnel.source_port != 0 || tunnel.destination_port != 0 {
        sink.message(field!(3, "l4"), |sink| {
            sink.message(field!(2, "UDP"), |sink| {
                ports(sink, tunnel.source_port, tunnel.destination_port);
            });
        });
    }
    sink.uint(field!(4, "vni"), tunnel.vni());
}

/// Whether `flow.Tunnel.Protocol` has a number for this encapsulation.
pub(crate) const fn has_number(protocol: TunnelProtocol) -> bool {
    matches!(protocol, TunnelProtocol::VXLAN | TunnelProtocol::GENEVE)
}

/// Version of the outer network header.
pub(crate) const fn outer_version(tunnel: &Tunnel) -> IpVersion {
    // An IPv4 address in an IPv6 header looks like one of IPv4.
    match (tunnel.source_ip.to_std(), tunnel.destination_ip.to_std()) {
        (IpAddr::V4(_), IpAddr::V4(_)) => IpVersion::V4,
        _ => IpVersion::V6,
    }
}
