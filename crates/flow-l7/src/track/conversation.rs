//! What the two sides of a TCP connection say to each other.

use core::mem;
use std::boxed::Box;
use std::vec::Vec;

use super::desk::Desk;
use super::dns_tcp::DnsTcp;
use super::http1::Http1;
use super::http2::Http2;
use super::kafka::Kafka;
use super::key::Side;
use super::speech::{Next, Speech};
use super::stats::TrackerStats;
use super::stream::Reader;
use super::tls::Tls;
use crate::{L7Protocol, StreamStart, detect_stream};

/// What is spoken.
enum Phase {
    /// Not known yet.
    Unknown,
    Known(Box<dyn Speech>),
    /// Nothing that is followed.
    Over,
}

/// First bytes of a side that do not tell the protocol yet, and when they came.
#[derive(Default)]
struct First {
    bytes: Vec<u8>,
    began: u64,
}

/// A conversation.
pub(super) struct Talk {
    phase: Phase,
    /// Whether the beginning of a side was missed.
    is_joined: [bool; 2],
    first: [First; 2],
}

impl Talk {
    pub(super) fn new(is_joined: [bool; 2]) -> Self {
        Self {
            phase: Phase::Unknown,
            is_joined,
            first: Default::default(),
        }
    }

    fn known(&self) -> Option<&dyn Speech> {
        match &self.phase {
            Phase::Known(speech) => Some(&**speech),
            Phase::Unknown | Phase::Over => None,
        }
    }

    pub(super) fn waiting(&self) -> usize {
        self.known().map_or(0, Speech::waiting)
    }

    pub(super) fn is_unfinished(&self) -> bool {
        self.known().is_some_and(Speech::is_unfinished)
    }

    pub(super) fn heap_len(&self) -> usize {
        let first = |first: &First| first.bytes.capacity();
        let first: usize = self.first.iter().map(first).sum();
        first + self.known().map_or(0, Speech::heap_len)
    }

    fn bytes(&mut self, side: Side, data: &[u8], time: u64, desk: &mut Desk<'_>) {
        let speech = match &mut self.phase {
            Phase::Over => return,
            Phase::Unknown => return self.choose(side, data, time, desk),
            Phase::Known(speech) => speech,
        };
        let taken = match speech.bytes(side, data, time, desk) {
            Next::Same => return,
            Next::Over => {
                self.phase = Phase::Over;
                return;
            }
            Next::Choose(taken) => {
                self.phase = Phase::Unknown;
                self.is_joined = [false; 2];
                taken
            }
            Next::Turn(taken, speech) => {
                self.phase = Phase::Known(speech);
                taken
            }
        };
        if let Some(rest @ [_, ..]) = data.get(taken..) {
            self.bytes(side, rest, time, desk);
        }
    }

    fn choose(&mut self, side: Side, data: &[u8], time: u64, desk: &mut Desk<'_>) {
        let mut first = mem::take(&mut self.first[side.index()]);
        let (text, rest, began) = if first.bytes.is_empty() {
            (data, &[][..], time)
        } else {
            let room = desk.limits().head.saturating_sub(first.bytes.len());
            let (data, rest) = data.split_at(data.len().min(room));
            first.bytes.extend_from_slice(data);
            (&first.bytes[..], rest, first.began)
        };
        let ports = (desk.flow.source.port, desk.flow.destination.port);
        match detect_stream(text, ports) {
            StreamStart::Found { protocol, .. } if !desk.limits().protocols.contains(protocol) => {
                self.phase = Phase::Over;
                self.first = Default::default();
            }
            StreamStart::Found {
                protocol,
                is_client,
            } => {
                let client = match is_client {
                    Some(true) => side,
                    Some(false) => side.other(),
                    None => lower_port(desk, side).other(),
                };
                let mut is_joined = self.is_joined;
                is_joined[side.index()] = false;
                let speech: Box<dyn Speech> = match protocol {
                    L7Protocol::Http1 => Box::new(Http1::new(client, is_joined)),
                    L7Protocol::Http2 => {
                        Box::new(Http2::new(client, is_client.is_some(), self.is_joined))
                    }
                    L7Protocol::Tls => Box::new(Tls::new(client)),
                    L7Protocol::Kafka => Box::new(Kafka::new(client, is_joined)),
                    L7Protocol::Dns => Box::new(DnsTcp::new(is_joined)),
                    // It is no protocol of TCP.
                    L7Protocol::Quic => return,
                };
                self.phase = Phase::Known(speech);
                let other = mem::take(&mut self.first[side.other().index()]);
                let is_after = !other.bytes.is_empty() && other.began < began;
                if is_after {
                    self.bytes(side.other(), &other.bytes, other.began, desk);
                }
                self.bytes(side, text, began, desk);
                if !rest.is_empty() {
                    self.bytes(side, rest, time, desk);
                }
                if !is_after && !other.bytes.is_empty() {
                    self.bytes(side.other(), &other.bytes, other.began, desk);
                }
            }
            StreamStart::More if text.len() < desk.limits().head => {
                let bytes = match first.bytes.is_empty() {
                    true => data.to_vec(),
                    false => first.bytes,
                };
                self.first[side.index()] = First { bytes, began };
            }
            StreamStart::More | StreamStart::Other => {}
        }
    }

    /// Gives up what waits; gives how many there were.
    pub(super) fn clear(&mut self) -> u64 {
        match &mut self.phase {
            Phase::Unknown | Phase::Over => 0,
            Phase::Known(speech) => speech.clear(),
        }
    }

    pub(super) fn end(&mut self, side: Side, desk: &mut Desk<'_>) {
        if let Phase::Known(speech) = &mut self.phase {
            speech.end(side, desk);
        }
    }
}

/// The side with the lower port: that of the server, mostly. `sender` sent the packet.
fn lower_port(desk: &Desk<'_>, sender: Side) -> Side {
    if desk.flow.source.port < desk.flow.destination.port {
        sender
    } else {
        sender.other()
    }
}

/// One side of a conversation, listened to.
pub(super) struct Ear<'a, 'd> {
    pub(super) talk: &'a mut Talk,
    pub(super) side: Side,
    pub(super) desk: &'a mut Desk<'d>,
}

impl Reader for Ear<'_, '_> {
    fn bytes(&mut self, data: &[u8], time: u64) {
        self.talk.bytes(self.side, data, time, self.desk);
    }

    fn hole(&mut self, length: Option<u32>) {
        match &mut self.talk.phase {
            Phase::Over => {}
            Phase::Unknown => {
                self.talk.is_joined[self.side.index()] = true;
                self.talk.first[self.side.index()] = First::default();
            }
            Phase::Known(speech) => speech.hole(self.side, length, self.desk),
        }
    }

    fn can_skip(&self, length: u32) -> bool {
        match &self.talk.phase {
            Phase::Over => true,
            Phase::Unknown => false,
            Phase::Known(speech) => speech.can_skip(self.side, length),
        }
    }

    fn end(&mut self) {
        self.talk.end(self.side, self.desk);
    }

    fn stats(&mut self) -> &mut TrackerStats {
        self.desk.stats
    }
}
