//! What Hubble's `flow.Flow` has no field for.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::layers::has_l4;
use super::value::{Named, Text};
use crate::flow::{
    Counters, DropReason, Flow, FlowFlags, IpVersion, TcpState, TunnelProtocol, UtcTime,
};

/// An `Any` that holds a `Struct`: in JSON both are objects.
pub(super) struct Extension<'a>(pub(super) &'a Flow);

impl Serialize for Extension<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("@type", "type.googleapis.com/google.protobuf.Struct")?;
        map.serialize_entry("value", &Fields(self.0))?;
        map.end()
    }
}

struct Fields<'a>(&'a Flow);

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let flow = self.0;
        let mut map = serializer.serialize_map(None)?;
        if flow.first_seen != 0 && flow.first_seen != flow.time {
            map.serialize_entry("first_seen", &Text(UtcTime(flow.first_seen).rfc3339()))?;
        }
        let traffic = &flow.traffic;
        for (name, counters) in [
            ("forward", traffic.forward()),
            ("reverse", traffic.reverse()),
        ] {
            if counters != Counters::default() {
                map.serialize_entry(name, &Count(counters))?;
            }
        }
        for (name, count) in [
            ("rtt_us", traffic.rtt_us),
            (
                "forward_retransmits",
                u32::from(traffic.forward_retransmits),
            ),
            (
                "reverse_retransmits",
                u32::from(traffic.reverse_retransmits),
            ),
            ("netns", flow.interface.netns),
            ("vlan", u32::from(flow.vlan)),
        ] {
            if count != 0 {
                map.serialize_entry(name, &count)?;
            }
        }
        if flow.process.pid != 0 {
            map.serialize_entry("process", &Process(flow))?;
        }
        if flow.drop_reason != DropReason::NONE && !flow.drop_reason.is_cilium() {
            map.serialize_entry("drop_reason", &Text(flow.drop_reason))?;
        }
        if !has_l4(flow.protocol) && flow.ip_version != IpVersion::NONE {
            map.serialize_entry("protocol", &flow.protocol.0)?;
        }
        let tunnel = flow.tunnel.protocol;
        if !matches!(
            tunnel,
            TunnelProtocol::NONE | TunnelProtocol::VXLAN | TunnelProtocol::GENEVE
        ) {
            map.serialize_entry("tunnel", &Named(tunnel.name(), tunnel.0))?;
        }
        if flow.tcp_state != TcpState::UNKNOWN {
            map.serialize_entry("tcp_state", &Named(flow.tcp_state.name(), flow.tcp_state.0))?;
        }
        if flow.sample_rate > 1 {
            map.serialize_entry("sample_rate", &flow.sample_rate)?;
        }
        if flow.flags.names().next().is_some() {
            map.serialize_entry("flags", &Names(flow.flags))?;
        }
        map.end()
    }
}

struct Count(Counters);

impl Serialize for Count {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("packets", &self.0.packets)?;
        map.serialize_entry("bytes", &Text(self.0.bytes))?;
        map.end()
    }
}

struct Process<'a>(&'a Flow);

impl Serialize for Process<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let process = &self.0.process;
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("pid", &process.pid)?;
        map.serialize_entry("uid", &process.uid)?;
        map.serialize_entry("name", &Text(process.comm))?;
        map.end()
    }
}

struct Names(FlowFlags);

impl Serialize for Names {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.names())
    }
}
