use std::borrow::ToOwned;

use proptest::prelude::*;
use prost_types::{Any, FieldMask, Timestamp};

use super::*;
use crate::arbitrary::given;
use crate::flow::{self as pb, ext::v1::Observation};
use crate::observer::{
    ExportEvent, GetFlowsRequest, ServerStatusResponse, export_event::ResponseTypes,
};
use crate::{Export, ExtensionForm, relay};

fn time(seconds: i64, nanos: i32) -> Option<Timestamp> {
    Some(Timestamp { seconds, nanos })
}

#[test]
fn a_number_is_read_as_it_was_written() {
    let written = ServerStatusResponse {
        flows_rate: f64::from_bits(0x7079_0000_0001_0000),
        ..ServerStatusResponse::default()
    };
    let json = to_json(&written).unwrap();
    let read = from_json::<ServerStatusResponse>(&json).unwrap();
    assert_eq!(
        read.flows_rate.to_bits(),
        written.flows_rate.to_bits(),
        "{json}"
    );
}

#[test]
fn each_kind_of_field_follows_the_rules() {
    let event = pb::LostEvent {
        source: 3,
        num_events_lost: u64::MAX,
        cpu: Some(0),
        first: time(-62_135_596_800, 0),
        last: time(253_402_300_799, 999_999_999),
    };
    let json = r#"{"source":"HUBBLE_RING_BUFFER","num_events_lost":"18446744073709551615","cpu":0,"first":"0001-01-01T00:00:00Z","last":"9999-12-31T23:59:59.999999999Z"}"#;
    assert_eq!(to_json(&event).unwrap(), json);
    assert_eq!(from_json::<pb::LostEvent>(json).unwrap(), event);

    let status = ServerStatusResponse {
        num_connected_nodes: Some(2),
        unavailable_nodes: std::vec!["a".into(), "".into()],
        flows_rate: 1.5,
        ..ServerStatusResponse::default()
    };
    let json = r#"{"num_connected_nodes":2,"unavailable_nodes":["a",""],"flows_rate":1.5}"#;
    assert_eq!(to_json(&status).unwrap(), json);
    assert_eq!(from_json::<ServerStatusResponse>(json).unwrap(), status);

    let request = GetFlowsRequest {
        number: 1,
        follow: true,
        field_mask: Some(FieldMask {
            paths: std::vec!["source.pod_name".into(), "verdict".into()],
        }),
        whitelist: std::vec![pb::FlowFilter {
            verdict: std::vec![2, 99],
            reply: std::vec![false],
            ..pb::FlowFilter::default()
        }],
        ..GetFlowsRequest::default()
    };
    let json = r#"{"number":"1","follow":true,"whitelist":[{"verdict":["DROPPED",99],"reply":[false]}],"field_mask":"source.podName,verdict"}"#;
    assert_eq!(to_json(&request).unwrap(), json);
    assert_eq!(from_json::<GetFlowsRequest>(json).unwrap(), request);

    let any = |type_url: &str, value: Vec<u8>| pb::Flow {
        extensions: Some(Any {
            type_url: type_url.to_owned(),
            value,
        }),
        ..pb::Flow::default()
    };
    let observation = Observation {
        vlan: 7,
        dns_latency: Some(prost_types::Duration {
            seconds: 1,
            nanos: 500_000_000,
        }),
        ..Observation::default()
    };
    let url = "type.googleapis.com/flow.ext.v1.Observation";
    let flow = any(url, observation.encode_to_vec());
    let json = r#"{"extensions":{"@type":"type.googleapis.com/flow.ext.v1.Observation","vlan":7,"dns_latency":"1.500s"}}"#;
    assert_eq!(to_json(&flow).unwrap(), json);
    assert_eq!(from_json::<pb::Flow>(json).unwrap(), flow);

    let url = "type.googleapis.com/google.protobuf.BytesValue";
    let flow = any(url, b"\x0a\x03\xfb\xff\x00".to_vec());
    let json = r#"{"extensions":{"@type":"type.googleapis.com/google.protobuf.BytesValue","value":"+/8A"}}"#;
    assert_eq!(to_json(&flow).unwrap(), json);
    assert_eq!(from_json::<pb::Flow>(json).unwrap(), flow);
}

