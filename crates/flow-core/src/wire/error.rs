//! Errors in packets.

use core::error::Error;
use core::fmt;

/// A protocol layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Layer {
    /// The header of a link type that is not Ethernet.
    Link,
    /// Ethernet, IEEE 802.3.
    Ethernet,
    /// 802.1Q and 802.1ad tags.
    Vlan,
    /// MPLS label stack, RFC 3032.
    Mpls,
    /// PPPoE session, RFC 2516.
    Pppoe,
    /// ARP, RFC 826.
    Arp,
    /// IPv4, RFC 791.
    Ipv4,
    /// IPv6, RFC 8200.
    Ipv6,
    /// IPv6 extension headers, RFC 8200 section 4.
    Ipv6Extension,
    /// Authentication header, RFC 4302.
    Authentication,
    /// TCP, RFC 9293.
    Tcp,
    /// UDP, RFC 768; UDP-Lite, RFC 3828.
    Udp,
    /// SCTP, RFC 9260.
    Sctp,
    /// ICMP, RFC 792.
    Icmpv4,
    /// ICMPv6, RFC 4443.
    Icmpv6,
    /// IGMP, RFC 3376.
    Igmp,
    /// VRRP, RFC 9568.
    Vrrp,
    /// GRE, RFC 2784 and RFC 2890.
    Gre,
    /// Geneve, RFC 8926.
    Geneve,
}

impl Layer {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Link => "link header",
            Self::Ethernet => "Ethernet",
            Self::Vlan => "VLAN",
            Self::Mpls => "MPLS",
            Self::Pppoe => "PPPoE",
            Self::Arp => "ARP",
            Self::Ipv4 => "IPv4",
            Self::Ipv6 => "IPv6",
            Self::Ipv6Extension => "IPv6 extension header",
            Self::Authentication => "authentication header",
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
            Self::Sctp => "SCTP",
            Self::Icmpv4 => "ICMP",
            Self::Icmpv6 => "ICMPv6",
            Self::Igmp => "IGMP",
            Self::Vrrp => "VRRP",
            Self::Gre => "GRE",
            Self::Geneve => "Geneve",
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A header that contradicts itself or what contains it.
///
/// The layers outside of it are readable all the same. Where there are several, this is the
/// outermost one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct WireError {
    /// Layer whose header is wrong.
    pub layer: Layer,
    /// Where that header begins, in bytes from the beginning of the packet.
    pub offset: u32,
    /// Kind of contradiction.
    pub problem: Problem,
    /// Smallest value (a length in bytes, unless `problem` says otherwise) that would do.
    pub needed: u32,
    /// Value found.
    pub got: u32,
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            layer,
            offset,
            problem,
            needed,
            got,
        } = self;
        write!(
            f,
            "{layer} at offset {offset}: {problem}: needed {needed}, got {got}"
        )
    }
}

impl Error for WireError {}

/// Kinds of contradiction in a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Problem {
    /// A header does not fit into what contains it.
    Header,
    /// The length that a header states for itself is too small.
    HeaderLength,
    /// The length that a header states for itself and what follows is too small.
    TotalLength,
    /// A header claims for itself and what follows more than contains it: `needed` is the
    /// claim. What is there is decoded all the same.
    Beyond,
    /// The version field is another one.
    Version,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Header => "header beyond the end of what contains it",
            Self::HeaderLength => "header length too small",
            Self::TotalLength => "total length too small",
            Self::Beyond => "total length beyond the end of what contains it",
            Self::Version => "wrong version",
        })
    }
}

#[cfg(test)]
mod tests {

    use super::*;

    #[test]
    fn an_error_names_layer_offset_needed_and_got() {
        let error = WireError {
            layer: Layer::Tcp,
            offset: 34,
            problem: Problem::Header,
            needed: 40,
            got: 26,
        };
        assert_eq!(
            error.to_string(),
            "TCP at offset 34: header beyond the end of what contains it: needed 40, got 26"
        );
        assert_eq!(format!("[{:>5}]", Layer::Arp), "[  ARP]");
    }
}
