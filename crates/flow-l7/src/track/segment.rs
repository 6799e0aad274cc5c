//! The payload of one packet.

use core::fmt;

use flow_core::flow::TcpFlags;
use flow_core::wire::Packet;

/// The payload of one packet, and where it belongs.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Segment<'a> {
    /// What was captured of it.
    pub payload: &'a [u8],
    /// Its length on the wire in bytes; a value below the length of `payload` is taken for that.
    pub wire_len: u32,
    /// Where it belongs in its stream; `None` for a datagram.
    pub tcp: Option<TcpPosition>,
}

/// Where a payload belongs in a TCP stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TcpPosition {
    /// Sequence number of the segment.
    pub sequence: u32,
    /// Control bits of the segment.
    pub flags: TcpFlags,
    /// Acknowledgment number of the segment, which counts where its flags have
    /// [`ACK`](TcpFlags::ACK): what precedes it in the other direction has arrived, and is not
    /// waited for. `None` where it is not known.
    pub acknowledgement: Option<u32>,
}

impl TcpPosition {
    /// Up to where the sender has received the other direction.
    pub(super) fn received(&self) -> Option<u32> {
        self.acknowledgement
            .filter(|_| self.flags.contains(TcpFlags::ACK))
    }
}

impl<'a> Segment<'a> {
    /// A datagram that was captured as a whole.
    #[must_use]
    pub fn datagram(payload: &'a [u8]) -> Self {
        Self {
            payload,
            wire_len: narrow(payload.len()),
            tcp: None,
        }
    }

    /// A TCP segment that was captured as a whole.
    #[must_use]
    pub fn stream(payload: &'a [u8], sequence: u32, flags: TcpFlags) -> Self {
        Self {
            payload,
            wire_len: narrow(payload.len()),
            tcp: Some(TcpPosition {
                sequence,
                flags,
                acknowledgement: None,
            }),
        }
    }

    /// The same segment with an acknowledgement number; of a datagram nothing changes.
    #[must_use]
    pub fn acknowledging(mut self, acknowledgement: u32) -> Self {
        if let Some(position) = &mut self.tcp {
            position.acknowledgement = Some(acknowledgement);
        }
        self
    }

    /// The payload of a decoded packet, of the innermost one that has an IP header, as in
    /// [`flow_of_packet`](flow_core::decode::flow_of_packet). `None` where it is no TCP or UDP, and
    /// for fragments, but for the first one of a datagram.
    #[must_use]
    pub fn of_packet(packet: &Packet<'a>) -> Option<Self> {
        let mut packet = *packet;
        let mut deepest = packet;
        while let Some((_, inner)) = packet.inner() {
            packet = inner;
            if packet.source_octets().is_some() {
                deepest = packet;
            }
        }
        let payload = deepest.payload();
        if let Some(udp) = deepest.udp() {
            // The first of several fragments holds a part of what the header announces.
            let told = usize::from(udp.length()).saturating_sub(8);
            let wire_len = match deepest.fragment() {
                Some(_) => told.max(payload.len()),
                None => deepest.payload_len(),
            };
            return Some(Self {
                payload,
                wire_len: narrow(wire_len),
                tcp: None,
            });
        }
        let tcp = deepest.tcp()?;
        if deepest.fragment().is_some() {
            return None;
        }
        Some(Self {
            payload,
            wire_len: narrow(deepest.payload_len()),
            tcp: Some(TcpPosition {
                sequence: tcp.sequence(),
                flags: TcpFlags(tcp.flags()),
                acknowledgement: Some(tcp.acknowledgement()),
            }),
        })
    }

    /// Length on the wire in bytes, not less than what was captured.
    pub(super) fn length(&self) -> u32 {
        self.wire_len.max(narrow(self.payload.len()))
    }
}

fn narrow(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Lengths only: what is in a payload may be secret.
impl fmt::Debug for Segment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Segment")
            .field("captured", &self.payload.len())
            .field("wire_len", &self.wire_len)
            .field("tcp", &self.tcp)
            .finish()
    }
}
