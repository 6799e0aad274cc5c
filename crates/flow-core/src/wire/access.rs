//! Accessors of a decoded packet.

use core::net::IpAddr;

use super::bytes::{be16, be32, between, chunk};
use super::control::{Arp, Icmp, Igmp, Vrrp};
use super::cooked::Cooked;
use super::error::WireError;
use super::ethernet::{Ethernet, Vlan};
use super::flags::PacketFlags;
use super::gre::Gre;
use super::ipv4::Ipv4;
use super::ipv6::{Ipv6, Ipv6Extensions};
use super::link::LinkType;
use super::packet::{Network, OPEN, Packet, Transport};
use super::protocol;
use super::sctp::Sctp;
use super::tcp::Tcp;
use super::udp::Udp;

/// What precedes an IPv4 address in IPv6: RFC 4291 section 2.5.5.2.
const MAPPED: u128 = 0xffff_0000_0000;

/// Fragment fields of an IP header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fragment {
    /// Identification of the packet: 16 bits in IPv4, 32 in IPv6.
    pub id: u32,
    /// Where the fragment's payload belongs in that of the packet, in bytes.
    pub offset: u16,
    /// Whether others follow.
    pub more: bool,
}

impl<'a> Packet<'a> {
    /// Link type: what its bytes begin with.
    #[must_use]
    pub const fn link_type(&self) -> LinkType {
        self.link
    }

    /// Flags of a packet that is cut, malformed, a fragment or too deep.
    #[must_use]
    pub const fn flags(&self) -> PacketFlags {
        self.flags
    }

    /// The first header that contradicts itself. Layers before it are readable.
    #[must_use]
    pub const fn error(&self) -> Option<WireError> {
        self.error
    }

    /// 1 for a captured packet, 2 for one inside of it, and so on.
    #[must_use]
    pub const fn depth(&self) -> u8 {
        self.depth
    }

