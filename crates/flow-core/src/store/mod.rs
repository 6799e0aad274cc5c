//! What the handles of flows stand for, kept as long as flows bear them.
//!
//! A [`Flow`](crate::flow::Flow) is plain data of a fixed size. What does not fit stands behind a
//! handle: names of endpoints, which many flows share, in a [`NameTable`](crate::names::NameTable);
//! layer 7 records and rare attributes, one for each flow that has them, in a [`RecordStore`], where
//! the newest survive. [`FlowStore`] is all of it.

mod flow_store;
mod interned;
mod records;

pub use flow_store::{FlowStore, HeldNames};
pub use records::RecordStore;
