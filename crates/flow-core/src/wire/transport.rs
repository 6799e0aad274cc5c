//! Transport headers: what makes the tuple is read at once, the rest on request.

use super::bytes::{be16, be32, chunk};
use super::error::{Layer, Problem};
use super::flags::PacketFlags;
use super::packet::{Packet, Transport};
use super::protocol;

/// Reads the transport header of `packet`, whose protocol and place are known.
#[inline(always)]
pub(super) fn parse(packet: &mut Packet<'_>) {
    match packet.protocol {
        protocol::TCP => tcp(packet),
        protocol::UDP | protocol::UDP_LITE => udp(packet),
        _ => other(packet),
    }
}

/// Ports are at the same place in TCP, UDP, UDP-Lite and SCTP, and are there for a packet that
/// is cut soon after them, such as the one that an ICMP error quotes.
#[cold]
fn ports_only(packet: &mut Packet<'_>) {
    let at = packet.transport;
    if at + 4 <= packet.end
        && let Some(header) = chunk::<4>(packet.data, at)
    {
        packet.ports = be32(header, 0);
    }
}

#[inline(always)]
fn tcp(packet: &mut Packet<'_>) {
    let at = packet.transport;
    let Some(header) = packet.header::<20>(Layer::Tcp, at) else {
        return ports_only(packet);
    };
    packet.ports = be32(header, 0);
    packet.tcp_flags = be16(header, 12) & 0x01ff;
    let length = usize::from(header[12] >> 4) * 4;
    if length < 20 {
        return packet.fail(Layer::Tcp, at, Problem::HeaderLength, 20, length);
    }
    if at + length > packet.end {
        let got = packet.end - at;
        return packet.fail(Layer::Tcp, at, Problem::Header, length, got);
    }
    packet.transport_kind = Transport::Tcp;
    packet.payload = at + length;
    if packet.payload > packet.data.len() {
        packet.flags |= PacketFlags::TRUNCATED;
    }
}

#[inline]
fn udp(packet: &mut Packet<'_>) {
    let at = packet.transport;
    let Some(header) = packet.header::<8>(Layer::Udp, at) else {
        return ports_only(packet);
    };
    packet.ports = be32(header, 0);
    let length = usize::from(be16(header, 4));
    // In UDP-Lite the field is the coverage of the checksum. In UDP zero is allowed for a
    // jumbo payload (RFC 2675 section 4).
    if packet.protocol == protocol::UDP && length != 0 {
        if length < 8 {
            return packet.fail(Layer::Udp, at, Problem::TotalLength, 8, length);
        }
        let end = at + length;
        if end <= packet.end {
            packet.end = end;
        } else if !packet.flags.contains(PacketFlags::FRAGMENT) {
            packet.close(Layer::Udp, at, end);
        }
    }
    packet.transport_kind = Transport::Udp;
    packet.payload = at + 8;
}

#[inline(never)]
fn other(packet: &mut Packet<'_>) {
    let at = packet.transport;
    let (kind, length) = match packet.protocol {
        protocol::SCTP => {
            let Some(header) = packet.header::<12>(Layer::Sctp, at) else {
                return ports_only(packet);
            };
            packet.ports = be32(header, 0);
            (Transport::Sctp, 12)
        }
        // Type, code and checksum; what follows depends on the type.
        protocol::ICMP => {
            if packet.header::<4>(Layer::Icmpv4, at).is_none() {
                return;
            }
            (Transport::Icmpv4, 4)
        }
        protocol::ICMPV6 => {
            if packet.header::<4>(Layer::Icmpv6, at).is_none() {
                return;
            }
            (Transport::Icmpv6, 4)
        }
        protocol::IGMP => {
            if packet.header::<8>(Layer::Igmp, at).is_none() {
                return;
            }
            (Transport::Igmp, 8)
        }
        protocol::VRRP => {
            if packet.header::<8>(Layer::Vrrp, at).is_none() {
                return;
            }
            (Transport::Vrrp, 8)
        }
        protocol::GRE => {
            let Some(header) = packet.header::<4>(Layer::Gre, at) else {
                return;
            };
            let Some(length) = super::gre::measure(packet, at, header) else {
                return;
            };
            (Transport::Gre, length)
        }
        protocol::IPV4 | protocol::IPV6 => (Transport::Ip, 0),
        protocol::AH => return authentication(packet),
        _ => return,
    };
    packet.transport_kind = kind;
    packet.payload = at + length;
}

