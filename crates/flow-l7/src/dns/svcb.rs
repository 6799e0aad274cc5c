//! Service bindings: SVCB and HTTPS records, RFC 9460.

use core::net::{Ipv4Addr, Ipv6Addr};

use super::field::name;
use super::name::Name;
use crate::cursor::Cursor;

/// A service binding.
#[derive(Clone, Copy, Debug)]
pub struct Svcb<'a> {
    /// 0 is an alias; else the lowest is preferred.
    pub priority: u16,
    /// Host that serves; the root is the owner of the record itself.
    pub target: Name<'a>,
    params: &'a [u8],
}

impl<'a> Svcb<'a> {
    /// Its parameters.
    #[must_use]
    pub const fn params(&self) -> SvcbParams<'a> {
        SvcbParams { rest: self.params }
    }
}

/// A parameter of a service binding, RFC 9460 section 7.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SvcbParam<'a> {
    /// Parameters that a client has to understand (0), as 16-bit keys.
    Mandatory(&'a [u8]),
    /// Protocols (1), each with its length before it.
    Alpn(&'a [u8]),
    /// The default protocol is not offered (2).
    NoDefaultAlpn,
    /// Port (3).
    Port(u16),
    /// Addresses to try meanwhile (4).
    Ipv4Hint(&'a [[u8; 4]]),
    /// Keys of Encrypted Client Hello (5).
    Ech(&'a [u8]),
    /// Addresses to try meanwhile (6).
    Ipv6Hint(&'a [[u8; 16]]),
    /// Another key, or a value of a wrong length.
    Other {
        /// Its key.
        key: u16,
        /// Its value.
        value: &'a [u8],
    },
}

impl SvcbParam<'_> {
    /// Addresses to try.
    pub fn ipv4_hints(&self) -> impl Iterator<Item = Ipv4Addr> {
        let hints = match self {
            Self::Ipv4Hint(hints) => *hints,
            _ => &[],
        };
        hints.iter().map(|octets| Ipv4Addr::from(*octets))
    }

    /// Addresses to try.
    pub fn ipv6_hints(&self) -> impl Iterator<Item = Ipv6Addr> {
        let hints = match self {
            Self::Ipv6Hint(hints) => *hints,
            _ => &[],
        };
        hints.iter().map(|octets| Ipv6Addr::from(*octets))
    }
}

/// Iterates over the parameters of a service binding.
#[derive(Clone, Copy, Debug)]
pub struct SvcbParams<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for SvcbParams<'a> {
    type Item = SvcbParam<'a>;

    fn next(&mut self) -> Option<SvcbParam<'a>> {
        let mut cursor = Cursor::new(self.rest, 0);
        let key = cursor.u16()?;
        let length = cursor.u16()?;
        let value = cursor.take(usize::from(length))?;
        self.rest = cursor.rest();
        Some(param(key, value))
    }
}

fn param(key: u16, value: &[u8]) -> SvcbParam<'_> {
    match (key, value) {
        (0, _) => SvcbParam::Mandatory(value),
        (1, _) => SvcbParam::Alpn(value),
        (2, []) => SvcbParam::NoDefaultAlpn,
        (3, &[high, low]) => SvcbParam::Port(u16::from_be_bytes([high, low])),
        (4, _) => match value.as_chunks() {
            (hints, []) => SvcbParam::Ipv4Hint(hints),
            _ => SvcbParam::Other { key, value },
        },
        (5, _) => SvcbParam::Ech(value),
        (6, _) => match value.as_chunks() {
            (hints, []) => SvcbParam::Ipv6Hint(hints),
            _ => SvcbParam::Other { key, value },
        },
        _ => SvcbParam::Other { key, value },
    }
}

/// The service binding at `at`.
pub(super) fn svcb(data: &[u8], at: usize) -> Option<Svcb<'_>> {
    let priority = Cursor::new(data, at).u16()?;
    let (target, end) = name(data, at + 2)?;
    let params = data.get(end..)?;
    let mut left = SvcbParams { rest: params };
    while left.next().is_some() {}
    left.rest.is_empty().then_some(Svcb {
        priority,
        target,
        params,
    })
}
