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

mod buffer;
mod dns;
mod http;
mod kafka;
mod kind;
mod message;
mod summary;
mod text;
mod tls;

pub use buffer::TextWriter;
pub use dns::{DnsRecord, DnsWriter, RecordType};
pub use http::{Header, HttpRecord, HttpWriter};
pub use kafka::{KafkaRecord, KafkaWriter};
pub use kind::{L7Kind, RecordFlags, TraceId};
pub use message::{Attribute, MessageRecord, MessageWriter};
pub use summary::L7Summary;
pub use text::Text;
pub use tls::{TlsRecord, TlsWriter};

use core::fmt;
use std::vec::Vec;

use crate::flow::L7Type;
use buffer::{Numbers, Range, TEXTS};

/// One message of a layer 7 protocol.
///
/// Two records are equal if they say the same, wherever it stands in their buffers. `Debug` shows
/// everything, escaped; secrets are to be [redacted](RecordFlags::REDACTED) before they are
/// written.
#[derive(Clone, Default)]
pub struct L7Record {
    /// Request or response.
    pub kind: L7Kind,
    /// What is special about it.
    pub flags: RecordFlags,
    protocol: L7Type,
    /// From the request to this response in nanoseconds; 0 for a request, or where it is not
    /// known.
    pub latency_ns: u64,
    /// Trace that request and response belong to.
    pub trace: TraceId,
    numbers: Numbers,
    texts: [Range; TEXTS],
    bytes: Vec<u8>,
}

