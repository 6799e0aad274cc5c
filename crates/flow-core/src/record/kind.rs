//! Kind, flags and trace of a record.

use crate::open_enum::open_enum;

open_enum! {
    /// Which side of an exchange a record is. Numbers are Hubble's `flow.L7FlowType`.
    L7Kind(u8) {
        /// Unknown.
        UNKNOWN = 0 => "UNKNOWN_L7_TYPE",
        /// A request.
        REQUEST = 1 => "REQUEST",
        /// A response.
        RESPONSE = 2 => "RESPONSE",
        /// One of many, reported in place of all.
        SAMPLE = 3 => "SAMPLE",
    }
}

/// What is special about a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_structs, reason = "bits")]
pub struct RecordFlags(pub u8);

impl RecordFlags {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// The payload was cut off: the record holds what was there.
    pub const TRUNCATED: Self = Self(0x01);
    /// A part contradicts the protocol: the record holds what came before it.
    pub const MALFORMED: Self = Self(0x02);
    /// The beginning of the connection was missed: what depends on it is unknown.
    pub const MISSED_START: Self = Self(0x04);
    /// A response whose request was not seen, or is no longer known.
    pub const UNMATCHED: Self = Self(0x08);
    /// Something was redacted.
    pub const REDACTED: Self = Self(0x10);
    /// More was there than a record holds (names, headers, addresses).
    pub const LIMIT: Self = Self(0x20);
    /// A response that differs from one that came before it: one of the two may be forged.
    pub const CONFLICTING: Self = Self(0x40);
    /// A request once more, because no response came in time. Its kind is [`L7Kind::UNKNOWN`]: it is
    /// neither another request nor a response, and nothing was sent.
    pub const UNANSWERED: Self = Self(0x80);

    /// Whether all bits of `other` are set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl core::ops::BitOr for RecordFlags {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl core::ops::BitOrAssign for RecordFlags {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// The `trace-id` of W3C Trace Context (section 3.2.2.3): 16 bytes, all zero for none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[allow(
    clippy::exhaustive_structs,
    reason = "bytes whose number a standard fixes"
)]
pub struct TraceId(pub [u8; 16]);

impl TraceId {
    /// Whether there is none.
    #[must_use]
    pub fn is_none(self) -> bool {
        self.0 == [0; 16]
    }
}

/// 32 hexadecimal digits.
impl core::fmt::Display for TraceId {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
