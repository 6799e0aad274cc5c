//! IPv6 (RFC 8200) and its extension headers.

use core::net::Ipv6Addr;

use super::bytes::{be16, be32, chunk};
use super::error::{Layer, Problem};
use super::flags::PacketFlags;
use super::packet::Packet;
use super::protocol;

/// Extension headers that are followed.
const MOST: usize = 16;
/// Option type of a jumbo payload, RFC 2675 section 2.
const JUMBO: u8 = 0xc2;

/// The fixed header, 40 bytes.
#[derive(Clone, Copy, Debug)]
pub struct Ipv6<'a>(pub(super) &'a [u8; 40]);

impl Ipv6<'_> {
    /// Traffic class: DSCP in the upper six bits, ECN in the lower two.
    #[must_use]
    pub const fn traffic_class(&self) -> u8 {
        self.0[0] << 4 | self.0[1] >> 4
    }

    /// Flow label (20 bits).
    #[must_use]
    pub const fn flow_label(&self) -> u32 {
        be32(self.0, 0) & 0xf_ffff
    }

    /// Length in bytes of all that follows this header; 0 with a jumbo payload.
    #[must_use]
    pub const fn payload_len(&self) -> u16 {
        be16(self.0, 4)
    }

    /// Number of the header that follows.
    #[must_use]
    pub const fn next_header(&self) -> u8 {
        self.0[6]
    }

    /// Hop limit.
    #[must_use]
    pub const fn hop_limit(&self) -> u8 {
        self.0[7]
    }

    /// Sender.
    #[must_use]
    pub fn source(&self) -> Ipv6Addr {
        address(self.0, 8)
    }

    /// Receiver.
    #[must_use]
    pub fn destination(&self) -> Ipv6Addr {
        address(self.0, 24)
    }
}

fn address(header: &[u8; 40], at: usize) -> Ipv6Addr {
    Ipv6Addr::from(*chunk::<16>(header, at).unwrap_or(&[0; 16]))
}

/// Skips extension headers up to the transport header; `false` where there is none to read.
/// `is_jumbo`: the payload length was 0, so that a jumbo option may tell it.
#[inline(never)]
pub(super) fn skip_extensions(packet: &mut Packet<'_>, is_jumbo: bool) -> bool {
    for _ in 0..MOST {
        if !protocol::is_ipv6_extension(packet.protocol) {
            return true;
        }
        let at = packet.transport;
        let Some(&[next, length, ..]) = packet.header::<8>(Layer::Ipv6Extension, at) else {
            return false;
        };
        let length = match packet.protocol {
            protocol::FRAGMENT => 8,
            // In units of four bytes, less two: RFC 4302 section 2.2.
            protocol::AH => (usize::from(length) + 2) * 4,
            _ => (usize::from(length) + 1) * 8,
        };
        if at + length > packet.end {
            let got = packet.end - at;
            packet.fail(Layer::Ipv6Extension, at, Problem::Header, length, got);
            return false;
        }
        match packet.protocol {
            protocol::HOP_BY_HOP if is_jumbo => jumbo(packet, at, at + length),
            protocol::FRAGMENT => {
                let field = chunk::<4>(packet.data, at).map_or(0, |header| be16(header, 2));
                // A fragment of one piece is a whole packet (RFC 6946).
                if field & 0xfff9 != 0 {
                    packet.flags |= PacketFlags::FRAGMENT;
                }
                if field & 0xfff8 != 0 {
                    packet.flags |= PacketFlags::LATER_FRAGMENT;
                }
            }
            _ => {}
        }
        packet.protocol = next;
        packet.transport = at + length;
        packet.payload = packet.transport;
        if packet.flags.contains(PacketFlags::LATER_FRAGMENT) {
            return false;
        }
        if packet.transport > packet.data.len() {
            packet.flags |= PacketFlags::TRUNCATED;
            return false;
        }
    }
    if protocol::is_ipv6_extension(packet.protocol) {
        packet.flags |= PacketFlags::DEPTH_LIMIT;
        return false;
    }
    true
}

/// Looks for a jumbo payload option among the hop-by-hop options from `at` to `to`.
fn jumbo(packet: &mut Packet<'_>, at: usize, to: usize) {
    let mut option = at + 2;
    while option + 6 <= to {
        let Some(&[kind, length]) = chunk::<2>(packet.data, option) else {
            return;
        };
        if kind == JUMBO && length == 4 {
            if let Some(value) = chunk::<4>(packet.data, option + 2) {
                packet.close_at((packet.network + 40).saturating_add(be32(value, 0) as usize));
            }
            return;
        }
        // One byte of padding has no length.
        option += if kind == 0 {
            1
        } else {
            2 + usize::from(length)
        };
    }
}