#[test]
fn other_spellings_are_understood() {
    for json in [
        r#"{"node_name":"n","verdict":"DROPPED","socket_cookie":"7"}"#,
        r#"{"nodeName":"n","verdict":2,"socketCookie":7}"#,
        r#" { "node_name" : "n", "verdict": 2, "socket_cookie": "7", "time": null } "#,
        r#"{"node_name":"\u006e","verdict":2,"socket_cookie":7.0}"#,
    ] {
        let flow: pb::Flow = from_json(json).unwrap();
        let expected = (String::from("n"), 2, 7);
        assert_eq!(
            (flow.node_name, flow.verdict, flow.socket_cookie),
            expected,
            "{json}"
        );
    }
    for (text, seconds, nanos) in [
        ("2026-11-24T14:35:06Z", 1_795_530_906, 0),
        ("2026-11-24T15:35:06+01:00", 1_795_530_906, 0),
        ("2026-11-24T14:35:06.5Z", 1_795_530_906, 500_000_000),
        ("2026-11-24T14:35:06.123456Z", 1_795_530_906, 123_456_000),
    ] {
        let flow: pb::Flow = from_json(&std::format!("{{\"time\":\"{text}\"}}")).unwrap();
        assert_eq!(flow.time, time(seconds, nanos), "{text}");
    }
}

#[test]
fn what_does_not_fit_is_reported_with_its_place() {
    for (json, expected) in [
        ("", "EOF while parsing"),
        ("nothing", "expected ident at line 1"),
        ("{\"flow\":[]}", "invalid type: sequence"),
        (
            "{\"flow\":{\"nothing\":1}}",
            "unrecognized field name 'nothing'",
        ),
        (
            "{\"flow\":{\"verdict\":\"NOTHING\"}}",
            "unrecognized enum value 'NOTHING'",
        ),
        (
            "{\"flow\":{\"time\":\"yesterday\"}}",
            "expected an RFC 3339 time, found \"yesterday\"",
        ),
        (
            "{\"flow\":{\"drop_reason\":-1}}",
            "expected a number from 0 to 4294967295, found -1",
        ),
        ("{\"flow\":{}} {}", "trailing characters"),
    ] {
        let error = from_json::<ExportEvent>(json).unwrap_err().to_string();
        let start = "expected the JSON of observer.ExportEvent, found ";
        assert!(
            error.starts_with(start) && error.contains(expected),
            "{json}: {error}"
        );
    }
}

#[test]
fn what_has_no_json_is_refused() {
    let late = pb::TimeNotification {
        time: time(253_402_300_800, 0),
    };
    let error = to_json(&late).unwrap_err().to_string();
    assert!(
        error.starts_with("flow.TimeNotification cannot be written as JSON"),
        "{error}"
    );
    let foreign = pb::Flow {
        extensions: Some(Any {
            type_url: "type.googleapis.com/some.Message".into(),
            value: Vec::new(),
        }),
        ..pb::Flow::default()
    };
    let error = to_json(&foreign).unwrap_err().to_string();
    assert!(error.contains("'some.Message' not found"), "{error}");
}

