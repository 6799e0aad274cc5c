//! QUIC: the hellos in its Initial packets.

use std::vec::Vec;

use super::context::Context;
use super::segment::Segment;
use super::tls::{Hellos, Took};
use crate::quic::{self, InitialKeys, Initials, LongHeader, PacketKind, QuicVersion};
use flow_core::flow::Side;

/// Room for a hello that comes in several packets.
const ROOM: usize = 8 << 10;
/// Datagrams of each side that are looked at.
const MOST: usize = 8;

/// One direction.
#[derive(Default)]
struct Half {
    /// Datagrams with a part of the hello.
    datagrams: Vec<Vec<u8>>,
    began: u64,
    seen: usize,
    is_over: bool,
}

/// A connection over QUIC, up to the hello of the server.
pub(super) struct Quic {
    client: Side,
    halves: [Half; 2],
    hellos: Hellos,
    version: QuicVersion,
    /// Identifier that the keys of both sides come from; none after a Retry, until the client's
    /// next packet.
    id: Option<Vec<u8>>,
}

impl Quic {
    /// Of a datagram that can be the first of a client: its Initial packet.
    pub(super) fn begin(side: Side, segment: &Segment<'_>) -> Option<Self> {
        let header = LongHeader::parse(segment.payload).ok()?;
        // A client fills its first datagram to 1,200 bytes: RFC 9000 section 14.1.
        let is_first = header.kind == PacketKind::Initial && segment.length() >= 1200;
        is_first.then(|| Self {
            client: side,
            halves: Default::default(),
            hellos: Hellos::new(true),
            version: header.version,
            id: Some(header.destination_id.to_vec()),
        })
    }

    pub(super) fn pending(&self) -> usize {
        self.hellos.pending()
    }

    pub(super) fn heap_len(&self) -> usize {
        let datagrams = |half: &Half| {
            let bytes: usize = half.datagrams.iter().map(Vec::capacity).sum();
            bytes + half.datagrams.capacity() * size_of::<Vec<u8>>()
        };
        let halves: usize = self.halves.iter().map(datagrams).sum();
        let id = self.id.as_ref().map_or(0, Vec::capacity);
        size_of::<Self>() + halves + id + self.hellos.heap_len()
    }

    pub(super) fn clear(&mut self) -> u64 {
        self.hellos.clear()
    }

    /// Takes a datagram. Whether nothing more is to be had of the connection.
    pub(super) fn datagram(
        &mut self,
        side: Side,
        segment: &Segment<'_>,
        context: &mut Context<'_>,
    ) -> bool {
        let header = LongHeader::parse(segment.payload);
        if side != self.client && header.is_ok_and(|header| header.kind == PacketKind::Retry) {
            self.id = None;
            return false;
        }
        if side == self.client
            && self.id.is_none()
            && let Ok(header) = header
            && header.kind == PacketKind::Initial
        {
            self.id = Some(header.destination_id.to_vec());
            self.version = header.version;
        }
        if !self.halves[side.index()].is_over {
            self.hello(side, segment.payload, context);
        }
        let is_over = self.halves[side.index()].is_over;
        // Without the client's hello that of the server would be answered by nothing.
        is_over && (side != self.client || self.halves[side.other().index()].is_over)
    }

    fn hello(&mut self, side: Side, datagram: &[u8], context: &mut Context<'_>) {
        let mut room = [0; ROOM];
        let is_client = side == self.client;
        let mut initials = if is_client {
            Initials::client(&mut room)
        } else {
            let id = self.id.as_deref().unwrap_or_default();
            match InitialKeys::new(self.version, id, quic::Side::Server) {
                Some(keys) => Initials::server(&mut room, keys),
                None => return,
            }
        };
        let half = &mut self.halves[side.index()];
        if half.datagrams.is_empty() {
            half.began = context.now();
        }
        for held in &half.datagrams {
            // Each of them was decrypted before.
            let _ = initials.take(held);
        }
        half.seen += 1;
        let is_taken = match initials.take(datagram) {
            Ok(()) => true,
            Err(error) if error.is_truncated() => {
                context.stats.truncated += 1;
                false
            }
            Err(_) => {
                context.stats.malformed += 1;
                false
            }
        };
        let message = initials
            .messages()
            .next()
            .filter(|message| message.is_whole());
        if let Some(message) = message {
            let (sender, began) = ((side, is_client), half.began);
            if matches!(
                self.hellos.take(sender, &message, began, context),
                Took::Other
            ) {
                context.stats.malformed += 1;
            }
            half.is_over = true;
        } else {
            let held: usize = half.datagrams.iter().map(Vec::len).sum();
            let is_room = held + datagram.len() <= context.limits().head;
            if half.seen >= MOST || !is_room {
                context.stats.truncated += 1;
                half.is_over = true;
            } else if is_taken {
                half.datagrams.push(datagram.to_vec());
            }
        }
        if half.is_over {
            half.datagrams = Vec::new();
        }
    }
}
