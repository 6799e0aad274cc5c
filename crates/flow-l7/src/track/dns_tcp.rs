//! DNS over TCP: each message has its length before it.

use super::context::Context;
use super::dns::{self, Queries};
use super::frames::{Frame, Frames, Prefix, Step};
use super::key::Side;
use super::stream_parser::{Next, StreamParser};
use crate::{L7Protocol, StreamStart, detect_stream};

struct Length;

impl Prefix for Length {
    const LEN: usize = 2;

    fn length(bytes: &[u8]) -> Option<u32> {
        let length = u16::from_be_bytes(*bytes.first_chunk()?);
        // The header of a message.
        (length >= 12).then_some(u32::from(length))
    }
}

/// A connection that speaks DNS.
pub(super) struct DnsTcp {
    queries: Queries,
    halves: [Frames<Length>; 2],
}

impl DnsTcp {
    /// `is_joined` says of each side that its beginning was missed.
    pub(super) fn new(is_joined: [bool; 2]) -> Self {
        Self {
            queries: Queries::default(),
            halves: is_joined.map(Frames::new),
        }
    }

    fn message(&mut self, side: Side, frame: &Frame<'_>, context: &mut Context<'_>) {
        let message = (&*frame.data, frame.length as usize);
        dns::message(&mut self.queries, side, message, frame.began, context);
    }
}

impl StreamParser for DnsTcp {
    fn bytes(&mut self, side: Side, mut data: &[u8], time: u64, context: &mut Context<'_>) -> Next {
        let most = context.limits().head;
        let half = &mut self.halves[side.index()];
        if half.is_lost() {
            let ports = (context.flow.source.port, context.flow.destination.port);
            if let StreamStart::Found { protocol, .. } = detect_stream(data, ports)
                && protocol == L7Protocol::Dns
            {
                half.found();
            }
        }
        loop {
            match self.halves[side.index()].step(&mut data, time, most) {
                Step::More => return Next::Same,
                Step::Bad => context.stats.malformed += 1,
                Step::Frame(frame) => self.message(side, &frame, context),
            }
        }
    }

    fn hole(&mut self, side: Side, length: Option<u32>, context: &mut Context<'_>) {
        let half = &mut self.halves[side.index()];
        let was_lost = half.is_lost();
        let part = half.hole(length);
        context.stats.gaps += u64::from(!was_lost && (half.is_lost() || part.is_some()));
        if let Some(part) = part {
            self.message(side, &part, context);
        }
    }

    fn can_skip(&self, side: Side, length: u32) -> bool {
        self.halves[side.index()].can_skip(length)
    }

    fn end(&mut self, side: Side, context: &mut Context<'_>) {
        if let Some(part) = self.halves[side.index()].hole(None) {
            self.message(side, &part, context);
        }
        self.halves[side.index()].lose();
    }

    fn pending(&self) -> usize {
        self.queries.pending()
    }

    fn is_unfinished(&self) -> bool {
        self.halves.iter().any(Frames::is_unfinished)
    }

    fn heap_len(&self) -> usize {
        let halves: usize = self.halves.iter().map(Frames::heap_len).sum();
        size_of::<Self>() + halves + self.queries.heap_len()
    }

    fn clear(&mut self) -> u64 {
        self.queries.clear()
    }
}
