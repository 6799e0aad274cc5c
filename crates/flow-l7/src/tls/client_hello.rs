//! The first message of a client: RFC 8446 section 4.1.2, RFC 5246 section 7.4.1.2.

use super::cipher::CipherSuite;
use super::extension::Extensions;
use super::list::{Numbers, Strings, after_length8, after_length16};
use super::registry::{ExtensionType, NamedGroup, SignatureScheme, TlsVersion};
use crate::cursor::Cursor;
use crate::error::{L7Error, L7Layer, L7Problem};
use crate::flags::L7Flags;

/// A ClientHello.
///
/// Where it is cut off it has the fields, list entries and extensions that are whole.
#[derive(Clone, Copy, Debug)]
pub struct ClientHello<'a> {
    version: u16,
    random: &'a [u8; 32],
    session_id: &'a [u8],
    ciphers: &'a [u8],
    extensions: Extensions<'a>,
    picked: Picked<'a>,
    flags: L7Flags,
    error: Option<L7Error>,
}

/// Data of the extensions that tell what a connection is for.
#[derive(Clone, Copy, Debug, Default)]
struct Picked<'a> {
    server_name: Option<&'a [u8]>,
    alpn: Option<&'a [u8]>,
    versions: Option<&'a [u8]>,
    groups: Option<&'a [u8]>,
    signatures: Option<&'a [u8]>,
    is_ech: bool,
}

/// Reads a hello, and knows whether what is missing was cut off or was never there.
pub(super) struct Reader<'a> {
    pub(super) cursor: Cursor<'a>,
    data_len: usize,
    wire_len: usize,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(data: &'a [u8], wire_len: usize) -> Self {
        Self {
            cursor: Cursor::new(data, 0),
            data_len: data.len(),
            wire_len,
        }
    }

    /// `needed` bytes at `at` are not there.
    #[cold]
    pub(super) fn short(&self, layer: L7Layer, at: usize, needed: usize) -> L7Error {
        let (problem, end) = if at + needed <= self.wire_len {
            (L7Problem::Truncated, self.data_len)
        } else {
            (L7Problem::Beyond, self.wire_len)
        };
        L7Error::new(layer, at, problem, needed, end.saturating_sub(at))
    }

    /// The next `needed` bytes; where they are not all there, those that are, and why.
    #[inline]
    pub(super) fn block(&mut self, needed: usize) -> (&'a [u8], Option<L7Error>) {
        let at = self.cursor.at();
        match self.cursor.take(needed) {
            Some(block) => (block, None),
            None => (
                self.cursor.rest(),
                Some(self.short(L7Layer::TlsHandshake, at, needed)),
            ),
        }
    }

    /// A block with its length before it, one byte.
    #[inline]
    pub(super) fn block8(&mut self) -> (&'a [u8], Option<L7Error>) {
        match self.cursor.u8() {
            Some(length) => self.block(usize::from(length)),
            None => self.block(1),
        }
    }

    /// A block with its length before it, two bytes.
    #[inline]
    pub(super) fn block16(&mut self) -> (&'a [u8], Option<L7Error>) {
        match self.cursor.u16() {
            Some(length) => self.block(usize::from(length)),
            None => (&[], self.block(2).1),
        }
    }

    /// The block of extensions, which may be left out.
    #[inline]
    pub(super) fn extensions(&mut self) -> (Extensions<'a>, Option<L7Error>) {
        if self.cursor.at() == self.wire_len {
            return (Extensions::default(), None);
        }
        let (bytes, error) = self.block16();
        (Extensions::new(bytes), error)
    }

    /// The error of extensions of which the last is not whole.
    #[cold]
    pub(super) fn bad_extension(&self, rest: &[u8]) -> L7Error {
        let at = self.cursor.at().saturating_sub(rest.len());
        let needed = match rest {
            &[_, _, high, low, ..] => 4 + usize::from(u16::from_be_bytes([high, low])),
            _ => 4,
        };
        L7Error::new(
            L7Layer::TlsExtension,
            at,
            L7Problem::Beyond,
            needed,
            rest.len(),
        )
    }
}

/// The flags that go with an error.
pub(super) const fn flags_of(error: Option<&L7Error>) -> L7Flags {
    match error {
        None => L7Flags::NONE,
        Some(error) if error.is_truncated() => L7Flags::TRUNCATED,
        Some(_) => L7Flags::MALFORMED,
    }
}

