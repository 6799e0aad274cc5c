//! Linux cooked captures: the link types `LINKTYPE_LINUX_SLL` and `LINKTYPE_LINUX_SLL2` of
//! tcpdump.org, made where an interface has no link header that could be captured.

use super::bytes::{be16, be32};

/// The header: 16 bytes in version 1, 20 in version 2.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Cooked<'a> {
    /// Version 1.
    V1(&'a [u8; 16]),
    /// Version 2, which has the interface.
    V2(&'a [u8; 20]),
}

impl<'a> Cooked<'a> {
    /// How the packet went: 0 to this host, 1 broadcast, 2 multicast, 3 to another host, 4 from
    /// this host.
    #[must_use]
    pub const fn packet_type(&self) -> u16 {
        match self {
            Self::V1(header) => be16(header, 0),
            Self::V2(header) => header[10] as u16,
        }
    }

    /// Kind of device: `ARPHRD_*` of `linux/if_arp.h`, 1 is Ethernet, 772 loopback.
    #[must_use]
    pub const fn hardware(&self) -> u16 {
        match self {
            Self::V1(header) => be16(header, 2),
            Self::V2(header) => be16(header, 8),
        }
    }

    /// Link address of the sender: as many bytes as it has, 8 at most.
    #[must_use]
    pub fn address(&self) -> &'a [u8] {
        let (field, length): (&[u8], usize) = match self {
            Self::V1(header) => (&header[6..14], usize::from(be16(header, 4))),
            Self::V2(header) => (&header[12..20], usize::from(header[11])),
        };
        field.get(..length).unwrap_or(field)
    }

    /// Protocol that follows: an EtherType for most kinds of devices.
    #[must_use]
    pub const fn protocol(&self) -> u16 {
        match self {
            Self::V1(header) => be16(header, 14),
            Self::V2(header) => be16(header, 0),
        }
    }

    /// Interface index, in version 2.
    #[must_use]
    pub const fn interface(&self) -> Option<u32> {
        match self {
            Self::V1(_) => None,
            Self::V2(header) => Some(be32(header, 4)),
        }
    }
}
