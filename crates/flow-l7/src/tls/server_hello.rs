//! The first message of a server: RFC 8446 section 4.1.3, RFC 5246 section 7.4.1.3.

use super::cipher::CipherSuite;
use super::client_hello::{Reader, flags_of};
use super::extension::Extensions;
use super::list::{Strings, after_length16};
use super::registry::{ExtensionType, TlsVersion};
use crate::error::{L7Error, L7Layer};
use crate::flags::L7Flags;

/// The random bytes that make a ServerHello a HelloRetryRequest: SHA-256 of that word, RFC 8446
/// section 4.1.3.
const RETRY: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

/// A ServerHello.
#[derive(Clone, Copy, Debug)]
pub struct ServerHello<'a> {
    version: u16,
    random: &'a [u8; 32],
    session_id: &'a [u8],
    cipher: Option<u16>,
    extensions: Extensions<'a>,
    selected: Option<u16>,
    alpn: Option<&'a [u8]>,
    flags: L7Flags,
    error: Option<L7Error>,
}

impl<'a> ServerHello<'a> {
    /// Reads the body of a handshake message of this type; `wire_len` as in
    /// [`ClientHello::parse`](super::ClientHello::parse).
    ///
    /// # Errors
    /// Where version and random, 34 bytes, are not there.
    #[inline]
    pub fn parse(body: &'a [u8], wire_len: usize) -> Result<Self, L7Error> {
        let mut reader = Reader::new(body, wire_len.max(body.len()));
        let (Some(version), Some(random)) = (reader.cursor.u16(), reader.cursor.array()) else {
            return Err(reader.short(L7Layer::TlsHandshake, 0, 34));
        };
        let mut hello = Self {
            version,
            random,
            session_id: &[],
            cipher: None,
            extensions: Extensions::default(),
            selected: None,
            alpn: None,
            flags: L7Flags::NONE,
            error: None,
        };
        hello.error = hello.read(&mut reader);
        hello.flags = flags_of(hello.error.as_ref());
        Ok(hello)
    }

    #[inline]
    fn read(&mut self, reader: &mut Reader<'a>) -> Option<L7Error> {
        let (session_id, error) = reader.block8();
        self.session_id = session_id;
        if error.is_some() {
            return error;
        }
        let at = reader.cursor.at();
        self.cipher = reader.cursor.u16();
        if self.cipher.is_none() || reader.cursor.u8().is_none() {
            return Some(reader.short(L7Layer::TlsHandshake, at, 3));
        }
        let (extensions, error) = reader.extensions();
        self.extensions = extensions;
        let mut left = extensions;
        for extension in left.by_ref() {
            match (extension.kind, extension.data) {
                (ExtensionType::SUPPORTED_VERSIONS, &[high, low]) => {
                    self.selected = Some(u16::from_be_bytes([high, low]));
                }
                (ExtensionType::ALPN, data) => self.alpn = Some(data),
                _ => {}
            }
        }
        if error.is_none() && !left.rest().is_empty() {
            return Some(reader.bad_extension(left.rest()));
        }
        error
    }

    /// The version that is used from now on.
    #[must_use]
    pub fn version(&self) -> TlsVersion {
        TlsVersion(self.selected.unwrap_or(self.version))
    }

    /// The field with the version before TLS 1.3.
    #[must_use]
    pub const fn legacy_version(&self) -> TlsVersion {
        TlsVersion(self.version)
    }

    /// The server's random bytes.
    #[must_use]
    pub const fn random(&self) -> &'a [u8; 32] {
        self.random
    }

    /// Session identifier.
    #[must_use]
    pub const fn session_id(&self) -> &'a [u8] {
        self.session_id
    }

    /// Whether it asks for another ClientHello: a HelloRetryRequest.
    #[must_use]
    pub fn is_retry(&self) -> bool {
        *self.random == RETRY
    }

    /// The cipher suite that the server chose; `None` where that was cut off.
    #[must_use]
    pub fn cipher(&self) -> Option<CipherSuite> {
        self.cipher.map(CipherSuite)
    }

    /// The application protocol that the server chose. In TLS 1.3 it is encrypted.
    #[must_use]
    pub fn alpn(&self) -> Option<&'a [u8]> {
        Strings::new(after_length16(self.alpn?)).next()
    }

    /// Extensions in the server's order.
    #[must_use]
    pub const fn extensions(&self) -> Extensions<'a> {
        self.extensions
    }

    /// What is special about it.
    #[must_use]
    pub const fn flags(&self) -> L7Flags {
        self.flags
    }

    /// What is wrong with it, or missing.
    #[must_use]
    pub const fn error(&self) -> Option<L7Error> {
        self.error
    }
}
