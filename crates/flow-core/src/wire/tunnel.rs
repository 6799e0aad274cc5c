//! Packets in packets.

use super::bytes::{be16, be32, chunk};
use super::flags::PacketFlags;
use super::link::LinkType;
use super::packet::{Packet, Transport};
use super::{ethertype, protocol};

/// VXLAN's port (RFC 7348), and the one Linux used before.
const VXLAN_PORTS: [u16; 2] = [4789, 8472];
/// Geneve's port (RFC 8926).
const GENEVE_PORT: u16 = 6081;

/// How a packet is carried in another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TunnelKind {
    /// IP in IP: RFC 2003, RFC 2473, RFC 4213.
    IpInIp,
    /// GRE.
    Gre,
    /// VXLAN.
    Vxlan,
    /// Geneve.
    Geneve,
}

/// What carries the inner packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tunnel {
    /// How.
    pub kind: TunnelKind,
    /// Network identifier of VXLAN and Geneve (24 bits), key of GRE; 0 where there is none.
    pub id: u32,
}

impl<'a> Packet<'a> {
    /// What carries the packet inside of this one, and that packet.
    ///
    /// `None` where nothing is carried, or the headers of the tunnel are not whole. At
    /// [`Packet::MAX_DEPTH`] nothing more is followed, and
    /// [`is_at_depth_limit`](Self::is_at_depth_limit) tells whether there was something.
    #[must_use]
    pub fn inner(&self) -> Option<(Tunnel, Packet<'a>)> {
        let (tunnel, link, start) = self.carried()?;
        if self.depth >= Self::MAX_DEPTH {
            return None;
        }
        Some((
            tunnel,
            Self::parse_at(link, self.data, start, self.end, self.depth + 1),
        ))
    }

    /// Whether a packet is carried that [`inner`](Self::inner) does not follow any more.
    #[must_use]
    pub fn is_at_depth_limit(&self) -> bool {
        self.flags.contains(PacketFlags::DEPTH_LIMIT)
            || (self.depth >= Self::MAX_DEPTH && self.carried().is_some())
    }

    /// The packet that an ICMP error is about, as far as it is quoted. Its end was cut off by
    /// whoever reported the error, so it is mostly [`PacketFlags::TRUNCATED`].
    #[must_use]
    pub fn quoted(&self) -> Option<Packet<'a>> {
        let icmp = self.icmp()?;
        if !icmp.is_error() || self.depth >= Self::MAX_DEPTH {
            return None;
        }
        let start = self.payload + 4;
        if start >= self.data.len().min(self.end) {
            return None;
        }
        // What was cut off did exist: the quoted header tells how long it was.
        let mut quoted = Self::parse_at(
            LinkType::RawIp,
            self.data,
            start,
            usize::MAX >> 1,
            self.depth + 1,
        );
        if quoted.end == usize::MAX >> 1 {
            quoted.end = self.end;
        }
        Some(quoted)
    }

    /// Tunnel, link type and place of the packet carried.
    fn carried(&self) -> Option<(Tunnel, LinkType, usize)> {
        match self.transport_kind {
            Transport::Ip => {
                let link = match self.protocol {
                    protocol::IPV4 => LinkType::Ipv4,
                    _ => LinkType::Ipv6,
                };
                Some((
                    Tunnel {
                        kind: TunnelKind::IpInIp,
                        id: 0,
                    },
                    link,
                    self.payload,
                ))
            }
            Transport::Gre => self.in_gre(),
            Transport::Udp if VXLAN_PORTS.contains(&self.destination_port) => self.in_vxlan(),
            Transport::Udp if self.destination_port == GENEVE_PORT => self.in_geneve(),
            _ => None,
        }
    }

    fn in_gre(&self) -> Option<(Tunnel, LinkType, usize)> {
        let gre = self.gre()?;
        let tunnel = Tunnel {
            kind: TunnelKind::Gre,
            id: gre.key().unwrap_or(0),
        };
        if gre.version() != 0 {
            return None;
        }
        match gre.protocol() {
            // ERSPAN type II has a header of eight bytes, where there is a sequence number.
            ethertype::ERSPAN if gre.has_sequence() => {
                Some((tunnel, LinkType::Ethernet, self.payload + 8))
            }
            ethertype::ERSPAN => Some((tunnel, LinkType::Ethernet, self.payload)),
            number => Some((tunnel, link_of(number)?, self.payload)),
        }
    }

    /// RFC 7348 section 5: flags, of which 0x08 says that the identifier is valid.
    fn in_vxlan(&self) -> Option<(Tunnel, LinkType, usize)> {
        let header = self.within::<8>(self.payload)?;
        let id = be32(header, 4) >> 8;
        let tunnel = Tunnel {
            kind: TunnelKind::Vxlan,
            id,
        };
        (header[0] & 0x08 != 0).then_some((tunnel, LinkType::Ethernet, self.payload + 8))
    }

    /// RFC 8926 section 3.4: version, length of options in words of four bytes, protocol.
    fn in_geneve(&self) -> Option<(Tunnel, LinkType, usize)> {
        let header = self.within::<8>(self.payload)?;
        let options = usize::from(header[0] & 0x3f) * 4;
        let start = self.payload + 8 + options;
        if header[0] >> 6 != 0 || start > self.end {
            return None;
        }
        let tunnel = Tunnel {
            kind: TunnelKind::Geneve,
            id: be32(header, 4) >> 8,
        };
        Some((tunnel, link_of(be16(header, 2))?, start))
    }

    /// `N` bytes at `at` that are captured and belong to this packet.
    fn within<const N: usize>(&self, at: usize) -> Option<&'a [u8; N]> {
        if at + N > self.end {
            None
        } else {
            chunk(self.data, at)
        }
    }
}

const fn link_of(number: u16) -> Option<LinkType> {
    match number {
        ethertype::IPV4 => Some(LinkType::Ipv4),
        ethertype::IPV6 => Some(LinkType::Ipv6),
        ethertype::BRIDGING => Some(LinkType::Ethernet),
        _ => None,
    }
}
