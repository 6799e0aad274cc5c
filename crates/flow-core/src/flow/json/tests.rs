use std::string::{String, ToString};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::flow::arbitrary::flows;
use crate::flow::{
    DropReason, Endpoint, FlowFlags, FlowType, Ip, Mac, Name16, Protocol, TcpFlags, TcpState,
    TracePoint, TraceReason, Traffic, Verdict,
};
use crate::text::tests::is_dangerous;

const STRUCT: &str = "type.googleapis.com/google.protobuf.Struct";

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
        "extensions": {"@type": STRUCT,
            "value": {"forward": {"packets": 2, "bytes": "1099511627776"}}},
    });
    assert_eq!(
        serde_json::to_value(flow.json(Some("n1"))).expect("JSON"),
        expected
    );
    check_flow(&expected);
}

#[test]
fn an_empty_flow_has_no_empty_fields() {
    assert_eq!(
        value(&Flow::default()),
        json!({
            "time": "1970-01-01T00:00:00.000000000Z",
            "Summary": "no IP",
            "extensions": {"@type": STRUCT, "value": {}},
        })
    );
}

#[test]
fn every_layer_has_its_place() {
    let mut flow = Flow {
        ip_version: IpVersion::V6,
        protocol: Protocol::ICMPV6,
        icmp_type: 1,
        icmp_code: 4,
        vlan: 42,
        tcp_state: TcpState::CLOSE,
        flags: FlowFlags::NEW | FlowFlags::ENCRYPTED,
        sample_rate: 10,
        first_seen: 1,
        time: 2,
        ..Flow::default()
    };
    flow.source.mac = Mac([2, 0, 0, 0, 0, 1]);
    flow.interface.index = 3;
    flow.interface.name = Name16::new(b"eth0");
    flow.interface.netns = 4_026_531_840;
    flow.process.pid = 7;
    flow.process.comm = Name16::new(b"curl");
    flow.tunnel.protocol = TunnelProtocol::GENEVE;
    flow.tunnel.source_ip = Ip::v4([192, 0, 2, 1]);
    flow.tunnel.destination_port = 6081;
    flow.tunnel.set_vni(99);
    flow.traffic = Traffic {
        reverse_packets: 1,
        reverse_bytes: 60,
        rtt_us: 90,
        forward_retransmits: 2,
        ..Traffic::default()
    };
    let json = value(&flow);
    check_flow(&json);
    assert_eq!(
        json["ethernet"],
        json!({"source": "02:00:00:00:00:01", "destination": "00:00:00:00:00:00"})
    );
    assert_eq!(
        json["IP"],
        json!({"source": "::", "destination": "::", "ipVersion": "IPv6", "encrypted": true})
    );
    assert_eq!(json["l4"], json!({"ICMPv6": {"type": 1, "code": 4}}));
    assert_eq!(json["interface"], json!({"index": 3, "name": "eth0"}));
    assert_eq!(
        json["tunnel"],
        json!({"protocol": "GENEVE",
            "IP": {"source": "192.0.2.1", "destination": "::", "ipVersion": "IPv4"},
            "l4": {"UDP": {"source_port": 0, "destination_port": 6081}}, "vni": 99})
    );
    assert_eq!(
        json["extensions"]["value"],
        json!({"first_seen": "1970-01-01T00:00:00.000000001Z",
            "reverse": {"packets": 1, "bytes": "60"}, "rtt_us": 90, "forward_retransmits": 2,
            "netns": 4_026_531_840_u32, "vlan": 42,
            "process": {"pid": 7, "uid": 0, "name": "curl"},
            "tcp_state": "CLOSE", "sample_rate": 10, "flags": ["new", "encrypted"]})
    );
    flow.tunnel.protocol = TunnelProtocol::GRE;
    flow.protocol = Protocol::OSPF;
    let json = value(&flow);
    check_flow(&json);
    assert!(json["tunnel"].get("protocol").is_none() && json.get("l4").is_none());
    assert_eq!(json["extensions"]["value"]["tunnel"], "GRE");
    assert_eq!(json["extensions"]["value"]["protocol"], 89);
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
    assert!(value_of["extensions"]["value"].get("drop_reason").is_none());

    let flow = Flow {
        drop_reason: DropReason(159),
        ..Flow::default()
    };
    let value_of = value(&flow);
    assert_eq!(value_of["drop_reason_desc"], 159, "a number without a name");

    let flow = Flow {
        drop_reason: DropReason::from_kernel_name("NO_SOCKET"),
        ..flow
    };
    let value_of = value(&flow);
    assert!(value_of.get("drop_reason_desc").is_none());
    assert_eq!(value_of["extensions"]["value"]["drop_reason"], "NO_SOCKET");
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
    assert_eq!(
        value["extensions"]["value"]["process"]["name"],
        "\\u{1b}\"\\xff"
    );
    assert!(serde_json::to_string(&flow).expect("JSON").is_ascii());
    assert!(!value.to_string().contains('\u{1b}'));
}