    /// The bytes it was decoded from, from its link header on, as far as they were captured: those
    /// of an inner packet end where what carries it does.
    #[must_use]
    pub fn bytes(&self) -> &'a [u8] {
        between(self.data, self.start, usize::MAX)
    }

    /// The Ethernet header, where the link has one.
    #[must_use]
    pub fn ethernet(&self) -> Option<Ethernet<'a>> {
        if self.link != LinkType::Ethernet {
            return None;
        }
        chunk(self.data, self.start).map(Ethernet)
    }

    /// The sender's link address, where the link header has one of six bytes.
    #[must_use]
    pub fn source_mac(&self) -> Option<[u8; 6]> {
        match self.link {
            LinkType::Ethernet => self.ethernet().map(|header| header.source()),
            LinkType::LinuxSll | LinkType::LinuxSll2 => {
                let address = self.cooked()?.address();
                address
                    .first_chunk()
                    .copied()
                    .filter(|_| address.len() == 6)
            }
            _ => None,
        }
    }

    /// The header of a Linux cooked capture, version 1 or 2.
    #[must_use]
    pub fn cooked(&self) -> Option<Cooked<'a>> {
        match self.link {
            LinkType::LinuxSll => chunk(self.data, self.start).map(Cooked::V1),
            LinkType::LinuxSll2 => chunk(self.data, self.start).map(Cooked::V2),
            _ => None,
        }
    }

    /// The outermost VLAN tag.
    #[must_use]
    pub fn vlan(&self) -> Option<Vlan> {
        (self.vlan_tags > 0).then_some(Vlan { tci: self.vlan_tci })
    }

    /// Every VLAN tag, from the outermost on.
    pub fn vlans(&self) -> impl Iterator<Item = Vlan> + use<'a> {
        let (data, begin) = (self.data, self.start + self.link.header_len());
        (0..usize::from(self.vlan_tags)).filter_map(move |index| {
            let tag = chunk::<4>(data, begin + 4 * index)?;
            Some(Vlan { tci: be16(tag, 0) })
        })
    }

    /// EtherType of what follows the link header and its tags; 0 where there is none.
    #[must_use]
    pub const fn ethertype(&self) -> u16 {
        self.ethertype
    }

    /// The ARP header.
    #[must_use]
    pub fn arp(&self) -> Option<Arp<'a>> {
        if self.network_kind != Network::Arp {
            return None;
        }
        let header = chunk(self.data, self.network)?;
        Some(Arp {
            header,
            body: between(self.data, self.network + 8, self.end),
        })
    }

    /// The IPv4 header.
    #[must_use]
    pub fn ipv4(&self) -> Option<Ipv4<'a>> {
        if self.network_kind != Network::Ipv4 {
            return None;
        }
        let header: &[u8; 20] = chunk(self.data, self.network)?;
        let end = self.network + usize::from(header[0] & 0x0f) * 4;
        Some(Ipv4 {
            header,
            options: between(self.data, self.network + 20, end),
        })
    }

    /// The IPv6 header.
    #[must_use]
    pub fn ipv6(&self) -> Option<Ipv6<'a>> {
        if self.network_kind != Network::Ipv6 {
            return None;
        }
        chunk(self.data, self.network).map(Ipv6)
    }

    /// The IPv6 extension headers that were followed, up to the first one that is not whole.
    #[must_use]
    pub fn ipv6_extensions(&self) -> Ipv6Extensions<'a> {
        Ipv6Extensions::of(self)
    }

    /// The fragment fields; `None` for a packet of one piece.
    #[must_use]
    pub fn fragment(&self) -> Option<Fragment> {
        if !self.flags.contains(PacketFlags::FRAGMENT) {
            return None;
        }
        if let Some(header) = self.ipv4() {
            return Some(Fragment {
                id: u32::from(header.id()),
                offset: header.fragment_offset(),
                more: header.more_fragments(),
            });
        }
        // Of several, the last one that is not a whole packet by itself.
        let extensions = self.ipv6_extensions();
        let header = extensions
            .filter(|extension| extension.kind == protocol::FRAGMENT)
            .filter_map(|extension| extension.bytes.first_chunk::<8>())
            .filter(|header| be16(header, 2) & 0xfff9 != 0)
            .last()?;
        Some(Fragment {
            id: be32(header, 4),
            offset: be16(header, 2) & 0xfff8,
            more: header[3] & 1 != 0,
        })
    }

    /// IP version: 4 or 6, or 0 where there is no IP header.
    #[must_use]
    pub const fn ip_version(&self) -> u8 {
        match self.network_kind {
            Network::Ipv4 => 4,
            Network::Ipv6 => 6,
            Network::None | Network::Arp => 0,
        }
    }

    /// The sender's address in 16 bytes, IPv4 as IPv4-mapped IPv6.
    #[inline]
    #[must_use]
    pub fn source_octets(&self) -> Option<[u8; 16]> {
        self.octets(12, 8)
    }

    /// The receiver's address in 16 bytes, IPv4 as IPv4-mapped IPv6.
    #[inline]
    #[must_use]
    pub fn destination_octets(&self) -> Option<[u8; 16]> {
        self.octets(16, 24)
    }

    #[inline]
    fn octets(&self, at_v4: usize, at_v6: usize) -> Option<[u8; 16]> {
        // As numbers: the two cases meet in registers, not byte by byte.
        let address = match self.network_kind {
            Network::Ipv4 => {
                let v4 = u32::from_be_bytes(*chunk(self.data, self.network + at_v4)?);
                MAPPED | u128::from(v4)
            }
            Network::Ipv6 => u128::from_be_bytes(*chunk(self.data, self.network + at_v6)?),
            Network::None | Network::Arp => return None,
        };
        Some(address.to_be_bytes())
    }

    /// The sender's address.
    #[must_use]
    pub fn source(&self) -> Option<IpAddr> {
        match self.network_kind {
            Network::Ipv4 => self.ipv4().map(|header| header.source().into()),
            _ => self.ipv6().map(|header| header.source().into()),
        }
    }

    /// The receiver's address.
    #[must_use]
    pub fn destination(&self) -> Option<IpAddr> {
        match self.network_kind {
            Network::Ipv4 => self.ipv4().map(|header| header.destination().into()),
            _ => self.ipv6().map(|header| header.destination().into()),
        }
    }

    /// IP protocol number, after IPv6 extension headers; `None` where there is no IP header.
    #[must_use]
    pub fn protocol(&self) -> Option<u8> {
        (self.ip_version() != 0).then_some(self.protocol)
    }

    /// The sender's port in TCP, UDP, UDP-Lite and SCTP, also where their header was cut off
    /// after the ports; else 0.
    #[must_use]
    pub const fn source_port(&self) -> u16 {
        (self.ports >> 16) as u16
    }

    /// The receiver's port; see [`source_port`](Self::source_port).
    #[must_use]
    pub const fn destination_port(&self) -> u16 {
        self.ports as u16
    }

    /// The nine control bits of TCP, NS (bit 8) to FIN (bit 0); else 0.
    #[must_use]
    pub const fn tcp_flags(&self) -> u16 {
        self.tcp_flags
    }

    /// The TCP header.
    #[must_use]
    pub fn tcp(&self) -> Option<Tcp<'a>> {
        let header = self.transport_header::<20>(Transport::Tcp)?;
        let options = between(self.data, self.transport + 20, self.payload);
        Some(Tcp { header, options })
    }

    /// The UDP or UDP-Lite header.
    #[must_use]
    pub fn udp(&self) -> Option<Udp<'a>> {
        self.transport_header(Transport::Udp).map(Udp)
    }

    /// The SCTP header.
    #[must_use]
    pub fn sctp(&self) -> Option<Sctp<'a>> {
        let header = self.transport_header(Transport::Sctp)?;
        Some(Sctp {
            header,
            chunks: self.payload(),
        })
    }

    /// The header of ICMP or ICMPv6.
    #[must_use]
    pub fn icmp(&self) -> Option<Icmp<'a>> {
        let is_v6 = self.transport_kind == Transport::Icmpv6;
        let kind = if is_v6 {
            Transport::Icmpv6
        } else {
            Transport::Icmpv4
        };
        let header = self.transport_header(kind)?;
        Some(Icmp {
            header,
            body: self.payload(),
            is_v6,
        })
    }

    /// The IGMP header.
    #[must_use]
    pub fn igmp(&self) -> Option<Igmp<'a>> {
        self.transport_header(Transport::Igmp).map(Igmp)
    }

    /// The VRRP header.
    #[must_use]
    pub fn vrrp(&self) -> Option<Vrrp<'a>> {
        self.transport_header(Transport::Vrrp).map(Vrrp)
    }

    /// The GRE header.
    #[must_use]
    pub fn gre(&self) -> Option<Gre<'a>> {
        let header = self.transport_header(Transport::Gre)?;
        Some(Gre {
            header,
            whole: between(self.data, self.transport, self.payload),
        })
    }

    #[inline]
    fn transport_header<const N: usize>(&self, kind: Transport) -> Option<&'a [u8; N]> {
        if self.transport_kind != kind {
            return None;
        }
        chunk(self.data, self.transport)
    }

    /// What follows the last header that was understood, as far as it was captured, without
    /// the padding of the frame.
    #[must_use]
    pub fn payload(&self) -> &'a [u8] {
        between(self.data, self.payload, self.end)
    }

    /// Length of the payload in bytes by the headers, with what was not captured. Where the headers
    /// have no length, that of what was captured.
    #[must_use]
    pub const fn payload_len(&self) -> usize {
        let end = if self.end < OPEN {
            self.end
        } else {
            self.data.len()
        };
        end.saturating_sub(self.payload)
    }
}
