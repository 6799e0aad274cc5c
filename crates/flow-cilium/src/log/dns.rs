//! DNS in an access log.

use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::endpoint::address;
use super::lists::{Texts, elements};
use super::name::FieldName;
use crate::gob::{Item, Take, Value};
use flow_core::record::{DnsRecord, RecordType};

/// A DNS query or answer. `Debug` shows no names.
#[derive(Clone, Copy, Default)]
pub struct LogDns<'a> {
    /// Name that was queried.
    pub query: &'a [u8],
    /// Smallest time to live of the answers in seconds.
    pub ttl: u32,
    /// Names that the name is an alias of.
    pub cnames: Texts<'a>,
    /// Who saw it, e.g. `proxy`.
    pub observation_source: &'a [u8],
    /// Response code.
    pub rcode: u16,
    ips: Option<Value<'a>>,
    qtypes: Option<Value<'a>>,
    answer_types: Option<Value<'a>>,
}

impl<'a> LogDns<'a> {
    /// Addresses in the answer.
    pub fn ips(&self) -> impl Iterator<Item = IpAddr> + use<'a> {
        elements(self.ips).filter_map(|ip| octets_or_text(ip.as_bytes()?))
    }

    /// Types that were queried.
    pub fn qtypes(&self) -> impl Iterator<Item = RecordType> + use<'a> {
        elements(self.qtypes).map(|kind| RecordType(Item::of(kind).number()))
    }

    /// Types in the answer.
    pub fn answer_types(&self) -> impl Iterator<Item = RecordType> + use<'a> {
        elements(self.answer_types).map(|kind| RecordType(Item::of(kind).number()))
    }

    pub(super) fn to_record(self) -> DnsRecord {
        DnsRecord {
            query: self.query.into(),
            ips: self.ips().collect(),
            ttl: self.ttl,
            cnames: self.cnames.iter().map(Into::into).collect(),
            source: self.observation_source.into(),
            rcode: self.rcode,
            qtypes: self.qtypes().collect(),
            rrtypes: self.answer_types().collect(),
            id: 0,
        }
    }
}

impl<'a> Take<'a, FieldName> for LogDns<'a> {
    #[inline]
    fn take(&mut self, name: FieldName, item: Item<'a>) {
        match name {
            FieldName::Query => self.query = item.text(),
            FieldName::Ips => self.ips = item.other(),
            FieldName::Ttl => self.ttl = item.number(),
            FieldName::Cnames => self.cnames = Texts(item.other()),
            FieldName::ObservationSource => self.observation_source = item.text(),
            FieldName::Rcode => self.rcode = item.number(),
            FieldName::Qtypes => self.qtypes = item.other(),
            FieldName::AnswerTypes => self.answer_types = item.other(),
            _ => {}
        }
    }
}

/// An address of four or sixteen bytes, or written out.
fn octets_or_text(bytes: &[u8]) -> Option<IpAddr> {
    if let Ok(octets) = <[u8; 4]>::try_from(bytes) {
        return Some(Ipv4Addr::from(octets).into());
    }
    match <[u8; 16]>::try_from(bytes) {
        Ok(octets) => Some(Ipv6Addr::from(octets).to_canonical()),
        Err(_) => address(bytes),
    }
}

impl fmt::Debug for LogDns<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogDns")
            .field("ttl", &self.ttl)
            .field("rcode", &self.rcode)
            .finish_non_exhaustive()
    }
}
