//! Transport headers: what makes the tuple is read at once, the rest on request.

use super::bytes::{be16, chunk};
use super::error::{Layer, Problem};
use super::flags::PacketFlags;
use super::packet::{Packet, Transport};
use super::protocol;

/// Reads the transport header of `packet`, whose protocol and place are known.
#[inline]
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
        packet.source_port = be16(header, 0);
        packet.destination_port = be16(header, 2);
    }
}

#[inline]
fn tcp(packet: &mut Packet<'_>) {
    let at = packet.transport;
    let Some(header) = packet.header::<20>(Layer::Tcp, at) else {
        return ports_only(packet);
    };
    packet.source_port = be16(header, 0);
    packet.destination_port = be16(header, 2);
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
    packet.source_port = be16(header, 0);
    packet.destination_port = be16(header, 2);
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
            // The datagram claims more than the packet that carries it.
            packet.flags |= PacketFlags::TRUNCATED;
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
            packet.source_port = be16(header, 0);
            packet.destination_port = be16(header, 2);
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
            let length = super::gre::header_len(header);
            if at + length > packet.data.len().min(packet.end) {
                return packet.short(Layer::Gre, at, length);
            }
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
