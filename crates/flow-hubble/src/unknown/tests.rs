use proptest::prelude::*;

use super::*;
use crate::arbitrary::given;
use crate::flow::{Endpoint, Flow, Workload};
use crate::observer::{GetFlowsResponse, get_flows_response::ResponseTypes};
use crate::{Export, peer, relay};

/// Field 3000 with a number, as a newer version may have it.
const NEWER: &[u8] = &[0xc0, 0xbb, 0x01, 0x2a];

fn with_length(number: u32, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    bytes::encode(number, &content.to_vec(), &mut out);
    out
}

#[test]
fn prost_alone_loses_them() {
    let kept: WithUnknownFields<Flow> = WithUnknownFields::decode(NEWER).unwrap();
    assert_eq!(
        kept.message.encode_to_vec(),
        b"",
        "this is what it is about"
    );
    assert!(kept.has_unknown());
    assert_eq!(kept.encode_to_vec(), NEWER);
}

#[test]
fn they_stay_at_their_level() {
    // A flow with a source that holds two workloads, each message with a field of its own.
    let workload =
        |name: &[u8], newer: &[u8]| with_length(6, &[&with_length(1, name), newer].concat());
    let first = workload(b"a", &[0xf8, 0x01, 1]);
    let second = workload(b"b", &[0xf8, 0x01, 2]);
    let source = with_length(8, &[&first[..], &second, &[0xf8, 0x01, 3]].concat());
    let flow = [&source[..], NEWER].concat();
    let mut kept: WithUnknownFields<Flow> = WithUnknownFields::decode(&flow).unwrap();
    assert_eq!(kept.encode_to_vec(), flow);

    // They stay when what is known changes.
    let endpoint = kept.message.source.as_mut().unwrap();
    endpoint.workloads[1].name = "changed".into();
    endpoint.workloads.push(Workload::default());
    let second = workload(b"changed", &[0xf8, 0x01, 2]);
    let third = with_length(6, &[]);
    let source = with_length(8, &[&first[..], &second, &third, &[0xf8, 0x01, 3]].concat());
    assert_eq!(kept.encode_to_vec(), [&source[..], NEWER].concat());

    // What they belonged to is gone, and they with it.
    kept.message.source = None;
    assert_eq!(kept.encode_to_vec(), NEWER);
    kept.message.source = Some(Endpoint::default());
    let source = with_length(8, &[0xf8, 0x01, 3]);
    assert_eq!(kept.encode_to_vec(), [&source[..], NEWER].concat());
}

#[test]
fn a_message_in_two_parts_is_one() {
    let part = |newer: u8| with_length(8, &[0xf8, 0x01, newer]);
    let kept: WithUnknownFields<Flow> =
        WithUnknownFields::decode(&[part(1), part(2)].concat()).unwrap();
    let whole = with_length(8, &[0xf8, 0x01, 1, 0xf8, 0x01, 2]);
    assert_eq!(kept.encode_to_vec(), whole);
}

#[test]
fn every_wire_type_survives() {
    let newer = [
        &[0x88, 0x7d, 0x96, 0x01][..],         // 2001: varint
        &[0x91, 0x7d, 1, 2, 3, 4, 5, 6, 7, 8], // 2002: 64 bits
        &[0x9a, 0x7d, 0x02, b'h', b'i'],       // 2003: bytes
        &[0xa3, 0x7d, 0x08, 0x01, 0xa4, 0x7d], // 2004: group
        &[0xad, 0x7d, 1, 2, 3, 4],             // 2005: 32 bits
    ]
    .concat();
    let kept: WithUnknownFields<peer::ChangeNotification> =
        WithUnknownFields::decode(&newer).unwrap();
    assert_eq!(kept.encode_to_vec(), newer);
}

#[test]
fn damaged_messages_are_refused() {
    for damaged in [&[0xc0][..], &[0x42, 0x05, 1], &[0x0b], &[0x10]] {
        assert!(
            WithUnknownFields::<Flow>::decode(damaged).is_err(),
            "{damaged:?}"
        );
    }
    // Nested deeper than anyone needs.
    let mut deep = Vec::new();
    for _ in 0..200 {
        deep = with_length(1, &with_length(2, &with_length(5, &deep)));
    }
    let any = with_length(150_000, &with_length(2, &deep));
    assert!(
        WithUnknownFields::<Flow>::decode(&any).is_ok(),
        "an Any is not looked into"
    );
}

#[test]
fn what_is_known_has_nothing_unknown() {
    let message = relay::NodeStatusEvent {
        message: "text".into(),
        ..relay::NodeStatusEvent::default()
    };
    let kept = WithUnknownFields::from(message.clone());
    assert!(!kept.has_unknown());
    assert_eq!(kept.encode_to_vec(), message.encode_to_vec());
}

proptest! {
    /// Unknown fields anywhere in any flow come back, and nothing else changes.
    #[test]
    fn unknown_fields_survive(
        given in given(),
        number in 30_000_u32..100_000,
        content in any::<Vec<u8>>(),
        targets in any::<u8>(),
    ) {
        let newer = with_length(number, &content);
        let mut flow = Vec::new();
        Export::new(&given.flow).resolve(&given).protobuf(&mut flow);
        // Into each message of the flow that a bit chooses, and into the flow.
        let mut changed = Vec::new();
        for (place, field) in RawFields::new(&flow).enumerate() {
            let field = field.unwrap();
            let is_message = matches!(field.number, 1 | 4..=9 | 15 | 19..=21 | 26 | 28 | 30 | 38..=41 | 21_001..=21_005 | 150_000);
            match field.content {
                Some(content) if is_message && targets >> (place % 8) & 1 == 1 => {
                    changed.extend(with_length(field.number, &[content, &newer].concat()));
                }
                _ => changed.extend_from_slice(field.bytes),
            }
        }
        changed.extend_from_slice(&newer);
        let response = with_length(1, &changed);

        let kept: WithUnknownFields<GetFlowsResponse> = WithUnknownFields::decode(&response).unwrap();
        prop_assert_eq!(kept.encode_to_vec(), response);
        let Some(ResponseTypes::Flow(message)) = kept.message.response_types else {
            panic!("a flow");
        };
        prop_assert_eq!(*message, Flow::decode(&*flow).unwrap());
    }

    /// What can be decoded can be encoded; what cannot is refused.
    #[test]
    fn any_bytes_are_decoded_or_refused(bytes in any::<Vec<u8>>()) {
        if let Ok(kept) = WithUnknownFields::<Flow>::decode(&bytes) {
            let again = WithUnknownFields::<Flow>::decode(&kept.encode_to_vec()).unwrap();
            prop_assert_eq!(again.encode_to_vec(), kept.encode_to_vec());
        }
    }
}