/// What a message says, by protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum L7Body<'a> {
    /// Nothing: the record was not written.
    Empty,
    /// A DNS query or answer.
    Dns(DnsRecord<'a>),
    /// An HTTP or gRPC request or response.
    Http(HttpRecord<'a>),
    /// A Kafka request or response.
    Kafka(KafkaRecord<'a>),
    /// A TLS or QUIC handshake.
    Tls(TlsRecord<'a>),
    /// A message of a protocol that an embedder added.
    Message(MessageRecord<'a>),
}

impl L7Record {
    /// Returns an empty record whose buffer has room for `bytes` bytes.
    #[must_use]
    pub fn with_capacity(bytes: usize) -> Self {
        Self {
            bytes: Vec::with_capacity(bytes),
            ..Self::default()
        }
    }

    /// Returns its protocol; [`L7Type::NONE`] where nothing was written.
    #[must_use]
    pub const fn protocol(&self) -> L7Type {
        self.protocol
    }

    /// Returns what it says.
    #[must_use]
    pub const fn body(&self) -> L7Body<'_> {
        match self.protocol {
            L7Type::DNS => L7Body::Dns(DnsRecord(self)),
            L7Type::HTTP => L7Body::Http(HttpRecord(self)),
            L7Type::KAFKA => L7Body::Kafka(KafkaRecord(self)),
            L7Type::TLS => L7Body::Tls(TlsRecord(self)),
            L7Type::OTHER => L7Body::Message(MessageRecord(self)),
            _ => L7Body::Empty,
        }
    }

    /// Returns what it says in a few words, as the one-line form of a flow shows it.
    #[must_use]
    pub const fn summary(&self) -> L7Summary<'_> {
        L7Summary::new(self)
    }

    /// Returns the bytes of its buffer, those that are not in use included.
    #[must_use]
    pub const fn heap_len(&self) -> usize {
        self.bytes.capacity()
    }

    /// Empties it, and keeps its buffer.
    pub fn clear(&mut self) {
        let mut bytes = core::mem::take(&mut self.bytes);
        bytes.clear();
        *self = Self {
            bytes,
            ..Self::default()
        };
    }

    fn start(&mut self, kind: L7Kind, protocol: L7Type) {
        self.clear();
        (self.kind, self.protocol) = (kind, protocol);
    }

    /// Starts a DNS message in this record.
    pub fn write_dns(&mut self, kind: L7Kind) -> DnsWriter<'_> {
        self.start(kind, L7Type::DNS);
        DnsWriter(self)
    }

    /// Starts an HTTP message in this record.
    pub fn write_http(&mut self, kind: L7Kind) -> HttpWriter<'_> {
        self.start(kind, L7Type::HTTP);
        HttpWriter(self)
    }

    /// Starts a Kafka message in this record.
    pub fn write_kafka(&mut self, kind: L7Kind) -> KafkaWriter<'_> {
        self.start(kind, L7Type::KAFKA);
        KafkaWriter(self)
    }

    /// Starts a TLS handshake in this record.
    pub fn write_tls(&mut self, kind: L7Kind) -> TlsWriter<'_> {
        self.start(kind, L7Type::TLS);
        TlsWriter(self)
    }

    /// Starts a message of another protocol in this record.
    pub fn write_message(&mut self, kind: L7Kind) -> MessageWriter<'_> {
        self.start(kind, L7Type::OTHER);
        MessageWriter(self)
    }

    /// Returns a writer that goes on with a DNS message; `None` where it is none.
    pub fn dns_mut(&mut self) -> Option<DnsWriter<'_>> {
        (self.protocol == L7Type::DNS).then_some(DnsWriter(self))
    }

    /// Returns a writer that goes on with an HTTP message; `None` where it is none.
    pub fn http_mut(&mut self) -> Option<HttpWriter<'_>> {
        (self.protocol == L7Type::HTTP).then_some(HttpWriter(self))
    }

    /// Returns a writer that goes on with a Kafka message; `None` where it is none.
    pub fn kafka_mut(&mut self) -> Option<KafkaWriter<'_>> {
        (self.protocol == L7Type::KAFKA).then_some(KafkaWriter(self))
    }

    /// Returns a writer that goes on with a TLS handshake; `None` where it is none.
    pub fn tls_mut(&mut self) -> Option<TlsWriter<'_>> {
        (self.protocol == L7Type::TLS).then_some(TlsWriter(self))
    }

    /// Returns a writer that goes on with a message of another protocol; `None` where it is none.
    pub fn message_mut(&mut self) -> Option<MessageWriter<'_>> {
        (self.protocol == L7Type::OTHER).then_some(MessageWriter(self))
    }

    /// Returns a record of the DNS message that `write` writes.
    #[must_use]
    pub fn dns(kind: L7Kind, write: impl FnOnce(&mut DnsWriter<'_>)) -> Self {
        let mut record = Self::default();
        write(&mut record.write_dns(kind));
        record
    }

    /// Returns a record of the HTTP message that `write` writes.
    #[must_use]
    pub fn http(kind: L7Kind, write: impl FnOnce(&mut HttpWriter<'_>)) -> Self {
        let mut record = Self::default();
        write(&mut record.write_http(kind));
        record
    }

    /// Returns a record of the Kafka message that `write` writes.
    #[must_use]
    pub fn kafka(kind: L7Kind, write: impl FnOnce(&mut KafkaWriter<'_>)) -> Self {
        let mut record = Self::default();
        write(&mut record.write_kafka(kind));
        record
    }

    /// Returns a record of the TLS handshake that `write` writes.
    #[must_use]
    pub fn tls(kind: L7Kind, write: impl FnOnce(&mut TlsWriter<'_>)) -> Self {
        let mut record = Self::default();
        write(&mut record.write_tls(kind));
        record
    }

    /// Returns a record of the message of another protocol that `write` writes.
    #[must_use]
    pub fn message(kind: L7Kind, write: impl FnOnce(&mut MessageWriter<'_>)) -> Self {
        let mut record = Self::default();
        write(&mut record.write_message(kind));
        record
    }
}

impl PartialEq for L7Record {
    fn eq(&self, other: &Self) -> bool {
        let head = |record: &Self| {
            (
                record.kind,
                record.flags,
                record.protocol,
                record.latency_ns,
                record.trace,
                record.numbers,
            )
        };
        head(self) == head(other) && self.same_texts(other)
    }
}

impl Eq for L7Record {}

impl fmt::Debug for L7Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("L7Record")
            .field("kind", &self.kind)
            .field("flags", &self.flags)
            .field("latency_ns", &self.latency_ns)
            .field("trace", &self.trace)
            .field("body", &self.body())
            .finish()
    }
}

#[cfg(test)]
mod tests;
