//! Protocols and sets of them.

/// A protocol that is decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum L7Protocol {
    /// DNS, over UDP or with a length before each message.
    Dns,
    /// HTTP/1.0 or HTTP/1.1.
    Http1,
    /// HTTP/2, gRPC included.
    Http2,
    /// TLS.
    Tls,
    /// QUIC.
    Quic,
    /// Kafka.
    Kafka,
}

impl L7Protocol {
    /// Every protocol.
    pub const ALL: &'static [Self] = &[
        Self::Dns,
        Self::Http1,
        Self::Http2,
        Self::Tls,
        Self::Quic,
        Self::Kafka,
    ];

    /// Returns its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dns => "DNS",
            Self::Http1 => "HTTP/1",
            Self::Http2 => "HTTP/2",
            Self::Tls => "TLS",
            Self::Quic => "QUIC",
            Self::Kafka => "Kafka",
        }
    }
}

impl core::fmt::Display for L7Protocol {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(self.name())
    }
}

/// A set of protocols.
///
/// ```
/// use flow_l7::{L7Protocol, L7Protocols};
///
/// let web = L7Protocols::from_iter([L7Protocol::Http1, L7Protocol::Http2]);
/// assert!(web.contains(L7Protocol::Http2) && !web.contains(L7Protocol::Dns));
/// assert!(L7Protocols::ALL.contains(L7Protocol::Dns));
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct L7Protocols(u8);

impl L7Protocols {
    /// Every protocol.
    pub const ALL: Self = Self(u8::MAX >> (8 - L7Protocol::ALL.len()));
    /// No protocol.
    pub const NONE: Self = Self(0);

    /// Returns whether `protocol` is one of them.
    #[must_use]
    pub const fn contains(self, protocol: L7Protocol) -> bool {
        self.0 & (1 << protocol as u8) != 0
    }

    /// Returns this set with `protocol` in it.
    #[must_use]
    pub const fn with(self, protocol: L7Protocol) -> Self {
        Self(self.0 | 1 << protocol as u8)
    }

    /// Returns this set without `protocol`.
    #[must_use]
    pub const fn without(self, protocol: L7Protocol) -> Self {
        Self(self.0 & !(1 << protocol as u8))
    }

    /// Returns the protocols of the set.
    pub fn iter(self) -> impl Iterator<Item = L7Protocol> {
        let all = L7Protocol::ALL.iter().copied();
        all.filter(move |protocol| self.contains(*protocol))
    }
}

impl FromIterator<L7Protocol> for L7Protocols {
    fn from_iter<I: IntoIterator<Item = L7Protocol>>(protocols: I) -> Self {
        protocols.into_iter().fold(Self::NONE, Self::with)
    }
}

impl core::fmt::Debug for L7Protocols {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in() {
        for protocol in L7Protocol::ALL {
            let without = L7Protocols::ALL.without(*protocol);
            assert!(!without.contains(*protocol));
            assert_eq!(without.iter().count(), L7Protocol::ALL.len() - 1);
            assert_eq!(without.with(*protocol), L7Protocols::ALL);
            let only = L7Protocols::from_iter([*protocol]);
            assert!(only.iter().eq([*protocol]));
        }
        assert_eq!(L7Protocols::NONE.iter().count(), 0);
    }
}
