//! Small control protocols: ARP, ICMP, IGMP, VRRP.

use core::net::Ipv4Addr;

use super::bytes::{be16, be32, chunk};

/// ARP (RFC 826).
#[derive(Clone, Copy, Debug)]
pub struct Arp<'a> {
    pub(super) header: &'a [u8; 8],
    pub(super) body: &'a [u8],
}

impl Arp<'_> {
    /// Hardware type: 1 is Ethernet.
    #[must_use]
    pub const fn hardware(&self) -> u16 {
        be16(self.header, 0)
    }

    /// EtherType of the addresses that are resolved.
    #[must_use]
    pub const fn protocol(&self) -> u16 {
        be16(self.header, 2)
    }

    /// 1 request, 2 reply.
    #[must_use]
    pub const fn operation(&self) -> u16 {
        be16(self.header, 6)
    }

    /// Sender's and target's address, for IPv4 over Ethernet.
    #[must_use]
    pub fn ipv4(&self) -> Option<(Ipv4Addr, Ipv4Addr)> {
        if self.header[..6] != [0, 1, 8, 0, 6, 4] {
            return None;
        }
        let sender = chunk::<4>(self.body, 6)?;
        let target = chunk::<4>(self.body, 16)?;
        Some((Ipv4Addr::from(*sender), Ipv4Addr::from(*target)))
    }
}

/// ICMP (RFC 792) or ICMPv6 (RFC 4443).
#[derive(Clone, Copy, Debug)]
pub struct Icmp<'a> {
    pub(super) header: &'a [u8; 4],
    pub(super) body: &'a [u8],
    pub(super) is_v6: bool,
}

impl<'a> Icmp<'a> {
    /// Whether it is ICMPv6.
    #[must_use]
    pub const fn is_v6(&self) -> bool {
        self.is_v6
    }

    /// Type.
    #[must_use]
    pub const fn kind(&self) -> u8 {
        self.header[0]
    }

    /// Code.
    #[must_use]
    pub const fn code(&self) -> u8 {
        self.header[1]
    }

    /// Checksum, not verified.
    #[must_use]
    pub const fn checksum(&self) -> u16 {
        be16(self.header, 2)
    }

    /// Whether it reports an error about a packet, which it then quotes.
    #[must_use]
    pub const fn is_error(&self) -> bool {
        if self.is_v6 {
            self.kind() < 128
        } else {
            matches!(self.kind(), 3 | 4 | 5 | 11 | 12)
        }
    }

    /// Identifier and sequence number of an echo request or reply.
    #[must_use]
    pub fn echo(&self) -> Option<(u16, u16)> {
        let is_echo = if self.is_v6 {
            matches!(self.kind(), 128 | 129)
        } else {
            matches!(self.kind(), 0 | 8)
        };
        let rest = chunk::<4>(self.body, 0)?;
        is_echo.then(|| (be16(rest, 0), be16(rest, 2)))
    }

    /// What follows the checksum, as far as it was captured.
    #[must_use]
    pub const fn body(&self) -> &'a [u8] {
        self.body
    }
}

/// IGMP (RFC 3376; older versions share the first eight bytes).
#[derive(Clone, Copy, Debug)]
pub struct Igmp<'a>(pub(super) &'a [u8; 8]);

impl Igmp<'_> {
    /// Type: 0x11 query, 0x12, 0x16 and 0x22 reports of versions 1, 2 and 3, 0x17 leave.
    #[must_use]
    pub const fn kind(&self) -> u8 {
        self.0[0]
    }

    /// Group address; the number of group records in a version 3 report.
    #[must_use]
    pub const fn group(&self) -> Ipv4Addr {
        Ipv4Addr::from_bits(be32(self.0, 4))
    }
}

/// VRRP (RFC 9568; version 2 is RFC 3768).
#[derive(Clone, Copy, Debug)]
pub struct Vrrp<'a>(pub(super) &'a [u8; 8]);

impl Vrrp<'_> {
    /// Version.
    #[must_use]
    pub const fn version(&self) -> u8 {
        self.0[0] >> 4
    }

    /// Type: 1 advertisement.
    #[must_use]
    pub const fn kind(&self) -> u8 {
        self.0[0] & 0x0f
    }

    /// Virtual router id.
    #[must_use]
    pub const fn router_id(&self) -> u8 {
        self.0[1]
    }

    /// Priority.
    #[must_use]
    pub const fn priority(&self) -> u8 {
        self.0[2]
    }
}
