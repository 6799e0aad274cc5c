//! A flow as Hubble exports it in JSON: protobuf's JSON form of `flow.Flow` with the original
//! names of the fields (<https://protobuf.dev/programming-guides/json>). Empty fields are left out,
//! 64-bit numbers are strings, enumerations are names.
//!
//! What Hubble has no field for stands in `extensions`, as a message of our own:
//!
//! ```json
//! {"@type":"type.googleapis.com/flow.ext.Observation","first_seen":"2026-11-24T14:35:06.123456789Z",
//!  "forward":{"packets":3,"bytes":"180"},"reverse":{"packets":2,"bytes":"120"},
//!  "rtt_us":90,"process":{"pid":7,"uid":1000,"name":"curl"},"netns":4026531840,"vlan":42,
//!  "drop_reason":"NO_SOCKET","tcp_state":"CLOSE","flags":["new"]}
//! ```

use core::fmt;

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{
    Counters, Direction, DropReason, Endpoint, EventType, Flow, FlowFlags, IpVersion, Mac,
    Protocol, Reply, TcpFlags, TcpState, TunnelProtocol, UtcTime,
};

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
        map.serialize_entry("verdict", &Named(flow.verdict.name(), flow.verdict.0))?;
        let reason = flow.drop_reason;
        if CILIUM_REASONS.contains(&reason.0) {
            map.serialize_entry("drop_reason", &reason.0)?;
        }
        if !flow.source.mac.is_zero() || !flow.destination.mac.is_zero() {
            map.serialize_entry("ethernet", &Pair(mac(&flow.source), mac(&flow.destination)))?;
        }
        if flow.ip_version != IpVersion::NONE {
            map.serialize_entry("IP", &Network(flow))?;
        }
        if has_l4(flow.protocol) && flow.ip_version != IpVersion::NONE {
            map.serialize_entry("l4", &Layer4(flow))?;
        }
        for (name, endpoint) in [("source", &flow.source), ("destination", &flow.destination)] {
            if endpoint.identity != 0 {
                map.serialize_entry(name, &One("identity", endpoint.identity))?;
            }
        }
        map.serialize_entry("Type", &Named(flow.flow_type.name(), flow.flow_type.0))?;
        if let Some(node) = self.node {
            map.serialize_entry("node_name", node)?;
        }
        if flow.event_type != EventType::UNKNOWN {
            map.serialize_entry("event_type", &Event(flow))?;
        }
        if flow.direction != Direction::UNKNOWN {
            map.serialize_entry(
                "traffic_direction",
                &Named(flow.direction.name(), flow.direction.0),
            )?;
        }
        if flow.trace_point.0 != 0 {
            let point = Upper(flow.trace_point.name(), flow.trace_point.0);
            map.serialize_entry("trace_observation_point", &point)?;
        }
        if flow.trace_reason.0 != 0 {
            let reason = Upper(flow.trace_reason.name(), flow.trace_reason.0);
            map.serialize_entry("trace_reason", &reason)?;
        }
        if CILIUM_REASONS.contains(&reason.0) {
            map.serialize_entry("drop_reason_desc", &Text(reason))?;
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
        map.serialize_entry("Summary", &Text(flow.summary()))?;
        map.serialize_entry("extensions", &Extensions(flow))?;
        map.end()
    }
}

/// Numbers that Hubble's enumeration `DropReason` has.
const CILIUM_REASONS: core::ops::RangeInclusive<u16> = 130..=255;

/// What prints, as a JSON string.
struct Text<T>(T);

impl<T: fmt::Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// The name of an enumeration's value, or its number.
struct Named(Option<&'static str>, u8);

impl Serialize for Named {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Some(name) => serializer.serialize_str(name),
            None => serializer.serialize_u8(self.1),
        }
    }
}

/// As [`Named`], a name like `to-stack` in protobuf's spelling `TO_STACK`.
struct Upper(Option<&'static str>, u8);

impl Serialize for Upper {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Spelled(&'static str);
        impl fmt::Display for Spelled {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                use fmt::Write;
                self.0.chars().try_for_each(|letter| {
                    f.write_char(if letter == '-' {
                        '_'
                    } else {
                        letter.to_ascii_uppercase()
                    })
                })
            }
        }
        match self.0 {
            Some(name) => serializer.collect_str(&Spelled(name)),
            None => serializer.serialize_u8(self.1),
        }
    }
}

