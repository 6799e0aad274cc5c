//! A DNS message.

use super::parts::Entry;
use super::{L7Kind, L7Record, Text, TextWriter};
use crate::flow::L7Type;
use core::fmt;
use core::net::IpAddr;

const QUERY: usize = 0;
const SOURCE: usize = 1;

/// A type of resource record: the IANA registry "Resource Record (RR) TYPEs".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(clippy::exhaustive_structs, reason = "a number of a registry")]
pub struct RecordType(pub u16);

impl RecordType {
    /// Returns the name in the registry; `None` where this version knows none.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self.0 {
            1 => "A",
            2 => "NS",
            5 => "CNAME",
            6 => "SOA",
            12 => "PTR",
            13 => "HINFO",
            15 => "MX",
            16 => "TXT",
            17 => "RP",
            24 => "SIG",
            25 => "KEY",
            28 => "AAAA",
            29 => "LOC",
            33 => "SRV",
            35 => "NAPTR",
            37 => "CERT",
            39 => "DNAME",
            41 => "OPT",
            43 => "DS",
            44 => "SSHFP",
            46 => "RRSIG",
            47 => "NSEC",
            48 => "DNSKEY",
            50 => "NSEC3",
            51 => "NSEC3PARAM",
            52 => "TLSA",
            59 => "CDS",
            60 => "CDNSKEY",
            64 => "SVCB",
            65 => "HTTPS",
            99 => "SPF",
            250 => "TSIG",
            251 => "IXFR",
            252 => "AXFR",
            255 => "ANY",
            256 => "URI",
            257 => "CAA",
            _ => return None,
        })
    }
}

impl From<u16> for RecordType {
    fn from(number: u16) -> Self {
        Self(number)
    }
}

/// The name, or `TYPE` and the number (RFC 3597 section 5).
impl fmt::Display for RecordType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "TYPE{}", self.0),
        }
    }
}

/// A DNS query or answer, as Hubble's `flow.DNS`.
#[derive(Clone, Copy)]
pub struct DnsRecord<'a>(pub(super) &'a L7Record);

impl<'a> DnsRecord<'a> {
    /// Returns the name that was asked for, with its final dot.
    #[must_use]
    pub fn query(self) -> Text<'a> {
        self.0.text(QUERY)
    }

    /// Returns the names that were asked for besides [`query`](Self::query), in order: multicast DNS
    /// asks for several at once. The types of all of them are [`qtypes`](Self::qtypes).
    pub fn more_queries(self) -> impl Iterator<Item = Text<'a>> + Clone {
        self.0.list(Entry::Name).map(Text::new)
    }

    /// Returns what the records in the answer hold that are neither addresses nor aliases, in the words
    /// of a zone file: `10 mail.example.com.` for MX, the text of TXT, the target of PTR, NS and SRV.
    pub fn data(self) -> impl Iterator<Item = Text<'a>> + Clone {
        self.0.list(Entry::Data).map(Text::new)
    }

    /// Returns the kind of query: the IANA registry "DNS OpCodes". 0 is a query, and what a record of
    /// Hubble has.
    #[must_use]
    pub const fn opcode(self) -> u8 {
        (self.0.numbers.version >> 11 & 0xf) as u8
    }

    /// Returns whether the server left out what did not fit (TC), so that the client asks again over
    /// TCP.
    #[must_use]
    pub const fn is_cut_by_sender(self) -> bool {
        self.0.numbers.version & 0x0200 != 0
    }

    /// Returns the 16 bits of the header that follow the identifier: RFC 1035 section 4.1.1. 0 in a
    /// record of Hubble.
    #[must_use]
    pub const fn header_bits(self) -> u16 {
        self.0.numbers.version
    }

    /// Returns the addresses in the answer.
    pub fn ips(self) -> impl Iterator<Item = IpAddr> + Clone + use<'a> {
        self.0.list(Entry::Address).filter_map(|octets| {
            let v4 = <[u8; 4]>::try_from(octets).map(IpAddr::from);
            v4.or_else(|_| <[u8; 16]>::try_from(octets).map(IpAddr::from))
                .ok()
        })
    }

    /// Returns the smallest time to live of the answers in seconds; 0 where there are none.
    #[must_use]
    pub const fn ttl(self) -> u32 {
        self.0.numbers.more
    }

    /// Returns the names in the answer that the name is an alias of.
    pub fn cnames(self) -> impl Iterator<Item = Text<'a>> + Clone {
        self.0.list(Entry::Item).map(Text::new)
    }

    /// Returns the response code: the IANA registry "DNS RCODEs". 0 is "no error", and stands in
    /// queries.
    #[must_use]
    pub const fn rcode(self) -> u16 {
        self.0.numbers.code
    }

    /// Returns the types that were asked for.
    pub fn qtypes(self) -> impl Iterator<Item = RecordType> + Clone + use<'a> {
        self.0.list(Entry::Asked).filter_map(record_type)
    }

    /// Returns the types in the answer, one for each record.
    pub fn rrtypes(self) -> impl Iterator<Item = RecordType> + Clone + use<'a> {
        self.0.list(Entry::Answered).filter_map(record_type)
    }

    /// Returns the message id.
    #[must_use]
    pub const fn id(self) -> u16 {
        self.0.numbers.id as u16
    }

    /// Returns who observed it, where that is known, e.g. `proxy`: Hubble's
    /// `observation_source`. Empty for what was read on the wire.
    #[must_use]
    pub fn source(self) -> Text<'a> {
        self.0.text(SOURCE)
    }
}

