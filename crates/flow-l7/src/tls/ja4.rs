//! JA4, the fingerprint of a TLS client: <https://github.com/FoxIO-LLC/ja4>, technical details
//! of JA4 (the TLS client fingerprint is under the BSD 3-clause licence).

use core::fmt;

use sha2::{Digest, Sha256};

use super::client_hello::{ClientHello, highest};
use super::registry::{ExtensionType, TlsVersion, is_grease};

/// Cipher suites, and extensions, that a fingerprint is made of at most.
const MAX_ITEMS: usize = 512;

/// What carries the hello.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ja4Transport {
    /// TLS over TCP: `t`.
    Tcp,
    /// QUIC: `q`.
    Quic,
    /// DTLS: `d`.
    Dtls,
}

/// A fingerprint, such as `t13d1516h2_8daaf6152771_e5627efa2ab1`: transport, version, whether
/// there is a server name, numbers of cipher suites and of extensions, application protocol;
/// digest of the sorted cipher suites; digest of the sorted extensions and signature schemes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ja4([u8; 36]);

impl Ja4 {
    /// Its text, 36 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Ja4 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Ja4 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ja4({self})")
    }
}

impl ClientHello<'_> {
    /// The fingerprint of the client. `None` where the hello is not whole or is malformed, or
    /// has more than 512 cipher suites or extensions.
    #[must_use]
    pub fn ja4(&self, transport: Ja4Transport) -> Option<Ja4> {
        if !self.flags().is_empty() {
            return None;
        }
        let mut ciphers = Sorted::of(self.ciphers().map(|cipher| cipher.0))?;
        let mut extensions = Sorted::of(self.extensions().map(|extension| extension.kind.0))?;
        let has_name = extensions.items().contains(&ExtensionType::SERVER_NAME.0);
        let mut text = [b'_'; 36];
        text[0] = match transport {
            Ja4Transport::Tcp => b't',
            Ja4Transport::Quic => b'q',
            Ja4Transport::Dtls => b'd',
        };
        text[1..3].copy_from_slice(version(self.ja4_version()));
        text[3] = if has_name { b'd' } else { b'i' };
        text[4..6].copy_from_slice(&two_digits(ciphers.length));
        text[6..8].copy_from_slice(&two_digits(extensions.length));
        text[8..10].copy_from_slice(&ends(self.alpn().next().unwrap_or_default()));
        if ciphers.length == 0 {
            text[11..23].fill(b'0');
        } else {
            let mut digest = Sha256::new();
            list(&mut digest, ciphers.sort());
            text[11..23].copy_from_slice(&first_digits(digest));
        }
        extensions.remove(ExtensionType::SERVER_NAME.0);
        extensions.remove(ExtensionType::ALPN.0);
        if extensions.length == 0 {
            text[24..36].fill(b'0');
        } else {
            let mut digest = Sha256::new();
            list(&mut digest, extensions.sort());
            let schemes = Sorted::of(self.signature_schemes().map(|scheme| scheme.0))?;
            if schemes.length > 0 {
                digest.update(b"_");
                list(&mut digest, schemes.items());
            }
            text[24..36].copy_from_slice(&first_digits(digest));
        }
        Some(Ja4(text))
    }
}

impl ClientHello<'_> {
    /// The highest version, GREASE left out; of a draft it is a number that has no name here.
    fn ja4_version(&self) -> TlsVersion {
        self.versions()
            .filter(|version| !is_grease(version.0))
            .reduce(highest)
            .unwrap_or(self.legacy_version())
    }
}

/// Numbers without GREASE, in their order until they are sorted.
struct Sorted {
    items: [u16; MAX_ITEMS],
    length: usize,
}

impl Sorted {
    fn of(numbers: impl Iterator<Item = u16>) -> Option<Self> {
        let mut sorted = Self {
            items: [0; MAX_ITEMS],
            length: 0,
        };
        for number in numbers.filter(|number| !is_grease(*number)) {
            *sorted.items.get_mut(sorted.length)? = number;
            sorted.length += 1;
        }
        Some(sorted)
    }

    fn items(&self) -> &[u16] {
        self.items.get(..self.length).unwrap_or_default()
    }

    fn sort(&mut self) -> &[u16] {
        if let Some(items) = self.items.get_mut(..self.length) {
            items.sort_unstable();
        }
        self.items()
    }

    fn remove(&mut self, number: u16) {
        let mut kept = 0;
        for at in 0..self.length {
            if self.items[at] != number {
                self.items[kept] = self.items[at];
                kept += 1;
            }
        }
        self.length = kept;
    }
}

const fn version(version: TlsVersion) -> &'static [u8; 2] {
    match version {
        TlsVersion::TLS_1_3 => b"13",
        TlsVersion::TLS_1_2 => b"12",
        TlsVersion::TLS_1_1 => b"11",
        TlsVersion::TLS_1_0 => b"10",
        TlsVersion::SSL_3_0 => b"s3",
        TlsVersion(0x0002) => b"s2",
        TlsVersion::DTLS_1_0 => b"d1",
        TlsVersion::DTLS_1_2 => b"d2",
        TlsVersion::DTLS_1_3 => b"d3",
        _ => b"00",
    }
}

/// A count, at most 99.
fn two_digits(count: usize) -> [u8; 2] {
    let count = u8::try_from(count).map_or(99, |count| count.min(99));
    [b'0' + count / 10, b'0' + count % 10]
}

/// First and last character of a protocol's name; of its hexadecimal digits, where one of the
/// two bytes is no letter or digit.
fn ends(protocol: &[u8]) -> [u8; 2] {
    let (Some(&first), Some(&last)) = (protocol.first(), protocol.last()) else {
        return *b"00";
    };
    if first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric() {
        [first, last]
    } else {
        [hex(first >> 4), hex(last & 0x0f)]
    }
}

const fn hex(nibble: u8) -> u8 {
    if nibble < 10 {
        b'0' + nibble
    } else {
        b'a' + nibble - 10
    }
}

/// Four hexadecimal digits each, with commas between.
fn list(digest: &mut Sha256, numbers: &[u16]) {
    const DIGITS: usize = 5;
    let mut is_first = true;
    // As many at once as fill a few blocks of the digest.
    for part in numbers.chunks(64) {
        let mut text = [0; 64 * DIGITS];
        for (digits, number) in text.chunks_exact_mut(DIGITS).zip(part) {
            let [high, low] = number.to_be_bytes();
            digits.copy_from_slice(&[
                b',',
                hex(high >> 4),
                hex(high & 15),
                hex(low >> 4),
                hex(low & 15),
            ]);
        }
        let written = &text[usize::from(is_first)..part.len() * DIGITS];
        digest.update(written);
        is_first = false;
    }
}

/// The first twelve hexadecimal digits of a digest.
fn first_digits(digest: Sha256) -> [u8; 12] {
    let bytes = digest.finalize();
    let mut digits = [0; 12];
    for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
        pair.copy_from_slice(&[hex(byte >> 4), hex(byte & 15)]);
    }
    digits
}
