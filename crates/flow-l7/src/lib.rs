//! Zero-copy views over application payloads.
//!
//! Each protocol has a module of its own. Its views borrow the payload, allocate nothing, and
//! never panic, whatever the bytes; their work is bounded by the length of the input. A payload
//! that was cut gives what is there and [`L7Flags::TRUNCATED`]; one that contradicts itself
//! gives what comes before, [`L7Flags::MALFORMED`], and an [`L7Error`] that says where.
//!
//! [`detect()`] finds the protocol of a payload, and a [tracker](track) pairs requests with
//! responses, redacted, in the payloads of packets.
//!
#![cfg_attr(feature = "dns", doc = "```")]
#![cfg_attr(not(feature = "dns"), doc = "```ignore")]
//! use flow_l7::dns::Message;
//!
//! // A query for the addresses of "go.dev".
//! let query = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x02go\x03dev\x00\x00\x01\x00\x01";
//! let message = Message::parse(query, query.len())?;
//! let question = message.questions().next().expect("one question");
//! assert_eq!(question.name.to_string(), "go.dev");
//! assert_eq!(question.kind.name(), Some("A"));
//! # Ok::<(), flow_l7::L7Error>(())
//! ```
//!
//! # Features
//!
//! - `track` (default): the tracker, and with it everything below but `quic`.
//! - `detect`: finding the protocol of a payload; views of all protocols.
//! - `dns`, `http1`, `http2`, `kafka`, `tls`: the views of one protocol.
//! - `quic`: the hellos in QUIC's Initial packets, which are decrypted.
//! - `std`: redaction. Without it the views build on `core` alone.
#![forbid(unsafe_code)]
#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]
#![cfg_attr(not(any(feature = "std", test)), no_std)]
#![cfg_attr(
    not(feature = "track"),
    allow(
        dead_code,
        unused_imports,
        reason = "each protocol uses a part of what they share"
    )
)]

mod cursor;
#[cfg(feature = "detect")]
mod detect;
#[cfg(feature = "dns")]
pub mod dns;
mod error;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod exercise;
mod flags;
#[cfg(feature = "http1")]
pub mod http1;
#[cfg(feature = "http2")]
pub mod http2;
#[cfg(feature = "kafka")]
pub mod kafka;
#[cfg(any(feature = "quic", feature = "detect"))]
pub mod quic;
#[cfg(feature = "std")]
pub mod redact;
#[cfg(feature = "tls")]
pub mod tls;
mod trace;
#[cfg(feature = "track")]
pub mod track;

#[cfg(feature = "track")]
pub(crate) use detect::{
    Datagram, Preface, begins_http1_request, begins_http1_response, preface, with_datagram,
};
#[cfg(feature = "detect")]
pub use detect::{L7Protocol, L7Protocols, StreamStart, detect, detect_datagram, detect_stream};
pub use error::{L7Error, L7Layer, L7Problem};
pub use flags::L7Flags;
pub use trace::TraceParent;