impl<'a> ClientHello<'a> {
    /// Reads the body of a handshake message of this type.
    ///
    /// `wire_len` is its length in bytes as the message gives it; a value below that of `body`
    /// is taken for that length.
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
            ciphers: &[],
            extensions: Extensions::default(),
            picked: Picked::default(),
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
        let (ciphers, error) = reader.block16();
        self.ciphers = ciphers;
        if error.is_some() {
            return error;
        }
        let (_compression, error) = reader.block8();
        if error.is_some() {
            return error;
        }
        let (extensions, error) = reader.extensions();
        self.extensions = extensions;
        let mut left = extensions;
        for extension in left.by_ref() {
            self.picked.take(extension.kind, extension.data);
        }
        if error.is_none() && !left.rest().is_empty() {
            return Some(reader.bad_extension(left.rest()));
        }
        error
    }

    /// Version before TLS 1.3; later ones stand in [`versions`](Self::versions).
    #[must_use]
    pub const fn legacy_version(&self) -> TlsVersion {
        TlsVersion(self.version)
    }

    /// The client's random bytes.
    #[must_use]
    pub const fn random(&self) -> &'a [u8; 32] {
        self.random
    }

    /// Session identifier, at most 32 bytes where it is as it should be.
    #[must_use]
    pub const fn session_id(&self) -> &'a [u8] {
        self.session_id
    }

    /// Name of the server that the client asks for (SNI), RFC 6066 section 3.
    #[inline]
    #[must_use]
    pub fn server_name(&self) -> Option<&'a [u8]> {
        let mut cursor = Cursor::new(after_length16(self.picked.server_name?), 0);
        while let (Some(kind), Some(length)) = (cursor.u8(), cursor.u16()) {
            let name = cursor.take(usize::from(length))?;
            if kind == 0 {
                return Some(name);
            }
        }
        None
    }

    /// Application protocols that the client offers, the preferred one first (ALPN).
    #[inline]
    #[must_use]
    pub fn alpn(&self) -> Strings<'a> {
        Strings::new(after_length16(self.picked.alpn.unwrap_or_default()))
    }

    /// Versions that the client supports, GREASE included; none in hellos before TLS 1.3.
    #[inline]
    pub fn versions(&self) -> impl Iterator<Item = TlsVersion> + use<'a> {
        Numbers::new(after_length8(self.picked.versions.unwrap_or_default())).map(TlsVersion)
    }

    /// The highest version that the client supports. GREASE, drafts and others without a name
    /// do not count.
    #[inline]
    #[must_use]
    pub fn version(&self) -> TlsVersion {
        self.versions()
            .filter(|version| version.name().is_some())
            .reduce(highest)
            .unwrap_or(TlsVersion(self.version))
    }

    /// Cipher suites in the client's order, GREASE included.
    #[inline]
    pub fn ciphers(&self) -> impl ExactSizeIterator<Item = CipherSuite> + use<'a> {
        Numbers::new(self.ciphers).map(CipherSuite)
    }

    /// Groups in the client's order, GREASE included.
    pub fn groups(&self) -> impl ExactSizeIterator<Item = NamedGroup> + use<'a> {
        Numbers::new(after_length16(self.picked.groups.unwrap_or_default())).map(NamedGroup)
    }

    /// Signature schemes in the client's order, GREASE included.
    pub fn signature_schemes(&self) -> impl ExactSizeIterator<Item = SignatureScheme> + use<'a> {
        Numbers::new(after_length16(self.picked.signatures.unwrap_or_default()))
            .map(SignatureScheme)
    }

    /// Whether there is an extension for Encrypted Client Hello: the name may be that of a
    /// front, not of the server.
    #[must_use]
    pub const fn is_ech_offered(&self) -> bool {
        self.picked.is_ech
    }

    /// Extensions in the client's order, GREASE included.
    #[inline]
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

/// The higher of two versions: those of DTLS (0xfeff, 0xfefd, 0xfefc) are counted down.
pub(super) fn highest(one: TlsVersion, other: TlsVersion) -> TlsVersion {
    let is_dtls = one.0 >> 8 == 0xfe && other.0 >> 8 == 0xfe;
    if (one.0 >= other.0) == is_dtls {
        other
    } else {
        one
    }
}

impl<'a> Picked<'a> {
    #[inline]
    fn take(&mut self, kind: ExtensionType, data: &'a [u8]) {
        match kind {
            ExtensionType::SERVER_NAME => self.server_name = self.server_name.or(Some(data)),
            ExtensionType::ALPN => self.alpn = self.alpn.or(Some(data)),
            ExtensionType::SUPPORTED_VERSIONS => self.versions = self.versions.or(Some(data)),
            ExtensionType::SUPPORTED_GROUPS => self.groups = self.groups.or(Some(data)),
            ExtensionType::SIGNATURE_ALGORITHMS => {
                self.signatures = self.signatures.or(Some(data));
            }
            ExtensionType::ENCRYPTED_CLIENT_HELLO => self.is_ech = true,
            _ => {}
        }
    }
}
