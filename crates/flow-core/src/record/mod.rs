//! Layer 7 records: what a request or response says, owned.
//!
//! An [`L7Record`] holds one message in one buffer. Its texts and lists are ranges of that buffer
//! and are read through views ([`HttpRecord`], [`DnsRecord`], …); they are written through
//! writers ([`HttpWriter`], [`DnsWriter`], …). Writing starts the record anew and uses its buffer
//! again, so that a record that is written over and over allocates nothing.
//!
//! The fields are those of Hubble's `flow.Layer7`; those of TLS, and of
//! [messages](MessageRecord) of protocols that an embedder adds, are our own.
//!
//! ```
//! use flow_core::record::{L7Body, L7Kind, L7Record};
//!
//! let mut record = L7Record::http(L7Kind::REQUEST, |http| {
//!     http.method("GET").url("http://host/path").protocol("HTTP/1.1").header("Accept", "*/*");
//! });
//! let L7Body::Http(http) = record.body() else { panic!("HTTP") };
//! assert_eq!(http.method(), "GET");
//! assert_eq!(http.header("accept").unwrap(), "*/*");
//! assert_eq!(record.summary().to_string(), "HTTP/1.1 GET http://host/path");
//!
//! // The buffer serves for the next message.
//! record.write_dns(L7Kind::REQUEST).query("go.dev.").qtype(1.into());
//! assert_eq!(record.summary().to_string(), "DNS Query go.dev. A");
//! ```

mod body;
mod buffer;
mod dns;
mod http;
mod kafka;
mod kind;
mod l7_record;
mod message;
mod parts;
mod summary;
mod text;
mod tls;

pub use body::L7Body;
pub use dns::{DnsRecord, DnsWriter, RecordType};
pub use http::{Header, HttpRecord, HttpWriter};
pub use kafka::{KafkaRecord, KafkaWriter};
pub use kind::{L7Kind, RecordFlags, TraceId};
pub use l7_record::L7Record;
pub use message::{Attribute, MessageRecord, MessageWriter};
pub use parts::TextWriter;
pub use summary::L7Summary;
pub use text::Text;
pub use tls::{TlsRecord, TlsWriter};

#[cfg(test)]
mod tests;
