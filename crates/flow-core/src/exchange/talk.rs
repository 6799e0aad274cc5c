//! What the two sides of a TCP connection say to each other.

use std::vec::Vec;

use super::choose::{self, Choice, Protocol};
use super::desk::Desk;
use super::http1::{Http1, Next};
use super::key::Side;
use super::stats::TrackerStats;
use super::stream::Reader;
use super::tls::Tls;

/// What is spoken.
enum Phase {
    /// Not known yet.
    Unknown,
    Http1(Http1),
    Tls(Tls),
    /// Nothing that is followed.
    Over,
}

/// A conversation.
pub(super) struct Talk {
    phase: Phase,
    /// Whether the beginning of a side was missed.
    is_joined: [bool; 2],
    /// First bytes that do not tell the protocol yet.
    first: [Vec<u8>; 2],
}

impl Talk {
    pub(super) fn new(is_joined: [bool; 2]) -> Self {
        Self {
            phase: Phase::Unknown,
            is_joined,
            first: [Vec::new(), Vec::new()],
        }
    }

    pub(super) fn waiting(&self) -> usize {
        match &self.phase {
            Phase::Unknown | Phase::Over => 0,
            Phase::Http1(http) => http.waiting(),
            Phase::Tls(tls) => tls.waiting(),
        }
    }

    pub(super) fn is_unfinished(&self) -> bool {
        matches!(&self.phase, Phase::Http1(http) if http.is_unfinished())
    }

    pub(super) fn heap_len(&self) -> usize {
        let first: usize = self.first.iter().map(Vec::capacity).sum();
        first
            + match &self.phase {
                Phase::Unknown | Phase::Over => 0,
                Phase::Http1(http) => http.heap_len(),
                Phase::Tls(tls) => tls.heap_len(),
            }
    }

    fn bytes(&mut self, side: Side, data: &[u8], time: u64, desk: &mut Desk<'_>) {
        match &mut self.phase {
            Phase::Over => {}
            Phase::Tls(tls) => tls.bytes(side, data, time, desk),
            Phase::Http1(http) => {
                if http.bytes(side, data, time, desk) == Next::Other {
                    self.phase = Phase::Over;
                }
            }
            Phase::Unknown => self.choose(side, data, time, desk),
        }
    }

    fn choose(&mut self, side: Side, data: &[u8], time: u64, desk: &mut Desk<'_>) {
        let mut text = core::mem::take(&mut self.first[side.index()]);
        let text = if text.is_empty() {
            data
        } else {
            text.extend_from_slice(data);
            &text[..]
        };
        match choose::stream(text) {
            Choice::Found(found) => {
                let client = if found.is_client { side } else { side.other() };
                self.phase = match found.protocol {
                    Protocol::Http1 => {
                        let mut is_joined = self.is_joined;
                        is_joined[side.index()] = false;
                        Phase::Http1(Http1::new(client, is_joined))
                    }
                    Protocol::Tls => Phase::Tls(Tls::new(client)),
                };
                let text = text.to_vec();
                self.bytes(side, &text, time, desk);
                let other = core::mem::take(&mut self.first[side.other().index()]);
                if !other.is_empty() {
                    self.bytes(side.other(), &other, time, desk);
                }
            }
            Choice::More => self.first[side.index()] = text.to_vec(),
            Choice::None => {}
        }
    }

    /// Gives up what waits; gives how many there were.
    pub(super) fn clear(&mut self) -> u64 {
        match &mut self.phase {
            Phase::Unknown | Phase::Over => 0,
            Phase::Http1(http) => http.clear(),
            Phase::Tls(tls) => tls.clear(),
        }
    }

    pub(super) fn end(&mut self, side: Side, desk: &mut Desk<'_>) {
        if let Phase::Http1(http) = &mut self.phase {
            http.end(side, desk);
        }
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
            Phase::Unknown => self.talk.first[self.side.index()] = Vec::new(),
            Phase::Http1(http) => http.hole(self.side, length, self.desk),
            Phase::Tls(tls) => tls.hole(self.side, self.desk),
        }
    }

    fn can_skip(&self, length: u32) -> bool {
        match &self.talk.phase {
            Phase::Over => true,
            Phase::Unknown => false,
            Phase::Http1(http) => http.can_skip(self.side, length),
            Phase::Tls(tls) => tls.can_skip(self.side),
        }
    }

    fn end(&mut self) {
        self.talk.end(self.side, self.desk);
    }

    fn stats(&mut self) -> &mut TrackerStats {
        self.desk.stats
    }
}
