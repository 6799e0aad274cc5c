//! Connections that speak a protocol of the embedder's.

use core::mem;
use std::boxed::Box;
use std::sync::Arc;
use std::vec::Vec;

use super::context::Context;
use super::parse_context::ParseContext;
use super::pending_messages::PendingMessages;
use super::protocol::{Protocol, ProtocolParser};
use super::roles::{Pairing, Parsed, Role};
use super::stream_parser::{Next, StreamParser};
use flow_core::flow::Side;
use flow_core::record::RecordFlags;

/// One direction.
#[derive(Default)]
struct Half {
    /// What is there of a message that is not whole, and when it began.
    bytes: Vec<u8>,
    began: u64,
    /// Bytes of the last message that are still to come.
    skip: usize,
    /// Whether the beginning of a message has to be found first.
    is_lost: bool,
}

/// A connection.
pub(super) struct Messages {
    protocol: Arc<dyn Protocol>,
    parser: Box<dyn ProtocolParser>,
    client: Side,
    halves: [Half; 2],
    pending: PendingMessages,
}

impl Messages {
    /// `is_joined` says of each side that its beginning was missed.
    pub(super) fn new(protocol: &Arc<dyn Protocol>, client: Side, is_joined: [bool; 2]) -> Self {
        Self {
            protocol: Arc::clone(protocol),
            parser: protocol.parser(),
            client,
            halves: is_joined.map(|is_lost| Half {
                is_lost,
                ..Half::default()
            }),
            pending: PendingMessages::default(),
        }
    }

    fn role(&self, side: Side) -> Role {
        match side == self.client {
            true => Role::Client,
            false => Role::Server,
        }
    }

    fn parse(&mut self, side: Side, data: &[u8], began: u64, context: &mut Context<'_>) -> Parsed {
        let role = self.role(side);
        let mut context = ParseContext {
            context: context.reborrow(),
            name: self.protocol.name(),
            pairing: self.protocol.pairing(),
            pending: &mut self.pending,
            client: self.client,
            began,
            flags: RecordFlags::NONE,
        };
        match self.parser.parse(role, data, &mut context) {
            // It would be given again and again.
            Parsed::Used(0) => Parsed::Malformed,
            parsed => parsed,
        }
    }

    /// Takes a datagram.
    pub(super) fn datagram(&mut self, side: Side, mut data: &[u8], context: &mut Context<'_>) {
        let now = context.now();
        while !data.is_empty() {
            match self.parse(side, data, now, context) {
                Parsed::Used(length) => data = data.get(length..).unwrap_or_default(),
                Parsed::More => {
                    context.stats.truncated += 1;
                    return;
                }
                Parsed::Malformed => {
                    context.stats.malformed += 1;
                    return;
                }
            }
        }
    }

    /// Where messages begin is not known any more.
    fn lose(&mut self, side: Side, context: &mut Context<'_>) {
        self.halves[side.index()] = Half {
            is_lost: true,
            ..Half::default()
        };
        if self.protocol.pairing() == Pairing::Order {
            // Which of them the next response answers is not known.
            context.stats.unanswered += self.pending.clear();
        }
        self.parser.lost(self.role(side));
    }
}

impl StreamParser for Messages {
    fn bytes(&mut self, side: Side, data: &[u8], time: u64, context: &mut Context<'_>) -> Next {
        let limit = context.limits().head;
        let half = &mut self.halves[side.index()];
        let skipped = half.skip.min(data.len());
        half.skip -= skipped;
        let data = &data[skipped..];
        if data.is_empty() {
            return Next::Same;
        }
        if half.is_lost {
            let role = self.role(side);
            if skipped > 0 || !self.parser.begins(role, data) {
                return Next::Same;
            }
        }
        let half = &mut self.halves[side.index()];
        half.is_lost = false;
        let mut held = mem::take(&mut half.bytes);
        let mut began = half.began;
        let mut text = data;
        if held.is_empty() {
            began = time;
        } else {
            held.extend_from_slice(data);
            text = &held;
        }
        while !text.is_empty() {
            match self.parse(side, text, began, context) {
                Parsed::Used(length) => {
                    self.halves[side.index()].skip = length.saturating_sub(text.len());
                    text = text.get(length..).unwrap_or_default();
                    began = time;
                }
                Parsed::More if text.len() < limit => {
                    let half = &mut self.halves[side.index()];
                    (half.bytes, half.began) = (text.to_vec(), began);
                    return Next::Same;
                }
                Parsed::More => {
                    context.stats.truncated += 1;
                    self.lose(side, context);
                    return Next::Same;
                }
                Parsed::Malformed => {
                    context.stats.malformed += 1;
                    self.lose(side, context);
                    return Next::Same;
                }
            }
        }
        Next::Same
    }

    fn hole(&mut self, side: Side, length: Option<u32>, context: &mut Context<'_>) {
        let half = &mut self.halves[side.index()];
        if let Some(length) = length.map(|length| length as usize)
            && length <= half.skip
        {
            half.skip -= length;
            return;
        }
        context.stats.gaps += u64::from(!half.is_lost);
        context.stats.truncated += u64::from(!half.bytes.is_empty());
        self.lose(side, context);
    }

    fn can_skip(&self, side: Side, length: u32) -> bool {
        length as usize <= self.halves[side.index()].skip
    }

    fn end(&mut self, side: Side, context: &mut Context<'_>) {
        let half = mem::take(&mut self.halves[side.index()]);
        context.stats.truncated += u64::from(!half.bytes.is_empty());
        if side != self.client {
            context.stats.unanswered += self.pending.clear();
        }
    }

    fn client(&self) -> Option<Side> {
        Some(self.client)
    }

    fn pending(&self) -> usize {
        self.pending.len()
    }

    fn is_unfinished(&self) -> bool {
        self.halves.iter().any(|half| !half.bytes.is_empty())
    }

    fn heap_len(&self) -> usize {
        let bytes: usize = self.halves.iter().map(|half| half.bytes.capacity()).sum();
        size_of::<Self>() + bytes + self.pending.heap_len() + self.parser.heap_len()
    }

    fn clear(&mut self) -> u64 {
        self.pending.clear()
    }
}
