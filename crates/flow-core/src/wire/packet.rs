//! One packet: where its layers are.

use super::bytes::{between, chunk};
use super::error::{Layer, Problem, WireError};
use super::flags::PacketFlags;
use super::link::LinkType;

/// The end of a packet of which nothing is known, until its own header is read.
const UNKNOWN: usize = usize::MAX >> 1;
/// The end of a packet that goes on beyond what carries it, until its own header is read: a packet
/// in a first fragment, or one that an ICMP error quotes.
pub(super) const OPEN: usize = UNKNOWN - 1;

/// A captured packet, decoded once: the places of its layers, and what flows are made of.
///
/// Decoding never fails. A packet that was cut by the snap length is readable as far as it
/// was captured, and has [`PacketFlags::TRUNCATED`]; one that contradicts itself has an
/// [`error`](Self::error), and the layers before it are readable. Each accessor returns `None`
/// where its layer is missing or not whole.
///
/// Work is bounded: 8 VLAN tags, 16 MPLS labels, 16 IPv6 extension headers, 16 entries of a
/// GRE source route, and [`Packet::MAX_DEPTH`] packets in packets; beyond them
/// [`PacketFlags::DEPTH_LIMIT`] is set.
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
    /// End of the innermost container by the lengths in the headers; may lie beyond `data`, and
    /// is [`OPEN`] or more where they have none.
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
    /// The sender's port in the upper half, the receiver's in the lower one: written by one
    /// store, so that a load of both need not wait for two.
    pub(super) ports: u32,
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
    /// `wire_len` is its length on the wire in bytes, which distinguishes a packet that was cut
    /// from one that is malformed. A value below the length of `data` is taken for that length;
    /// `usize::MAX` stands for "not known": then what its headers claim is believed.
    #[inline(always)]
    #[must_use]
    pub fn parse(link: LinkType, data: &'a [u8], wire_len: usize) -> Self {
        Self::parse_at(link, data, 0, wire_len.max(data.len()).min(UNKNOWN), 1)
    }

    /// Decodes a packet inside of another one, which ends at `end`.
    #[inline(never)]
    pub(super) fn parse_inner(
        link: LinkType,
        data: &'a [u8],
        start: usize,
        end: usize,
        depth: u8,
    ) -> Self {
        Self::parse_at(link, data, start, end, depth)
    }

    /// Part of the caller's code, so that a packet of which only some fields are used is not
    /// copied: that would take longer than to decode it.
    #[inline(always)]
    fn parse_at(link: LinkType, data: &'a [u8], start: usize, end: usize, depth: u8) -> Self {
        let mut packet = Self::undecoded(link, data, start, end, depth);
        packet.read_link();
        if packet.end > data.len() && packet.end != UNKNOWN {
            packet.flags |= PacketFlags::TRUNCATED;
        }
        packet
    }

    /// A packet of which nothing is known but where it begins.
    #[inline]
    pub(super) const fn undecoded(
        link: LinkType,
        data: &'a [u8],
        start: usize,
        end: usize,
        depth: u8,
    ) -> Self {
        Self {
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
            ports: 0,
            tcp_flags: 0,
            flags: PacketFlags::NONE,
            error: None,
        }
    }

    /// The bytes of a header of `N` bytes at `at`. Where they are not all there, notes why.
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
            let got = self.end.saturating_sub(at);
            self.fail(layer, at, Problem::Header, needed, got);
        }
    }

    /// Notes what is wrong with the header at `at`, unless something outside of it is.
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
        self.error = self.error.or(Some(WireError {
            layer,
            offset: narrow(at),
            problem,
            needed: narrow(needed),
            got: narrow(got),
        }));
    }

    /// What the header at `at` contains ends at `end` by its own length. A claim beyond the end
    /// of what is around it is an error, and what is there is read.
    #[inline]
    pub(super) fn close(&mut self, layer: Layer, at: usize, end: usize) {
        if end <= self.end {
            self.end = end;
        } else {
            self.fail(layer, at, Problem::Beyond, end - at, self.end - at);
        }
    }

    /// `N` bytes at `at` that are captured and belong to this packet; notes nothing where they are not.
    pub(super) fn within<const N: usize>(&self, at: usize) -> Option<&'a [u8; N]> {
        chunk(between(self.data, 0, self.end), at)
    }
}

#[cfg(test)]
mod tests {
    use super::super::frames::{error, ethernet, ipv4, tcp, udp, whole};
    use super::*;

    fn frame() -> Vec<u8> {
        ethernet(0x0800, &ipv4(6, &tcp(0x018, &[], b"payload")))
    }

