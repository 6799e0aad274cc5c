//! Protocol headers.

use core::net::IpAddr;

use super::error::ConvertError;
use super::number::small;
use super::unfit::Unfit;
use crate::flow as pb;
use crate::flow::layer4::Protocol as Layer4;
use flow_core::flow::{
    Flow, FlowFlags, Interface, Ip, IpVersion, Mac, Name16, Protocol, TcpFlags, TunnelProtocol,
};

/// Reads every header of a message.
pub(super) fn read(message: &pb::Flow, flow: &mut Flow, unfit: &mut Unfit) {
    if let Some(ethernet) = &message.ethernet {
        flow.source.mac = unfit.or_default(mac("ethernet.source", &ethernet.source));
        flow.destination.mac = unfit.or_default(mac("ethernet.destination", &ethernet.destination));
    }
    if let Some(ip) = &message.ip {
        flow.source.ip = unfit.or_default(address("IP.source", &ip.source));
        flow.destination.ip = unfit.or_default(address("IP.destination", &ip.destination));
        flow.ip_version = match unfit.or_default(small("IP.ipVersion", ip.ip_version)) {
            // A field mask may have left it out.
            0 => version(&ip.source)
                .or(version(&ip.destination))
                .unwrap_or_default(),
            other => IpVersion(other),
        };
        if ip.encrypted {
            flow.flags |= FlowFlags::ENCRYPTED;
        }
    }
    if let Some(protocol) = message.l4.as_ref().and_then(|l4| l4.protocol.as_ref()) {
        layer4(protocol, flow, unfit);
    }
    if let Some(interface) = &message.interface {
        flow.interface = Interface {
            index: interface.index,
            name: unfit.or_default(name("interface.name", &interface.name)),
            netns: 0,
        };
    }
    if let Some(tunnel) = &message.tunnel {
        self::tunnel(tunnel, flow, unfit);
    }
}

