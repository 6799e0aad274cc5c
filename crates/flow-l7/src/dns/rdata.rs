//! Data of records.

use core::net::{Ipv4Addr, Ipv6Addr};

use super::field::name;
use super::name::Name;
use super::registry::RecordType;
use super::svcb::{Svcb, svcb};
use crate::cursor::Cursor;

/// The data of a record.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum RData<'a> {
    /// A, RFC 1035 section 3.4.1.
    A(Ipv4Addr),
    /// AAAA, RFC 3596.
    Aaaa(Ipv6Addr),
    /// CNAME, RFC 1035 section 3.3.1.
    Cname(Name<'a>),
    /// DNAME, RFC 6672.
    Dname(Name<'a>),
    /// NS, RFC 1035 section 3.3.11.
    Ns(Name<'a>),
    /// PTR, RFC 1035 section 3.3.12.
    Ptr(Name<'a>),
    /// MX, RFC 1035 section 3.3.9.
    Mx(Mx<'a>),
    /// SOA, RFC 1035 section 3.3.13.
    Soa(Soa<'a>),
    /// SRV, RFC 2782.
    Srv(Srv<'a>),
    /// TXT, RFC 1035 section 3.3.14; SPF, RFC 7208.
    Txt(Strings<'a>),
    /// SVCB and HTTPS, RFC 9460.
    Svcb(Svcb<'a>),
    /// OPT, RFC 6891.
    Opt(EdnsOptions<'a>),
    /// Another type.
    Other(&'a [u8]),
    /// One of the above that does not hold what it should.
    Malformed(&'a [u8]),
}

/// Mail exchange.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Mx<'a> {
    /// The lowest is preferred.
    pub preference: u16,
    /// Mail server.
    pub exchange: Name<'a>,
}

/// Start of authority.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Soa<'a> {
    /// Primary name server.
    pub primary: Name<'a>,
    /// Mailbox of who is responsible, its `@` a dot.
    pub mailbox: Name<'a>,
    /// Version of the zone.
    pub serial: u32,
    /// Seconds between refreshes.
    pub refresh: u32,
    /// Seconds until a failed refresh is tried again.
    pub retry: u32,
    /// Seconds after which the zone is not valid any more.
    pub expire: u32,
    /// Seconds that a negative answer may be kept, RFC 2308.
    pub minimum: u32,
}

/// Server of a service.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Srv<'a> {
    /// The lowest is preferred.
    pub priority: u16,
    /// Share among servers of the same priority.
    pub weight: u16,
    /// Port.
    pub port: u16,
    /// Host.
    pub target: Name<'a>,
}

/// The data of a record of `kind`, which begins at `at`.
#[inline]
pub(super) fn decode<'a>(
    kind: RecordType,
    message: &'a [u8],
    at: u16,
    data: &'a [u8],
) -> RData<'a> {
    let at = usize::from(at);
    // Where the data ends, what it holds ends: names are looked for no further than that.
    let whole = &message[..message.len().min(at + data.len())];
    let only_name = || name(whole, at).filter(|(_, end)| *end == whole.len());
    let decoded = match kind {
        RecordType::A => data
            .try_into()
            .ok()
            .map(|octets: [u8; 4]| RData::A(octets.into())),
        RecordType::AAAA => data
            .try_into()
            .ok()
            .map(|octets: [u8; 16]| RData::Aaaa(octets.into())),
        RecordType::CNAME => only_name().map(|(name, _)| RData::Cname(name)),
        RecordType::DNAME => only_name().map(|(name, _)| RData::Dname(name)),
        RecordType::NS => only_name().map(|(name, _)| RData::Ns(name)),
        RecordType::PTR => only_name().map(|(name, _)| RData::Ptr(name)),
        RecordType::MX => mx(whole, at),
        RecordType::SOA => soa(whole, at),
        RecordType::SRV => srv(whole, at),
        RecordType::TXT | RecordType::SPF => Strings::checked(data).map(RData::Txt),
        RecordType::SVCB | RecordType::HTTPS => svcb(whole, at).map(RData::Svcb),
        RecordType::OPT => EdnsOptions::checked(data).map(RData::Opt),
        _ => Some(RData::Other(data)),
    };
    decoded.unwrap_or(RData::Malformed(data))
}

fn mx(data: &[u8], at: usize) -> Option<RData<'_>> {
    let preference = Cursor::new(data, at).u16()?;
    let (exchange, end) = name(data, at + 2)?;
    (end == data.len()).then_some(RData::Mx(Mx {
        preference,
        exchange,
    }))
}

fn soa(data: &[u8], at: usize) -> Option<RData<'_>> {
    let (primary, at) = name(data, at)?;
    let (mailbox, at) = name(data, at)?;
    let mut cursor = Cursor::new(data, at);
    let soa = Soa {
        primary,
        mailbox,
        serial: cursor.u32()?,
        refresh: cursor.u32()?,
        retry: cursor.u32()?,
        expire: cursor.u32()?,
        minimum: cursor.u32()?,
    };
    cursor.rest().is_empty().then_some(RData::Soa(soa))
}

fn srv(data: &[u8], at: usize) -> Option<RData<'_>> {
    let mut cursor = Cursor::new(data, at);
    let (priority, weight, port) = (cursor.u16()?, cursor.u16()?, cursor.u16()?);
    let (target, end) = name(data, cursor.at())?;
    (end == data.len()).then_some(RData::Srv(Srv {
        priority,
        weight,
        port,
        target,
    }))
}

/// Strings of up to 255 bytes each, one after the other.
#[derive(Clone, Copy, Debug)]
pub struct Strings<'a> {
    rest: &'a [u8],
}

impl<'a> Strings<'a> {
    /// `None` where the last one is not whole.
    fn checked(data: &'a [u8]) -> Option<Self> {
        let mut rest = data;
        while let [length, after @ ..] = rest {
            rest = after.get(usize::from(*length)..)?;
        }
        Some(Self { rest: data })
    }
}

impl<'a> Iterator for Strings<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let (length, after) = self.rest.split_first()?;
        let (text, rest) = after.split_at_checked(usize::from(*length))?;
        self.rest = rest;
        Some(text)
    }
}

/// An option of EDNS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EdnsOption<'a> {
    /// Code in the IANA registry "DNS EDNS0 Option Codes": 3 NSID, 8 client subnet, 10 cookie.
    pub code: u16,
    /// Its data.
    pub data: &'a [u8],
}

/// Iterates over the options of EDNS, and ends before one that is not whole.
#[derive(Clone, Copy, Debug)]
pub struct EdnsOptions<'a> {
    rest: &'a [u8],
}

impl<'a> EdnsOptions<'a> {
    pub(super) const fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    fn checked(data: &'a [u8]) -> Option<Self> {
        let mut options = Self::new(data);
        while options.next().is_some() {}
        options.rest.is_empty().then_some(Self::new(data))
    }
}

impl<'a> Iterator for EdnsOptions<'a> {
    type Item = EdnsOption<'a>;

    fn next(&mut self) -> Option<EdnsOption<'a>> {
        let mut cursor = Cursor::new(self.rest, 0);
        let code = cursor.u16()?;
        let length = cursor.u16()?;
        let data = cursor.take(usize::from(length))?;
        self.rest = cursor.rest();
        Some(EdnsOption { code, data })
    }
}
