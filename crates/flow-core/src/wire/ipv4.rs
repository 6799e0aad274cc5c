//! IPv4 (RFC 791).

use core::net::Ipv4Addr;

use super::bytes::{RawOption, be16, next_option};
use super::error::{Layer, Problem};
use super::flags::PacketFlags;
use super::packet::{Network, Packet};
use super::transport;

/// The header without its options, 20 bytes; and the options, as far as they were captured.
#[derive(Clone, Copy, Debug)]
pub struct Ipv4<'a> {
    pub(super) header: &'a [u8; 20],
    pub(super) options: &'a [u8],
}

impl<'a> Ipv4<'a> {
    /// Type of service: DSCP in the upper six bits, ECN in the lower two.
    #[must_use]
    pub const fn tos(&self) -> u8 {
        self.header[1]
    }

    /// Length of header and payload in bytes; 0 stands for "to the end of the frame".
    #[must_use]
    pub const fn total_len(&self) -> u16 {
        be16(self.header, 2)
    }

    /// Length of header and options in bytes, at least 20.
    #[must_use]
    pub const fn header_len(&self) -> usize {
        (self.header[0] & 0x0f) as usize * 4
    }

    /// Identification of the packet that a fragment belongs to.
    #[must_use]
    pub const fn id(&self) -> u16 {
        be16(self.header, 4)
    }

    /// "Don't fragment".
    #[must_use]
    pub const fn dont_fragment(&self) -> bool {
        self.header[6] & 0x40 != 0
    }

    /// "More fragments".
    #[must_use]
    pub const fn more_fragments(&self) -> bool {
        self.header[6] & 0x20 != 0
    }

    /// Offset of a fragment in bytes.
    #[must_use]
    pub const fn fragment_offset(&self) -> u16 {
        (be16(self.header, 6) & 0x1fff) << 3
    }

    /// Time to live.
    #[must_use]
    pub const fn ttl(&self) -> u8 {
        self.header[8]
    }

    /// Number of the protocol that follows.
    #[must_use]
    pub const fn protocol(&self) -> u8 {
        self.header[9]
    }

    /// Header checksum, not verified.
    #[must_use]
    pub const fn checksum(&self) -> u16 {
        be16(self.header, 10)
    }

    /// Sender.
    #[must_use]
    pub const fn source(&self) -> Ipv4Addr {
        let h = self.header;
        Ipv4Addr::new(h[12], h[13], h[14], h[15])
    }

    /// Receiver.
    #[must_use]
    pub const fn destination(&self) -> Ipv4Addr {
        let h = self.header;
        Ipv4Addr::new(h[16], h[17], h[18], h[19])
    }

    /// The options, one after the other, as far as they were captured.
    #[must_use]
    pub const fn options(&self) -> Ipv4Options<'a> {
        Ipv4Options { rest: self.options }
    }
}

/// One option: section 3.1, and the IANA registry "IP Option Numbers".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ipv4Option<'a> {
    /// Source route: loose (131) or strict (137).
    SourceRoute {
        /// Whether no others may lie between them.
        is_strict: bool,
        /// Pointer and addresses.
        route: &'a [u8],
    },
    /// Routers note themselves (7): pointer and addresses.
    RecordRoute(&'a [u8]),
    /// Routers note the time (68): pointer, overflow and flags, times.
    Timestamp(&'a [u8]),
    /// Routers should look at the packet (148), RFC 2113.
    RouterAlert(u16),
    /// Another option.
    Other {
        /// Its kind: copied flag, class and number.
        kind: u8,
        /// Its data.
        data: &'a [u8],
    },
    /// What remains is no option: a length that is too small, or beyond the end (which, of a
    /// truncated packet, may be that of the capture). Nothing comes after it.
    Malformed(&'a [u8]),
}

/// Iterates over options; padding is left out. See [`Ipv4::options`].
#[derive(Clone, Copy, Debug)]
pub struct Ipv4Options<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Ipv4Options<'a> {
    type Item = Ipv4Option<'a>;

    fn next(&mut self) -> Option<Ipv4Option<'a>> {
        let (kind, data) = match next_option(&mut self.rest)? {
            RawOption::Whole { kind, data } => (kind, data),
            RawOption::Malformed(rest) => return Some(Ipv4Option::Malformed(rest)),
        };
        Some(match (kind, data) {
            (7, _) => Ipv4Option::RecordRoute(data),
            (68, _) => Ipv4Option::Timestamp(data),
            (131 | 137, _) => Ipv4Option::SourceRoute {
                is_strict: kind == 137,
                route: data,
            },
            (148, &[high, low]) => Ipv4Option::RouterAlert(u16::from_be_bytes([high, low])),
            _ => Ipv4Option::Other { kind, data },
        })
    }
}

