//! Events of Cilium's datapath: zero-copy views of every message, and the way from one to a
//! [`Flow`](flow_core::flow::Flow).
//!
//! A record is what Cilium's kernel programs wrote into the perf buffer: a header, whose first
//! byte is the kind of message, then the bytes captured of a packet. All numbers are in the
//! byte order of the machine; records need no alignment.
//!
//! | First byte | Message | View |
//! |---|---|---|
//! | 1 | a dropped packet | [`DropNotify`] |
//! | 2 | a debug message | [`DebugMsg`] |
//! | 3 | a packet captured for debugging | [`DebugCapture`] |
//! | 4 | a packet on its way | [`TraceNotify`] |
//! | 5 | a policy verdict | [`PolicyVerdictNotify`] |
//! | 7 | a translation at a socket | [`TraceSockNotify`] |
//!
//! [`Message::parse`] reads any of them; [`CiliumDecoder`] makes flows, by the rules of Hubble.
//! No function of this module panics, whatever the bytes. What is cut off, or comes from a
//! version that is not known, makes a flow with a flag and counts in [`CiliumStats`].
//!
//! ```
//! use flow_cilium::CiliumDecoder;
//! use flow_core::flow::{Direction, TracePoint, Verdict};
//!
//! // Trace message, version 0: endpoint 7 sent a packet, from-endpoint, a new connection.
//! let mut record = vec![0; 32];
//! record[0] = 4;
//! record[1] = 5;
//! record[2..4].copy_from_slice(&7_u16.to_ne_bytes());
//! record[8..12].copy_from_slice(&44_u32.to_ne_bytes());
//! record[12..14].copy_from_slice(&44_u16.to_ne_bytes());
//! record.extend([
//!     2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x08, 0x00, //
//!     0x45, 0, 0, 30, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, //
//!     0, 53, 0x10, 0x92, 0, 10, 0, 0, b'h', b'i',
//! ]);
//! let mut decoder = CiliumDecoder::new(());
//! let flow = decoder.decode(&record, 0, 1_700_000_000_000_000_000)?;
//! assert_eq!((flow.source.port, flow.trace_point), (53, TracePoint::FROM_ENDPOINT));
//! assert_eq!((flow.verdict, flow.direction), (Verdict::FORWARDED, Direction::EGRESS));
//! # Ok::<(), flow_cilium::CiliumError>(())
//! ```
//!
//! With the feature `std` a live agent can be read: [`MonitorSocket`] is a
//! [`CiliumSource`] of the flows that an agent sends at its monitor
//! socket, [`gob`] the encoding of that socket, and [`AgentDecoder`] reads the events of the agent
//! itself: notifications, and the layer 7 records of its proxies ([`log`]).
//!
//! Source of the layouts: the types of Cilium's public Go package `pkg/monitor`, up to version
//! 1.19.
#![forbid(unsafe_code)]
#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod agent;
mod attributes;
mod build;
mod capture;
mod debug;
mod debug_kind;
mod decoder;
mod drop;
mod error;
mod extension;
mod extra;
mod file;
pub mod gob;
mod header;
mod knowledge;
pub mod log;
mod message;
mod numbers;
mod packet;
mod payload;
mod policy;
mod rules;
mod sock;
#[cfg(unix)]
mod socket;
#[cfg(unix)]
mod source;
mod stats;
mod trace;

pub use agent::{AgentDecoder, AgentError, AgentEvent, AgentNotify, AgentNotifyKind};
pub use capture::DebugCapture;
pub use debug::DebugMsg;
pub use debug_kind::DebugKind;
pub use decoder::CiliumDecoder;
pub use drop::DropNotify;
pub use error::{CiliumError, MessageError};
pub use extension::Extensions;
pub use extra::CiliumExtra;
pub use file::file_name;
pub use header::{Captured, Header, Overlay};
pub use knowledge::NodeKnowledge;
pub use message::Message;
pub use numbers::{AuthType, CapturePoint, PolicyMatch, SocketPoint};
pub use payload::{MonitorPayload, PayloadKind};
pub use policy::{PolicyLayout, PolicyVerdictNotify};
pub use sock::{SockLayout, TraceSockNotify};
#[cfg(unix)]
pub use socket::{MonitorRecord, MonitorSocket};
#[cfg(unix)]
pub use source::CiliumSource;
pub use stats::CiliumStats;
pub use trace::TraceNotify;

#[cfg(test)]
mod tests;
