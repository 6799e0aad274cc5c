//! The bodies of the fuzz targets: plain functions of bytes that panic where a decoder does, or
//! where what it tells cannot be true.
#![forbid(unsafe_code)]

mod cilium_seeds;
mod cilium_targets;
mod exchange;
mod filter_targets;
mod l7_seeds;
mod l7_targets;
pub mod mutate;
mod proto_seeds;
mod proto_targets;
mod readers;
pub mod seed;
pub mod seeds;
mod wire;

pub use cilium_targets::{cilium_access_log, cilium_event, cilium_gob};
pub use exchange::exchange;
pub use filter_targets::filter_text;
pub use l7_targets::{l7_detect, l7_dns, l7_http1, l7_http2, l7_kafka, l7_quic, l7_tls};
pub use proto_targets::{proto_flow, proto_line};
pub use readers::{capture_reader, event_record, flow_decode};
pub use wire::{wire_ethernet, wire_linux_sll, wire_linux_sll2, wire_loop, wire_null, wire_raw_ip};

/// A target's name and body.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: [Target; 23] = [
    ("wire_ethernet", wire_ethernet),
    ("wire_raw_ip", wire_raw_ip),
    ("wire_linux_sll", wire_linux_sll),
    ("wire_linux_sll2", wire_linux_sll2),
    ("wire_null", wire_null),
    ("wire_loop", wire_loop),
    ("event_record", event_record),
    ("flow_decode", flow_decode),
    ("capture_reader", capture_reader),
    ("l7_dns", l7_dns),
    ("l7_http1", l7_http1),
    ("l7_http2", l7_http2),
    ("l7_tls", l7_tls),
    ("l7_quic", l7_quic),
    ("l7_kafka", l7_kafka),
    ("l7_detect", l7_detect),
    ("cilium_event", cilium_event),
    ("cilium_gob", cilium_gob),
    ("cilium_access_log", cilium_access_log),
    ("proto_line", proto_line),
    ("proto_flow", proto_flow),
    ("exchange", exchange),
    ("filter_text", filter_text),
];
