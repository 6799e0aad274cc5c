//! What is special about a packet.

use core::ops::{BitOr, BitOrAssign};

/// Flags of a decoded packet.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq, Hash)]
pub struct PacketFlags(u16);

impl PacketFlags {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// The capture ends before the packet does: what is there is right, the rest is not known.
    pub const TRUNCATED: Self = Self(1);
    /// A header contradicts itself or its container: see [`Packet::error`](super::Packet::error).
    pub const MALFORMED: Self = Self(2);
    /// A fragment of an IP packet, the first or a later one.
    pub const FRAGMENT: Self = Self(4);
    /// A fragment that is not the first: it has no transport header.
    pub const LATER_FRAGMENT: Self = Self(8);
    /// There are more layers than are followed.
    pub const DEPTH_LIMIT: Self = Self(16);

    /// Whether every flag of `other` is set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether no flag is set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl BitOr for PacketFlags {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for PacketFlags {
    #[inline]
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}