/// An authentication header after IPv4: the protocol it protects follows, RFC 4302.
fn authentication(packet: &mut Packet<'_>) {
    let at = packet.transport;
    let Some(&[next, length, ..]) = packet.header::<12>(Layer::Authentication, at) else {
        return;
    };
    let length = (usize::from(length) + 2) * 4;
    if length < 12 {
        return packet.fail(Layer::Authentication, at, Problem::HeaderLength, 12, length);
    }
    if at + length > packet.data.len().min(packet.end) {
        return packet.short(Layer::Authentication, at, length);
    }
    packet.protocol = next;
    packet.transport = at + length;
    packet.payload = packet.transport;
    // One is enough: a second one in a row is left unread.
    if next != protocol::AH {
        parse(packet);
    }
}

#[cfg(test)]
mod tests {
    use super::super::frames::{error, ipv4, ipv6, raw, tcp, udp};
    use super::super::{LinkType, Packet, PacketFlags, Problem};
    use super::*;

    #[test]
    fn a_protocol_without_a_view_is_payload() {
        for number in [0, 33, 50, 89, 103, 255] {
            let bytes = ipv4(number, b"body");
            let packet = raw(&bytes);
            assert!(packet.flags().is_empty());
            assert_eq!(
                (packet.protocol(), packet.payload()),
                (Some(number), &b"body"[..])
            );
            assert_eq!((packet.source_port(), packet.inner().is_none()), (0, true));
        }
    }

