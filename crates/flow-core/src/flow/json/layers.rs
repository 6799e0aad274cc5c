//! The messages of Hubble's `flow.Flow` that stand for layers, places and events.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::value::{Named, One, Text, Upper};
use crate::flow::{Flow, FlowFlags, Ip, IpVersion, Protocol, TcpFlags, TunnelProtocol};

/// `flow.Ethernet`.
pub(super) struct Ethernet<'a>(pub(super) &'a Flow);

impl Serialize for Ethernet<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("source", &Text(self.0.source.mac))?;
        map.serialize_entry("destination", &Text(self.0.destination.mac))?;
        map.end()
    }
}

/// `flow.IP`.
pub(super) struct Network<'a>(pub(super) &'a Flow);

impl Serialize for Network<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let flow = self.0;
        let mut map = serializer.serialize_map(None)?;
        addresses(
            &mut map,
            flow.source.ip,
            flow.destination.ip,
            flow.ip_version,
        )?;
        if flow.flags.contains(FlowFlags::ENCRYPTED) {
            map.serialize_entry("encrypted", &true)?;
        }
        map.end()
    }
}

fn addresses<M: SerializeMap>(
    map: &mut M,
    source: Ip,
    destination: Ip,
    version: IpVersion,
) -> Result<(), M::Error> {
    map.serialize_entry("source", &Text(source))?;
    map.serialize_entry("destination", &Text(destination))?;
    map.serialize_entry("ipVersion", &Named(version.name(), version.0))
}

/// Whether Hubble's `Layer4` has a place for this protocol.
pub(super) const fn has_l4(protocol: Protocol) -> bool {
    matches!(
        protocol,
        Protocol::TCP
            | Protocol::UDP
            | Protocol::SCTP
            | Protocol::ICMP
            | Protocol::ICMPV6
            | Protocol::VRRP
            | Protocol::IGMP
    )
}

/// `flow.Layer4`.
pub(super) struct Layer4<'a>(pub(super) &'a Flow);

impl Serialize for Layer4<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let name = self.0.protocol.name().unwrap_or_default();
        One(name, Transport(self.0)).serialize(serializer)
    }
}

/// `flow.TCP`, `UDP`, `SCTP`, `ICMPv4`, `ICMPv6`, `VRRP` or `IGMP`.
struct Transport<'a>(&'a Flow);

impl Serialize for Transport<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let flow = self.0;
        let mut map = serializer.serialize_map(None)?;
        match flow.protocol {
            Protocol::TCP | Protocol::UDP | Protocol::SCTP => {
                map.serialize_entry("source_port", &flow.source.port)?;
                map.serialize_entry("destination_port", &flow.destination.port)?;
                if flow.protocol == Protocol::TCP && !flow.tcp_flags.is_empty() {
                    map.serialize_entry("flags", &Flags(flow.tcp_flags))?;
                }
            }
            protocol => {
                // As protobuf has it, a zero is left out.
                if flow.icmp_type != 0 {
                    map.serialize_entry("type", &flow.icmp_type)?;
                }
                let has_code = matches!(protocol, Protocol::ICMP | Protocol::ICMPV6);
                if has_code && flow.icmp_code != 0 {
                    map.serialize_entry("code", &flow.icmp_code)?;
                }
            }
        }
        map.end()
    }
}

/// `flow.TCPFlags`.
struct Flags(TcpFlags);

impl Serialize for Flags {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.names().map(|name| (name, true)))
    }
}

/// `flow.CiliumEventType`.
pub(super) struct Event<'a>(pub(super) &'a Flow);

impl Serialize for Event<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", &self.0.event_type.0)?;
        if self.0.event_sub_type != 0 {
            map.serialize_entry("sub_type", &self.0.event_sub_type)?;
        }
        map.end()
    }
}

/// `flow.NetworkInterface`.
pub(super) struct Interface<'a>(pub(super) &'a Flow);

impl Serialize for Interface<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let interface = &self.0.interface;
        let mut map = serializer.serialize_map(None)?;
        if interface.index != 0 {
            map.serialize_entry("index", &interface.index)?;
        }
        if !interface.name.is_empty() {
            map.serialize_entry("name", &Text(interface.name))?;
        }
        map.end()
    }
}

/// `flow.Tunnel`: the headers around the packet.
pub(super) struct Outer<'a>(pub(super) &'a Flow);

impl Serialize for Outer<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let tunnel = &self.0.tunnel;
        let mut map = serializer.serialize_map(None)?;
        let protocol = tunnel.protocol;
        // Hubble has no number for the others.
        if matches!(protocol, TunnelProtocol::VXLAN | TunnelProtocol::GENEVE) {
            map.serialize_entry("protocol", &Upper(protocol.name(), protocol.0))?;
        }
        map.serialize_entry("IP", &OuterNetwork(self.0))?;
        if tunnel.source_port != 0 || tunnel.destination_port != 0 {
            map.serialize_entry("l4", &One("UDP", OuterPorts(self.0)))?;
        }
        if tunnel.vni() != 0 {
            map.serialize_entry("vni", &tunnel.vni())?;
        }
        map.end()
    }
}

struct OuterNetwork<'a>(&'a Flow);

impl Serialize for OuterNetwork<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let tunnel = &self.0.tunnel;
        let version = match tunnel.source_ip.to_std() {
            core::net::IpAddr::V4(_) => IpVersion::V4,
            core::net::IpAddr::V6(_) => IpVersion::V6,
        };
        let mut map = serializer.serialize_map(Some(3))?;
        addresses(&mut map, tunnel.source_ip, tunnel.destination_ip, version)?;
        map.end()
    }
}

/// Tunnels with ports are those over UDP.
struct OuterPorts<'a>(&'a Flow);

impl Serialize for OuterPorts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let tunnel = &self.0.tunnel;
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("source_port", &tunnel.source_port)?;
        map.serialize_entry("destination_port", &tunnel.destination_port)?;
        map.end()
    }
}