/// A message with one field.
struct One<T>(&'static str, T);

impl<T: Serialize> Serialize for One<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(self.0, &self.1)?;
        map.end()
    }
}

/// A message with source and destination.
struct Pair<T>(T, T);

impl<T: Serialize> Serialize for Pair<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("source", &self.0)?;
        map.serialize_entry("destination", &self.1)?;
        map.end()
    }
}

fn mac(endpoint: &Endpoint) -> Text<Mac> {
    Text(endpoint.mac)
}

struct Network<'a>(&'a Flow);

impl Serialize for Network<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let flow = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("source", &Text(flow.source.ip))?;
        map.serialize_entry("destination", &Text(flow.destination.ip))?;
        map.serialize_entry(
            "ipVersion",
            &Named(flow.ip_version.name(), flow.ip_version.0),
        )?;
        if flow.flags.contains(FlowFlags::ENCRYPTED) {
            map.serialize_entry("encrypted", &true)?;
        }
        map.end()
    }
}

/// Whether Hubble's `Layer4` has a place for this protocol.
const fn has_l4(protocol: Protocol) -> bool {
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

struct Layer4<'a>(&'a Flow);

impl Serialize for Layer4<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let name = self.0.protocol.name().unwrap_or_default();
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(name, &Transport(self.0))?;
        map.end()
    }
}

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
            _ => {
                // As protobuf has it, a zero is left out.
                if flow.icmp_type != 0 {
                    map.serialize_entry("type", &flow.icmp_type)?;
                }
                if flow.icmp_code != 0 && flow.protocol != Protocol::IGMP {
                    map.serialize_entry("code", &flow.icmp_code)?;
                }
            }
        }
        map.end()
    }
}

struct Flags(TcpFlags);

impl Serialize for Flags {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.names().map(|name| (name, true)))
    }
}

struct Event<'a>(&'a Flow);

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

struct Interface<'a>(&'a Flow);

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

struct Outer<'a>(&'a Flow);

impl Serialize for Outer<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let tunnel = &self.0.tunnel;
        let mut map = serializer.serialize_map(None)?;
        if matches!(
            tunnel.protocol,
            TunnelProtocol::VXLAN | TunnelProtocol::GENEVE
        ) {
            map.serialize_entry(
                "protocol",
                &Upper(tunnel.protocol.name(), tunnel.protocol.0),
            )?;
        }
        map.serialize_entry(
            "IP",
            &Pair(Text(tunnel.source_ip), Text(tunnel.destination_ip)),
        )?;
        if tunnel.vni() != 0 {
            map.serialize_entry("vni", &tunnel.vni())?;
        }
        map.end()
    }
}

/// What Hubble has no field for.
struct Extensions<'a>(&'a Flow);