    #[test]
    fn behind_an_authentication_header() {
        let header = |next: u8, length: u8| {
            let mut bytes = [next, length, 0, 0].to_vec();
            bytes.resize((usize::from(length) + 2) * 4, 0xee);
            bytes
        };
        let bytes = ipv4(51, &[header(17, 4), udp(53, b"hi")].concat());
        let packet = raw(&bytes);
        assert!(packet.flags().is_empty());
        assert_eq!(
            (packet.protocol(), packet.destination_port()),
            (Some(17), 53)
        );
        assert_eq!(packet.payload(), b"hi");
        // A second one is left unread.
        let bytes = ipv4(51, &[header(51, 1), header(17, 1), udp(53, b"hi")].concat());
        let packet = raw(&bytes);
        assert_eq!(
            (packet.protocol(), packet.destination_port()),
            (Some(51), 0)
        );
        assert_eq!(packet.payload().len(), 12 + 10);
        // Not whole, and shorter than it can be.
        let bytes = ipv4(51, &header(17, 4)[..23]);
        assert_eq!(
            error(&raw(&bytes)),
            (Layer::Authentication, 20, Problem::Header, 24, 23)
        );
        let bytes = ipv4(51, &[17, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        let expected = (Layer::Authentication, 20, Problem::HeaderLength, 12, 8);
        assert_eq!(error(&raw(&bytes)), expected);
        let bytes = ipv4(51, &[header(17, 4), udp(53, b"hi")].concat());
        let packet = Packet::parse(LinkType::RawIp, &bytes[..40], bytes.len());
        assert_eq!(
            (packet.flags(), packet.error()),
            (PacketFlags::TRUNCATED, None)
        );
        assert_eq!(packet.protocol(), Some(51));
    }

    #[test]
    fn sctp_has_ports_and_chunks() {
        let mut bytes = [0x03, 0xe8, 0x0b, 0x59, 0, 0, 0, 7, 1, 2, 3, 4].to_vec();
        bytes.extend([1, 0, 0, 8, 0, 0, 0, 0, 11, 0, 0, 4]);
        let bytes = ipv6(132, &bytes);
        let packet = raw(&bytes);
        assert!(packet.flags().is_empty());
        let sctp = packet.sctp().unwrap();
        assert_eq!((sctp.source_port(), sctp.destination_port()), (1000, 2905));
        assert_eq!((sctp.verification_tag(), sctp.checksum()), (7, 0x0102_0304));
        let names: Vec<_> = sctp.chunks().map(|chunk| chunk.name()).collect();
        assert_eq!(names, [Some("INIT"), Some("COOKIE_ACK")]);
        assert_eq!(
            (packet.source_port(), packet.destination_port()),
            (1000, 2905)
        );
        let bytes = ipv6(132, &[0x03, 0xe8, 0x0b, 0x59, 0, 0]);
        let packet = raw(&bytes);
        assert_eq!(error(&packet), (Layer::Sctp, 40, Problem::Header, 12, 6));
        assert_eq!(packet.destination_port(), 2905);
    }

    #[test]
    fn tcp_with_each_control_bit_and_options() {
        for bit in 0..9 {
            let bytes = ipv4(6, &tcp(1 << bit, &[2, 4, 5, 0xb4], b"data"));
            let packet = raw(&bytes);
            assert!(packet.flags().is_empty());
            let header = packet.tcp().unwrap();
            assert_eq!((packet.tcp_flags(), header.flags()), (1 << bit, 1 << bit));
            assert_eq!(
                (header.source_port(), header.destination_port()),
                (1000, 80)
            );
            assert_eq!((header.sequence(), header.acknowledgement()), (7, 9));
            assert_eq!(
                (header.window(), header.checksum(), header.urgent()),
                (0x1000, 0x5aa5, 3)
            );
            assert_eq!((header.header_len(), header.options().count()), (24, 1));
            assert_eq!(packet.payload(), b"data");
        }
        // The three reserved bits above are none of them.
        let bytes = ipv4(6, &tcp(0x0e00, &[], b""));
        assert_eq!(raw(&bytes).tcp_flags(), 0);
    }

    #[test]
    fn tcp_that_contradicts_itself_is_reported() {
        let mut segment = tcp(0x002, &[], b"data");
        segment[12] = 0x40;
        let bytes = ipv4(6, &segment);
        let packet = raw(&bytes);
        assert_eq!(
            error(&packet),
            (Layer::Tcp, 20, Problem::HeaderLength, 20, 16)
        );
        assert_eq!((packet.destination_port(), packet.tcp_flags()), (80, 2));
        segment[12] = 0x70;
        let bytes = ipv4(6, &segment);
        let packet = raw(&bytes);
        assert_eq!(error(&packet), (Layer::Tcp, 20, Problem::Header, 28, 24));
        assert!(packet.tcp().is_none() && packet.ipv4().is_some());
        let bytes = ipv4(6, &segment[..12]);
        let packet = raw(&bytes);
        assert_eq!(error(&packet), (Layer::Tcp, 20, Problem::Header, 20, 12));
        assert_eq!(
            (packet.source_port(), packet.destination_port()),
            (1000, 80)
        );
    }

    #[test]
    fn tcp_options_that_were_cut_off() {
        let bytes = ipv4(6, &tcp(0x002, &[2, 4, 5, 0xb4, 3, 3, 7, 0], b""));
        let packet = Packet::parse(LinkType::RawIp, &bytes[..44], bytes.len());
        assert_eq!(
            (packet.flags(), packet.error()),
            (PacketFlags::TRUNCATED, None)
        );
        assert_eq!(packet.tcp().unwrap().options().count(), 1);
        assert_eq!((packet.payload(), packet.payload_len()), (&[][..], 0));
    }
}
