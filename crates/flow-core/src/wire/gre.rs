//! GRE (RFC 2784, key and sequence number RFC 2890, source route RFC 1701).

use super::bytes::{be16, be32, chunk};
use super::error::Layer;
use super::flags::PacketFlags;
use super::packet::Packet;

const CHECKSUM: u8 = 0x80;
const ROUTING: u8 = 0x40;
const KEY: u8 = 0x20;
const SEQUENCE: u8 = 0x10;
/// Acknowledgement number, in version 1 (PPTP, RFC 2637 section 4.1).
const ACKNOWLEDGEMENT: u8 = 0x80;
/// Entries of a source route that are followed.
const MOST_ROUTES: usize = 16;

/// Length of the header with the optional fields that its flags announce, but without the
/// source route.
const fn fixed_len(header: &[u8; 4]) -> usize {
    let mut length = 4;
    // Checksum and routing offset share a word.
    if header[0] & (CHECKSUM | ROUTING) != 0 {
        length += 4;
    }
    if header[0] & KEY != 0 {
        length += 4;
    }
    if header[0] & SEQUENCE != 0 {
        length += 4;
    }
    if header[1] & 0x07 == 1 && header[1] & ACKNOWLEDGEMENT != 0 {
        length += 4;
    }
    length
}

/// Length of the whole header at `at`, whose first four bytes are `header`; `None` where it is
/// not all there, which is noted.
pub(super) fn measure(packet: &mut Packet<'_>, at: usize, header: &[u8; 4]) -> Option<usize> {
    let mut length = fixed_len(header);
    if header[0] & ROUTING != 0 && header[1] & 0x07 == 0 {
        length = source_route(packet, at, length)?;
    }
    if at + length > packet.data.len().min(packet.end) {
        packet.short(Layer::Gre, at, length);
        return None;
    }
    Some(length)
}

/// Where the source route ends that begins at `length` (RFC 1701): entries with a header of four
/// bytes, of which the last is the length, up to one that is all zero.
fn source_route(packet: &mut Packet<'_>, at: usize, mut length: usize) -> Option<usize> {
    for _ in 0..MOST_ROUTES {
        let Some(entry) = packet.within::<4>(at + length) else {
            packet.short(Layer::Gre, at, length + 4);
            return None;
        };
        length += 4 + usize::from(entry[3]);
        if be16(entry, 0) == 0 && entry[3] == 0 {
            return Some(length);
        }
    }
    packet.flags |= PacketFlags::DEPTH_LIMIT;
    None
}

/// The header with its optional fields.
#[derive(Clone, Copy, Debug)]
pub struct Gre<'a> {
    pub(super) header: &'a [u8; 4],
    pub(super) whole: &'a [u8],
}

impl Gre<'_> {
    /// Version: 0, or 1 for PPTP.
    #[must_use]
    pub const fn version(&self) -> u8 {
        self.header[1] & 0x07
    }

    /// EtherType of the payload.
    #[must_use]
    pub const fn protocol(&self) -> u16 {
        be16(self.header, 2)
    }

    /// Length of the header with its optional fields, in bytes.
    #[must_use]
    pub const fn header_len(&self) -> usize {
        self.whole.len()
    }

    /// The key; in version 1 (PPTP) payload length and call id.
    #[must_use]
    pub fn key(&self) -> Option<u32> {
        let at = if self.header[0] & (CHECKSUM | ROUTING) == 0 {
            4
        } else {
            8
        };
        let key = chunk::<4>(self.whole, at)?;
        (self.header[0] & KEY != 0).then(|| be32(key, 0))
    }

    /// Whether there is a sequence number.
    #[must_use]
    pub const fn has_sequence(&self) -> bool {
        self.header[0] & SEQUENCE != 0
    }

    /// The sequence number.
    #[must_use]
    pub fn sequence(&self) -> Option<u32> {
        let mut at = 4;
        if self.header[0] & (CHECKSUM | ROUTING) != 0 {
            at += 4;
        }
        if self.header[0] & KEY != 0 {
            at += 4;
        }
        let sequence = chunk::<4>(self.whole, at)?;
        self.has_sequence().then(|| be32(sequence, 0))
    }
}

#[cfg(test)]
mod tests {
    use super::super::frames::{error, ipv4, raw};
    use super::super::{LinkType, Problem};
    use super::*;

