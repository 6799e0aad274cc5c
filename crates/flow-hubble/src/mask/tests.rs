use std::format;

use proptest::prelude::*;
use proptest::sample::subsequence;
use serde_json::Value;

use super::*;
use crate::arbitrary::given;
use crate::{Export, ExtensionForm, to_json};

/// Paths that select something of most flows.
const PATHS: &[&str] = &[
    "time",
    "verdict",
    "IP",
    "IP.source",
    "IP.ipVersion",
    "l4.TCP",
    "l4.TCP.destination_port",
    "l4.TCP.flags.SYN",
    "l4.UDP.source_port",
    "source",
    "source.pod_name",
    "source.labels",
    "destination.workloads",
    "destination.identity",
    "Type",
    "l7.dns.query",
    "l7.http.headers",
    "l7.latency_ns",
    "event_type.sub_type",
    "is_reply",
    "tunnel.IP.destination",
    "trace_context.parent.trace_id",
    "node_labels",
    "egress_denied_by",
    "aggregate.egress_flow_count",
    "Summary",
    "extensions",
];

proptest! {
    /// Selecting while encoding is the same as encoding what was selected.
    #[test]
    fn one_selection_however_it_is_written(
        given in given(),
        paths in subsequence(PATHS, 0..PATHS.len()),
    ) {
        let mask = Mask::new(&paths).unwrap();
        for form in [ExtensionForm::Struct, ExtensionForm::Message] {
            let export = Export::new(&given.flow).resolve(&given).extension(form);
            let whole = export.message();
            let masked = export.mask(&mask);
            let message = masked.message();
            prop_assert_eq!(&message, &mask.select(&whole));

            let mut bytes = Vec::new();
            masked.protobuf(&mut bytes);
            prop_assert_eq!(&bytes, &message.encode_to_vec());
            bytes.clear();
            masked.response_protobuf(&mut bytes);
            prop_assert_eq!(&bytes, &masked.event().encode_to_vec());

            bytes.clear();
            masked.json(&mut bytes);
            let json: Value = serde_json::from_slice(&bytes).unwrap();
            prop_assert_eq!(&json, &serde_json::from_str::<Value>(&to_json(&message).unwrap()).unwrap());
            bytes.clear();
            masked.event_json(&mut bytes);
            let json: Value = serde_json::from_slice(&bytes).unwrap();
            let event = to_json(&masked.event()).unwrap();
            prop_assert_eq!(&json, &serde_json::from_str::<Value>(&event).unwrap());
        }
    }
}

#[allow(deprecated)]
fn flow() -> pb::Flow {
    pb::Flow {
        verdict: 2,
        source: Some(pb::Endpoint {
            identity: 7,
            namespace: "default".into(),
            pod_name: "web-0".into(),
            ..pb::Endpoint::default()
        }),
        destination: Some(pb::Endpoint::default()),
        l4: Some(pb::Layer4 {
            protocol: Some(pb::layer4::Protocol::Tcp(pb::Tcp {
                source_port: 1,
                destination_port: 80,
                flags: None,
            })),
        }),
        summary: "TCP".into(),
        ..pb::Flow::default()
    }
}

fn selected(paths: &[&str]) -> String {
    to_json(&Mask::new(paths).unwrap().select(&flow())).unwrap()
}

#[test]
fn what_is_named_is_there_and_nothing_else() {
    assert_eq!(
        selected(&[
            "source.pod_name",
            "destination.pod_name",
            "l4.TCP.destination_port"
        ]),
        r#"{"l4":{"TCP":{"destination_port":80}},"source":{"pod_name":"web-0"},"destination":{}}"#
    );
    assert_eq!(selected(&["verdict"]), r#"{"verdict":"DROPPED"}"#);
    assert_eq!(selected(&["is_reply", "uuid"]), "{}");
    // The oneof's other members select nothing of it.
    assert_eq!(selected(&["l4.UDP"]), r#"{"l4":{}}"#);
    let both = selected(&["source.identity", "source", "source.pod_name"]);
    assert_eq!(
        both,
        r#"{"source":{"identity":7,"namespace":"default","pod_name":"web-0"}}"#
    );
    assert_eq!(both, selected(&["source"]));
    assert_eq!(selected(&[]), to_json(&flow()).unwrap());
}

#[test]
fn a_path_that_leads_nowhere_is_named() {
    for (path, expected) in [
        (
            "nothing",
            "field mask path \"nothing\": flow.Flow has no field \"nothing\"",
        ),
        ("", "field mask path \"\": flow.Flow has no field \"\""),
        (
            "source.pod",
            "field mask path \"source.pod\": flow.Endpoint has no field \"pod\"",
        ),
        (
            "ip",
            "field mask path \"ip\": flow.Flow has no field \"ip\"",
        ),
        (
            "verdict.name",
            "field mask path \"verdict.name\": \"verdict\" is taken whole, expected the path to end there",
        ),
        (
            "source.workloads.name",
            "field mask path \"source.workloads.name\": \"workloads\" is taken whole, expected the path to end there",
        ),
        (
            "time.seconds",
            "field mask path \"time.seconds\": \"time\" is taken whole, expected the path to end there",
        ),
        (
            "extensions.value",
            "field mask path \"extensions.value\": \"extensions\" is taken whole, expected the path to end there",
        ),
    ] {
        // Even below what is selected whole already.
        for paths in [&[path][..], &["source", "time", path]] {
            let error = Mask::new(paths).unwrap_err();
            assert_eq!(format!("{error}"), expected);
        }
    }
}

#[test]
fn every_field_of_a_flow_can_be_selected() {
    for field in descriptors::of::<pb::Flow>().fields() {
        let mask = Mask::new([field.name()]).unwrap();
        assert!(!mask.is_all(), "{}", field.name());
    }
    let mask = prost_types::FieldMask {
        paths: std::vec!["source.pod_name".into()],
    };
    assert_eq!(Mask::try_from(&mask), Mask::new(["source.pod_name"]));
}

#[test]
fn selecting_of_what_is_no_message_is_an_error() {
    let mask = Mask::new(["source.pod_name"]).unwrap();
    assert!(mask.select_bytes(b"\x42\x05abc").is_err());
    assert!(mask.select_bytes(b"\x42\x02\x0a\x7f").is_err());
    assert_eq!(mask.select_bytes(b"\x10\x02").unwrap(), b"");
}
