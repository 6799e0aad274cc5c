//! Layer 7 records: what a request or response said, owned.
//!
//! A record is made once for each message, put in a [`FlowStore`](crate::store::FlowStore), and read
//! through the handle in [`Flow::l7`](crate::flow::Flow::l7). Its fields are those of Hubble's
//! `flow.Layer7`; those of TLS are our own.

mod dns;
mod http;
mod kafka;
mod summary;
mod text;
mod tls;

pub use dns::{DnsRecord, RecordType};
pub use http::{Header, HttpRecord};
pub use kafka::KafkaRecord;
pub use summary::L7Summary;
pub use text::Text;
pub use tls::TlsRecord;

use crate::flow::L7Type;
use crate::open_enum::open_enum;

open_enum! {
    /// Which side of an exchange a record is. Numbers are Hubble's `flow.L7FlowType`.
    L7Kind(u8) {
        /// Not told.
        UNKNOWN = 0 => "UNKNOWN_L7_TYPE",
        /// A request.
        REQUEST = 1 => "REQUEST",
        /// A response.
        RESPONSE = 2 => "RESPONSE",
        /// One of many, told in place of all.
        SAMPLE = 3 => "SAMPLE",
    }
}

/// What is special about a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct RecordFlags(pub u8);

impl RecordFlags {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// The payload was cut off: what was there is told.
    pub const TRUNCATED: Self = Self(0x01);
    /// A part contradicts the protocol: what came before it is told.
    pub const MALFORMED: Self = Self(0x02);
    /// The beginning of the connection was missed: what depends on it is not told.
    pub const MISSED_START: Self = Self(0x04);
    /// A response whose request was not seen, or is no longer known.
    pub const UNMATCHED: Self = Self(0x08);
    /// Something was redacted.
    pub const REDACTED: Self = Self(0x10);
    /// More was there than a record holds (names, headers, addresses).
    pub const LIMIT: Self = Self(0x20);

    /// Whether all bits of `other` are set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl core::ops::BitOr for RecordFlags {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl core::ops::BitOrAssign for RecordFlags {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// The `trace-id` of W3C Trace Context (section 3.2.2.3): 16 bytes, all zero for none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct TraceId(pub [u8; 16]);

impl TraceId {
    /// Whether there is none.
    #[must_use]
    pub fn is_none(self) -> bool {
        self.0 == [0; 16]
    }
}

/// 32 hexadecimal digits.
impl core::fmt::Display for TraceId {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// One message of a layer 7 protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct L7Record {
    /// Request or response.
    pub kind: L7Kind,
    /// What is special about it.
    pub flags: RecordFlags,
    /// From the request to this response in nanoseconds; 0 for a request, or where it is not
    /// known.
    pub latency_ns: u64,
    /// Trace that the exchange belongs to.
    pub trace: TraceId,
    /// What it said.
    pub body: L7Body,
}

/// What a message said, by protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum L7Body {
    /// A DNS query or answer.
    Dns(DnsRecord),
    /// An HTTP or gRPC request or response.
    Http(HttpRecord),
    /// A Kafka request or response.
    Kafka(KafkaRecord),
    /// A TLS or QUIC handshake.
    Tls(TlsRecord),
}

impl L7Record {
    /// The protocol of its body.
    #[must_use]
    pub const fn protocol(&self) -> L7Type {
        match self.body {
            L7Body::Dns(_) => L7Type::DNS,
            L7Body::Http(_) => L7Type::HTTP,
            L7Body::Kafka(_) => L7Type::KAFKA,
            L7Body::Tls(_) => L7Type::TLS,
        }
    }

    /// What it says in a few words, as the one-line form of a flow shows it.
    #[must_use]
    pub const fn summary(&self) -> L7Summary<'_> {
        L7Summary::new(self)
    }
}

#[cfg(test)]
mod tests;
