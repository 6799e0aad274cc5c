//! Requests and responses: layer 7 flows made of the payloads of packets.
//!
//! A [`Tracker`] takes each packet's flow and payload. It puts TCP in order as far as heads need
//! it, finds the protocol by what is said, and hands out a flow for each message: a copy of that
//! of the packet, without its counts, with the handle of a record on the
//! [shelf](crate::record::L7Shelf). A request goes from client to server, its response back.
//! [`Flow::first_seen`](crate::flow::Flow::first_seen) is when the message began,
//! [`Flow::time`](crate::flow::Flow::time) when its head was complete (a DNS message: all of it);
//! the latency of a response is the difference of those times of response and request. Followed
//! are DNS over UDP, HTTP/1 and the hellos of TLS.
//!
//! Everything is bounded by [`Limits`]: connections hold together at most
//! [`memory`](Limits::memory) bytes besides their places in the table (about 140 bytes for each
//! of [`connections`](Limits::connections)), and each at most twice `head`, twice `window` and
//! `waiting` requests. What has to go is counted in [`TrackerStats`].
//!
//! ```
//! use std::sync::Arc;
//! use flow_core::exchange::{Limits, Segment, Tracker};
//! use flow_core::flow::{Flow, Ip, Protocol};
//! use flow_core::record::L7Shelf;
//! use flow_core::redact::Redaction;
//!
//! let shelf = Arc::new(L7Shelf::with_capacity(1024));
//! let mut tracker = Tracker::new(Limits::default(), Redaction::default(), Arc::clone(&shelf));
//! let mut flow = Flow { protocol: Protocol::UDP, time: 1_000, ..Flow::default() };
//! (flow.source.ip, flow.source.port) = (Ip::v4([10, 0, 0, 1]), 40_000);
//! (flow.destination.ip, flow.destination.port) = (Ip::v4([10, 0, 0, 2]), 53);
//! let query = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x02go\x03dev\x00\x00\x01\x00\x01";
//! let mut told = Vec::new();
//! tracker.track(&flow, &Segment::datagram(query), &mut |flow| {
//!     told.push(shelf.get(flow.l7).unwrap().summary().to_string());
//! });
//! assert_eq!(told, ["DNS Query go.dev. A"]);
//! ```

mod asked;
mod connection;
mod desk;
mod dns;
mod dns_tcp;
mod frames;
mod http1;
mod http2;
mod kafka;
mod key;
mod limits;
mod queue;
#[cfg(feature = "quic")]
mod quic;
mod recorder;
mod segment;
mod speech;
mod stats;
mod stream;
mod table;
mod talk;
#[cfg(test)]
mod tests;
mod tls;
mod tracker;

pub use limits::Limits;
pub use segment::{Segment, TcpPosition};
pub use stats::TrackerStats;
pub use tracker::Tracker;
