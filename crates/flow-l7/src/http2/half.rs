//! One direction of a connection.

use core::mem;

use super::collect::Collect;
use super::event::{Event, EventKind, Headers};
use super::frame::{ErrorCode, FrameHeader, FrameKind, PREFACE};
use super::hpack::{Decoder, FieldBlock};
use super::shape::{find_chain, fragment, is_allowed, is_of_headers};
use crate::error::{L7Error, L7Layer, L7Problem};
use crate::flags::L7Flags;

/// What a [`Half`] keeps at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Dynamic table of HPACK, in bytes as RFC 7541 counts them.
    pub table: usize,
    /// A block of header fields, compressed, in bytes; also a frame that is not a body.
    pub block: usize,
    /// A frame that is taken for one, in bytes.
    pub frame: u32,
}

impl Default for Limits {
    /// 16 KiB for the table, 64 KiB for a block, 16 MiB for a frame.
    fn default() -> Self {
        Self {
            table: 16 << 10,
            block: 64 << 10,
            frame: (1 << 24) - 1,
        }
    }
}

/// Memory that is kept between blocks, in bytes.
const KEPT: usize = 4 << 10;

/// One direction of a connection, followed.
#[derive(Clone, Debug)]
pub struct Half {
    limits: Limits,
    state: State,
    decoder: Decoder,
    /// The frame that is being collected.
    frame: Collect,
    /// The block of header fields that is being collected, with the frame that began it.
    block: Collect,
    began: Option<Begun>,
    fields: FieldBlock,
    /// Highest stream of a frame.
    highest: u32,
    /// What came with this payload, and with the one in which the frame or block began.
    now: u64,
    mark: u64,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// In the preface.
    Preface { matched: usize },
    /// In the header of a frame.
    Header {
        bytes: [u8; FrameHeader::LEN],
        have: usize,
    },
    /// In the payload of a frame.
    Payload { header: FrameHeader, left: usize },
    /// Frames are looked for in each payload.
    Search,
}

const AT_FRAME: State = State::Header {
    bytes: [0; FrameHeader::LEN],
    have: 0,
};

/// Header fields that go on in CONTINUATION frames.
#[derive(Clone, Copy, Debug)]
struct Begun {
    stream: u32,
    is_end: bool,
    promised: Option<u32>,
}

impl Half {
    /// What a client sends, from its first byte on: the preface comes first. Where it does not,
    /// the connection is followed as one that was [joined](Self::joined).
    #[must_use]
    pub fn client(limits: Limits) -> Self {
        Self::with(limits, State::Preface { matched: 0 })
    }

    /// What a server sends, from its first byte on; after an upgrade, from the byte after the
    /// 101 response on.
    #[must_use]
    pub fn server(limits: Limits) -> Self {
        Self::with(limits, AT_FRAME)
    }

    /// A direction whose beginning was missed.
    #[must_use]
    pub fn joined(limits: Limits) -> Self {
        let mut half = Self::with(limits, State::Search);
        half.decoder.lose();
        half
    }

    fn with(limits: Limits, state: State) -> Self {
        Self {
            limits,
            state,
            decoder: Decoder::new(limits.table),
            frame: Collect::default(),
            block: Collect::default(),
            began: None,
            fields: FieldBlock::default(),
            highest: 0,
            now: 0,
            mark: 0,
        }
    }

    /// Whether frames are followed now, so that nothing is being looked for.
    #[must_use]
    pub const fn is_in_step(&self) -> bool {
        !matches!(self.state, State::Search)
    }

    /// Bytes that it has on the heap: at most about twice the table, the block twice, and 64 KiB
    /// while the fields of a block are handed out.
    #[must_use]
    pub fn heap_len(&self) -> usize {
        let collected = self.frame.heap_len() + self.block.heap_len();
        self.decoder.heap_len() + collected + self.fields.heap_len()
    }

    /// Whether it holds header fields of which a part is there.
    #[must_use]
    pub const fn is_unfinished(&self) -> bool {
        let is_in_headers = match self.state {
            State::Payload { header, left } => {
                is_of_headers(header.kind) && left < header.length as usize
            }
            _ => false,
        };
        is_in_headers || self.began.is_some()
    }

    /// Whether the next bytes are of a body, so that they need not be seen:
    /// see [`skip`](Self::skip).
    #[must_use]
    pub fn can_skip(&self, length: usize) -> bool {
        match self.state {
            State::Payload { header, left } => header.kind == FrameKind::DATA && length <= left,
            _ => false,
        }
    }

