//! Connections whose messages have their length before them.

use super::context::Context;
use super::frames::{Frame, Frames, Prefix, Step};
use super::stream_parser::{Next, StreamParser};
use flow_core::flow::Side;

/// A protocol whose messages have their length before them.
pub(super) trait Framed: Send + Sync {
    /// The length before a message.
    type Prefix: Prefix + Send + Sync;

    /// Most bytes of a message that are looked at, where heads may have `head` bytes.
    fn most(head: usize) -> usize;

    /// Whether a message begins with `data`, as far as is known. `is_within`: these are not
    /// the first bytes of a segment, so that more proof is needed.
    fn begins(&self, side: Side, data: &[u8], is_within: bool, context: &Context<'_>) -> bool;

    /// Takes a message; `is_cut` where bytes of it were missed.
    fn message(&mut self, side: Side, frame: &Frame<'_>, is_cut: bool, context: &mut Context<'_>);

    /// Which side is the client, where that is known.
    fn client(&self) -> Option<Side>;

    /// Requests that wait for their response.
    fn pending(&self) -> usize;

    /// Bytes that it holds on the heap.
    fn heap_len(&self) -> usize;

    /// Gives up what waits; gives how many there were.
    fn clear(&mut self) -> u64;
}

/// A connection that speaks it.
pub(super) struct FramedParser<F: Framed> {
    protocol: F,
    halves: [Frames<F::Prefix>; 2],
}

impl<F: Framed> FramedParser<F> {
    /// `is_joined` says of each side that its beginning was missed.
    pub(super) fn new(protocol: F, is_joined: [bool; 2]) -> Self {
        Self {
            protocol,
            halves: is_joined.map(Frames::new),
        }
    }

    /// Where the first message in `data` begins, after bytes were missed.
    #[cold]
    fn find(&self, side: Side, data: &[u8], context: &Context<'_>) -> Option<usize> {
        let is_here = |at: &usize| {
            data.get(*at..)
                .is_some_and(|data| self.protocol.begins(side, data, *at > 0, context))
        };
        (0..data.len().saturating_sub(F::Prefix::LEN)).find(is_here)
    }
}

impl<F: Framed> StreamParser for FramedParser<F> {
    fn bytes(&mut self, side: Side, mut data: &[u8], time: u64, context: &mut Context<'_>) -> Next {
        let most = F::most(context.limits().head);
        if self.halves[side.index()].is_lost() {
            let Some(at) = self.find(side, data, context) else {
                return Next::Same;
            };
            self.halves[side.index()].found();
            data = &data[at..];
        }
        loop {
            match self.halves[side.index()].step(&mut data, time, most) {
                Step::More => return Next::Same,
                Step::Bad => context.stats.malformed += 1,
                Step::Frame(frame) => self.protocol.message(side, &frame, false, context),
            }
        }
    }

    fn hole(&mut self, side: Side, length: Option<u32>, context: &mut Context<'_>) {
        let half = &mut self.halves[side.index()];
        let was_lost = half.is_lost();
        let part = half.hole(length);
        context.stats.gaps += u64::from(!was_lost && (half.is_lost() || part.is_some()));
        if let Some(part) = part {
            self.protocol.message(side, &part, true, context);
        }
    }

    fn can_skip(&self, side: Side, length: u32) -> bool {
        self.halves[side.index()].can_skip(length)
    }

    fn end(&mut self, side: Side, context: &mut Context<'_>) {
        if let Some(part) = self.halves[side.index()].hole(None) {
            self.protocol.message(side, &part, true, context);
        }
        self.halves[side.index()].lose();
    }

    fn client(&self) -> Option<Side> {
        self.protocol.client()
    }

    fn pending(&self) -> usize {
        self.protocol.pending()
    }

    fn is_unfinished(&self) -> bool {
        self.halves.iter().any(Frames::is_unfinished)
    }

    fn heap_len(&self) -> usize {
        let halves: usize = self.halves.iter().map(Frames::heap_len).sum();
        size_of::<Self>() + halves + self.protocol.heap_len()
    }

    fn clear(&mut self) -> u64 {
        self.protocol.clear()
    }
}
