//! DNS in an access log.

use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::endpoint::address;
use super::lists::{Texts, elements};
use super::name::FieldName;
use crate::gob::{Item, Take, Value};
use flow_core::record::{DnsWriter, RecordType};

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

    pub(super) fn write(self, dns: &mut DnsWriter<'_>) {
        dns.query(self.query)
            .ttl(self.ttl)
            .source(self.observation_source)
            .rcode(self.rcode);
        for ip in self.ips() {
            dns.ip(ip);
        }
        for name in self.cnames.iter() {
            dns.cname(name);
        }
        for kind in self.qtypes() {
            dns.qtype(kind);
        }
        for kind in self.answer_types() {
            dns.rrtype(kind);
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
