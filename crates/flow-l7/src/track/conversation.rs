//! Both directions of a TCP connection: finds the protocol and hands bytes to its parser.

use core::mem;
use std::boxed::Box;
use std::sync::Arc;
use std::vec::Vec;

use super::added::Messages;
use super::context::{Context, Position};
use super::dns_tcp::DnsTcp;
use super::framed::FramedParser;
use super::http1::Http1;
use super::http2::Http2;
use super::kafka::Kafka;
use super::protocol::{self, Protocol};
use super::reassembler::{Piece, Reader};
use super::roles::TransportKind;
use super::stats::TrackerStats;
use super::stream_parser::{Next, StreamParser};
use super::tls::Tls;
use crate::{L7Protocol, Preface, StreamStart, detect_stream, preface};
use flow_core::flow::Side;

/// Which protocol it is.
enum Phase {
    /// Not known yet.
    Unknown,
    Known(Box<dyn StreamParser>),
    /// Nothing that is followed.
    Over,
}

/// What the first bytes of a side tell.
enum Found {
    /// More of them are needed.
    More,
    Nothing,
    /// A protocol that is not asked for.
    NotFollowed,
    Parser(Box<dyn StreamParser>),
}

/// First bytes of a side that do not tell the protocol yet, and when they came.
#[derive(Default)]
struct First {
    bytes: Vec<u8>,
    began: u64,
    position: Position,
}

/// Both directions of a TCP connection.
pub(super) struct Conversation {
    phase: Phase,
    /// Whether the beginning of a side was missed.
    is_joined: [bool; 2],
    /// Whether bytes of a side were missed since.
    is_hole: [bool; 2],
    first: [First; 2],
    /// Protocols that the embedder added.
    protocols: Arc<[Arc<dyn Protocol>]>,
}

impl Conversation {
    pub(super) fn new(is_joined: [bool; 2], protocols: Arc<[Arc<dyn Protocol>]>) -> Self {
        Self {
            phase: Phase::Unknown,
            is_joined,
            is_hole: [false; 2],
            first: Default::default(),
            protocols,
        }
    }

    fn known(&self) -> Option<&dyn StreamParser> {
        match &self.phase {
            Phase::Known(parser) => Some(&**parser),
            Phase::Unknown | Phase::Over => None,
        }
    }

    /// Which side is the client, where that is known.
    pub(super) fn client(&self) -> Option<Side> {
        self.known().and_then(StreamParser::client)
    }

    pub(super) fn pending(&self) -> usize {
        self.known().map_or(0, StreamParser::pending)
    }

    pub(super) fn is_unfinished(&self) -> bool {
        self.known().is_some_and(StreamParser::is_unfinished)
    }

    pub(super) fn heap_len(&self) -> usize {
        let first = |first: &First| first.bytes.capacity();
        let first: usize = self.first.iter().map(first).sum();
        first + self.known().map_or(0, StreamParser::heap_len)
    }

    fn bytes(&mut self, side: Side, data: &[u8], time: u64, context: &mut Context<'_>) {
        let parser = match &mut self.phase {
            Phase::Over => return,
            Phase::Unknown => return self.choose(side, data, time, context),
            Phase::Known(parser) => parser,
        };
        let taken = match parser.bytes(side, data, time, context) {
            Next::Same => return,
            Next::Over => {
                self.phase = Phase::Over;
                return;
            }
            Next::Choose(taken) => {
                self.phase = Phase::Unknown;
                (self.is_joined, self.is_hole) = ([false; 2], [false; 2]);
                taken
            }
            Next::Turn(taken, parser) => {
                self.phase = Phase::Known(parser);
                taken
            }
        };
        if let Some(rest @ [_, ..]) = data.get(taken..) {
            context.position = context.position.after(taken);
            self.bytes(side, rest, time, context);
        }
    }

    fn choose(&mut self, side: Side, data: &[u8], time: u64, context: &mut Context<'_>) {
        let mut first = mem::take(&mut self.first[side.index()]);
        let now = context.position;
        let (text, rest, began) = if first.bytes.is_empty() {
            first.position = now;
            (data, &[][..], time)
        } else {
            let room = context.limits().head.saturating_sub(first.bytes.len());
            let (data, rest) = data.split_at(data.len().min(room));
            first.bytes.extend_from_slice(data);
            (&first.bytes[..], rest, first.began)
        };
        let mut is_joined = self.is_joined;
        is_joined[side.index()] = false;
        let other = protocol::find(&self.protocols, TransportKind::Stream, context.flow, text);
        let found = match other {
            Ok((protocol, is_client)) => {
                let client = if is_client { side } else { side.other() };
                Found::Parser(Box::new(Messages::new(protocol, client, is_joined)))
            }
            Err(is_more_needed) => match self.own(side, text, context) {
                Found::Nothing if is_more_needed => Found::More,
                found => found,
            },
        };
        match found {
            Found::NotFollowed => {
                self.phase = Phase::Over;
                self.first = Default::default();
            }
            Found::Parser(parser) => {
                self.phase = Phase::Known(parser);
                let mut other = mem::take(&mut self.first[side.other().index()]);
                if !self
                    .known()
                    .is_some_and(|parser| parser.can_begin(&other.bytes))
                {
                    other.bytes.clear();
                }
                let is_after = !other.bytes.is_empty() && other.began < began;
                if is_after {
                    context.position = other.position;
                    self.bytes(side.other(), &other.bytes, other.began, context);
                }
                context.position = first.position;
                self.bytes(side, text, began, context);
                if !rest.is_empty() {
                    context.position = now.after(data.len() - rest.len());
                    self.bytes(side, rest, time, context);
                }
                if !is_after && !other.bytes.is_empty() {
                    context.position = other.position;
                    self.bytes(side.other(), &other.bytes, other.began, context);
                }
            }
            Found::More => self.hold(side, (data, first, began), context),
            Found::Nothing => {
                let (skipped, is_begun) = after_prefaces(text);
                let position = first.position.after(skipped);
                let left = text.get(skipped..).unwrap_or_default();
                if is_begun {
                    self.hold(side, (data, first, began), context);
                } else if skipped > 0 && !left.is_empty() {
                    let left = left.to_vec();
                    context.position = position;
                    self.choose(side, &left, time, context);
                } else if skipped == 0 && !first.bytes.is_empty() {
                    // What was held was something else.
                    context.position = now;
                    self.choose(side, data, time, context);
                }
            }
        }
    }