    /// Goes on over bytes of a body that were not seen. `false`, and nothing is done, where they
    /// may be more than that: then there is a [`gap`](Self::gap).
    pub fn skip(&mut self, length: usize) -> bool {
        let State::Payload { header, left } = self.state else {
            return false;
        };
        if !self.can_skip(length) {
            return false;
        }
        self.state = match left - length {
            0 => AT_FRAME,
            left => State::Payload { header, left },
        };
        true
    }

    /// Takes the next payload and hands out what happened in it.
    pub fn feed(&mut self, payload: &[u8], on: &mut dyn FnMut(Event<'_>)) {
        self.feed_at(payload, 0, on);
    }

    /// The same with a number, its time for example, that the events have that begin in this
    /// payload.
    pub fn feed_at(&mut self, payload: &[u8], at: u64, on: &mut dyn FnMut(Event<'_>)) {
        self.now = at;
        let mut rest = payload;
        while !rest.is_empty() {
            rest = match self.state {
                State::Preface { matched } => self.preface(matched, rest),
                State::Header { bytes, have } => self.header(bytes, have, rest, on),
                State::Payload { header, left } => self.payload(header, left, rest, on),
                State::Search => match find_chain(rest, self.highest) {
                    Some(found) => {
                        self.state = AT_FRAME;
                        found
                    }
                    None => return,
                },
            };
        }
    }

    /// Bytes were lost here: what was begun is handed out as far as it is there, and frames are
    /// looked for from the next payload on.
    pub fn gap(&mut self, on: &mut dyn FnMut(Event<'_>)) {
        if let State::Payload { header, .. } = self.state
            && is_of_headers(header.kind)
        {
            let frame = mem::take(&mut self.frame);
            self.header_frame(header, frame.bytes(), L7Flags::TRUNCATED, on);
        } else if let Some(begun) = self.began.take() {
            self.emit_block(begun, L7Flags::TRUNCATED, on);
        }
        self.resync();
    }

    fn resync(&mut self) {
        self.state = State::Search;
        self.began = None;
        self.frame.clear();
        self.block.clear();
        self.decoder.lose();
    }

    fn preface<'p>(&mut self, matched: usize, rest: &'p [u8]) -> &'p [u8] {
        let wanted = &PREFACE[matched..];
        let count = wanted.len().min(rest.len());
        if rest[..count] != wanted[..count] {
            self.resync();
            // What was matched before is no frame either: its first byte would be a length of
            // five million.
            return rest;
        }
        let matched = matched + count;
        self.state = if matched == PREFACE.len() {
            AT_FRAME
        } else {
            State::Preface { matched }
        };
        &rest[count..]
    }

    fn header<'p>(
        &mut self,
        mut bytes: [u8; FrameHeader::LEN],
        have: usize,
        rest: &'p [u8],
        on: &mut dyn FnMut(Event<'_>),
    ) -> &'p [u8] {
        if have == 0 && self.began.is_none() {
            self.mark = self.now;
        }
        let count = (FrameHeader::LEN - have).min(rest.len());
        bytes[have..have + count].copy_from_slice(&rest[..count]);
        let rest = &rest[count..];
        if have + count < FrameHeader::LEN {
            let have = have + count;
            self.state = State::Header { bytes, have };
            return rest;
        }
        let header = FrameHeader::parse(&bytes);
        let is_awaited = match self.began {
            Some(begun) => header.kind == FrameKind::CONTINUATION && header.stream == begun.stream,
            None => header.kind != FrameKind::CONTINUATION,
        };
        if header.length > self.limits.frame || !is_awaited || !is_allowed(&header) {
            let (needed, got) = (
                usize::from(FrameKind::HEADERS.0),
                usize::from(header.kind.0),
            );
            self.broken(header.stream, L7Problem::Value, (needed, got), on);
            return &[];
        }
        if header.kind == FrameKind::DATA {
            on(Event {
                stream: header.stream,
                kind: EventKind::Data {
                    length: header.length,
                    is_end: header.has(FrameHeader::END_STREAM),
                },
                began: self.mark,
            });
        }
        self.highest = self.highest.max(header.stream);
        self.frame.clear();
        let left = header.length as usize;
        self.state = State::Payload { header, left };
        if left == 0 {
            self.whole_frame(header, &[], on);
        }
        rest
    }