fn layer4(protocol: &Layer4, flow: &mut Flow, unfit: &mut Unfit) {
    let mut ports = |source: u32, destination: u32, unfit: &mut Unfit| {
        flow.source.port = unfit.or_default(small("l4.source_port", source));
        flow.destination.port = unfit.or_default(small("l4.destination_port", destination));
    };
    match protocol {
        Layer4::Tcp(tcp) => {
            ports(tcp.source_port, tcp.destination_port, unfit);
            flow.protocol = Protocol::TCP;
            flow.tcp_flags = tcp.flags.as_ref().map_or(TcpFlags::NONE, TcpFlags::from);
        }
        Layer4::Udp(udp) => {
            ports(udp.source_port, udp.destination_port, unfit);
            flow.protocol = Protocol::UDP;
        }
        Layer4::Sctp(sctp) => {
            ports(sctp.source_port, sctp.destination_port, unfit);
            flow.protocol = Protocol::SCTP;
        }
        Layer4::IcmPv4(icmp) => {
            flow.protocol = Protocol::ICMP;
            flow.icmp_type = unfit.or_default(small("l4.ICMPv4.type", icmp.r#type));
            flow.icmp_code = unfit.or_default(small("l4.ICMPv4.code", icmp.code));
        }
        Layer4::IcmPv6(icmp) => {
            flow.protocol = Protocol::ICMPV6;
            flow.icmp_type = unfit.or_default(small("l4.ICMPv6.type", icmp.r#type));
            flow.icmp_code = unfit.or_default(small("l4.ICMPv6.code", icmp.code));
        }
        Layer4::Vrrp(vrrp) => {
            flow.protocol = Protocol::VRRP;
            flow.icmp_type = unfit.or_default(small("l4.VRRP.type", vrrp.r#type));
        }
        Layer4::Igmp(igmp) => {
            flow.protocol = Protocol::IGMP;
            flow.icmp_type = unfit.or_default(small("l4.IGMP.type", igmp.r#type));
        }
    }
}

/// The flags that are set.
impl From<&pb::TcpFlags> for TcpFlags {
    fn from(message: &pb::TcpFlags) -> Self {
        let mut flags = TcpFlags::NONE;
        for (is_set, flag) in [
            (message.fin, TcpFlags::FIN),
            (message.syn, TcpFlags::SYN),
            (message.rst, TcpFlags::RST),
            (message.psh, TcpFlags::PSH),
            (message.ack, TcpFlags::ACK),
            (message.urg, TcpFlags::URG),
            (message.ece, TcpFlags::ECE),
            (message.cwr, TcpFlags::CWR),
            (message.ns, TcpFlags::NS),
        ] {
            if is_set {
                flags |= flag;
            }
        }
        flags
    }
}

fn tunnel(message: &pb::Tunnel, flow: &mut Flow, unfit: &mut Unfit) {
    let tunnel = &mut flow.tunnel;
    tunnel.protocol = TunnelProtocol(unfit.or_default(small("tunnel.protocol", message.protocol)));
    if let Some(ip) = &message.ip {
        tunnel.source_ip = unfit.or_default(address("tunnel.IP.source", &ip.source));
        tunnel.destination_ip = unfit.or_default(address("tunnel.IP.destination", &ip.destination));
    }
    if let Some(Layer4::Udp(udp)) = message.l4.as_ref().and_then(|l4| l4.protocol.as_ref()) {
        tunnel.source_port = unfit.or_default(small("tunnel.l4.UDP.source_port", udp.source_port));
        tunnel.destination_port = unfit.or_default(small(
            "tunnel.l4.UDP.destination_port",
            udp.destination_port,
        ));
    }
    if message.vni >> 24 != 0 {
        let expected = "a number of 24 bits";
        unfit.note(ConvertError::new("tunnel.vni", expected, message.vni));
        return;
    }
    tunnel.set_vni(message.vni);
}

/// An address; [`Ip::UNSPECIFIED`] for empty text.
pub(super) fn address(field: &'static str, text: &str) -> Result<Ip, ConvertError> {
    if text.is_empty() {
        return Ok(Ip::UNSPECIFIED);
    }
    // A zone (RFC 4007 section 11) says at which interface an address holds; a flow knows its own.
    let without_zone = text.split_once('%').map_or(text, |(address, _)| address);
    let address: Result<IpAddr, _> = without_zone.parse();
    address
        .map(Ip::from)
        .map_err(|_| ConvertError::new(field, "an IP address", std::format!("{text:?}")))
}

/// The version of the address that a text holds, if it holds one.
fn version(text: &str) -> Option<IpVersion> {
    Some(match text.parse().ok()? {
        IpAddr::V4(_) => IpVersion::V4,
        IpAddr::V6(_) => IpVersion::V6,
    })
}

/// A link address; zero for empty text.
fn mac(field: &'static str, text: &str) -> Result<Mac, ConvertError> {
    let fail = || ConvertError::new(field, "a link address", std::format!("{text:?}"));
    let mut bytes = [0; 6];
    if text.is_empty() {
        return Ok(Mac(bytes));
    }
    let mut parts = text.split(':');
    for byte in &mut bytes {
        let part = parts.next().filter(|part| part.len() == 2);
        let part = part.filter(|part| part.bytes().all(|digit| digit.is_ascii_hexdigit()));
        *byte = part
            .and_then(|part| u8::from_str_radix(part, 16).ok())
            .ok_or_else(fail)?;
    }
    match parts.next() {
        None => Ok(Mac(bytes)),
        Some(_) => Err(fail()),
    }
}

/// A name of at most 16 bytes.
pub(super) fn name(field: &'static str, text: &str) -> Result<Name16, ConvertError> {
    // A byte that was no UTF-8 came as a character of three.
    let shorter = text.replace('\u{fffd}', "?");
    if shorter.len() > 16 {
        let found = std::format!("{text:?}");
        return Err(ConvertError::new(field, "at most 16 bytes", found));
    }
    Ok(Name16::new(
        if text.len() > 16 { &shorter } else { text }.as_bytes(),
    ))
}
