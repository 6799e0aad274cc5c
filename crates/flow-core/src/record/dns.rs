//! A DNS message.

use core::fmt;
use core::net::IpAddr;
use std::vec::Vec;

use super::Text;

/// A type of resource record: the IANA registry "Resource Record (RR) TYPEs".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordType(pub u16);

impl RecordType {
    /// The name in the registry; `None` where this version knows none.
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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DnsRecord {
    /// Name that was asked for, with its final dot.
    pub query: Text,
    /// Addresses in the answer.
    pub ips: Vec<IpAddr>,
    /// Smallest time to live of the answers in seconds; 0 where there are none.
    pub ttl: u32,
    /// Names in the answer that the name is an alias of.
    pub cnames: Vec<Text>,
    /// Response code: the IANA registry "DNS RCODEs". 0 is "no error", and stands in queries.
    pub rcode: u16,
    /// Types that were asked for.
    pub qtypes: Vec<RecordType>,
    /// Types in the answer, one for each record.
    pub rrtypes: Vec<RecordType>,
    /// Message id.
    pub id: u16,
    /// Who observed it, where that was told, e.g. `proxy`: Hubble's `observation_source`. Empty
    /// for what was read on the wire.
    pub source: Text,
}