    #[test]
    fn optional_fields_in_every_combination() {
        for flags in (0..=255_u8).filter(|flags| flags & (ROUTING | 0x0f) == 0) {
            let mut bytes = [flags, 0, 0x12, 0x34].to_vec();
            if flags & CHECKSUM != 0 {
                bytes.extend([0xcc, 0xcc, 0, 0]);
            }
            if flags & KEY != 0 {
                bytes.extend([0, 0, 1, 2]);
            }
            if flags & SEQUENCE != 0 {
                bytes.extend([0, 0, 0, 9]);
            }
            let length = bytes.len();
            bytes.extend(b"rest");
            let bytes = ipv4(47, &bytes);
            let packet = raw(&bytes);
            assert!(packet.flags().is_empty());
            let gre = packet.gre().unwrap();
            assert_eq!((gre.version(), gre.protocol()), (0, 0x1234));
            assert_eq!(gre.header_len(), length, "flags {flags:#04x}");
            assert_eq!(gre.key(), (flags & KEY != 0).then_some(0x0102));
            assert_eq!(gre.sequence(), (flags & SEQUENCE != 0).then_some(9));
            assert_eq!(packet.payload(), b"rest");
            assert!(packet.inner().is_none(), "an unknown protocol");
        }
    }

    #[test]
    fn version_1_may_acknowledge() {
        let bytes = ipv4(
            47,
            &[
                0x30, 0x81, 0x88, 0x0b, 0, 4, 0, 5, 0, 0, 0, 6, 0, 0, 0, 7, b'p',
            ],
        );
        let packet = raw(&bytes);
        let gre = packet.gre().unwrap();
        assert_eq!(
            (gre.version(), gre.protocol(), gre.header_len()),
            (1, 0x880b, 16)
        );
        assert_eq!((gre.key(), gre.sequence()), (Some(0x0004_0005), Some(6)));
        assert_eq!(packet.payload(), b"p");
        assert!(packet.inner().is_none());
    }

    /// A source route with this many entries of four bytes before its end.
    fn routed(entries: usize) -> Vec<u8> {
        let mut bytes = [ROUTING, 0, 0x08, 0x00, 0, 0, 0, 0].to_vec();
        bytes.extend([0x08, 0x00, 0, 4, 10, 0, 0, 9].repeat(entries));
        bytes.extend([0; 4]);
        bytes.extend(ipv4(17, &[0, 1, 0, 2, 0, 8, 0, 0]));
        ipv4(47, &bytes)
    }

    #[test]
    fn a_source_route_is_skipped() {
        let bytes = routed(2);
        let packet = raw(&bytes);
        assert!(packet.flags().is_empty());
        assert_eq!(packet.gre().unwrap().header_len(), 8 + 16 + 4);
        assert_eq!(packet.inner().unwrap().1.destination_port(), 2);
        let bytes = routed(16);
        assert_eq!(raw(&bytes).flags(), PacketFlags::DEPTH_LIMIT);
        // Without an end.
        let bytes = ipv4(
            47,
            &[ROUTING, 0, 0x08, 0, 0, 0, 0, 0, 8, 0, 0, 4, 10, 0, 0, 9],
        );
        assert_eq!(
            error(&raw(&bytes)),
            (Layer::Gre, 20, Problem::Header, 20, 16)
        );
    }

    #[test]
    fn a_header_that_is_not_whole_is_reported() {
        let bytes = ipv4(47, &[0x20, 0, 8]);
        assert_eq!(error(&raw(&bytes)), (Layer::Gre, 20, Problem::Header, 4, 3));
        let bytes = ipv4(47, &[0x20, 0, 8, 0, 0, 0]);
        let packet = raw(&bytes);
        assert_eq!(error(&packet), (Layer::Gre, 20, Problem::Header, 8, 6));
        assert!(packet.gre().is_none() && packet.ipv4().is_some());
        let packet = Packet::parse(LinkType::RawIp, &bytes[..25], 25);
        assert_eq!(error(&packet).0, Layer::Ipv4);
        let bytes = ipv4(47, &[0x20, 0, 8, 0, 0, 0, 0, 0]);
        let packet = Packet::parse(LinkType::RawIp, &bytes[..25], bytes.len());
        assert_eq!(
            (packet.flags(), packet.error()),
            (PacketFlags::TRUNCATED, None)
        );
    }
}
