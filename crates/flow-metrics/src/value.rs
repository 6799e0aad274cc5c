//! Values of labels as numbers.

use std::borrow::Cow;

use flow_core::flow::{DropReason, Verdict};

use crate::words::{self, Word};

/// A value of a label: a word that is known beforehand, a number, or the place of a text.
///
/// Values are compared and hashed in place of texts. The place of a text holds for one thread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Value(u32);

const KIND_SHIFT: u32 = 24;
/// Largest number that a value holds besides its kind.
pub(crate) const LARGEST: u32 = (1 << KIND_SHIFT) - 1;

const TEXT: u32 = 0;
const NUMBER: u32 = 1;
const WORD: u32 = 2;
const VERDICT: u32 = 3;
const VERDICT_LOWER: u32 = 4;
const DROP_REASON: u32 = 5;
const ICMP: u32 = 6;
const TRACE_POINT: u32 = 7;
const RCODE: u32 = 8;
const SCTP_CHUNK: u32 = 9;

impl Value {
    /// The empty text.
    pub const EMPTY: Self = Self(0);

    const fn new(kind: u32, number: u32) -> Self {
        Self(kind << KIND_SHIFT | number & LARGEST)
    }

    /// The text at a place; 0 is the empty one.
    pub(crate) const fn text(place: u32) -> Self {
        Self::new(TEXT, place)
    }

    /// A number of up to 16 bits, in decimal.
    #[must_use]
    pub const fn small(number: u16) -> Self {
        Self::new(NUMBER, number as u32)
    }

    /// A number of up to 24 bits, in decimal.
    pub(crate) const fn number(number: u32) -> Self {
        Self::new(NUMBER, number)
    }

    pub(crate) const fn word(word: Word) -> Self {
        Self::new(WORD, word as u32)
    }

    pub(crate) const fn verdict(number: u8) -> Self {
        Self::new(VERDICT, number as u32)
    }

    pub(crate) const fn verdict_lower(number: u8) -> Self {
        Self::new(VERDICT_LOWER, number as u32)
    }

    pub(crate) const fn drop_reason(reason: DropReason) -> Self {
        Self::new(DROP_REASON, reason.0 as u32)
    }

    pub(crate) const fn icmp(is_v6: bool, kind: u8, code: u8) -> Self {
        Self::new(
            ICMP,
            (is_v6 as u32) << 16 | (kind as u32) << 8 | code as u32,
        )
    }

    pub(crate) const fn trace_point(number: u8) -> Self {
        Self::new(TRACE_POINT, number as u32)
    }

    pub(crate) const fn rcode(number: u16) -> Self {
        Self::new(RCODE, number as u32)
    }

    pub(crate) const fn sctp_chunk(number: u8) -> Self {
        Self::new(SCTP_CHUNK, number as u32)
    }

    /// Its bits.
    #[inline]
    pub(crate) const fn bits(self) -> u32 {
        self.0
    }

    /// The place of its text, where it is one.
    pub(crate) const fn place(self) -> Option<u32> {
        match self.0 >> KIND_SHIFT {
            TEXT => Some(self.0 & LARGEST),
            _ => None,
        }
    }

    /// What it stands for, where it is no text.
    pub(crate) fn fixed(self) -> Cow<'static, str> {
        let number = self.0 & LARGEST;
        let byte = number as u8;
        let named = |name: Option<&'static str>| match name {
            Some(name) => Cow::Borrowed(name),
            None => Cow::Owned(number.to_string()),
        };
        match self.0 >> KIND_SHIFT {
            WORD => Word::ALL
                .get(number as usize)
                .map_or("", |word| word.text())
                .into(),
            VERDICT => named(Verdict(byte).name()),
            VERDICT_LOWER => named(Verdict(byte).name()).to_lowercase().into(),
            DROP_REASON if number == 0 => "DROP_REASON_UNKNOWN".into(),
            DROP_REASON => named(DropReason(number as u16).name()),
            ICMP => words::icmp(number >> 16 != 0, (number >> 8) as u8, byte),
            TRACE_POINT => words::trace_point(byte).into(),
            RCODE => words::rcode(number as u16).into(),
            SCTP_CHUNK => named(words::sctp_chunk(byte)),
            _ => number.to_string().into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_for_what_hubble_writes() {
        for (value, text) in [
            (Value::small(65535), "65535"),
            (Value::number(LARGEST), "16777215"),
            (Value::word(Word::SynAck), "SYN-ACK"),
            (Value::verdict(0), "VERDICT_UNKNOWN"),
            (Value::verdict(42), "42"),
            (Value::verdict_lower(2), "dropped"),
            (Value::drop_reason(DropReason(0)), "DROP_REASON_UNKNOWN"),
            (Value::drop_reason(DropReason(133)), "POLICY_DENIED"),
            (Value::drop_reason(DropReason(206)), "206"),
            (Value::icmp(false, 8, 1), "EchoRequest(Code: 1)"),
            (Value::icmp(true, 135, 0), "NeighborSolicitation"),
            (Value::icmp(true, 143, 0), "143(0)"),
            (Value::trace_point(0), "to-endpoint"),
            (Value::trace_point(99), ""),
            (Value::rcode(3), "Non-Existent Domain"),
            (Value::rcode(24), ""),
            (Value::sctp_chunk(2), "INIT_ACK"),
            (Value::sctp_chunk(42), "42"),
        ] {
            assert_eq!(value.fixed(), text);
            assert_eq!(value.place(), None);
        }
        assert_eq!(Value::EMPTY.place(), Some(0));
        assert_eq!(Value::text(LARGEST).place(), Some(LARGEST));
    }
}
