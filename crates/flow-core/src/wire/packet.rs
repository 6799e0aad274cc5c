//! One packet: where its layers are.

use super::bytes::{be16, chunk};
use super::error::{Layer, Problem, WireError};
use super::flags::PacketFlags;
use super::link::LinkType;
use super::{ethertype, ipv6, protocol, transport};

/// A captured packet, decoded once: the places of its layers, and what flows are made of.
///
/// Decoding never fails. A packet that was cut by the snap length gives everything that is
/// there, and [`PacketFlags::TRUNCATED`]; one that contradicts itself has an
/// [`error`](Self::error), and the layers before it are readable. Each accessor gives `None`
/// where its layer is not there or not whole.
///
/// Work is bounded: 8 VLAN tags, 16 MPLS labels, 16 IPv6 extension headers, and
/// [`Packet::MAX_DEPTH`] packets in packets; beyond them [`PacketFlags::DEPTH_LIMIT`] is set.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    pub(super) data: &'a [u8],
    /// Where this packet begins: 0, but for inner ones.
    pub(super) start: usize,
    /// Where the network header begins.
    pub(super) network: usize,
    /// Where the transport header begins.
    pub(super) transport: usize,
    /// Where the payload begins.
    pub(super) payload: usize,
    /// End of the innermost container, as the headers tell it; may lie beyond `data`.
    pub(super) end: usize,
    pub(super) link: LinkType,
    pub(super) network_kind: Network,
    pub(super) transport_kind: Transport,
    /// IP protocol of the transport header; 0 without an IP header.
    pub(super) protocol: u8,
    pub(super) depth: u8,
    pub(super) vlan_tags: u8,
    /// Tag control information of the outermost tag.
    pub(super) vlan_tci: u16,
    pub(super) ethertype: u16,
    pub(super) source_port: u16,
    pub(super) destination_port: u16,
    pub(super) tcp_flags: u16,
    pub(super) flags: PacketFlags,
    pub(super) error: Option<WireError>,
}

/// Which network header is readable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Network {
    None,
    Arp,
    Ipv4,
    Ipv6,
}

/// Which transport header is readable in full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transport {
    None,
    Tcp,
    Udp,
    Sctp,
    Icmpv4,
    Icmpv6,
    Igmp,
    Vrrp,
    Gre,
    /// IP in IP: the payload begins at once.
    Ip,
}

impl<'a> Packet<'a> {
    /// Packets in packets that are followed, the outermost included.
    pub const MAX_DEPTH: u8 = 5;

    /// Decodes a packet.
    ///
    /// `wire_len` is its length on the wire in bytes, which tells a packet that was cut from
    /// one that is malformed. A value below the length of `data` is taken for that length.
    #[inline]
    #[must_use]
    pub fn parse(link: LinkType, data: &'a [u8], wire_len: usize) -> Self {
        Self::parse_at(link, data, 0, wire_len.max(data.len()), 1)
    }

    /// Decodes the packet that begins at `start`, inside of something that ends at `end`.
    #[inline]
    pub(super) fn parse_at(
        link: LinkType,
        data: &'a [u8],
        start: usize,
        end: usize,
        depth: u8,
    ) -> Self {
        let mut packet = Self {
            data,
            start,
            network: start,
            transport: start,
            payload: start,
            end,
            link,
            network_kind: Network::None,
            transport_kind: Transport::None,
            protocol: 0,
            depth,
            vlan_tags: 0,
            vlan_tci: 0,
            ethertype: 0,
            source_port: 0,
            destination_port: 0,
            tcp_flags: 0,
            flags: PacketFlags::NONE,
            error: None,
        };
        packet.read_link();
        if packet.end > data.len() {
            packet.flags |= PacketFlags::TRUNCATED;
        }
        packet
    }

