//! Seeds of Hubble's messages: lines as its exporter writes them, and the same in protobuf.

use flow_hubble::flow::Flow as Message;
use flow_hubble::observer::export_event::ResponseTypes;
use flow_hubble::read_line;
use prost::Message as _;

use crate::seed::Seed;

const LINES: [(&str, &str); 8] = [
    (
        "drop",
        r#"{"flow":{"time":"2026-07-31T10:41:02.202450754Z","uuid":"cd75b2ac-8dd3-486b-beca-3d17d9d56cff","verdict":"DROPPED","drop_reason":181,"ethernet":{"source":"62:6b:d0:a4:c5:63","destination":"6e:d0:ea:78:fc:0a"},"IP":{"source":"10.0.1.235","destination":"10.0.0.21","ipVersion":"IPv4"},"l4":{"TCP":{"source_port":60524,"destination_port":80,"flags":{"SYN":true}}},"source":{"ID":423,"identity":24753,"namespace":"lab","labels":["k8s:app=client"],"pod_name":"client-0","workloads":[{"name":"client","kind":"Deployment"}]},"destination":{"identity":24075},"Type":"L3_L4","node_name":"c/w1","event_type":{"type":5},"traffic_direction":"EGRESS","drop_reason_desc":"POLICY_DENY","file":{"name":"bpf_lxc.c","line":9},"Summary":"TCP Flags: SYN","egress_denied_by":[{"name":"deny","namespace":"lab","labels":["k8s:a=b"],"revision":"6","kind":"CiliumNetworkPolicy"}],"policy_log":["x"]},"node_name":"c/w1","time":"2026-07-31T10:41:02.202450754Z"}"#,
    ),
    (
        "http",
        r#"{"flow":{"time":"2025-07-26T18:46:58Z","verdict":"FORWARDED","l4":{"TCP":{"source_port":6443,"destination_port":53020,"flags":{"PSH":true,"ACK":true}}},"Type":"L7","l7":{"type":"RESPONSE","latency_ns":"2500000","http":{"code":200,"method":"GET","url":"http://a/?q=1","protocol":"HTTP/1.1","headers":[{"key":"X","value":"a\u003eb\u0026c"}]}},"trace_context":{"parent":{"trace_id":"0123456789abcdef0123456789abcdef"}},"reply":true,"is_reply":true},"node_name":"w2"}"#,
    ),
    (
        "dns",
        r#"{"flow":{"IP":{"source":"fd00::1","destination":"fd00::2","ipVersion":"IPv6"},"l4":{"UDP":{"source_port":53,"destination_port":53020}},"Type":"L7","l7":{"type":"RESPONSE","dns":{"query":"a.b.","ips":["10.0.0.1","fd00::3"],"ttl":30,"cnames":["c."],"observation_source":"proxy","rcode":3,"qtypes":["A"],"rrtypes":["CNAME","A"]}},"destination_names":["a.b"],"is_reply":true}}"#,
    ),
    (
        "kafka",
        r#"{"flow":{"Type":"L7","l7":{"type":"REQUEST","kafka":{"error_code":-1,"api_version":3,"api_key":"produce","correlation_id":7,"topic":"orders"}},"tunnel":{"protocol":"VXLAN","IP":{"source":"10.1.0.1","destination":"10.1.0.2","ipVersion":"IPv4"},"l4":{"UDP":{"source_port":9,"destination_port":8472}},"vni":7},"is_reply":false}}"#,
    ),
    (
        "extension",
        r#"{"flow":{"time":"1970-01-01T00:00:01Z","l4":{"ICMPv4":{"type":8}},"extensions":{"@type":"type.googleapis.com/google.protobuf.Struct","value":{"vlan":7}},"aggregate":{"ingress_flow_count":2},"ip_trace_id":{"trace_id":"9","ip_option_type":136}}}"#,
    ),
    (
        "extension_message",
        r#"{"flow":{"extensions":{"@type":"type.googleapis.com/flow.ext.v1.Observation","vlan":7,"dns_latency":"1.500s"}}}"#,
    ),
    (
        "lost",
        r#"{"lost_events":{"source":"PERF_EVENT_RING_BUFFER","num_events_lost":"12","cpu":3},"node_name":"n","time":"1970-01-01T00:00:04Z"}"#,
    ),
    (
        "newer",
        r#"{"flow":{"verdict":"NEWER","newer":{"a":[1]},"extensions":{"@type":"type.googleapis.com/some.Message","a":1}},"nodeName":"n","newest":1.5e3}"#,
    ),
];

/// Every seed of Hubble's messages.
pub(crate) fn all() -> Vec<Seed> {
    let mut seeds: Vec<Seed> = Vec::new();
    for (name, line) in LINES {
        seeds.push(("proto_line", name.to_owned(), line.into()));
        let event = read_line(line).expect("a line").event;
        if let Some(ResponseTypes::Flow(flow)) = event.response_types {
            let flow: Message = *flow;
            seeds.push(("proto_flow", name.to_owned(), flow.encode_to_vec()));
        }
    }
    // Field 1 of `interface` (28), and a field 2000 of a newer version.
    let newer = [0xe2, 0x01, 0x02, 0x08, 0x03, 0x80, 0x7d, 0x2a];
    seeds.push(("proto_flow", "unknown_field".to_owned(), newer.into()));
    seeds
}
