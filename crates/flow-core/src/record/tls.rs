//! A TLS handshake.

use core::fmt;

use super::parts::Entry;
use super::{L7Kind, L7Record, Text, TextWriter};
use crate::flow::L7Type;

const SERVER_NAME: usize = 0;
const JA4: usize = 1;

/// A client's or server's hello.
#[derive(Clone, Copy)]
pub struct TlsRecord<'a>(pub(super) &'a L7Record);

impl<'a> TlsRecord<'a> {
    /// Returns the version: the highest that the client offers, or the one the server chose
    /// (RFC 8446 section 4.1.2; 0x0304 is TLS 1.3).
    #[must_use]
    #[allow(
        clippy::misnamed_getters,
        reason = "numbers are named by what most protocols have"
    )]
    pub const fn version(self) -> u16 {
        self.0.numbers.code
    }

    /// Returns the cipher suite that the server chose; 0 in a client's hello.
    #[must_use]
    pub const fn cipher(self) -> u16 {
        self.0.numbers.version
    }

    /// Returns the name of the server that the client asks for (RFC 6066 section 3).
    #[must_use]
    pub fn server_name(self) -> Text<'a> {
        self.0.text(SERVER_NAME)
    }

    /// Returns the application protocols that the client offers, or the one the server chose
    /// (RFC 7301).
    pub fn alpn(self) -> impl Iterator<Item = Text<'a>> + Clone {
        self.0.list(Entry::Item).map(Text::new)
    }

    /// Returns the JA4 fingerprint of the client's hello; empty for a server's.
    #[must_use]
    pub fn ja4(self) -> Text<'a> {
        self.0.text(JA4)
    }

    /// Returns whether it came over QUIC.
    #[must_use]
    pub const fn is_quic(self) -> bool {
        self.0.numbers.more != 0
    }

    /// Returns the version's name, e.g. `TLS 1.3`; `None` where this version knows none.
    #[must_use]
    pub const fn version_name(self) -> Option<&'static str> {
        Some(match self.version() {
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

impl PartialEq for TlsRecord<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.numbers == other.0.numbers && self.0.same_texts(other.0)
    }
}

impl Eq for TlsRecord<'_> {}

impl fmt::Debug for TlsRecord<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        struct Alpn<'a>(TlsRecord<'a>);
        impl fmt::Debug for Alpn<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_list().entries(self.0.alpn()).finish()
            }
        }
        f.debug_struct("TlsRecord")
            .field("version", &self.version())
            .field("cipher", &self.cipher())
            .field("server_name", &self.server_name())
            .field("alpn", &Alpn(*self))
            .field("ja4", &self.ja4())
            .field("is_quic", &self.is_quic())
            .finish()
    }
}

/// Writes a TLS handshake into a record.
#[derive(Debug)]
pub struct TlsWriter<'r>(pub(super) &'r mut L7Record);

impl TlsWriter<'_> {
    /// Sets the version.
    pub fn version(&mut self, version: u16) -> &mut Self {
        self.0.numbers.code = version;
        self
    }

    /// Sets the cipher suite that the server chose.
    pub fn cipher(&mut self, cipher: u16) -> &mut Self {
        self.0.numbers.version = cipher;
        self
    }

    /// Sets the name of the server that the client asks for.
    pub fn server_name(&mut self, name: impl AsRef<[u8]>) -> &mut Self {
        self.0.set_text(SERVER_NAME, name.as_ref());
        self
    }

    /// Sets the name of the server to what `write` writes, and returns what that returns.
    pub fn write_server_name<R>(&mut self, write: impl FnOnce(&mut TextWriter<'_>) -> R) -> R {
        self.0.write_text(SERVER_NAME, write)
    }

    /// Adds an application protocol.
    pub fn alpn(&mut self, protocol: impl AsRef<[u8]>) -> &mut Self {
        self.0.push(Entry::Item, protocol.as_ref());
        self
    }

    /// Sets the JA4 fingerprint.
    pub fn ja4(&mut self, fingerprint: impl AsRef<[u8]>) -> &mut Self {
        self.0.set_text(JA4, fingerprint.as_ref());
        self
    }

    /// Sets whether it came over QUIC.
    pub fn quic(&mut self, is_quic: bool) -> &mut Self {
        self.0.numbers.more = u32::from(is_quic);
        self
    }
}

impl L7Record {
    /// Starts a TLS handshake in this record.
    pub fn write_tls(&mut self, kind: L7Kind) -> TlsWriter<'_> {
        self.start(kind, L7Type::TLS);
        TlsWriter(self)
    }

    /// Returns a writer that goes on with a TLS handshake; `None` where it is none.
    pub fn tls_mut(&mut self) -> Option<TlsWriter<'_>> {
        (self.protocol == L7Type::TLS).then_some(TlsWriter(self))
    }

    /// Returns a record of the TLS handshake that `write` writes.
    #[must_use]
    pub fn tls(kind: L7Kind, write: impl FnOnce(&mut TlsWriter<'_>)) -> Self {
        let mut record = Self::default();
        write(&mut record.write_tls(kind));
        record
    }
}
