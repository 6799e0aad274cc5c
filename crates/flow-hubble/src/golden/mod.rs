//! Each kind of flow beside its JSON line and its bytes, both written down from the rules.
//!
//! Google's own implementation gives the same bytes for the lines (protobuf 7.36 for Python).

mod connection;
mod control;
mod datapath;
mod drops;
mod l7;

use std::string::String;
use std::vec::Vec;

use prost::Message;

use super::encode::ExtensionForm;
use super::observer::export_event::ResponseTypes;
use super::{Export, observer, read_line, to_json};
use flow_core::flow::{
    Direction, DropReason, Endpoint, EventType, Flow, FlowFlags, FlowType, Interface, Ip,
    IpVersion, Mac, Name16, Process, Protocol, Reply, TcpFlags, TcpState, TracePoint, TraceReason,
    Traffic, TunnelProtocol, Verdict,
};
use flow_core::record::{L7Kind, L7Record, RecordFlags, RecordType, TraceId};
use flow_core::resolve::{
    Aggregate, Emitter, EndpointNames, Extra, NodeNames, Policy, Service, SourceFile, Store,
    Workload,
};
use flow_core::store::FlowStore;

/// 2026-11-24T14:35:06.123456789Z.
const TIME: u64 = 1_795_530_906_123_456_789;

fn end(address: [u8; 4], port: u16) -> Endpoint {
    Endpoint {
        ip: Ip::v4(address),
        port,
        ..Endpoint::default()
    }
}

/// A TCP flow as every other is made of.
fn tcp() -> Flow {
    Flow {
        time: TIME,
        source: end([10, 0, 0, 1], 4242),
        destination: end([10, 0, 0, 2], 80),
        protocol: Protocol::TCP,
        ip_version: IpVersion::V4,
        verdict: Verdict::FORWARDED,
        flow_type: FlowType::L3_L4,
        event_type: EventType::TRACE,
        is_reply: Reply::NO,
        ..Flow::default()
    }
}

fn shelves() -> FlowStore {
    FlowStore::with_capacity(4).with_node(NodeNames::named("lab/n1"))
}

fn l7_flow(shelves: &FlowStore, mut record: L7Record) -> Flow {
    let l7 = shelves.store_l7(&mut record);
    Flow {
        flow_type: FlowType::L7,
        event_type: EventType::L7,
        l7,
        ..tcp()
    }
}

/// Checks the line of a flow, that it is read again as the same event, and its bytes.
fn check(flow: &Flow, shelves: &FlowStore, line: &str, bytes: &[&str]) {
    let export = Export::new(flow).resolve(shelves);
    let mut json = Vec::new();
    export.event_json(&mut json);
    let json = String::from_utf8(json).unwrap();
    assert_eq!(json, line.replace('\n', ""));
    let read = read_line(&json).unwrap();
    assert_eq!(read.ignored, None);
    // The entries of a `Struct` have no order, so texts are compared as values.
    let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    assert_eq!(value(&to_json(&read.event).unwrap()), value(&json));

    let export = export.extension(ExtensionForm::Message);
    let mut wire = Vec::new();
    export.response_protobuf(&mut wire);
    let hex: String = wire.iter().map(|byte| std::format!("{byte:02x}")).collect();
    assert_eq!(hex, bytes.concat().replace(' ', ""));
    let event = observer::ExportEvent::decode(&*wire).unwrap();
    assert_eq!(event, export.event());

    // And it is the same flow again.
    let Some(ResponseTypes::Flow(message)) = event.response_types else {
        panic!("a flow");
    };
    let again = shelves.clone();
    let mut back = message.to_flow(&again).unwrap();
    let export = Export::new(&back).resolve(&again);
    let mut json_again = Vec::new();
    export.event_json(&mut json_again);
    assert_eq!(String::from_utf8(json_again).unwrap(), json);
    (back.source.meta, back.destination.meta) = (flow.source.meta, flow.destination.meta);
    (back.l7, back.l7_type, back.ext) = (flow.l7, flow.l7_type, flow.ext);
    assert_eq!(back, *flow);
}