/// Names of `flow.FlowType`, without the one that is left out.
const TYPES: &[&str] = &["L3_L4", "L7", "SOCK"];
const VERDICTS: &[&str] = &[
    "FORWARDED",
    "DROPPED",
    "ERROR",
    "AUDIT",
    "REDIRECTED",
    "TRACED",
    "TRANSLATED",
];
const POINTS: &[&str] = &[
    "TO_PROXY",
    "TO_HOST",
    "TO_STACK",
    "TO_OVERLAY",
    "FROM_ENDPOINT",
    "FROM_PROXY",
    "FROM_HOST",
    "FROM_STACK",
    "FROM_OVERLAY",
    "FROM_NETWORK",
    "TO_NETWORK",
    "FROM_CRYPTO",
    "TO_CRYPTO",
    "TO_ENDPOINT",
];
const REASONS: &[&str] = &[
    "NEW",
    "ESTABLISHED",
    "REPLY",
    "RELATED",
    "REOPENED",
    "SRV6_ENCAP",
    "SRV6_DECAP",
    "ENCRYPT_OVERLAY",
];
const FLAGS: &[&str] = &["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR", "NS"];

/// A number of at most `bits` bits that is not left out for being zero.
fn is_number(value: &Value, bits: u32) -> bool {
    value
        .as_u64()
        .is_some_and(|number| number >> (bits - 1) <= 1)
}

/// Protobuf's JSON form of a 64-bit number.
fn is_long(value: &Value) -> bool {
    value
        .as_str()
        .is_some_and(|text| text.parse::<u64>().is_ok())
}

/// A name of the enumeration, or a number that has none.
fn is_enum(value: &Value, names: &[&str]) -> bool {
    match value {
        Value::String(name) => names.contains(&name.as_str()),
        other => is_number(other, 8),
    }
}

fn is_address(value: &Value) -> bool {
    value
        .as_str()
        .is_some_and(|text| text.parse::<core::net::IpAddr>().is_ok())
}

fn is_text(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !is_dangerous(text))
}

/// Calls `check` for each field of an object.
fn fields(value: &Value, check: impl Fn(&str, &Value) -> bool) -> bool {
    let object = value.as_object().expect("an object");
    object.iter().all(|(name, value)| {
        let good = check(name, value);
        assert!(good, "field {name}: {value}");
        good
    })
}

fn is_network(value: &Value) -> bool {
    fields(value, |name, value| match name {
        "source" | "destination" => is_address(value),
        "ipVersion" => is_enum(value, &["IPv4", "IPv6"]),
        "encrypted" => *value == true,
        _ => false,
    })
}

fn is_layer4(value: &Value) -> bool {
    fields(value, |protocol, value| match protocol {
        "TCP" | "UDP" | "SCTP" => fields(value, |name, value| match name {
            "source_port" | "destination_port" => is_number(value, 16),
            "flags" if protocol == "TCP" => {
                fields(value, |name, value| FLAGS.contains(&name) && *value == true)
            }
            _ => false,
        }),
        "ICMPv4" | "ICMPv6" => fields(value, |name, value| {
            matches!(name, "type" | "code") && is_number(value, 8)
        }),
        "IGMP" | "VRRP" => fields(value, |name, value| name == "type" && is_number(value, 8)),
        _ => false,
    })
}

/// Panics where a flow's JSON is not of the shape of `flow.Flow`, as far as it can be told from
/// names and types.
fn check_flow(flow: &Value) {
    let number = |value: &Value| is_number(value, 32);
    fields(flow, |name, value| match name {
        "time" => is_text(value),
        "verdict" => is_enum(value, VERDICTS),
        "drop_reason" => number(value),
        "ethernet" => fields(value, |name, value| {
            matches!(name, "source" | "destination") && is_text(value)
        }),
        "IP" => is_network(value),
        "l4" => is_layer4(value),
        "source" | "destination" => {
            fields(value, |name, value| name == "identity" && number(value))
        }
        "Type" => is_enum(value, TYPES),
        "node_name" | "Summary" => is_text(value),
        "event_type" => fields(value, |name, value| {
            matches!(name, "type" | "sub_type") && number(value)
        }),
        "traffic_direction" => is_enum(value, &["INGRESS", "EGRESS"]),
        "trace_observation_point" => is_enum(value, POINTS),
        "trace_reason" => is_enum(value, REASONS),
        "drop_reason_desc" => {
            number(value) || DropReason::from_cilium_name(value.as_str().expect("text")).is_some()
        }
        "is_reply" => value.is_boolean(),
        "interface" => fields(value, |name, value| match name {
            "index" => number(value),
            "name" => is_text(value),
            _ => false,
        }),
        "socket_cookie" | "cgroup_id" => is_long(value),
        "tunnel" => fields(value, |name, value| match name {
            "protocol" => is_enum(value, &["VXLAN", "GENEVE"]),
            "IP" => is_network(value),
            "l4" => is_layer4(value),
            "vni" => number(value),
            _ => false,
        }),
        "extensions" => value["@type"] == STRUCT && value["value"].is_object(),
        _ => false,
    });
}

proptest! {
    /// Whatever is in a flow, its JSON is one line, valid, of Hubble's shape, and harmless.
    #[test]
    fn every_flow_is_hubbles_json(flow in flows(), node in any::<String>()) {
        let line = serde_json::to_string(&flow.json(Some(&node))).expect("JSON");
        prop_assert!(!is_dangerous(&line), "{:?}", line);
        let value: Value = serde_json::from_str(&line).expect("valid JSON");
        check_flow(&value);
        let summary = flow.summary().to_string();
        prop_assert_eq!(value["Summary"].as_str(), Some(summary.as_str()));
    }
}
