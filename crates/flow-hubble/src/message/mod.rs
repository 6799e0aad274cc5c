//! From a [`Flow`](flow_core::flow::Flow) to a message.

mod flow;
mod l7;
mod layers;
mod lost;
mod observation;
mod time;

pub(super) use flow::flow;
pub(super) use time::timestamp;
