//! One side of a flow.

use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// An IP address in 16 bytes: IPv4 as the IPv4-mapped form of RFC 4291 section 2.5.5.2.
///
/// `::` stands for "no address". The version of a packet is
/// [`Flow::ip_version`](super::Flow::ip_version); the address does not show it.
#[derive(
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    FromBytes,
    IntoBytes,
    Immutable,
    KnownLayout,
)]
#[repr(transparent)]
#[allow(clippy::exhaustive_structs, reason = "a value and nothing else")]
pub struct Ip(pub [u8; 16]);

impl Ip {
    /// No address.
    pub const UNSPECIFIED: Self = Self([0; 16]);

    /// The address of four bytes in network order.
    #[must_use]
    pub const fn v4(octets: [u8; 4]) -> Self {
        let [a, b, c, d] = octets;
        Self([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d])
    }

    /// The address of sixteen bytes in network order.
    #[must_use]
    pub const fn v6(octets: [u8; 16]) -> Self {
        Self(octets)
    }

    /// As the standard library's type; an IPv4-mapped address is [`IpAddr::V4`].
    #[must_use]
    pub const fn to_std(self) -> IpAddr {
        Ipv6Addr::from_bits(u128::from_be_bytes(self.0)).to_canonical()
    }

    /// Whether there is no address.
    #[must_use]
    pub fn is_unspecified(self) -> bool {
        self.0 == [0; 16]
    }
}

impl From<IpAddr> for Ip {
    fn from(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(v4) => v4.into(),
            IpAddr::V6(v6) => v6.into(),
        }
    }
}

impl From<Ipv4Addr> for Ip {
    fn from(address: Ipv4Addr) -> Self {
        Self::v4(address.octets())
    }
}

impl From<Ipv6Addr> for Ip {
    fn from(address: Ipv6Addr) -> Self {
        Self(address.octets())
    }
}

impl fmt::Display for Ip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.to_std(), f)
    }
}

impl fmt::Debug for Ip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A 48-bit MAC address; all zero stands for "not known".
#[derive(
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    FromBytes,
    IntoBytes,
    Immutable,
    KnownLayout,
)]
#[repr(transparent)]
#[allow(clippy::exhaustive_structs, reason = "a value and nothing else")]
pub struct Mac(pub [u8; 6]);

impl Mac {
    /// Whether the address is not known.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.0 == [0; 6]
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

impl fmt::Debug for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The name of one of Cilium's reserved security identities, which are the same in every cluster
/// (<https://docs.cilium.io/en/stable/gettingstarted/terminology/#special-identities>).
///
/// ```
/// assert_eq!(flow_core::flow::reserved_identity(2), Some("world"));
/// assert_eq!(flow_core::flow::reserved_identity(1234), None);
/// ```
#[must_use]
pub const fn reserved_identity(identity: u32) -> Option<&'static str> {
    Some(match identity {
        0 => "unknown",
        1 => "host",
        2 => "world",
        3 => "unmanaged",
        4 => "health",
        5 => "init",
        6 => "remote-node",
        7 => "kube-apiserver",
        8 => "ingress",
        9 => "world-ipv4",
        10 => "world-ipv6",
        _ => return None,
    })
}

/// One side of a flow: its addresses, and the handles that enrichment fills.
#[derive(
    Clone, Copy, Default, Debug, PartialEq, Eq, Hash, FromBytes, IntoBytes, Immutable, KnownLayout,
)]
#[repr(C)]
#[allow(
    clippy::exhaustive_structs,
    reason = "plain data that callers build field by field"
)]
pub struct Endpoint {
    /// Network address.
    pub ip: Ip,
    /// Security identity (Cilium's numeric identity); 0 is unknown.
    pub identity: u32,
    /// Handle of the names and labels that enrichment attached; 0 is none.
    pub meta: u32,
    /// Port of TCP, UDP, UDP-Lite or SCTP in host order; 0 for other protocols.
    pub port: u16,
    /// Link address, where the link has one.
    pub mac: Mac,
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_print_as_the_standard_library_prints_them() {
        assert_eq!(Ip::v4([192, 0, 2, 1]).to_string(), "192.0.2.1");
        assert_eq!(Ip::UNSPECIFIED.to_string(), "::");
        let v6: Ipv6Addr = "2001:db8::1".parse().expect("an address");
        assert_eq!(Ip::from(v6).to_string(), "2001:db8::1");
        assert_eq!(std::format!("{:?}", Ip::v6(v6.octets())), "2001:db8::1");
        assert_eq!(Mac([2, 0, 0, 0xab, 0, 1]).to_string(), "02:00:00:ab:00:01");
    }

    #[test]
    fn ends_print_with_port_and_identity() {
        let mut end = Endpoint {
            ip: Ip::v4([10, 0, 0, 1]),
            ..Endpoint::default()
        };
        assert_eq!(end.to_string(), "10.0.0.1");
        end.port = 80;
        end.identity = 77;
        assert_eq!(end.to_string(), "10.0.0.1:80 (ID:77)");
        end.ip = Ip([0xfe; 16]);
        end.identity = 6;
        let address = "fefe:fefe:fefe:fefe:fefe:fefe:fefe:fefe";
        assert_eq!(
            end.to_string(),
            std::format!("[{address}]:80 (remote-node)")
        );
        end.ip = Ip::UNSPECIFIED;
        end.mac = Mac([2, 0, 0, 0, 0, 1]);
        assert_eq!(end.to_string(), "02:00:00:00:00:01 (remote-node)");
    }

    proptest! {
        #[test]
        fn addresses_go_there_and_back(v4: [u8; 4], v6: [u8; 16]) {
            let (v4, v6) = (Ipv4Addr::from(v4), Ipv6Addr::from(v6));
            prop_assert_eq!(Ip::from(v4).to_std(), IpAddr::V4(v4));
            prop_assert_eq!(Ip::from(v6).to_std(), v6.to_canonical());
            prop_assert_eq!(Ip::from(IpAddr::V4(v4)), Ip::from(v4));
            prop_assert_eq!(Ip::from(IpAddr::V6(v6)).0, v6.octets());
        }
    }
}
