//! Hubble's messages: lines of its exporter, and protobuf.

use flow_core::flow::{Flow, IpVersion, TcpFlags, Tunnel, TunnelProtocol};
use flow_core::resolve::Unresolved;
use flow_core::store::FlowStore;
use flow_hubble::flow::Flow as Message;
use flow_hubble::observer::ExportEvent;
use flow_hubble::observer::export_event::ResponseTypes;
use flow_hubble::{Export, ExtensionForm, WithUnknownFields, from_json, read_line, to_json};
use prost::Message as _;

/// A line of a file of exported events. What was read and is written again is the same event.
pub fn proto_line(data: &[u8]) {
    let line = String::from_utf8_lossy(data);
    let event = match read_line(&line) {
        Ok(line) => line.event,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    if let Some(ResponseTypes::Flow(message)) = &event.response_types {
        flow(message);
    }
    // What holds a message of an unknown type has no JSON.
    let Ok(json) = to_json(&event) else {
        return;
    };
    let again = read_line(&json).expect("what was written");
    assert_eq!(again.ignored, None, "{json}");
    assert_same(&again.event, &event, &json);
}

/// `flow.Flow` in protobuf: a flow or an error; as JSON and back; with its unknown fields.
pub fn proto_flow(data: &[u8]) {
    let Ok(message) = Message::decode(data) else {
        return assert!(WithUnknownFields::<Message>::decode(data).is_err());
    };
    flow(&message);
    let event = ExportEvent {
        response_types: Some(ResponseTypes::Flow(Box::new(message.clone()))),
        ..ExportEvent::default()
    };
    if let Ok(json) = to_json(&event) {
        let again: ExportEvent = from_json(&json).expect("what was written");
        assert_same(&again, &event, &json);
    }
    let kept = WithUnknownFields::<Message>::decode(data).expect("what can be decoded");
    assert_eq!(kept.message, message);
    let bytes = kept.encode_to_vec();
    let again = WithUnknownFields::<Message>::decode(&bytes).expect("what was encoded");
    // What belonged to a part that another of a `oneof` replaced later went with it.
    assert_eq!(again.message, message);
    assert_eq!(again.encode_to_vec(), bytes, "unknown fields");
}

/// The same event. An `Any` is compared by the message in it, as far as it is known: what it
/// holds may be written in several ways.
fn assert_same(again: &ExportEvent, event: &ExportEvent, json: &str) {
    assert!(
        !json.contains(|letter: char| letter.is_control()),
        "{json:?}"
    );
    let without = |event: &ExportEvent| {
        let mut event = event.clone();
        if let Some(ResponseTypes::Flow(flow)) = &mut event.response_types {
            flow.extensions = None;
            // JSON has one spelling for a time.
            if let Some(time) = &mut flow.time {
                time.normalize();
            }
        }
        event
    };
    assert_eq!(without(again), without(event), "{json}");
    let value = |text: &str| -> serde_json::Value { serde_json::from_str(text).expect("JSON") };
    let written = to_json(again).expect("what was read");
    assert_eq!(value(&written), value(json));
}

/// A message as a flow: what is written of that flow is a message of the same flow.
fn flow(message: &Message) {
    let shelves = FlowStore::with_capacity(4);
    let flow = match message.to_flow(&shelves) {
        Ok(flow) => flow,
        Err(error) => {
            assert!(message.to_flow(&Unresolved).is_err());
            return assert!(!error.to_string().is_empty());
        }
    };
    for form in [ExtensionForm::Message, ExtensionForm::Struct] {
        let export = Export::new(&flow).resolve(&shelves).extension(form);
        let sent = export.message();
        let mut bytes = Vec::new();
        export.protobuf(&mut bytes);
        let read = Message::decode(&*bytes).expect("what was encoded");
        if form == ExtensionForm::Message {
            assert_eq!(read, sent);
        }
        let others = FlowStore::with_capacity(4);
        let mut again = read.to_flow(&others).expect("what was sent");
        // Handles are those of other shelves.
        again.source.meta = flow.source.meta;
        again.destination.meta = flow.destination.meta;
        (again.l7, again.ext) = (flow.l7, flow.ext);
        assert_eq!(sent_of(&again), sent_of(&flow), "{form:?}");

        let mut json = Vec::new();
        export.json(&mut json);
        let json = String::from_utf8(json).expect("text");
        let read: Message = from_json(&json).expect("what was written");
        if form == ExtensionForm::Message {
            assert_eq!(read, sent, "{json}");
        }
    }
}

/// A flow without what is not sent of it: of one without an address, only protocol and ports are
/// told, and nothing of a tunnel of no protocol.
fn sent_of(flow: &Flow) -> Flow {
    let mut flow = *flow;
    if flow.ip_version == IpVersion::NONE {
        (flow.icmp_type, flow.icmp_code) = (0, 0);
        flow.tcp_flags = TcpFlags::NONE;
    }
    if flow.tunnel.protocol == TunnelProtocol::NONE {
        flow.tunnel = Tunnel::default();
    }
    flow
}
