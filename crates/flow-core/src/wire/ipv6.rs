//! IPv6 (RFC 8200) and its extension headers.

use core::net::Ipv6Addr;

use super::bytes::{be16, be32, between, chunk};
use super::error::{Layer, Problem};
use super::flags::PacketFlags;
use super::packet::{Network, Packet};
use super::{protocol, transport};

/// Extension headers that are followed.
const MOST: usize = 16;
/// Option type of a jumbo payload, RFC 2675 section 2.
const JUMBO: u8 = 0xc2;
/// What fits into the payload length is no jumbo payload, RFC 2675 section 3.
const SMALLEST_JUMBO: usize = 65_536;

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

/// One extension header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ipv6Extension<'a> {
    /// Its number, one of those of which [`protocol::is_ipv6_extension`] is true.
    pub kind: u8,
    /// The header from its first byte on, as far as it was captured. The first byte is the number
    /// of the next header, the second is the length (but in a fragment header).
    pub bytes: &'a [u8],
}

/// Iterates over the extension headers that were followed. See
/// [`Packet::ipv6_extensions`](super::Packet::ipv6_extensions).
#[derive(Clone, Copy, Debug)]
pub struct Ipv6Extensions<'a> {
    data: &'a [u8],
    at: usize,
    end: usize,
    kind: u8,
}

impl<'a> Ipv6Extensions<'a> {
    /// Those behind the fixed header of `packet`.
    pub(super) fn of(packet: &Packet<'a>) -> Self {
        let header = packet.ipv6();
        Self {
            data: packet.data,
            at: packet.network + 40,
            end: if header.is_some() {
                packet.transport
            } else {
                0
            },
            kind: header.map_or(protocol::NO_NEXT, |header| header.next_header()),
        }
    }
}

impl<'a> Iterator for Ipv6Extensions<'a> {
    type Item = Ipv6Extension<'a>;

    fn next(&mut self) -> Option<Ipv6Extension<'a>> {
        if self.at >= self.end || !protocol::is_ipv6_extension(self.kind) {
            return None;
        }
        let &[next, length] = chunk::<2>(self.data, self.at)?;
        let (kind, at) = (self.kind, self.at);
        self.at += extension_len(kind, length);
        self.kind = next;
        Some(Ipv6Extension {
            kind,
            bytes: between(self.data, at, self.at),
        })
    }
}

/// Length of an extension header in bytes, by its number and its second byte.
const fn extension_len(kind: u8, length: u8) -> usize {
    match kind {
        protocol::FRAGMENT => 8,
        // In units of four bytes, less two: RFC 4302 section 2.2.
        protocol::AH => (length as usize + 2) * 4,
        _ => (length as usize + 1) * 8,
    }
}

impl Packet<'_> {
    pub(super) fn read_ipv6(&mut self) {
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
        // Zero stands for a jumbo payload before its hop-by-hop header, and for "to the end"
        // before what segmentation offload makes longer than 64 KiB; else it is zero.
        let length = usize::from(be16(header, 4));
        let is_open = matches!(
            self.protocol,
            protocol::HOP_BY_HOP | protocol::TCP | protocol::UDP
        );
        if length != 0 || !is_open {
            self.close(Layer::Ipv6, at, at + 40 + length);
        }
        if protocol::is_ipv6_extension(self.protocol) && !self.skip_extensions(length == 0) {
            return;
        }
        transport::parse(self);
    }

    /// Skips extension headers up to the transport header; `false` where there is none to read.
    /// `is_jumbo`: the payload length was 0, so that a jumbo option may hold it.
    #[inline(never)]
    fn skip_extensions(&mut self, is_jumbo: bool) -> bool {
        for _ in 0..MOST {
            if !protocol::is_ipv6_extension(self.protocol) {
                return true;
            }
            let at = self.transport;
            let Some(header) = self.header::<8>(Layer::Ipv6Extension, at) else {
                return false;
            };
            let length = extension_len(self.protocol, header[1]);
            if at + length > self.end {
                let got = self.end - at;
                self.fail(Layer::Ipv6Extension, at, Problem::Header, length, got);
                return false;
            }
            match self.protocol {
                protocol::HOP_BY_HOP if is_jumbo => self.read_jumbo(at, at + length),
                protocol::FRAGMENT => {
                    let field = be16(header, 2);
                    // A fragment of one piece is a whole packet (RFC 6946).
                    if field & 0xfff9 != 0 {
                        self.flags |= PacketFlags::FRAGMENT;
                    }
                    if field & 0xfff8 != 0 {
                        self.flags |= PacketFlags::LATER_FRAGMENT;
                    }
                }
                _ => {}
            }
            self.protocol = header[0];
            self.transport = at + length;
            self.payload = self.transport;
            if self.flags.contains(PacketFlags::LATER_FRAGMENT) {
                return false;
            }
            if self.transport > self.data.len() {
                self.flags |= PacketFlags::TRUNCATED;
                return false;
            }
        }
        if protocol::is_ipv6_extension(self.protocol) {
            self.flags |= PacketFlags::DEPTH_LIMIT;
            return false;
        }
        true
    }

    /// Looks for a jumbo payload option among the hop-by-hop options at `at`, which end at `to`.
    fn read_jumbo(&mut self, at: usize, to: usize) {
        let mut option = at + 2;
        while option + 6 <= to {
            let Some(&[kind, length]) = chunk::<2>(self.data, option) else {
                return;
            };
            if kind == JUMBO && length == 4 {
                let Some(value) = chunk::<4>(self.data, option + 2) else {
                    return;
                };
                let length = be32(value, 0) as usize;
                let network = self.network;
                if length < SMALLEST_JUMBO {
                    let problem = Problem::TotalLength;
                    self.fail(Layer::Ipv6Extension, at, problem, SMALLEST_JUMBO, length);
                } else {
                    let end = (network + 40).saturating_add(length);
                    self.close(Layer::Ipv6, network, end);
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
}

#[cfg(test)]
mod tests;