    /// The bytes of a header of `N` bytes at `at`. Where they are not all there, says why.
    #[inline]
    pub(super) fn header<const N: usize>(
        &mut self,
        layer: Layer,
        at: usize,
    ) -> Option<&'a [u8; N]> {
        let data = self.data;
        if at + N <= self.end
            && let Some(bytes) = chunk::<N>(data, at)
        {
            return Some(bytes);
        }
        self.short(layer, at, N);
        None
    }

    /// A header of `needed` bytes at `at` is not whole: cut off, or beyond its container.
    #[cold]
    pub(super) fn short(&mut self, layer: Layer, at: usize, needed: usize) {
        if at + needed <= self.end {
            self.flags |= PacketFlags::TRUNCATED;
        } else {
            self.fail(
                layer,
                at,
                Problem::Header,
                needed,
                self.end.saturating_sub(at),
            );
        }
    }

    /// Notes what is wrong with the header at `at`.
    #[cold]
    pub(super) fn fail(
        &mut self,
        layer: Layer,
        at: usize,
        problem: Problem,
        needed: usize,
        got: usize,
    ) {
        let narrow = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        self.flags |= PacketFlags::MALFORMED;
        self.error = Some(WireError {
            layer,
            offset: narrow(at),
            problem,
            needed: narrow(needed),
            got: narrow(got),
        });
    }

    /// A container ends at `end`; what it claims beyond the one around it was cut off.
    #[inline]
    pub(super) fn close_at(&mut self, end: usize) {
        if end > self.end {
            self.flags |= PacketFlags::TRUNCATED;
        }
        self.end = end;
    }

    #[inline]
    fn read_link(&mut self) {
        let at = self.start;
        match self.link {
            LinkType::Ethernet => {
                if let Some(header) = self.header::<14>(Layer::Ethernet, at) {
                    self.network = at + 14;
                    self.after_link(be16(header, 12));
                }
            }
            LinkType::RawIp => self.read_ip(),
            LinkType::Ipv4 => self.read_ipv4(),
            LinkType::Ipv6 => self.read_ipv6(),
            LinkType::LinuxSll => {
                if let Some(header) = self.header::<16>(Layer::Link, at) {
                    self.network = at + 16;
                    self.after_link(be16(header, 14));
                }
            }
            LinkType::LinuxSll2 => {
                if let Some(header) = self.header::<20>(Layer::Link, at) {
                    self.network = at + 20;
                    self.after_link(be16(header, 0));
                }
            }
            LinkType::Null | LinkType::Loop => self.read_loopback(),
        }
    }

    /// The address family of BSD's loopback: 2 is IPv4, and every system has its own number
    /// for IPv6. It is small in one byte order and large in the other.
    fn read_loopback(&mut self) {
        let at = self.start;
        let Some(header) = self.header::<4>(Layer::Link, at) else {
            return;
        };
        self.network = at + 4;
        let family = u32::from_be_bytes(*header);
        match if family > 0xffff {
            family.swap_bytes()
        } else {
            family
        } {
            2 => self.read_ipv4(),
            10 | 24 | 28 | 30 => self.read_ipv6(),
            _ => {}
        }
    }

    /// What follows a link header.
    #[inline]
    pub(super) fn after_link(&mut self, number: u16) {
        self.ethertype = number;
        match number {
            ethertype::IPV4 => self.read_ipv4(),
            ethertype::IPV6 => self.read_ipv6(),
            _ => self.after_tags(number),
        }
    }

    #[inline(never)]
    fn after_tags(&mut self, number: u16) {
        let mut number = number;
        for _ in 0..8 {
            if !ethertype::is_vlan(number) {
                break;
            }
            let Some(tag) = self.header::<4>(Layer::Vlan, self.network) else {
                return;
            };
            if self.vlan_tags == 0 {
                self.vlan_tci = be16(tag, 0);
            }
            self.vlan_tags += 1;
            self.network += 4;
            number = be16(tag, 2);
            self.ethertype = number;
        }
        match number {
            ethertype::IPV4 => self.read_ipv4(),
            ethertype::IPV6 => self.read_ipv6(),
            ethertype::ARP => self.read_arp(),
            ethertype::MPLS | ethertype::MPLS_MULTICAST => self.read_mpls(),
            ethertype::PPPOE_SESSION => self.read_pppoe(),
            _ if ethertype::is_vlan(number) => self.flags |= PacketFlags::DEPTH_LIMIT,
            _ if number < ethertype::FIRST => self.read_snap(),
            _ => {}
        }
    }

    /// IEEE 802.2 with a SNAP header: an EtherType after eight bytes.
    fn read_snap(&mut self) {
        let at = self.network;
        if let Some(&[0xaa, 0xaa, 3, 0, 0, 0, high, low]) = chunk::<8>(self.data, at) {
            let number = u16::from_be_bytes([high, low]);
            self.network = at + 8;
            self.ethertype = number;
            match number {
                ethertype::IPV4 => self.read_ipv4(),
                ethertype::IPV6 => self.read_ipv6(),
                ethertype::ARP => self.read_arp(),
                _ => {}
            }
        }
    }

    fn read_arp(&mut self) {
        if self.header::<8>(Layer::Arp, self.network).is_some() {
            self.network_kind = Network::Arp;
            self.payload = self.network + 8;
        }
    }

    fn read_mpls(&mut self) {
        for _ in 0..16 {
            let Some(label) = self.header::<4>(Layer::Mpls, self.network) else {
                return;
            };
            self.network += 4;
            if label[2] & 1 != 0 {
                return self.read_ip();
            }
        }
        self.flags |= PacketFlags::DEPTH_LIMIT;
    }

    fn read_pppoe(&mut self) {
        let Some(header) = self.header::<8>(Layer::Pppoe, self.network) else {
            return;
        };
        let length = usize::from(be16(header, 4));
        let begin = self.network + 6;
        if length < 2 {
            return self.fail(Layer::Pppoe, self.network, Problem::TotalLength, 2, length);
        }
        self.close_at(begin + length);
        self.network += 8;
        match be16(header, 6) {
            0x0021 => self.read_ipv4(),
            0x0057 => self.read_ipv6(),
            _ => {}
        }
    }

    /// IPv4 or IPv6, as the version says.
    pub(super) fn read_ip(&mut self) {
        match self.data.get(self.network).map(|byte| byte >> 4) {
            Some(4) => self.read_ipv4(),
            Some(6) => self.read_ipv6(),
            Some(other) => {
                self.fail(
                    Layer::Ipv4,
                    self.network,
                    Problem::Version,
                    4,
                    usize::from(other),
                );
            }
            None => self.short(Layer::Ipv4, self.network, 1),
        }
    }

    #[inline]
    fn read_ipv4(&mut self) {
        let at = self.network;
        let Some(header) = self.header::<20>(Layer::Ipv4, at) else {
            return;
        };
        let length = usize::from(header[0] & 0x0f) * 4;
        let total = usize::from(be16(header, 2));
        if header[0] >> 4 != 4 {
            let got = usize::from(header[0] >> 4);
            return self.fail(Layer::Ipv4, at, Problem::Version, 4, got);
        }
        if length < 20 {
            return self.fail(Layer::Ipv4, at, Problem::HeaderLength, 20, length);
        }
        // Zero stands for "to the end": segmentation offload, and packets of over 64 KiB.
        if total != 0 {
            if total < length {
                return self.fail(Layer::Ipv4, at, Problem::TotalLength, length, total);
            }
            self.close_at(at + total);
        }
        if at + length > self.end {
            return self.short(Layer::Ipv4, at, length);
        }
        self.network_kind = Network::Ipv4;
        self.protocol = header[9];
        self.transport = at + length;
        self.payload = self.transport;
        let fragment = be16(header, 6);
        if fragment & 0x3fff != 0 {
            self.flags |= PacketFlags::FRAGMENT;
            if fragment & 0x1fff != 0 {
                self.flags |= PacketFlags::LATER_FRAGMENT;
                return;
            }
        }
        if self.transport > self.data.len() {
            self.flags |= PacketFlags::TRUNCATED;
            return;
        }
        transport::parse(self);
    }

    fn read_ipv6(&mut self) {
        let at = self.network;
        let Some(header) = self.header::<40>(Layer::Ipv6, at) else {
            return;
        };
        if header[0] >> 4 != 6 {
            let got = usize::from(header[0] >> 4);
            return self.fail(Layer::Ipv6, at, Problem::Version, 6, got);
        }
        self.network_kind = Network::Ipv6;
        self.transport = at + 40;
        self.payload = self.transport;
        self.protocol = header[6];
        let length = usize::from(be16(header, 4));
        if length != 0 {
            self.close_at(at + 40 + length);
        }
        if protocol::is_ipv6_extension(self.protocol) && !ipv6::skip_extensions(self, length == 0) {
            return;
        }
        transport::parse(self);
    }
}
