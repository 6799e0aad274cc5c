//! GRE (RFC 2784, key and sequence number RFC 2890).

use super::bytes::{be16, be32, chunk};

const CHECKSUM: u8 = 0x80;
const ROUTING: u8 = 0x40;
const KEY: u8 = 0x20;
const SEQUENCE: u8 = 0x10;
/// Acknowledgement number, in version 1 (PPTP, RFC 2637 section 4.1).
const ACKNOWLEDGEMENT: u8 = 0x80;

/// Length of the header with the optional fields that its flags announce.
pub(super) const fn header_len(header: &[u8; 4]) -> usize {
    let mut length = 4;
    // Checksum and routing offset share a word.
    if header[0] & (CHECKSUM | ROUTING) != 0 {
        length += 4;
    }
    if header[0] & KEY != 0 {
        length += 4;
    }
    if header[0] & SEQUENCE != 0 {
        length += 4;
    }
    if header[1] & 0x07 == 1 && header[1] & ACKNOWLEDGEMENT != 0 {
        length += 4;
    }
    length
}

/// The header with its optional fields.
#[derive(Clone, Copy, Debug)]
pub struct Gre<'a> {
    pub(super) header: &'a [u8; 4],
    pub(super) whole: &'a [u8],
}

impl Gre<'_> {
    /// Version: 0, or 1 for PPTP.
    #[must_use]
    pub const fn version(&self) -> u8 {
        self.header[1] & 0x07
    }

    /// EtherType of the payload.
    #[must_use]
    pub const fn protocol(&self) -> u16 {
        be16(self.header, 2)
    }

    /// Length of the header with its optional fields, in bytes.
    #[must_use]
    pub const fn header_len(&self) -> usize {
        header_len(self.header)
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> Option<u32> {
        let at = if self.header[0] & (CHECKSUM | ROUTING) == 0 {
            4
        } else {
            8
        };
        let key = chunk::<4>(self.whole, at)?;
        (self.header[0] & KEY != 0).then(|| be32(key, 0))
    }

    /// Whether there is a sequence number.
    #[must_use]
    pub const fn has_sequence(&self) -> bool {
        self.header[0] & SEQUENCE != 0
    }
}
