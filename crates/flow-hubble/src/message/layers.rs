//! Protocol headers.

use std::string::{String, ToString};

use crate::encode::{has_number, outer_version};
use crate::flow as pb;
use crate::flow::layer4::Protocol as Layer4;
use flow_core::flow::{Flow, FlowFlags, FlowType, Ip, IpVersion, Protocol, TcpFlags, Tunnel};
use flow_core::resolve::Extra;

pub(super) fn ethernet(flow: &Flow) -> pb::Ethernet {
    pb::Ethernet {
        source: flow.source.mac.to_string(),
        destination: flow.destination.mac.to_string(),
    }
}

pub(super) fn ip(flow: &Flow, extra: Option<&Extra>) -> pb::Ip {
    let xlated = extra.map_or(Ip::UNSPECIFIED, |extra| extra.source_xlated);
    // Of a packet `::` is an address; elsewhere it is one that is not known.
    let has_packet = !matches!(flow.flow_type, FlowType::SOCK | FlowType::L7);
    let text = |address: Ip| match has_packet {
        true => address.to_string(),
        false => known(address),
    };
    pb::Ip {
        source: text(flow.source.ip),
        destination: text(flow.destination.ip),
        ip_version: i32::from(flow.ip_version.0),
        encrypted: flow.flags.contains(FlowFlags::ENCRYPTED),
        source_xlated: known(xlated),
    }
}

fn addresses(source: Ip, destination: Ip, version: IpVersion) -> pb::Ip {
    pb::Ip {
        source: source.to_string(),
        destination: destination.to_string(),
        ip_version: i32::from(version.0),
        ..pb::Ip::default()
    }
}

/// An address; nothing where there is none.
fn known(address: Ip) -> String {
    if address.is_unspecified() {
        String::new()
    } else {
        address.to_string()
    }
}

/// `flow.Layer4`; empty for a protocol that it has no message for.
pub(super) fn layer4(flow: &Flow, extra: Option<&Extra>) -> pb::Layer4 {
    let none = Extra::default();
    let extra = extra.unwrap_or(&none);
    let (source_port, destination_port) = (
        u32::from(flow.source.port),
        u32::from(flow.destination.port),
    );
    let (r#type, code) = (u32::from(flow.icmp_type), u32::from(flow.icmp_code));
    let protocol = match flow.protocol {
        Protocol::TCP => Layer4::Tcp(pb::Tcp {
            source_port,
            destination_port,
            flags: tcp_flags(flow),
        }),
        Protocol::UDP => Layer4::Udp(pb::Udp {
            source_port,
            destination_port,
        }),
        Protocol::ICMP => Layer4::IcmPv4(pb::IcmPv4 { r#type, code }),
        Protocol::ICMPV6 => Layer4::IcmPv6(pb::IcmPv6 { r#type, code }),
        Protocol::SCTP => Layer4::Sctp(pb::Sctp {
            source_port,
            destination_port,
            chunk_type: i32::from(extra.sctp_chunk),
        }),
        Protocol::VRRP => Layer4::Vrrp(pb::Vrrp {
            r#type,
            vrid: u32::from(extra.vrrp_vrid),
            priority: u32::from(extra.vrrp_priority),
        }),
        Protocol::IGMP => Layer4::Igmp(pb::Igmp {
            r#type,
            group_address: known(extra.igmp_group),
        }),
        _ => return pb::Layer4::default(),
    };
    pb::Layer4 {
        protocol: Some(protocol),
    }
}

fn tcp_flags(flow: &Flow) -> Option<pb::TcpFlags> {
    let flags = flow.tcp_flags;
    let message = pb::TcpFlags {
        fin: flags.contains(TcpFlags::FIN),
        syn: flags.contains(TcpFlags::SYN),
        rst: flags.contains(TcpFlags::RST),
        psh: flags.contains(TcpFlags::PSH),
        ack: flags.contains(TcpFlags::ACK),
        urg: flags.contains(TcpFlags::URG),
        ece: flags.contains(TcpFlags::ECE),
        cwr: flags.contains(TcpFlags::CWR),
        ns: flags.contains(TcpFlags::NS),
    };
    // A packet has flags, even if none is set.
    let has_packet = flow.flow_type == FlowType::L3_L4;
    (has_packet || message != pb::TcpFlags::default()).then_some(message)
}

pub(super) fn interface(flow: &Flow) -> Option<pb::NetworkInterface> {
    let interface = &flow.interface;
    (interface.index != 0 || !interface.name.is_empty()).then(|| pb::NetworkInterface {
        index: interface.index,
        name: String::from_utf8_lossy(interface.name.as_bytes()).into_owned(),
    })
}

pub(super) fn tunnel(tunnel: &Tunnel) -> pb::Tunnel {
    let has_ports = tunnel.source_port != 0 || tunnel.destination_port != 0;
    let version = outer_version(tunnel);
    pb::Tunnel {
        protocol: if has_number(tunnel.protocol) {
            i32::from(tunnel.protocol.0)
        } else {
            0
        },
        ip: Some(addresses(tunnel.source_ip, tunnel.destination_ip, version)),
        l4: has_ports.then(|| pb::Layer4 {
            protocol: Some(Layer4::Udp(pb::Udp {
                source_port: u32::from(tunnel.source_port),
                destination_port: u32::from(tunnel.destination_port),
            })),
        }),
        vni: tunnel.vni(),
    }
}

/// A UUID (RFC 9562 section 4).
pub(super) fn uuid(bytes: [u8; 16]) -> String {
    let digits = std::format!("{:032x}", u128::from_be_bytes(bytes));
    let (a, b, c, d, e) = (
        &digits[..8],
        &digits[8..12],
        &digits[12..16],
        &digits[16..20],
        &digits[20..],
    );
    [a, b, c, d, e].join("-")
}
