//! Packets in packets.

use super::bytes::{be16, be32, between};
use super::error::Layer;
use super::flags::PacketFlags;
use super::link::LinkType;
use super::packet::{OPEN, Packet, Transport};
use super::{ethertype, protocol};

/// VXLAN's port (RFC 7348), and the one Linux used before.
const VXLAN_PORTS: [u16; 2] = [4789, 8472];
/// Geneve's port (RFC 8926).
const GENEVE_PORT: u16 = 6081;

/// Protocols that carry packets in packets.
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

/// The encapsulation of an inner packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Tunnel {
    /// Its protocol.
    pub kind: TunnelKind,
    /// Network identifier of VXLAN and Geneve (24 bits), key of GRE; 0 where there is none.
    pub id: u32,
}

/// A packet in a packet, not decoded yet.
struct Carried {
    tunnel: Tunnel,
    link: LinkType,
    /// Layer and place of the tunnel's header that comes last before it.
    layer: Layer,
    header: usize,
    /// Where it begins.
    start: usize,
}

impl<'a> Packet<'a> {
    /// Returns the packet inside of this one, and its encapsulation.
    ///
    /// `None` where nothing is carried, or its headers are not whole. At
    /// [`Packet::MAX_DEPTH`] nothing more is followed, and
    /// [`is_at_depth_limit`](Self::is_at_depth_limit) returns whether there was something.
    ///
    /// A packet in the first fragment of another one goes on in the next fragments: it is
    /// [`PacketFlags::TRUNCATED`].
    #[must_use]
    #[inline]
    pub fn inner(&self) -> Option<(Tunnel, Packet<'a>)> {
        match self.transport_kind {
            // What nearly all packets are: nothing to look for.
            Transport::Tcp | Transport::None => None,
            _ => self.decode_inner(),
        }
    }

    /// Returns the innermost packet that has an IP header: this one where nothing is carried.
    #[must_use]
    pub fn innermost(&self) -> Self {
        let mut innermost = *self;
        let mut carried = self.inner();
        while let Some((_, inner)) = carried {
            if inner.ip_version() != 0 {
                innermost = inner;
            }
            carried = inner.inner();
        }
        innermost
    }

    #[inline(never)]
    fn decode_inner(&self) -> Option<(Tunnel, Packet<'a>)> {
        let carried = self.carried()?;
        if self.depth >= Self::MAX_DEPTH {
            return None;
        }
        let Carried { link, start, .. } = carried;
        let data = between(self.data, 0, self.end);
        let end = if self.flags.contains(PacketFlags::FRAGMENT) {
            OPEN
        } else {
            self.end
        };
        let depth = self.depth + 1;
        let packet = if start <= end {
            Self::parse_inner(link, data, start, end, depth)
        } else {
            let mut packet = Self::undecoded(link, data, start, end, depth);
            packet.short(carried.layer, carried.header, start - carried.header);
            packet
        };
        Some((carried.tunnel, packet))
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
        let mut end = self.end;
        if let Some(length) = icmp.quoted_len() {
            end = end.min(start + length);
        }
        let data = between(self.data, 0, end);
        if start >= data.len() {
            return None;
        }
        // What was cut off did exist: the quoted header says how long it was.
        Some(Self::parse_inner(
            LinkType::RawIp,
            data,
            start,
            OPEN,
            self.depth + 1,
        ))
    }

    fn carried(&self) -> Option<Carried> {
        match self.transport_kind {
            Transport::Ip => {
                let link = match self.protocol {
                    protocol::IPV4 => LinkType::Ipv4,
                    _ => LinkType::Ipv6,
                };
                let kind = TunnelKind::IpInIp;
                Some(Carried {
                    tunnel: Tunnel { kind, id: 0 },
                    link,
                    layer: Layer::Ipv4,
                    header: self.payload,
                    start: self.payload,
                })
            }
            Transport::Gre => self.in_gre(),
            Transport::Udp if VXLAN_PORTS.contains(&self.destination_port()) => self.in_vxlan(),
            Transport::Udp if self.destination_port() == GENEVE_PORT => self.in_geneve(),
            _ => None,
        }
    }

    fn in_gre(&self) -> Option<Carried> {
        let gre = self.gre()?;
        if gre.version() != 0 {
            return None;
        }
        let (link, more) = match gre.protocol() {
            // ERSPAN type II has a header of eight bytes, type I, without a sequence number,
            // none.
            ethertype::ERSPAN if gre.has_sequence() => (LinkType::Ethernet, 8),
            ethertype::ERSPAN => (LinkType::Ethernet, 0),
            number => (link_of(number)?, 0),
        };
        let (kind, id) = (TunnelKind::Gre, gre.key().unwrap_or(0));
        Some(Carried {
            tunnel: Tunnel { kind, id },
            link,
            layer: Layer::Gre,
            header: self.payload,
            start: self.payload + more,
        })
    }

    /// RFC 7348 section 5: flags, of which 0x08 says that the identifier is valid.
    fn in_vxlan(&self) -> Option<Carried> {
        let header = self.within::<8>(self.payload)?;
        if header[0] & 0x08 == 0 {
            return None;
        }
        let (kind, id) = (TunnelKind::Vxlan, be32(header, 4) >> 8);
        Some(Carried {
            tunnel: Tunnel { kind, id },
            link: LinkType::Ethernet,
            layer: Layer::Udp,
            header: self.payload,
            start: self.payload + 8,
        })
    }

    /// RFC 8926 section 3.4: version, length of options in words of four bytes, protocol.
    fn in_geneve(&self) -> Option<Carried> {
        let header = self.within::<8>(self.payload)?;
        let link = link_of(be16(header, 2))?;
        if header[0] >> 6 != 0 {
            return None;
        }
        let (kind, id) = (TunnelKind::Geneve, be32(header, 4) >> 8);
        Some(Carried {
            tunnel: Tunnel { kind, id },
            link,
            layer: Layer::Geneve,
            header: self.payload,
            start: self.payload + 8 + usize::from(header[0] & 0x3f) * 4,
        })
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

#[cfg(test)]
mod tests;