/// Lines in the shapes that Hubble's exporter writes: with a field mask, without one, with
/// `>` escaped as Go does it, with node states and losses, and events without a flow.
const LINES: &[&str] = &[
    r#"{"flow":{"time":"2023-08-21T12:12:13.517394084Z","verdict":"DROPPED","IP":{"source":"fe80::1","destination":"ff02::2","ipVersion":"IPv6"},"l4":{"ICMPv6":{"type":133}},"source":{},"destination":{},"node_name":"kind-kind/kind-worker","drop_reason_desc":"INVALID_SOURCE_IP"},"node_name":"kind-kind/kind-worker","time":"2023-08-21T12:12:13.517394084Z"}"#,
    r#"{"flow":{"time":"2026-07-31T10:41:02.202450754Z","uuid":"cd75b2ac-8dd3-486b-beca-3d17d9d56cff","verdict":"DROPPED","drop_reason":181,"ethernet":{"source":"62:6b:d0:a4:c5:63","destination":"6e:d0:ea:78:fc:0a"},"IP":{"source":"10.0.1.235","destination":"10.0.0.21","ipVersion":"IPv4"},"l4":{"TCP":{"source_port":60524,"destination_port":80,"flags":{"SYN":true}}},"source":{"ID":423,"identity":24753,"cluster_name":"c","namespace":"lab","labels":["k8s:app=client"],"pod_name":"client-0","workloads":[{"name":"client","kind":"Deployment"}]},"destination":{"identity":24075,"cluster_name":"c","namespace":"lab","labels":["k8s:app=server"],"pod_name":"server-0"},"Type":"L3_L4","node_name":"c/w1","event_type":{"type":5},"traffic_direction":"EGRESS","policy_match_type":1,"drop_reason_desc":"POLICY_DENY","Summary":"TCP Flags: SYN","egress_denied_by":[{"name":"deny","namespace":"lab","labels":["k8s:io.cilium.k8s.policy.name=deny"],"revision":"6","kind":"CiliumNetworkPolicy"}],"policy_log":[""]},"node_name":"c/w1","time":"2026-07-31T10:41:02.202450754Z"}"#,
    r#"{"flow":{"time":"2025-07-26T18:46:58.642173573Z","verdict":"FORWARDED","l4":{"TCP":{"source_port":6443,"destination_port":53020,"flags":{"PSH":true,"ACK":true}}},"Type":"L7","l7":{"type":"RESPONSE","latency_ns":"2500000","http":{"code":200,"method":"GET","url":"http://a/?q=1","protocol":"HTTP/1.1","headers":[{"key":"X","value":"a\u003eb\u0026c"}]}},"reply":true,"is_reply":true},"node_name":"w2","time":"2025-07-26T18:46:58.642173573Z"}"#,
    r#"{"lost_events":{"source":"PERF_EVENT_RING_BUFFER","num_events_lost":"12","cpu":3},"node_name":"n","time":"1970-01-01T00:00:04Z"}"#,
    r#"{"node_status":{"state_change":"NODE_CONNECTED","node_names":["c/a","c/b"]},"node_name":"n","time":"1970-01-01T00:00:04Z"}"#,
    r#"{"agent_event":{"type":"IPCACHE_UPSERTED","ipcache_update":{"cidr":"10.0.0.1/32","identity":7,"old_identity":0}},"node_name":"n","time":"1970-01-01T00:00:02Z"}"#,
    r#"{"debug_event":{"type":"DBG_CT_LOOKUP4_1","source":{"ID":5},"hash":0,"arg1":1,"message":"lookup","cpu":1},"node_name":"n","time":"1970-01-01T00:00:03Z"}"#,
    r#"{"agent_event":{},"node_name":"n","time":"1970-01-01T00:00:02Z"}"#,
];

#[test]
fn lines_of_hubbles_exporter_are_read_and_written() {
    for line in LINES {
        let Line { event, ignored } = read_line(line).unwrap();
        assert_eq!(ignored, None, "{line}");
        assert!(event.response_types.is_some(), "{line}");
        let value = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        assert_eq!(value(&to_json(&event).unwrap()), value(line));
        if let Some(ResponseTypes::Flow(flow)) = event.response_types {
            let flow = flow_core::flow::Flow::try_from(&*flow).unwrap();
            assert_ne!(flow.time, 0);
        }
    }
    let event = read_line(LINES[4]).unwrap().event;
    let Some(ResponseTypes::NodeStatus(status)) = event.response_types else {
        panic!("a state of nodes");
    };
    assert_eq!(status.state_change(), relay::NodeState::NodeConnected);
}

