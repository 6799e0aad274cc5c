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
    ids: Ids,
    is_over: bool,
}

/// Identifiers of a connection.
struct Ids {
    /// That of the client.
    client: Vec<u8>,
    /// That the keys of both sides come from: what the client called the server at first, or after the
    /// Retry that it followed.
    keys: Vec<u8>,
    /// What the server called itself.
    server: Vec<Vec<u8>>,
    /// What it called itself in Retry packets. The client follows one at most (RFC 9000 section
    /// 17.2.5.2); its next packet shows which.
    retries: Vec<Vec<u8>>,
}

/// Identifiers of a server that are kept.
const IDS: usize = 4;

impl Ids {
    fn heap_len(&self) -> usize {
        let all = self.server.iter().chain(&self.retries);
        let bytes: usize = all.map(Vec::capacity).sum();
        let places = self.server.capacity() + self.retries.capacity();
        self.client.capacity() + self.keys.capacity() + bytes + places * size_of::<Vec<u8>>()
    }
}

fn holds(ids: &[Vec<u8>], id: &[u8]) -> bool {
    ids.iter().any(|known| known == id)
}

fn note(ids: &mut Vec<Vec<u8>>, id: &[u8]) {
    if ids.len() < IDS && !holds(ids, id) {
        ids.push(id.to_vec());
    }
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
            ids: Ids {
                client: header.source_id.to_vec(),
                keys: header.destination_id.to_vec(),
                server: Vec::new(),
                retries: Vec::new(),
            },
            is_over: false,
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
        size_of::<Self>() + halves + self.ids.heap_len() + self.hellos.heap_len()
    }

    pub(super) fn clear(&mut self) -> u64 {
        self.hellos.clear()
    }

    /// Whether nothing more is to be had of it.
    pub(super) const fn is_over(&self) -> bool {
        self.is_over
    }

    /// Whether a datagram begins another connection between the same ends: it is the first of a client,
    /// by identifiers that this connection does not know.
    pub(super) fn is_other(&self, side: Side, segment: &Segment<'_>) -> bool {
        let Ok(header) = LongHeader::parse(segment.payload) else {
            return false;
        };
        if header.kind != PacketKind::Initial || segment.length() < 1200 {
            return false;
        }
        let id = header.destination_id;
        if side != self.client {
            // The other end may be a client too; a server answers with the client's identifier.
            return self.is_over && id != self.ids.client;
        }
        header.source_id != self.ids.client
            || (header.source_id.is_empty()
                && id != self.ids.keys
                && !holds(&self.ids.server, id)
                && !holds(&self.ids.retries, id))
    }

    /// Takes a datagram. Whether nothing more is to be had of the connection.
    pub(super) fn datagram(
        &mut self,
        side: Side,
        segment: &Segment<'_>,
        context: &mut Context<'_>,
    ) -> bool {
        if let Ok(header) = LongHeader::parse(segment.payload) {
            if side != self.client {
                if header.kind == PacketKind::Retry {
                    note(&mut self.ids.retries, header.source_id);
                    return false;
                }
                note(&mut self.ids.server, header.source_id);
            } else if header.kind == PacketKind::Initial
                && holds(&self.ids.retries, header.destination_id)
            {
                // It followed this Retry.
                self.ids.keys = header.destination_id.to_vec();
                self.version = header.version;
            }
        }
        if !self.halves[side.index()].is_over {
            self.hello(side, segment.payload, context);
        }
        let is_over = self.halves[side.index()].is_over;
        // Without the client's hello that of the server would be answered by nothing.
        self.is_over =
            is_over && (side != self.client || self.halves[side.other().index()].is_over);
        self.is_over
    }

    fn hello(&mut self, side: Side, datagram: &[u8], context: &mut Context<'_>) {
        let mut room = [0; ROOM];
        let is_client = side == self.client;
        let mut initials = if is_client {
            Initials::client(&mut room)
        } else {
            match InitialKeys::new(self.version, &self.ids.keys, quic::Side::Server) {
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
