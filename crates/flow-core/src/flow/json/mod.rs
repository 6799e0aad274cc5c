//! A flow as Hubble exports it in JSON: protobuf's JSON form of `flow.Flow` with the original
//! names of the fields (<https://protobuf.dev/programming-guides/json>). Empty fields are left out,
//! 64-bit numbers are strings, enumerations are names (or numbers, where there is none).
//!
//! What Hubble has no field for stands in `extensions`, which is an `Any`. It holds a `Struct`, so
//! that every protobuf library can read it, and `hubble observe --input-file` too:
//!
//! ```json
//! {"@type":"type.googleapis.com/google.protobuf.Struct","value":{
//!  "first_seen":"2026-11-24T14:35:06.123456789Z",
//!  "forward":{"packets":3,"bytes":"180"},"reverse":{"packets":2,"bytes":"120"},
//!  "rtt_us":90,"process":{"pid":7,"uid":1000,"name":"curl"},"netns":4026531840,"vlan":42,
//!  "drop_reason":"NO_SOCKET","tcp_state":"CLOSE","flags":["new"]}}
//! ```
//!
//! Names that a process or a host chose for itself are [escaped](crate::text::Escaped).

mod extension;
mod layers;
mod value;

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{Direction, EventType, Flow, IpVersion, Reply, TunnelProtocol, UtcTime};
use crate::text::Escaped;
use extension::Extension;
use layers::{Ethernet, Event, Interface, Layer4, Network, Outer, has_l4};
use value::{Named, One, Text, Upper};

impl Serialize for Flow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json(None).serialize(serializer)
    }
}

impl Flow {
    /// The JSON form, with the name of the node.
    #[must_use]
    pub const fn json<'a>(&'a self, node: Option<&'a str>) -> Json<'a> {
        Json { flow: self, node }
    }
}

/// Serialises a flow with the name of its node: see [`Flow::json`].
#[derive(Clone, Copy, Debug)]
pub struct Json<'a> {
    flow: &'a Flow,
    node: Option<&'a str>,
}

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let flow = self.flow;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("time", &Text(UtcTime(flow.time).rfc3339()))?;
        if flow.verdict.0 != 0 {
            map.serialize_entry("verdict", &Named(flow.verdict.name(), flow.verdict.0))?;
        }
        if flow.drop_reason.is_cilium() {
            map.serialize_entry("drop_reason", &flow.drop_reason.0)?;
        }
        if !flow.source.mac.is_zero() || !flow.destination.mac.is_zero() {
            map.serialize_entry("ethernet", &Ethernet(flow))?;
        }
        if flow.ip_version != IpVersion::NONE {
            map.serialize_entry("IP", &Network(flow))?;
            if has_l4(flow.protocol) {
                map.serialize_entry("l4", &Layer4(flow))?;
            }
        }
        for (name, endpoint) in [("source", &flow.source), ("destination", &flow.destination)] {
            if endpoint.identity != 0 {
                map.serialize_entry(name, &One("identity", endpoint.identity))?;
            }
        }
        if flow.flow_type.0 != 0 {
            map.serialize_entry("Type", &Named(flow.flow_type.name(), flow.flow_type.0))?;
        }
        if let Some(node) = self.node.filter(|node| !node.is_empty()) {
            map.serialize_entry("node_name", &Escaped::text(node))?;
        }
        observation(flow, &mut map)?;
        map.serialize_entry("Summary", &Text(flow.summary()))?;
        map.serialize_entry("extensions", &Extension(flow))?;
        map.end()
    }
}

/// How and where it was observed.
fn observation<M: SerializeMap>(flow: &Flow, map: &mut M) -> Result<(), M::Error> {
    if flow.event_type != EventType::UNKNOWN {
        map.serialize_entry("event_type", &Event(flow))?;
    }
    if flow.direction != Direction::UNKNOWN {
        let direction = Named(flow.direction.name(), flow.direction.0);
        map.serialize_entry("traffic_direction", &direction)?;
    }
    if flow.trace_point.0 != 0 {
        let point = Upper(flow.trace_point.name(), flow.trace_point.0);
        map.serialize_entry("trace_observation_point", &point)?;
    }
    if flow.trace_reason.0 != 0 {
        let reason = Upper(flow.trace_reason.name(), flow.trace_reason.0);
        map.serialize_entry("trace_reason", &reason)?;
    }
    if flow.drop_reason.is_cilium() {
        let reason = Named(flow.drop_reason.name(), flow.drop_reason.0);
        map.serialize_entry("drop_reason_desc", &reason)?;
    }
    if matches!(flow.is_reply, Reply::YES | Reply::NO) {
        map.serialize_entry("is_reply", &(flow.is_reply == Reply::YES))?;
    }
    if flow.interface.index != 0 || !flow.interface.name.is_empty() {
        map.serialize_entry("interface", &Interface(flow))?;
    }
    if flow.socket_cookie != 0 {
        map.serialize_entry("socket_cookie", &Text(flow.socket_cookie))?;
    }
    if flow.cgroup_id != 0 {
        map.serialize_entry("cgroup_id", &Text(flow.cgroup_id))?;
    }
    if flow.tunnel.protocol != TunnelProtocol::NONE {
        map.serialize_entry("tunnel", &Outer(flow))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