impl Serialize for Extensions<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let flow = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("@type", "type.googleapis.com/flow.ext.Observation")?;
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
        if traffic.rtt_us != 0 {
            map.serialize_entry("rtt_us", &traffic.rtt_us)?;
        }
        for (name, count) in [
            ("forward_retransmits", traffic.forward_retransmits),
            ("reverse_retransmits", traffic.reverse_retransmits),
        ] {
            if count != 0 {
                map.serialize_entry(name, &count)?;
            }
        }
        if flow.process.pid != 0 {
            map.serialize_entry("process", &Process(flow))?;
        }
        if flow.interface.netns != 0 {
            map.serialize_entry("netns", &flow.interface.netns)?;
        }
        if flow.vlan != 0 {
            map.serialize_entry("vlan", &flow.vlan)?;
        }
        if flow.drop_reason != DropReason::NONE && !CILIUM_REASONS.contains(&flow.drop_reason.0) {
            map.serialize_entry("drop_reason", &Text(flow.drop_reason))?;
        }
        if !has_l4(flow.protocol) && flow.ip_version != IpVersion::NONE {
            map.serialize_entry("protocol", &flow.protocol.0)?;
        }
        if flow.tcp_state != TcpState::UNKNOWN {
            map.serialize_entry("tcp_state", &Named(flow.tcp_state.name(), flow.tcp_state.0))?;
        }
        if flow.sample_rate > 1 {
            map.serialize_entry("sample_rate", &flow.sample_rate)?;
        }
        if !flow.flags.is_empty() {
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
        let mut map = serializer.serialize_map(None)?;
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

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use serde_json::{Value, json};

    use super::*;
    use crate::flow::{FlowType, Ip, Name16, TracePoint, TraceReason, Traffic, Verdict};

    fn value(flow: &Flow) -> Value {
        serde_json::to_value(flow).expect("JSON")
    }

    #[test]
    fn a_tcp_flow_has_hubbles_shape() {
        let flow = Flow {
            time: 1_795_530_906_123_456_789,
            source: Endpoint {
                ip: Ip::v4([10, 0, 0, 1]),
                port: 4242,
                ..Endpoint::default()
            },
            destination: Endpoint {
                ip: Ip::v4([10, 0, 0, 2]),
                port: 80,
                identity: 1234,
                ..Endpoint::default()
            },
            traffic: Traffic {
                forward_packets: 2,
                forward_bytes: 1 << 40,
                ..Traffic::default()
            },
            protocol: Protocol::TCP,
            ip_version: IpVersion::V4,
            verdict: Verdict::FORWARDED,
            flow_type: FlowType::L3_L4,
            tcp_flags: TcpFlags::SYN | TcpFlags::ACK,
            event_type: EventType::TRACE,
            event_sub_type: 3,
            trace_point: TracePoint::TO_STACK,
            trace_reason: TraceReason::NEW,
            is_reply: Reply::NO,
            direction: Direction::INGRESS,
            socket_cookie: u64::MAX,
            ..Flow::default()
        };
        let expected = json!({
            "time": "2026-11-24T14:35:06.123456789Z",
            "verdict": "FORWARDED",
            "IP": {"source": "10.0.0.1", "destination": "10.0.0.2", "ipVersion": "IPv4"},
            "l4": {"TCP": {"source_port": 4242, "destination_port": 80,
                "flags": {"SYN": true, "ACK": true}}},
            "destination": {"identity": 1234},
            "Type": "L3_L4",
            "node_name": "n1",
            "event_type": {"type": 4, "sub_type": 3},
            "traffic_direction": "INGRESS",
            "trace_observation_point": "TO_STACK",
            "trace_reason": "NEW",
            "is_reply": false,
            "socket_cookie": "18446744073709551615",
            "Summary": "TCP Flags: SYN, ACK",
            "extensions": {"@type": "type.googleapis.com/flow.ext.Observation",
                "forward": {"packets": 2, "bytes": "1099511627776"}},
        });
        assert_eq!(
            serde_json::to_value(flow.json(Some("n1"))).expect("JSON"),
            expected
        );
    }

    #[test]
    fn reasons_of_cilium_and_of_the_kernel_have_their_places() {
        let flow = Flow {
            drop_reason: DropReason(133),
            ..Flow::default()
        };
        let value_of = value(&flow);
        assert_eq!(value_of["drop_reason_desc"], "POLICY_DENIED");
        assert_eq!(value_of["drop_reason"], 133);
        assert!(value_of["extensions"].get("drop_reason").is_none());

        let flow = Flow {
            drop_reason: DropReason::from_kernel_name("NO_SOCKET"),
            ..flow
        };
        let value_of = value(&flow);
        assert!(value_of.get("drop_reason_desc").is_none());
        assert_eq!(value_of["extensions"]["drop_reason"], "NO_SOCKET");
    }

    #[test]
    fn names_and_numbers_that_are_not_known_survive() {
        let mut flow = Flow {
            verdict: Verdict(77),
            ..Flow::default()
        };
        flow.process.pid = 1;
        flow.process.comm = Name16::new(b"\x1b\"\xff");
        let value = value(&flow);
        assert_eq!(value["verdict"], 77);
        assert_eq!(value["extensions"]["process"]["name"], "\\u{1b}\"\\xff");
        assert!(serde_json::to_string(&flow).expect("JSON").is_ascii());
        assert!(!value.to_string().contains('\u{1b}'));
    }
}