impl Packet<'_> {
    /// Reads IPv4 and what it carries.
    #[inline(never)]
    pub(super) fn read_ipv4(&mut self) {
        self.read_ipv4_inline();
    }

    /// The same as part of the caller's code.
    #[inline(always)]
    pub(super) fn read_ipv4_inline(&mut self) {
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
            self.close(Layer::Ipv4, at, at + total);
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
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::super::frames::{error, ipv4, ipv4_with, raw, udp};
    use super::super::{Fragment, LinkType};
    use super::*;

    #[test]
    fn every_field() {
        let bytes = ipv4_with(&[], [0x40, 0], 17, &udp(53, b"hi"));
        let packet = raw(&bytes);
        assert!(packet.flags().is_empty());
        let header = packet.ipv4().unwrap();
        assert_eq!(
            (header.tos(), header.total_len(), header.header_len()),
            (0x12, 30, 20)
        );
        assert_eq!((header.id(), header.fragment_offset()), (0xabcd, 0));
        assert_eq!(
            (header.dont_fragment(), header.more_fragments()),
            (true, false)
        );
        assert_eq!(
            (header.ttl(), header.protocol(), header.checksum()),
            (64, 17, 0x5aa5)
        );
        assert_eq!(header.source().octets(), [10, 0, 0, 1]);
        assert_eq!(header.destination().octets(), [10, 0, 0, 2]);
        assert_eq!(header.options().count(), 0);
        assert_eq!((packet.ip_version(), packet.protocol()), (4, Some(17)));
        assert_eq!(packet.source(), Some(IpAddr::from([10, 0, 0, 1])));
        assert_eq!(packet.destination(), Some(IpAddr::from([10, 0, 0, 2])));
        let mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 2];
        assert_eq!(packet.destination_octets(), Some(mapped));
        assert!(packet.ipv6().is_none() && packet.fragment().is_none());
        assert_eq!(packet.ipv6_extensions().count(), 0);
    }

    #[test]
    fn options_are_iterated() {
        let options = [
            148, 4, 0, 0, 1, 131, 3, 4, 7, 3, 4, 68, 4, 5, 0, 137, 3, 4, 222, 2, 0, 9, 9, 9,
        ];
        let bytes = ipv4_with(&options, [0, 0], 17, &udp(53, b""));
        let packet = raw(&bytes);
        assert!(packet.flags().is_empty());
        assert_eq!(
            (
                packet.ipv4().unwrap().header_len(),
                packet.destination_port()
            ),
            (44, 53)
        );
        let found: Vec<_> = packet.ipv4().unwrap().options().collect();
        let route = |is_strict| Ipv4Option::SourceRoute {
            is_strict,
            route: &[4],
        };
        assert_eq!(
            found,
            [
                Ipv4Option::RouterAlert(0),
                route(false),
                Ipv4Option::RecordRoute(&[4]),
                Ipv4Option::Timestamp(&[5, 0]),
                route(true),
                Ipv4Option::Other {
                    kind: 222,
                    data: &[]
                },
            ]
        );
    }

    #[test]
    fn an_option_beyond_the_header_is_flagged() {
        let bytes = ipv4_with(&[1, 7, 4, 0], [0, 0], 17, &udp(53, b""));
        let packet = raw(&bytes);
        assert_eq!(packet.destination_port(), 53);
        let found: Vec<_> = packet.ipv4().unwrap().options().collect();
        assert_eq!(found, [Ipv4Option::Malformed(&[7, 4, 0])]);
    }

    #[test]
    fn options_that_are_cut_off_leave_the_rest_unread() {
        let bytes = ipv4_with(&[1, 1, 148, 4, 0, 0, 1, 1], [0, 0], 17, &udp(53, b""));
        let packet = Packet::parse(LinkType::RawIp, &bytes[..24], bytes.len());
        assert_eq!(
            (packet.flags(), packet.error()),
            (PacketFlags::TRUNCATED, None)
        );
        assert_eq!(
            (packet.protocol(), packet.destination_port()),
            (Some(17), 0)
        );
        assert_eq!(packet.ipv4().unwrap().options().count(), 1);
    }

    #[test]
    fn what_contradicts_itself_is_reported() {
        let good = ipv4(17, &udp(53, b"hi"));
        let with = |at: usize, value: u8| {
            let mut bytes = good.clone();
            bytes[at] = value;
            bytes
        };
        let bytes = with(0, 0x65);
        assert_eq!(
            error(&Packet::parse(LinkType::Ipv4, &bytes, 0)),
            (Layer::Ipv4, 0, Problem::Version, 4, 6)
        );
        let bytes = with(0, 0x44);
        assert_eq!(
            error(&raw(&bytes)),
            (Layer::Ipv4, 0, Problem::HeaderLength, 20, 16)
        );
        let bytes = with(3, 19);
        assert_eq!(
            error(&raw(&bytes)),
            (Layer::Ipv4, 0, Problem::TotalLength, 20, 19)
        );
        assert!(raw(&bytes).ipv4().is_none());
        // Options beyond the end.
        let bytes = with(0, 0x4f);
        assert_eq!(
            error(&raw(&bytes)),
            (Layer::Ipv4, 0, Problem::TotalLength, 60, 30)
        );
        let packet = raw(&good[..19]);
        assert_eq!(error(&packet), (Layer::Ipv4, 0, Problem::Header, 20, 19));
        // More than was on the wire: an error, and all that is there.
        let bytes = with(3, 31);
        let packet = raw(&bytes);
        assert_eq!(error(&packet), (Layer::Ipv4, 0, Problem::Beyond, 31, 30));
        assert_eq!(packet.payload(), b"hi");
    }

    #[test]
    fn a_total_length_of_zero_is_to_the_end() {
        let mut bytes = ipv4(17, &udp(53, b"hi"));
        bytes[2..4].fill(0);
        let packet = raw(&bytes);
        assert!(packet.flags().is_empty());
        assert_eq!((packet.payload(), packet.payload_len()), (&b"hi"[..], 2));
    }

    #[test]
    fn fragments() {
        let datagram = udp(53, &[7; 40]);
        // The first one: ports, and a UDP length beyond it, which is right.
        let bytes = ipv4_with(&[], [0x20, 0], 17, &datagram[..24]);
        let packet = raw(&bytes);
        assert_eq!(
            (packet.flags(), packet.error()),
            (PacketFlags::FRAGMENT, None)
        );
        assert_eq!(
            (packet.destination_port(), packet.payload().len()),
            (53, 16)
        );
        let first = Fragment {
            id: 0xabcd,
            offset: 0,
            more: true,
        };
        assert_eq!(packet.fragment(), Some(first));
        // The last one: no transport header, whatever its bytes.
        let bytes = ipv4_with(&[], [0, 3], 17, &datagram[24..]);
        let packet = raw(&bytes);
        let later = PacketFlags::FRAGMENT | PacketFlags::LATER_FRAGMENT;
        assert_eq!((packet.flags(), packet.error()), (later, None));
        assert_eq!(
            (packet.destination_port(), packet.udp().is_none()),
            (0, true)
        );
        assert_eq!((packet.protocol(), packet.payload().len()), (Some(17), 24));
        let last = Fragment {
            id: 0xabcd,
            offset: 24,
            more: false,
        };
        assert_eq!(packet.fragment(), Some(last));
    }
}