#[test]
fn lines_of_newer_versions_are_read_and_what_is_missing_is_reported() {
    let line = r#"{"flow":{"verdict":"DROPPED","newer":{"a":[1]}},"node_name":"n","newest":1}"#;
    let Line { event, ignored } = read_line(line).unwrap();
    assert_eq!(event.node_name, "n");
    let ignored = ignored.expect("something was");
    assert!(ignored.contains("'newer'"), "{ignored}");

    let line = r#"{"flow":{"verdict":"NEWER","Type":"L7"},"node_name":"n"}"#;
    let Line { event, ignored } = read_line(line).unwrap();
    let Some(ResponseTypes::Flow(flow)) = event.response_types else {
        panic!("a flow");
    };
    assert_eq!((flow.verdict, flow.r#type), (0, 2));
    assert!(ignored.expect("something was").contains("'NEWER'"));

    let line = r#"{"flow":{"verdict":"DROPPED","extensions":{"@type":"type.googleapis.com/some.Message","a":1},"newer":2},"node_name":"n"}"#;
    let Line { event, ignored } = read_line(line).unwrap();
    let Some(ResponseTypes::Flow(flow)) = event.response_types else {
        panic!("a flow");
    };
    assert_eq!((flow.verdict, flow.extensions), (2, None));
    let expected = "extensions of the unknown type \"type.googleapis.com/some.Message\"";
    assert_eq!(ignored.as_deref(), Some(expected));

    // What is wrong stays an error.
    for line in [
        r#"{"flow":{"verdict":[]}}"#,
        r#"{"flow":{"extensions":{"@type":"type.googleapis.com/flow.ext.v1.Observation","vlan":"x"}}}"#,
        r#"{"flow":{"extensions":{"@type":"type.googleapis.com/some.Message"},"verdict":[]}}"#,
        r#"{"flow":"#,
        "",
    ] {
        assert!(read_line(line).is_err(), "{line}");
    }
}

#[test]
fn nothing_that_a_terminal_obeys_is_written() {
    let flow = pb::Flow {
        node_name: "a\u{9b}2J\u{202e}\u{e0001}\u{1b}\u{7f}\n\"\\\u{e9}".into(),
        ..pb::Flow::default()
    };
    let json = to_json(&flow).unwrap();
    let expected = r#"{"node_name":"a\u009b2J\u202e\udb40\udc01\u001b\u007f\n\"\\é"}"#;
    assert_eq!(json, expected);
    assert_eq!(from_json::<pb::Flow>(&json).unwrap(), flow);
}

proptest! {
    /// Any event goes there and back.
    #[test]
    fn an_event_comes_back(given in given()) {
        for form in [ExtensionForm::Struct, ExtensionForm::Message] {
            let event = Export::new(&given.flow).resolve(&given).extension(form).event();
            let json = to_json(&event).unwrap();
            prop_assert!(!json.chars().any(is_hazard), "{:?}", json);
            let Line { event: read, ignored } = read_line(&json).unwrap();
            prop_assert_eq!(ignored, None);
            // The entries of a `Struct` have no order.
            let value = |text: &str| serde_json::from_str::<Value>(text).unwrap();
            prop_assert_eq!(value(&to_json(&read).unwrap()), value(&json));
            if form == ExtensionForm::Message {
                prop_assert_eq!(read, event);
            }
        }
    }

    /// Whatever a line holds, it is read or refused.
    #[test]
    fn any_line_is_read_or_refused(
        line in "[{}\\[\\]\":,a-z0-9_.-]{0,40}",
        place in 0_usize..400,
        letter in any::<char>(),
    ) {
        let _ = read_line(&line);
        let mut damaged: String = LINES[1].into();
        if damaged.is_char_boundary(place) {
            damaged.insert(place, letter);
        }
        let _ = read_line(&damaged);
    }
}