    /// Keeps what came of a side until more of it is there.
    fn hold(&mut self, side: Side, held: (&[u8], First, u64), context: &Context<'_>) {
        let (data, mut first, began) = held;
        if first.bytes.is_empty() {
            first.bytes = data.to_vec();
        }
        if first.bytes.len() < context.limits().head {
            first.began = began;
            self.first[side.index()] = first;
        }
    }

    /// Which of our own protocols a side speaks.
    fn own(&self, side: Side, text: &[u8], context: &Context<'_>) -> Found {
        let ports = (context.flow.source.port, context.flow.destination.port);
        let (protocol, is_client) = match detect_stream(text, ports) {
            StreamStart::Found {
                protocol,
                is_client,
            } => (protocol, is_client),
            StreamStart::More => return Found::More,
            StreamStart::Other => return Found::Nothing,
        };
        if !context.limits().protocols.contains(protocol) {
            return Found::NotFollowed;
        }
        let client = match is_client {
            Some(true) => side,
            Some(false) => side.other(),
            None => lower_port(context, side).other(),
        };
        let mut is_joined = self.is_joined;
        is_joined[side.index()] = false;
        Found::Parser(match protocol {
            L7Protocol::Http1 => {
                Box::new(Http1::new(client, is_joined, self.is_hole[client.index()]))
            }
            L7Protocol::Http2 => Box::new(Http2::new(client, is_client.is_some(), self.is_joined)),
            L7Protocol::Tls => Box::new(Tls::new(client)),
            L7Protocol::Kafka => Box::new(FramedParser::new(Kafka::new(client), is_joined)),
            L7Protocol::Dns => Box::new(FramedParser::new(DnsTcp::default(), is_joined)),
            // It is no protocol of TCP.
            L7Protocol::Quic => return Found::Nothing,
        })
    }

    /// Gives up what waits; gives how many there were.
    pub(super) fn clear(&mut self) -> u64 {
        match &mut self.phase {
            Phase::Unknown | Phase::Over => 0,
            Phase::Known(parser) => parser.clear(),
        }
    }

    pub(super) fn end(&mut self, side: Side, context: &mut Context<'_>) {
        if let Phase::Known(parser) = &mut self.phase {
            parser.end(side, context);
        }
    }
}

/// How many bytes precede the first protocol, and whether they go on.
fn after_prefaces(text: &[u8]) -> (usize, bool) {
    let mut skipped = 0;
    loop {
        match preface(text.get(skipped..).unwrap_or_default()) {
            Preface::Length(length) => skipped += length,
            Preface::More => return (skipped, true),
            Preface::None => return (skipped, false),
        }
    }
}

/// The side with the lower port: that of the server, mostly. `sender` sent the packet.
fn lower_port(context: &Context<'_>, sender: Side) -> Side {
    if context.flow.source.port < context.flow.destination.port {
        sender
    } else {
        sender.other()
    }
}

/// Reads one direction of a conversation.
pub(super) struct SideReader<'a, 'd> {
    pub(super) conversation: &'a mut Conversation,
    pub(super) side: Side,
    pub(super) context: &'a mut Context<'d>,
}

impl Reader for SideReader<'_, '_> {
    fn bytes(&mut self, piece: &Piece<'_>) {
        self.context.now = piece.now;
        self.context.position = Position {
            sequence: piece.sequence,
            acknowledged: piece.acknowledged,
        };
        let (data, came) = (piece.data, piece.came);
        self.conversation.bytes(self.side, data, came, self.context);
    }

    fn hole(&mut self, length: Option<u32>, now: u64) {
        self.context.now = now;
        match &mut self.conversation.phase {
            Phase::Over => {}
            Phase::Unknown => {
                self.conversation.is_joined[self.side.index()] = true;
                self.conversation.is_hole[self.side.index()] = true;
                self.conversation.first[self.side.index()] = First::default();
            }
            Phase::Known(parser) => parser.hole(self.side, length, self.context),
        }
    }

    fn can_skip(&self, length: u32) -> bool {
        match &self.conversation.phase {
            Phase::Over => true,
            Phase::Unknown => false,
            Phase::Known(parser) => parser.can_skip(self.side, length),
        }
    }

    fn end(&mut self, now: u64) {
        self.context.now = now;
        self.conversation.end(self.side, self.context);
    }

    fn stats(&mut self) -> &mut TrackerStats {
        self.context.stats
    }
}
