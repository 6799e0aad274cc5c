use std::format;
use std::string::String;

use proptest::prelude::*;
use prost::Message;
use serde_json::Value;

use super::*;
use crate::arbitrary::{Given, given};
use crate::flow::ext::v1::Observation;
use crate::to_json;
use flow_core::flow::Endpoint;
use flow_core::record::{L7Kind, L7Record};
use flow_core::resolve::{EndpointNames, Extra, NodeNames};
use flow_core::text::is_hazard;

const FORMS: [ExtensionForm; 3] = [
    ExtensionForm::Struct,
    ExtensionForm::Message,
    ExtensionForm::Omit,
];

fn bytes(write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    // What stood in the buffer before must not matter.
    let mut out = b"before".to_vec();
    write(&mut out);
    assert_eq!(&out[..6], b"before");
    out.split_off(6)
}

fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
    String::from_utf8(bytes(write)).expect("JSON is UTF-8")
}

fn value(json: &str) -> Value {
    serde_json::from_str(json).expect("valid JSON")
}

fn export(given: &Given) -> Export<'_> {
    Export::new(&given.flow).resolve(given)
}

proptest! {
    /// The bytes are those of prost, with every form of the extension.
    #[test]
    fn protobuf_is_what_prost_encodes(given in given()) {
        for form in FORMS {
            let export = export(&given).extension(form);
            let (message, event) = (export.message(), export.event());
            prop_assert_eq!(bytes(|out| export.protobuf(out)), message.encode_to_vec());
            prop_assert_eq!(bytes(|out| export.response_protobuf(out)), event.encode_to_vec());
        }
    }

    /// The JSON is that of the message; it is one harmless line.
    #[test]
    fn json_is_that_of_the_message(given in given()) {
        for form in FORMS {
            let export = export(&given).extension(form);
            let json = text(|out| export.json(out));
            prop_assert_eq!(value(&json), value(&to_json(&export.message()).unwrap()));
            let line = text(|out| export.event_json(out));
            prop_assert_eq!(value(&line), value(&to_json(&export.event()).unwrap()));
            prop_assert!(!line.chars().any(is_hazard), "{:?}", line);
        }
    }

    /// Both forms of the extension say the same.
    #[test]
    fn the_struct_has_the_fields_of_the_message(given in given()) {
        let expected = Observation::of(&given.flow, &given);
        for form in [ExtensionForm::Struct, ExtensionForm::Message] {
            let message = export(&given).extension(form).message();
            let found = match &message.extensions {
                Some(any) => Observation::unpack(any).unwrap().expect("it is ours"),
                None => Observation::default(),
            };
            prop_assert_eq!(&found, &expected);
        }
    }
}

#[test]
fn handles_that_stand_for_nothing_are_left_out() {
    let flow = Flow {
        l7: 9,
        ext: 9,
        source: Endpoint {
            meta: 9,
            ..Default::default()
        },
        ..Flow::default()
    };
    assert_eq!(
        Export::new(&flow).message(),
        Export::new(&Flow::default()).message()
    );
    assert_eq!(pb::Flow::from(&flow), Export::new(&flow).message());
    assert_eq!(
        text(|out| Export::new(&flow).json(out)),
        text(|out| Export::new(&Flow::default()).json(out))
    );
}

#[test]
fn long_contents_have_their_length_before_them() {
    let mut given = Given {
        flow: Flow::default(),
        node: NodeNames::UNKNOWN,
        source: EndpointNames::default(),
        destination: EndpointNames::default(),
        l7: L7Record::http(L7Kind::REQUEST, |_| {}),
        extra: Extra::default(),
    };
    given.flow.source.meta = 1;
    for length in [0, 1, 100, 127, 128, 129, 16_383, 16_384, 2_097_152] {
        given.source.pod_name = "p".repeat(length).into();
        let export = export(&given);
        let found = bytes(|out| export.response_protobuf(out));
        assert!(found == export.event().encode_to_vec(), "{length} bytes");
        let line = text(|out| export.event_json(out));
        let expected = format!("\"pod_name\":\"{}\"", given.source.pod_name);
        assert!(length == 0 || line.contains(&expected), "{length} bytes");
    }
}
