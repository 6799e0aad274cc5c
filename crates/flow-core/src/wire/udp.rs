//! UDP (RFC 768) and UDP-Lite (RFC 3828).

use super::bytes::be16;

/// The header, 8 bytes.
#[derive(Clone, Copy, Debug)]
pub struct Udp<'a>(pub(super) &'a [u8; 8]);

impl Udp<'_> {
    /// Sender's port.
    #[must_use]
    pub const fn source_port(&self) -> u16 {
        be16(self.0, 0)
    }

    /// Receiver's port.
    #[must_use]
    pub const fn destination_port(&self) -> u16 {
        be16(self.0, 2)
    }

    /// Length of header and payload in bytes; in UDP-Lite the bytes that the checksum covers.
    #[must_use]
    pub const fn length(&self) -> u16 {
        be16(self.0, 4)
    }

    /// Checksum, not verified; 0 is none.
    #[must_use]
    pub const fn checksum(&self) -> u16 {
        be16(self.0, 6)
    }
}

#[cfg(test)]
mod tests {
    use super::super::frames::{error, ipv4, raw, udp};
    use super::super::{Layer, LinkType, Packet, PacketFlags, Problem};

    #[test]
    fn every_field() {
        let mut datagram = udp(53, b"hi");
        datagram[6..8].copy_from_slice(&[0x12, 0x34]);
        let bytes = ipv4(17, &datagram);
        let packet = raw(&bytes);
        assert!(packet.flags().is_empty());
        let header = packet.udp().unwrap();
        assert_eq!(
            (header.source_port(), header.destination_port()),
            (1000, 53)
        );
        assert_eq!((header.length(), header.checksum()), (10, 0x1234));
        assert_eq!((packet.payload(), packet.tcp_flags()), (&b"hi"[..], 0));
        assert!(packet.tcp().is_none() && packet.sctp().is_none());
    }

    #[test]
    fn its_length_bounds_the_payload() {
        let mut datagram = udp(53, b"hi");
        datagram.extend([0xee; 5]);
        let bytes = ipv4(17, &datagram);
        let packet = raw(&bytes);
        assert!(packet.flags().is_empty());
        assert_eq!(packet.payload(), b"hi");
        datagram[5] = 16;
        let bytes = ipv4(17, &datagram);
        let packet = raw(&bytes);
        assert_eq!(error(&packet), (Layer::Udp, 20, Problem::Beyond, 16, 15));
        assert_eq!((packet.udp().is_some(), packet.payload().len()), (true, 7));
        datagram[5] = 7;
        let bytes = ipv4(17, &datagram);
        let packet = raw(&bytes);
        assert_eq!(error(&packet), (Layer::Udp, 20, Problem::TotalLength, 8, 7));
        assert_eq!(
            (packet.udp().is_none(), packet.destination_port()),
            (true, 53)
        );
    }

    #[test]
    fn the_length_of_udp_lite_is_what_the_checksum_covers() {
        let mut datagram = udp(53, b"hello");
        datagram[5] = 8;
        let bytes = ipv4(136, &datagram);
        let packet = raw(&bytes);
        assert!(packet.flags().is_empty());
        assert_eq!(
            (packet.protocol(), packet.destination_port()),
            (Some(136), 53)
        );
        assert_eq!(
            (packet.udp().unwrap().length(), packet.payload()),
            (8, &b"hello"[..])
        );
    }

    #[test]
    fn ports_of_a_header_that_is_not_whole() {
        let bytes = ipv4(17, &udp(53, b"")[..7]);
        let packet = raw(&bytes);
        assert_eq!(error(&packet), (Layer::Udp, 20, Problem::Header, 8, 7));
        assert_eq!(
            (packet.source_port(), packet.destination_port()),
            (1000, 53)
        );
        let bytes = ipv4(17, &udp(53, b"")[..3]);
        assert_eq!(raw(&bytes).source_port(), 0, "both or none");
        let bytes = ipv4(17, &udp(53, b""));
        for (length, port) in [(23, 0), (24, 53), (27, 53), (28, 53)] {
            let packet = Packet::parse(LinkType::RawIp, &bytes[..length], bytes.len());
            assert_eq!(packet.destination_port(), port, "{length} bytes");
            assert_eq!(packet.udp().is_some(), length == 28);
            assert_eq!(packet.flags().contains(PacketFlags::TRUNCATED), length < 28);
        }
    }
}