    #[test]
    fn a_whole_packet_has_every_layer_and_no_flag() {
        let frame = frame();
        let packet = whole(LinkType::Ethernet, &frame);
        assert!(packet.flags().is_empty());
        assert_eq!(packet.error(), None);
        assert_eq!(
            (packet.link_type(), packet.depth()),
            (LinkType::Ethernet, 1)
        );
        assert_eq!(packet.bytes(), frame);
        assert_eq!(
            (packet.payload(), packet.payload_len()),
            (&b"payload"[..], 7)
        );
    }

    #[test]
    fn the_snap_length_leaves_what_is_there() {
        let frame = frame();
        let at = |length: usize| Packet::parse(LinkType::Ethernet, &frame[..length], frame.len());
        for length in 0..frame.len() {
            let packet = at(length);
            assert_eq!(packet.flags(), PacketFlags::TRUNCATED, "{length} bytes");
            assert_eq!(packet.error(), None);
            assert_eq!(packet.ethernet().is_some(), length >= 14);
            assert_eq!(packet.ipv4().is_some(), length >= 34);
            assert_eq!(packet.source_port(), if length >= 38 { 1000 } else { 0 });
            assert_eq!(packet.tcp().is_some(), length >= 54);
            assert_eq!(
                packet.payload().len(),
                length.saturating_sub(54).min(7) + {
                    // What is behind the last header that could be read.
                    let last = [14, 34, 54].iter().rev().find(|end| length >= **end);
                    if length < 54 {
                        length - last.unwrap_or(&0)
                    } else {
                        0
                    }
                }
            );
        }
        assert_eq!(at(60).payload_len(), 7, "the headers have it");
    }

    #[test]
    fn padding_of_the_frame_is_no_payload() {
        let mut frame = ethernet(0x0800, &ipv4(17, &udp(53, b"q")));
        frame.resize(60, 0xee);
        let packet = whole(LinkType::Ethernet, &frame);
        assert!(packet.flags().is_empty());
        assert_eq!((packet.payload(), packet.payload_len()), (&b"q"[..], 1));
    }

    #[test]
    fn a_claim_beyond_the_frame_is_malformed_and_what_is_there_is_read() {
        let frame = frame();
        let short = &frame[..frame.len() - 3];
        let packet = whole(LinkType::Ethernet, short);
        assert_eq!(packet.flags(), PacketFlags::MALFORMED);
        assert_eq!(error(&packet), (Layer::Ipv4, 14, Problem::Beyond, 47, 44));
        assert_eq!(
            (packet.source_port(), packet.payload()),
            (1000, &b"payl"[..])
        );
        assert_eq!(packet.payload_len(), 4);
    }

    #[test]
    fn with_no_length_on_the_wire_the_headers_are_believed() {
        let frame = frame();
        let packet = Packet::parse(LinkType::Ethernet, &frame, usize::MAX);
        assert!(packet.flags().is_empty());
        let packet = Packet::parse(LinkType::Ethernet, &frame[..56], usize::MAX);
        assert_eq!(packet.flags(), PacketFlags::TRUNCATED);
        assert_eq!((packet.payload(), packet.payload_len()), (&b"pa"[..], 7));
        let arp = ethernet(0x0806, &[0, 1, 8, 0, 6, 4, 0, 1]);
        assert!(
            Packet::parse(LinkType::Ethernet, &arp, usize::MAX)
                .flags()
                .is_empty()
        );
    }

    #[test]
    fn the_outermost_error_is_reported() {
        // The frame is shorter than IPv4 says, and so is the TCP header than it says itself.
        let frame = ethernet(0x0800, &ipv4(6, &tcp(0x002, &[1; 8], b"")));
        let packet = whole(LinkType::Ethernet, &frame[..frame.len() - 4]);
        assert_eq!(error(&packet), (Layer::Ipv4, 14, Problem::Beyond, 48, 44));
        assert!(packet.tcp().is_none());
        assert_eq!(packet.destination_port(), 80);
    }

    #[test]
    fn an_empty_capture_is_no_surprise() {
        for link in [
            LinkType::Ethernet,
            LinkType::RawIp,
            LinkType::Null,
            LinkType::LinuxSll2,
        ] {
            let packet = whole(link, &[]);
            assert_eq!(packet.flags(), PacketFlags::MALFORMED, "{link:?}");
            assert_eq!((packet.bytes(), packet.payload()), (&[][..], &[][..]));
            let packet = Packet::parse(link, &[], 60);
            assert_eq!(packet.flags(), PacketFlags::TRUNCATED, "{link:?}");
        }
    }
}
