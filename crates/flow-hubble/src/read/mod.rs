//! Reads the JSON of messages without reflection: protobuf's JSON form
//! (<https://protobuf.dev/programming-guides/json>), with original names or those in camel case.
//!
//! Which field has which name and kind is generated (`generated/read.rs`); how a kind is read
//! stands here. What is not known (a field, the name of an enumeration's value, the type of an
//! extension) is passed over and [noted](Notes).

mod any;
mod kind;
mod message;
mod notes;
mod scalar;
mod time;

pub(crate) use any::Extension;
pub(crate) use kind::{list, one, put, set};
pub use message::ReadJson;
pub(crate) use message::{MapAccess, Msg, read};
pub(crate) use notes::Notes;
pub(crate) use scalar::{Bool, Double, Enum, EnumName, Int32, Int64, Text, Uint32, Uint64};
pub(crate) use time::{Mask, Span, Time};

#[cfg(test)]
mod tests;
