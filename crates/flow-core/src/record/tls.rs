//! A TLS handshake.

use std::vec::Vec;

use super::Text;

/// A client's or server's hello.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsRecord {
    /// Version: the highest that the client offers, or the one the server chose (RFC 8446
    /// section 4.1.2; 0x0304 is TLS 1.3).
    pub version: u16,
    /// Cipher suite that the server chose; 0 in a client's hello.
    pub cipher: u16,
    /// Name of the server that the client asks for (RFC 6066 section 3).
    pub server_name: Text,
    /// Application protocols that the client offers, or the one the server chose (RFC 7301).
    pub alpn: Vec<Text>,
    /// JA4 fingerprint of the client's hello; empty for a server's.
    pub ja4: Text,
    /// Whether it came over QUIC.
    pub is_quic: bool,
}

impl TlsRecord {
    /// The version's name, e.g. `TLS 1.3`; `None` where this version knows none.
    #[must_use]
    pub const fn version_name(&self) -> Option<&'static str> {
        Some(match self.version {
            0x0002 => "SSL 2.0",
            0x0300 => "SSL 3.0",
            0x0301 => "TLS 1.0",
            0x0302 => "TLS 1.1",
            0x0303 => "TLS 1.2",
            0x0304 => "TLS 1.3",
            0xfeff => "DTLS 1.0",
            0xfefd => "DTLS 1.2",
            0xfefc => "DTLS 1.3",
            _ => return None,
        })
    }
}
