//! DNS over TCP: each message has its length before it.

use super::desk::Desk;
use super::dns::{self, Queries};
use super::frames::{Frame, Frames, Prefix, Step};
use super::key::Side;
use super::speech::{Next, Speech};
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

    fn message(&mut self, side: Side, frame: &Frame<'_>, desk: &mut Desk<'_>) {
        let message = (&*frame.data, frame.length as usize);
        dns::message(&mut self.queries, side, message, frame.began, desk);
    }
}

impl Speech for DnsTcp {
    fn bytes(&mut self, side: Side, mut data: &[u8], time: u64, desk: &mut Desk<'_>) -> Next {
        let most = desk.limits().head;
        let half = &mut self.halves[side.index()];
        if half.is_lost() {
            let ports = (desk.flow.source.port, desk.flow.destination.port);
            if let StreamStart::Found { protocol, .. } = detect_stream(data, ports)
                && protocol == L7Protocol::Dns
            {
                half.found();
            }
        }
        loop {
            match self.halves[side.index()].step(&mut data, time, most) {
                Step::More => return Next::Same,
                Step::Bad => desk.stats.malformed += 1,
                Step::Frame(frame) => self.message(side, &frame, desk),
            }
        }
    }

    fn hole(&mut self, side: Side, length: Option<u32>, desk: &mut Desk<'_>) {
        let half = &mut self.halves[side.index()];
        let was_lost = half.is_lost();
        let part = half.hole(length);
        desk.stats.gaps += u64::from(!was_lost && (half.is_lost() || part.is_some()));
        if let Some(part) = part {
            self.message(side, &part, desk);
        }
    }

    fn can_skip(&self, side: Side, length: u32) -> bool {
        self.halves[side.index()].can_skip(length)
    }

    fn end(&mut self, side: Side, desk: &mut Desk<'_>) {
        if let Some(part) = self.halves[side.index()].hole(None) {
            self.message(side, &part, desk);
        }
        self.halves[side.index()].lose();
    }

    fn waiting(&self) -> usize {
        self.queries.waiting()
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
