//! What is wrong with a message, and where.

use core::fmt;

/// The part of a protocol that an error is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum L7Layer {
    /// The header of a DNS message, RFC 1035 section 4.1.1.
    DnsHeader,
    /// A question of a DNS message, RFC 1035 section 4.1.2.
    DnsQuestion,
    /// A resource record, RFC 1035 section 4.1.3.
    DnsRecord,
    /// A domain name, RFC 1035 section 4.1.4.
    DnsName,
    /// The first line of an HTTP/1 request, RFC 9112 section 3.
    Http1Request,
    /// The first line of an HTTP/1 response, RFC 9112 section 4.
    Http1Response,
    /// The header fields of an HTTP/1 message, RFC 9112 section 5.
    Http1Head,
    /// A frame of HTTP/2, RFC 9113 section 4.
    Http2Frame,
    /// A block of header fields, RFC 7541.
    Hpack,
    /// A message of Kafka.
    Kafka,
    /// A packet of QUIC, RFC 9000.
    Quic,
    /// A TLS record, RFC 8446 section 5.1.
    TlsRecord,
    /// A TLS handshake message, RFC 8446 section 4.
    TlsHandshake,
    /// The extensions of a TLS hello, RFC 8446 section 4.2.
    TlsExtension,
}

impl L7Layer {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::DnsHeader => "DNS header",
            Self::DnsQuestion => "DNS question",
            Self::DnsRecord => "DNS record",
            Self::DnsName => "DNS name",
            Self::Http1Request => "HTTP request line",
            Self::Http1Response => "HTTP status line",
            Self::Http1Head => "HTTP header",
            Self::Http2Frame => "HTTP/2 frame",
            Self::Hpack => "HPACK block",
            Self::Kafka => "Kafka message",
            Self::Quic => "QUIC packet",
            Self::TlsRecord => "TLS record",
            Self::TlsHandshake => "TLS handshake",
            Self::TlsExtension => "TLS extension",
        }
    }
}

impl fmt::Display for L7Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A message that contradicts itself, or of which something is missing.
///
/// What comes before is readable all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{layer} at offset {offset}: {problem}: needed {needed}, got {got}")]
#[non_exhaustive]
pub struct L7Error {
    /// What is wrong or not whole.
    pub layer: L7Layer,
    /// Where it begins, in bytes from the beginning of the input.
    pub offset: u32,
    /// What does not fit.
    pub problem: L7Problem,
    /// Value (a length in bytes, unless `problem` says otherwise) that would do.
    pub needed: u32,
    /// Value found.
    pub got: u32,
}

impl L7Error {
    #[cold]
    pub(super) fn new(
        layer: L7Layer,
        offset: usize,
        problem: L7Problem,
        needed: usize,
        got: usize,
    ) -> Self {
        let narrow = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        Self {
            layer,
            offset: narrow(offset),
            problem,
            needed: narrow(needed),
            got: narrow(got),
        }
    }

    /// Whether the bytes given end before the message does: with more of them, it might be fine.
    #[must_use]
    pub const fn is_truncated(&self) -> bool {
        matches!(self.problem, L7Problem::Truncated)
    }
}

/// What does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum L7Problem {
    /// The bytes given end here, the message goes on.
    Truncated,
    /// A part reaches beyond the end of what contains it.
    Beyond,
    /// A length that the protocol does not allow.
    Length,
    /// A value that the protocol does not allow.
    Value,
    /// A compression pointer that does not point further back: a loop. Needed is the place
    /// before which it has to point.
    Pointer,
    /// More of something than is followed.
    Limit,
}

impl fmt::Display for L7Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Truncated => "cut off",
            Self::Beyond => "beyond the end of what contains it",
            Self::Length => "length not allowed",
            Self::Value => "value not allowed",
            Self::Pointer => "pointer that does not point back",
            Self::Limit => "more than is followed",
        })
    }
}