    fn payload<'p>(
        &mut self,
        header: FrameHeader,
        left: usize,
        rest: &'p [u8],
        on: &mut dyn FnMut(Event<'_>),
    ) -> &'p [u8] {
        let (part, after) = rest.split_at(left.min(rest.len()));
        let is_first = left == header.length as usize;
        let is_last = part.len() == left;
        if is_first && is_last {
            // No more than of a frame that comes in pieces.
            let kept = &part[..part.len().min(self.limits.block)];
            self.whole_frame(header, kept, on);
            return after;
        }
        if header.kind != FrameKind::DATA {
            self.frame.add(part, self.limits.block);
        }
        if is_last {
            let frame = mem::take(&mut self.frame);
            self.whole_frame(header, frame.bytes(), on);
            self.frame = frame;
            self.frame.shrink(KEPT);
        } else {
            let left = left - part.len();
            self.state = State::Payload { header, left };
        }
        after
    }

    fn whole_frame(&mut self, header: FrameHeader, payload: &[u8], on: &mut dyn FnMut(Event<'_>)) {
        self.state = AT_FRAME;
        let kind = match (header.kind, payload) {
            (FrameKind::HEADERS | FrameKind::PUSH_PROMISE | FrameKind::CONTINUATION, _) => {
                let flags = if payload.len() < header.length as usize {
                    L7Flags::LIMIT
                } else {
                    L7Flags::NONE
                };
                return self.header_frame(header, payload, flags, on);
            }
            (FrameKind::RST_STREAM, &[a, b, c, d]) => {
                EventKind::Reset(ErrorCode(u32::from_be_bytes([a, b, c, d])))
            }
            (FrameKind::GOAWAY, &[a, b, c, d, e, f, g, h, ..]) => EventKind::GoAway {
                last_stream: u32::from_be_bytes([a & 0x7f, b, c, d]),
                error: ErrorCode(u32::from_be_bytes([e, f, g, h])),
            },
            _ => return,
        };
        let stream = header.stream;
        on(Event {
            stream,
            kind,
            began: self.mark,
        });
    }

    /// A frame of header fields. `flags` says whether something of it is missing.
    fn header_frame(
        &mut self,
        header: FrameHeader,
        payload: &[u8],
        flags: L7Flags,
        on: &mut dyn FnMut(Event<'_>),
    ) {
        let Some((fragment, promised)) = fragment(&header, payload, !flags.is_empty()) else {
            let numbers = (header.length as usize + 1, header.length as usize);
            return self.broken(header.stream, L7Problem::Length, numbers, on);
        };
        let begun = self.began.take().unwrap_or(Begun {
            stream: header.stream,
            is_end: header.has(FrameHeader::END_STREAM),
            promised,
        });
        if header.kind != FrameKind::CONTINUATION && header.has(FrameHeader::END_HEADERS) {
            return self.decode(begun, fragment, flags, on);
        }
        self.block.add(fragment, self.limits.block);
        if header.has(FrameHeader::END_HEADERS) || !flags.is_empty() {
            self.emit_block(begun, flags, on);
        } else {
            self.began = Some(begun);
        }
    }

    /// Decodes the block that was collected.
    fn emit_block(&mut self, begun: Begun, mut flags: L7Flags, on: &mut dyn FnMut(Event<'_>)) {
        let mut block = mem::take(&mut self.block);
        if block.is_over_limit() {
            flags |= L7Flags::LIMIT;
        }
        self.decode(begun, block.bytes(), flags, on);
        block.clear();
        block.shrink(KEPT);
        self.block = block;
    }

    fn decode(
        &mut self,
        begun: Begun,
        block: &[u8],
        flags: L7Flags,
        on: &mut dyn FnMut(Event<'_>),
    ) {
        // Where something is missing the error is no more than that.
        let outcome = self.decoder.decode(block, &mut self.fields);
        let mut flags = flags;
        if flags.is_empty() {
            flags |= match outcome {
                // A whole block that ends in the middle of a field is malformed.
                Err(_) => L7Flags::MALFORMED,
                Ok(()) => L7Flags::NONE,
            };
        } else {
            self.decoder.lose();
        }
        let fields = self.fields.fields();
        for flag in [L7Flags::MISSED_START, L7Flags::LIMIT] {
            if fields.flags().contains(flag) {
                flags |= flag;
            }
        }
        on(Event {
            stream: begun.stream,
            kind: EventKind::Headers(Headers {
                fields,
                is_end: begun.is_end,
                promised: begun.promised,
                flags,
            }),
            began: self.mark,
        });
        self.fields.shrink(2 * KEPT);
        self.decoder.shrink(KEPT);
    }

    #[cold]
    fn broken(
        &mut self,
        stream: u32,
        problem: L7Problem,
        (needed, got): (usize, usize),
        on: &mut dyn FnMut(Event<'_>),
    ) {
        self.resync();
        let error = L7Error::new(L7Layer::Http2Frame, 0, problem, needed, got);
        on(Event {
            stream,
            kind: EventKind::Broken(error),
            began: self.mark,
        });
    }

    #[cfg(any(test, feature = "fuzzing"))]
    pub(super) fn check(&self) {
        self.decoder.check();
        assert!(self.frame.bytes().len() <= self.limits.block);
        assert!(self.block.bytes().len() <= self.limits.block);
    }
}
