//! Zero-copy views over application payloads.
//!
//! Each protocol has a module of its own. Its views borrow the payload, allocate nothing, and
//! never panic, whatever the bytes; their work is bounded by the length of the input. A payload
//! that was cut gives what is there and [`L7Flags::TRUNCATED`]; one that contradicts itself
//! gives what comes before, [`L7Flags::MALFORMED`], and an [`L7Error`] that says where.
//!
//! ```
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
#![forbid(unsafe_code)]
#![cfg_attr(not(any(feature = "std", test)), no_std)]

mod cursor;
mod detect;
pub mod dns;
mod error;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod exercise;
mod flags;
pub mod http1;
pub mod http2;
pub mod kafka;
pub mod quic;
#[cfg(feature = "std")]
pub mod redact;
pub mod tls;
mod trace;
#[cfg(feature = "std")]
pub mod track;

#[cfg(feature = "std")]
pub(crate) use detect::begins_http1_request;
pub use detect::{L7Protocol, L7Protocols, StreamStart, detect, detect_datagram, detect_stream};
pub use error::{L7Error, L7Layer, L7Problem};
pub use flags::L7Flags;
pub use trace::TraceParent;
