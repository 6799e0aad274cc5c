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
mod observation;
mod short;
pub(super) mod sink;
mod structure;
mod wire;

pub(super) use flow::{Event, FlowFields, cilium_reason, has_trace_id};
pub(super) use json::Json;
pub(super) use layers::{has_layer4, has_number, outer_version};
pub(super) use observation::{ObservationFields, bits};
pub use sink::ExtensionForm;
pub(super) use structure::Structure;
pub(super) use wire::Wire;

use sink::Walk;

/// What stands before the name of a message in an `Any`.
pub(super) const TYPE_PREFIX: &str = "type.googleapis.com/";

/// Name of the message that holds fields of any names.
pub(super) const STRUCT_NAME: &str = "google.protobuf.Struct";

/// Name of the message that an `Any` holds.
const fn packed_name<W: Walk>(form: ExtensionForm) -> &'static str {
    match form {
        ExtensionForm::Struct => STRUCT_NAME,
        ExtensionForm::Message | ExtensionForm::Omit => W::NAME,
    }
}