fn record_type(bytes: &[u8]) -> Option<RecordType> {
    let number = u16::from_le_bytes(bytes.try_into().ok()?);
    Some(RecordType(number))
}

impl PartialEq for DnsRecord<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.numbers == other.0.numbers && self.0.same_texts(other.0)
    }
}

impl Eq for DnsRecord<'_> {}

/// Shows the items of an iterator.
struct List<I>(I);

impl<I: Iterator<Item: fmt::Debug> + Clone> fmt::Debug for List<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.clone()).finish()
    }
}

impl fmt::Debug for DnsRecord<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DnsRecord")
            .field("query", &self.query())
            .field("ips", &List(self.ips()))
            .field("ttl", &self.ttl())
            .field("cnames", &List(self.cnames()))
            .field("rcode", &self.rcode())
            .field("qtypes", &List(self.qtypes()))
            .field("rrtypes", &List(self.rrtypes()))
            .field("id", &self.id())
            .field("source", &self.source())
            .field("more_queries", &List(self.more_queries()))
            .field("data", &List(self.data()))
            .field("header_bits", &self.header_bits())
            .finish()
    }
}

/// Writes a DNS message into a record.
#[derive(Debug)]
pub struct DnsWriter<'r>(pub(super) &'r mut L7Record);

impl DnsWriter<'_> {
    /// Sets the name that was asked for, with its final dot.
    pub fn query(&mut self, name: impl AsRef<[u8]>) -> &mut Self {
        self.0.set_text(QUERY, name.as_ref());
        self
    }

    /// Sets the name that was asked for to what `write` writes, and returns what that returns.
    #[inline]
    pub fn write_query<R>(&mut self, write: impl FnOnce(&mut TextWriter<'_>) -> R) -> R {
        self.0.write_text(QUERY, write)
    }

    /// Adds a name that was asked for besides the first: what `write` writes. Returns what that
    /// returns.
    #[inline]
    pub fn write_more_query<R>(&mut self, write: impl FnOnce(&mut TextWriter<'_>) -> R) -> R {
        self.0.write_entry(Entry::Name, write)
    }

    /// Adds what a record in the answer holds, in words: what `write` writes. Returns what that
    /// returns.
    #[inline]
    pub fn write_data<R>(&mut self, write: impl FnOnce(&mut TextWriter<'_>) -> R) -> R {
        self.0.write_entry(Entry::Data, write)
    }

    /// Sets the 16 bits of the header that follow the identifier.
    #[inline]
    pub fn header_bits(&mut self, bits: u16) -> &mut Self {
        self.0.numbers.version = bits;
        self
    }

    /// Adds a type that was asked for.
    #[inline]
    pub fn qtype(&mut self, kind: RecordType) -> &mut Self {
        self.0.push(Entry::Asked, &kind.0.to_le_bytes());
        self
    }

    /// Adds the type of a record in the answer.
    #[inline]
    pub fn rrtype(&mut self, kind: RecordType) -> &mut Self {
        self.0.push(Entry::Answered, &kind.0.to_le_bytes());
        self
    }

    /// Adds an address in the answer.
    #[inline]
    pub fn ip(&mut self, ip: IpAddr) -> &mut Self {
        match ip {
            IpAddr::V4(ip) => self.0.push(Entry::Address, &ip.octets()),
            IpAddr::V6(ip) => self.0.push(Entry::Address, &ip.octets()),
        }
        self
    }

    /// Adds a name that the name is an alias of.
    pub fn cname(&mut self, name: impl AsRef<[u8]>) -> &mut Self {
        self.0.push(Entry::Item, name.as_ref());
        self
    }

    /// Adds a name that the name is an alias of: what `write` writes. Returns what that returns.
    #[inline]
    pub fn write_cname<R>(&mut self, write: impl FnOnce(&mut TextWriter<'_>) -> R) -> R {
        self.0.write_entry(Entry::Item, write)
    }

    /// Sets the smallest time to live of the answers in seconds.
    pub fn ttl(&mut self, seconds: u32) -> &mut Self {
        self.0.numbers.more = seconds;
        self
    }

    /// Sets the response code.
    pub fn rcode(&mut self, code: u16) -> &mut Self {
        self.0.numbers.code = code;
        self
    }

    /// Sets the message id.
    pub fn id(&mut self, id: u16) -> &mut Self {
        self.0.numbers.id = u32::from(id);
        self
    }

    /// Sets who observed it.
    pub fn source(&mut self, source: impl AsRef<[u8]>) -> &mut Self {
        self.0.set_text(SOURCE, source.as_ref());
        self
    }
}

impl L7Record {
    /// Starts a DNS message in this record.
    pub fn write_dns(&mut self, kind: L7Kind) -> DnsWriter<'_> {
        self.start(kind, L7Type::DNS);
        DnsWriter(self)
    }

    /// Returns a writer that goes on with a DNS message; `None` where it is none.
    pub fn dns_mut(&mut self) -> Option<DnsWriter<'_>> {
        (self.protocol == L7Type::DNS).then_some(DnsWriter(self))
    }

    /// Returns a record of the DNS message that `write` writes.
    #[must_use]
    pub fn dns(kind: L7Kind, write: impl FnOnce(&mut DnsWriter<'_>)) -> Self {
        let mut record = Self::default();
        write(&mut record.write_dns(kind));
        record
    }
}
