//! From a [`Flow`](flow_core::flow::Flow) to bytes, without a message in between.
//!
//! One description of each message ([`Walk`]) writes to any [`Sink`]: protobuf's wire format,
//! its JSON, a `Struct`, or a selection of fields. Nothing is allocated but room in the buffer.

mod clock;
mod escape;
mod flow;
mod json;
mod l7;
mod layers;
mod names;
mod observation;
mod packed;
mod protobuf;
mod short;
pub(super) mod sink;
mod structure;
mod wire;

pub(super) use flow::{Event, FlowFields, cilium_reason, has_trace_id};
pub(super) use json::Json;
pub(super) use layers::{has_layer4, has_number, outer_version};
pub(super) use observation::{ObservationFields, bits};
pub(super) use packed::{STRUCT_NAME, TYPE_PREFIX};
pub use sink::ExtensionForm;
pub(super) use structure::Structure;
pub(super) use wire::Wire;
