//! From the link header to the network header: tags, MPLS, PPPoE, IEEE 802.2.

use super::bytes::be16;
use super::error::{Layer, Problem};
use super::ethertype;
use super::flags::PacketFlags;
use super::link::LinkType;
use super::packet::{Network, Packet};

/// VLAN tags that are followed.
const MOST_TAGS: usize = 8;
/// MPLS labels that are followed.
const MOST_LABELS: usize = 16;

impl Packet<'_> {
    /// Reads the link header and all that follows. The way of most packets, Ethernet and IP, is
    /// one piece of code; all others are called.
    #[inline(always)]
    pub(super) fn read_link(&mut self) {
        if self.link != LinkType::Ethernet {
            return self.read_other_link();
        }
        let at = self.start;
        let Some(header) = self.header::<14>(Layer::Ethernet, at) else {
            return;
        };
        self.behind(at + 14);
        self.ethertype = be16(header, 12);
        match self.ethertype {
            ethertype::IPV4 => self.read_ipv4_inline(),
            number => self.after_link(number),
        }
    }

    #[inline(never)]
    fn read_other_link(&mut self) {
        let at = self.start;
        match self.link {
            LinkType::Ethernet => {}
            LinkType::RawIp => self.read_ip(),
            LinkType::Ipv4 => self.read_ipv4(),
            LinkType::Ipv6 => self.read_ipv6(),
            LinkType::LinuxSll => {
                if let Some(header) = self.header::<16>(Layer::Link, at) {
                    self.behind(at + 16);
                    self.after_cooked(be16(header, 2), be16(header, 14));
                }
            }
            LinkType::LinuxSll2 => {
                if let Some(header) = self.header::<20>(Layer::Link, at) {
                    self.behind(at + 20);
                    self.after_cooked(be16(header, 8), be16(header, 0));
                }
            }
            LinkType::Null | LinkType::Loop => self.read_loopback(),
        }
    }

    /// Goes on behind a header that was read.
    #[inline]
    const fn behind(&mut self, at: usize) {
        self.network = at;
        self.payload = at;
    }

    /// The address family of BSD's loopback: 2 is IPv4, and every system has its own number
    /// for IPv6. It is small in one byte order and large in the other.
    fn read_loopback(&mut self) {
        let at = self.start;
        let Some(header) = self.header::<4>(Layer::Link, at) else {
            return;
        };
        self.behind(at + 4);
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

    /// What follows a Linux cooked header, whose protocol field is an EtherType for most kinds
    /// of devices (`ARPHRD_*` of `linux/if_arp.h`), but not for all.
    fn after_cooked(&mut self, hardware: u16, number: u16) {
        const FRAME_RELAY: u16 = 770;
        const RADIOTAP: u16 = 803;
        const NETLINK: u16 = 824;
        if !matches!(hardware, FRAME_RELAY | RADIOTAP | NETLINK) {
            self.after_link(number);
        }
    }

    /// What follows a link header.
    #[inline(never)]
    fn after_link(&mut self, number: u16) {
        let mut number = number;
        self.ethertype = number;
        for _ in 0..MOST_TAGS {
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
            self.behind(self.network + 4);
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
            _ if number < ethertype::FIRST => self.read_llc(number),
            _ => {}
        }
    }

    /// IEEE 802.2, of which a SNAP header is followed: an EtherType after eight bytes (RFC 1042).
    /// In Ethernet the number is the length; in a Linux cooked header it says what follows.
    fn read_llc(&mut self, number: u16) {
        let at = self.network;
        if self.link == LinkType::Ethernet && number <= ethertype::LONGEST {
            self.close(Layer::Ethernet, self.start, at + usize::from(number));
        }
        if let Some(&[0xaa, 0xaa, 3, 0, 0, 0, high, low]) = self.within::<8>(at) {
            let number = u16::from_be_bytes([high, low]);
            self.behind(at + 8);
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

    /// Labels, of which the last has the bottom bit. What follows them is known by nothing but
    /// its first four bits: other values than the two versions of IP are no error, but mostly
    /// the control word of a pseudowire (RFC 4385), which is not followed.
    fn read_mpls(&mut self) {
        for _ in 0..MOST_LABELS {
            let Some(label) = self.header::<4>(Layer::Mpls, self.network) else {
                return;
            };
            self.behind(self.network + 4);
            if label[2] & 1 != 0 {
                match self.header::<1>(Layer::Mpls, self.network) {
                    Some([0x40..=0x4f]) => self.read_ipv4(),
                    Some([0x60..=0x6f]) => self.read_ipv6(),
                    _ => {}
                }
                return;
            }
        }
        self.flags |= PacketFlags::DEPTH_LIMIT;
    }

    fn read_pppoe(&mut self) {
        let at = self.network;
        let Some(header) = self.header::<6>(Layer::Pppoe, at) else {
            return;
        };
        let length = usize::from(be16(header, 4));
        if length < 2 {
            return self.fail(Layer::Pppoe, at, Problem::TotalLength, 2, length);
        }
        self.close(Layer::Pppoe, at, at + 6 + length);
        let Some(&[first]) = self.header::<1>(Layer::Pppoe, at + 6) else {
            return;
        };
        // An odd first byte is all there is of a number that is compressed (RFC 1661 section 6.5).
        let number = if first & 1 != 0 {
            self.behind(at + 7);
            u16::from(first)
        } else {
            let Some(number) = self.header::<2>(Layer::Pppoe, at + 6) else {
                return;
            };
            self.behind(at + 8);
            be16(number, 0)
        };
        match number {
            0x0021 => self.read_ipv4(),
            0x0057 => self.read_ipv6(),
            _ => {}
        }
    }

    /// IPv4 or IPv6, as the version says.
    pub(super) fn read_ip(&mut self) {
        let at = self.network;
        let Some(&[first]) = self.header::<1>(Layer::Ipv4, at) else {
            return;
        };
        match first >> 4 {
            4 => self.read_ipv4(),
            6 => self.read_ipv6(),
            other => self.fail(Layer::Ipv4, at, Problem::Version, 4, usize::from(other)),
        }
    }
}

#[cfg(test)]
mod tests;
