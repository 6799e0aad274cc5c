//! What is special about a message.

use core::ops::{BitOr, BitOrAssign};

/// What is special about a decoded message.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq, Hash)]
pub struct L7Flags(u16);

impl L7Flags {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// The bytes given end before the message does: what is there is right, the rest is not
    /// known.
    pub const TRUNCATED: Self = Self(1);
    /// The message contradicts itself; what comes before that place is readable.
    pub const MALFORMED: Self = Self(2);
    /// There is more than is looked at.
    pub const LIMIT: Self = Self(4);
    /// The connection began before the first byte seen: what depends on its beginning is not
    /// known.
    pub const MISSED_START: Self = Self(8);

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

impl BitOr for L7Flags {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for L7Flags {
    #[inline]
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}
