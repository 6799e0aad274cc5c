//! Hubble's protobuf messages: the types, the way from a [`Flow`](flow_core::flow::Flow) to bytes and
//! back, and their JSON.
//!
//! | To | Use |
//! |---|---|
//! | write flows out, fast: protobuf, or the lines of Hubble's exporter | [`Export`] |
//! | get a message, to change it or to hand it to a server | [`Export::message`], `From<&Flow>` |
//! | select fields, as a client asks for them | [`Mask`] |
//! | read lines that Hubble or [`Export`] has written | [`read_line`] |
//! | read a file of them into a [pipeline](flow_core::pipeline) | [`ExportSource`] |
//! | get a flow from a message | [`to_flow`](flow::Flow::to_flow) |
//! | write and read any message as JSON | [`to_json`], [`from_json`] |
//! | pass messages on without losing fields of newer versions | [`WithUnknownFields`] |
//! | serve reflection | [`FILE_DESCRIPTOR_SET`] |
//!
//! The messages are those of Cilium Hubble v1.19, by package, name and number, so that Hubble's
//! tools read what is written here. What Hubble has no field for (packets and bytes, round-trip
//! time, process, TLS, ...) is [`Observation`](flow::ext::v1::Observation) in the field
//! `extensions`, by default in the form that Hubble's tools can show: see [`ExtensionForm`].
//!
//! ```
//! use flow_core::flow::{Flow, Ip, IpVersion, Protocol, Verdict};
//! use flow_hubble::observer::export_event::ResponseTypes;
//! use flow_hubble::{Export, read_line};
//! use flow_core::resolve::Unresolved;
//!
//! let mut flow = Flow {
//!     time: 1_795_530_906_000_000_000,
//!     ip_version: IpVersion::V4,
//!     protocol: Protocol::UDP,
//!     verdict: Verdict::FORWARDED,
//!     ..Flow::default()
//! };
//! flow.source.ip = Ip::v4([10, 0, 0, 1]);
//!
//! let mut line = Vec::new();
//! Export::new(&flow).event_json(&mut line);
//! let event = read_line(std::str::from_utf8(&line)?)?.event;
//! let Some(ResponseTypes::Flow(message)) = event.response_types else { panic!("a flow") };
//! assert_eq!(message.to_flow(&Unresolved)?, flow);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]
#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

#[cfg(test)]
mod arbitrary;
mod descriptors;
mod encode;
mod export;
mod export_file;
#[cfg(test)]
mod golden;
mod json;
mod mask;
mod message;
mod messages;
mod parse;
mod read;
mod readers;
mod scan;
#[cfg(test)]
mod tables;
mod unknown;

pub use encode::ExtensionForm;
pub use export::Export;
pub use export_file::{ExportCounts, ExportProgress, ExportSource, LineError, LineProblem};
pub use json::{JsonError, JsonErrorSource, Line, from_json, read_line, to_json};
pub use mask::{Mask, MaskError};
pub use messages::{FILE_DESCRIPTOR_SET, flow, observer, peer, relay};
pub use parse::{ConvertError, ExtensionError};
pub use read::ReadJson;
pub use unknown::WithUnknownFields;
