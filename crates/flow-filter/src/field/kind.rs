//! What kind of values a field has.

use super::names::Names;

/// Which letter cases of a text are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    /// None: bytes are compared.
    Exact,
    /// ASCII letters.
    Ignored,
    /// ASCII letters, and a dot at the end does not count: names of the DNS.
    Domain,
}

/// What kind of values a field has.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// True or false.
    Bool,
    /// A number from 0 to this one.
    Number(u64),
    /// A number that may be negative, shifted by 2⁶³.
    Signed,
    Port,
    /// A number of bytes.
    Bytes,
    /// Nanoseconds.
    Duration,
    /// Nanoseconds since the Unix epoch.
    Time,
    Ip,
    Mac,
    /// 16 bytes that are written as hexadecimal digits.
    Id,
    Text(Case),
    /// A name with a qualifier before it: `namespace/name`.
    Name,
    Enum(&'static Names),
    Flags(&'static Names),
}

impl Kind {
    /// What it is, with its article.
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Self::Bool => "true or false",
            Self::Number(_) | Self::Signed => "a number",
            Self::Port => "a port",
            Self::Bytes => "a number of bytes",
            Self::Duration => "a duration",
            Self::Time => "a time",
            Self::Ip => "an IP address",
            Self::Mac => "a MAC address",
            Self::Id => "an identifier",
            Self::Text(_) => "a text",
            Self::Name => "a name",
            Self::Enum(names) => names.describe,
            Self::Flags(_) => "a set of flags",
        }
    }

    /// Whether its values have an order.
    pub(crate) const fn is_ordered(self) -> bool {
        matches!(
            self,
            Self::Number(_) | Self::Signed | Self::Port | Self::Bytes | Self::Duration | Self::Time
        )
    }

    /// Whether its values are texts.
    pub(crate) const fn is_text(self) -> bool {
        matches!(self, Self::Text(_) | Self::Name)
    }

    /// Largest number that it can have.
    pub(crate) const fn max(self) -> u64 {
        match self {
            Self::Bool => 1,
            Self::Number(max) => max,
            Self::Port => u16::MAX as u64,
            Self::Enum(names) | Self::Flags(names) => names.max,
            _ => u64::MAX,
        }
    }
}

/// A value of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    Number(u64),
    /// Addresses and identifiers, the first byte highest.
    Wide(u128),
    Text(&'a [u8]),
    /// Qualifier and name.
    Name(&'a [u8], &'a [u8]),
}

/// The number that stands for a signed one, in the same order.
pub(crate) const fn shifted(number: i64) -> u64 {
    number.cast_unsigned() ^ (1 << 63)
}
