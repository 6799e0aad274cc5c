//! What a record says, by protocol.

use core::fmt;

use super::{DnsRecord, HttpRecord, KafkaRecord, L7Record, MessageRecord, TlsRecord};
use crate::flow::L7Type;

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
}

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
