//! Ethernet and its tags.

use super::bytes::be16;

/// The header, 14 bytes.
#[derive(Clone, Copy, Debug)]
pub struct Ethernet<'a>(pub(super) &'a [u8; 14]);

impl Ethernet<'_> {
    /// Receiver.
    #[must_use]
    pub fn destination(&self) -> [u8; 6] {
        let [a, b, c, d, e, f, ..] = *self.0;
        [a, b, c, d, e, f]
    }

    /// Sender.
    #[must_use]
    pub fn source(&self) -> [u8; 6] {
        let [_, _, _, _, _, _, a, b, c, d, e, f, ..] = *self.0;
        [a, b, c, d, e, f]
    }

    /// EtherType, that of the outermost tag where there is one; below 1,536 a length.
    #[must_use]
    pub const fn ethertype(&self) -> u16 {
        be16(self.0, 12)
    }
}

/// A VLAN tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_structs, reason = "a value and nothing else")]
pub struct Vlan {
    /// Priority code point, drop eligible indicator and id, as they are on the wire.
    pub tci: u16,
}

impl Vlan {
    /// VLAN id (12 bits).
    #[must_use]
    pub const fn id(self) -> u16 {
        self.tci & 0x0fff
    }

    /// Whether it may be dropped first.
    #[must_use]
    pub const fn is_drop_eligible(self) -> bool {
        self.tci & 0x1000 != 0
    }

    /// Priority code point (3 bits).
    #[must_use]
    pub const fn priority(self) -> u8 {
        (self.tci >> 13) as u8
    }
}
