//! Requests and responses: layer 7 flows made of the payloads of packets.
//!
//! A [`Tracker`] takes each packet's flow and payload. It puts TCP in order as far as heads need
//! it, finds the protocol by the first bytes ([`detect_stream`](crate::detect_stream()) and
//! [`detect_datagram`](crate::detect_datagram())), and hands out each message: its
//! [record](flow_core::record::L7Record) and its flow, a copy of that of the packet without its
//! counts. A request goes from client to server, its response back.
//! [`Flow::first_seen`](flow_core::flow::Flow::first_seen) is when the message began,
//! [`Flow::time`](flow_core::flow::Flow::time) when its head was complete (a DNS message: all of it);
//! the latency of a response is the difference of those times of response and request.
//!
//! | Followed | Paired by | Besides |
//! |---|---|---|
//! | DNS over UDP | identifier and question | what is sent again is counted; latency is from the first query |
//! | DNS over TCP | the same | several messages at once, or one in parts |
//! | HTTP/1 | order | pipelining, interim responses; what a CONNECT tunnel holds is looked for |
//! | HTTP/2, gRPC | stream | with prior knowledge, or after `Upgrade: h2c` (its first request is that of HTTP/1); a gRPC response is reported with its trailers, which have the status |
//! | Kafka | correlation identifier | a response is read as API and version of its request have it; requests that want no response are counted |
//! | TLS | connection | hellos in several records or segments; a second one after HelloRetryRequest |
//! | QUIC (feature `quic`) | connection | hellos in Initial packets, in several datagrams too |
//!
//! Others are added by an embedder: see [`Protocol`].
//!
//! Packets should come in the order in which they were on the wire. A response that comes before
//! its request is reported as
//! [`UNMATCHED`](flow_core::record::RecordFlags::UNMATCHED), and its request as one without a
//! response: they are never paired with others. What depends on bytes that were not seen is reported
//! with [`MISSED_START`](flow_core::record::RecordFlags::MISSED_START) or
//! [`TRUNCATED`](flow_core::record::RecordFlags::TRUNCATED); bodies that are skipped need not be seen.
//!
//! Packets may be missing: samples are taken, buffers overflow. Bytes of TCP that are missing are
//! waited for until the other side acknowledges them, for [`wait`](Limits::wait) at most, and not beyond
//! the end of the connection. Behind them the next message is looked for, and reported with the
//! time at which it was sent. Which request of HTTP/1 a response answers is then known by what the
//! client had received when it sent the request; where that leaves a doubt the response is
//! unmatched. Each hole that hides where messages begin is one of the
//! [`gaps`](TrackerStats::gaps).
//!
//! Everything is bounded by [`Limits`]: connections hold together at most
//! [`memory`](Limits::memory) bytes besides their places in the table (about 140 bytes for each
//! of [`connections`](Limits::connections)) and 96 KiB of buffers that serve again, and each at most twice `head`, twice `window` and
//! `pending` requests; over HTTP/2 also two tables of HPACK, of 16 KiB as the RFC counts them.
//! What has to go is counted in [`TrackerStats`].
//!
//! ```
//! use flow_l7::track::{Limits, Segment, Tracker};
//! use flow_core::flow::{Flow, Ip, Protocol};
//! use flow_l7::redact::Redaction;
//!
//! let mut tracker = Tracker::new(Limits::default(), Redaction::default());
//! let mut flow = Flow { protocol: Protocol::UDP, time: 1_000, ..Flow::default() };
//! (flow.source.ip, flow.source.port) = (Ip::v4([10, 0, 0, 1]), 40_000);
//! (flow.destination.ip, flow.destination.port) = (Ip::v4([10, 0, 0, 2]), 53);
//! let query = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x02go\x03dev\x00\x00\x01\x00\x01";
//! let mut seen = Vec::new();
//! tracker.track(&flow, &Segment::datagram(query), &mut |_flow, record| {
//!     seen.push(record.summary().to_string());
//! });
//! assert_eq!(seen, ["DNS Query go.dev. A"]);
//! ```

mod added;
mod builder;
mod connection;
mod context;
mod conversation;
mod datagrams;
mod dns;
mod dns_tcp;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod exercise;
mod framed;
mod frames;
mod http1;
mod http1_head;
mod http2;
mod kafka;
mod limits;
mod order;
mod parse_context;
mod pending;
mod pending_http;
mod pending_messages;
mod protocol;
#[cfg(feature = "quic")]
mod quic;
mod reassembler;
mod recorder;
mod roles;
mod segment;
mod stage;
mod stats;
mod stream_parser;
mod table;
mod tcp;
#[cfg(test)]
mod tests;
mod tls;
mod tracker;
mod unanswered;

pub use builder::TrackerBuilder;
pub use limits::Limits;
pub use parse_context::ParseContext;
pub use protocol::{Protocol, ProtocolParser};
pub use roles::{Detection, FirstBytes, Pairing, Parsed, Role, TransportKind};
pub use segment::{Segment, TcpPosition};
pub use stage::{TrackerStage, TrackerTotals};
pub use stats::TrackerStats;
pub use tracker::Tracker;
