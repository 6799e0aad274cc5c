//! HTTP/1: requests and responses in their order.

use core::mem;
use std::boxed::Box;
use std::vec::Vec;

use super::context::{Context, Reported};
use super::http2::Http2;
use super::key::Side;
use super::pending::{PendingRequest, PendingRequests};
use super::pending_http::PendingHttp;
use super::stream_parser::{Next, StreamParser};
use crate::http1::{Answering, Body, Framing, Request, Response};
use crate::{L7Flags, begins_http1_request};
use flow_core::record::RecordFlags;

/// Memory that a direction keeps between heads.
const KEPT: usize = 2 << 10;

/// One direction.
#[derive(Default)]
struct Half {
    state: State,
    /// The beginning of a head that is not whole yet, and when it began.
    head: Vec<u8>,
    began: u64,
}

#[derive(Clone, Copy, Default)]
enum State {
    /// A head begins here, or goes on.
    #[default]
    Head,
    Body(Body),
    /// A head is looked for at the beginning of each segment.
    Search,
    /// HTTP ended.
    Over,
}

/// A connection that speaks HTTP/1.
pub(super) struct Http1 {
    client: Side,
    halves: [Half; 2],
    pending: PendingRequests<PendingHttp>,
    /// Responses that come first and whose requests had to go.
    forgotten: u64,
    /// A response may have been missed since the last request.
    is_response_lost: bool,
    /// Whether every request was seen so far.
    is_client_whole: bool,
    /// Responses that came before their requests.
    ahead: u64,
}

impl Http1 {
    /// `is_joined` says of each side that its beginning was missed.
    pub(super) fn new(client: Side, is_joined: [bool; 2]) -> Self {
        Self {
            client,
            halves: is_joined.map(|is_joined| Half {
                state: if is_joined {
                    State::Search
                } else {
                    State::Head
                },
                ..Half::default()
            }),
            pending: PendingRequests::default(),
            forgotten: 0,
            is_response_lost: false,
            is_client_whole: !is_joined[client.index()],
            ahead: 0,
        }
    }

    /// Takes a head, or a part of one. `None` where nothing more is to be had of these bytes.
    fn head(
        &mut self,
        side: Side,
        data: &[u8],
        time: u64,
        context: &mut Context<'_>,
    ) -> Option<(usize, After)> {
        let limit = context.limits().head;
        let half = &mut self.halves[side.index()];
        if half.head.is_empty() {
            let blank = data.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
            let blank = blank.count();
            let text = &data[blank..];
            if text.is_empty() {
                return None;
            }
            half.began = time;
            return match self.parse(side, text, false, context) {
                Parsed::Whole(length, next) => Some((blank + length, next)),
                Parsed::Part if text.len() < limit => {
                    self.halves[side.index()].head.extend_from_slice(text);
                    None
                }
                Parsed::Part => {
                    self.cut(side, text.to_vec(), RecordFlags::LIMIT, context);
                    None
                }
                Parsed::Bad => {
                    context.stats.malformed += 1;
                    self.lose(side, context);
                    None
                }
            };
        }
        let from = half.head.len();
        let room = limit.saturating_sub(from).min(data.len());
        half.head.extend_from_slice(&data[..room]);
        let end = head_end(&half.head, from);
        let mut head = mem::take(&mut half.head);
        let Some(end) = end else {
            if head.len() < limit {
                half.head = head;
                return None;
            }
            self.cut(side, head, RecordFlags::LIMIT, context);
            return None;
        };
        match self.parse(side, &head[..end], true, context) {
            Parsed::Whole(_, next) => {
                if head.capacity() <= KEPT {
                    head.clear();
                    self.halves[side.index()].head = head;
                }
                Some((end - from, next))
            }
            Parsed::Part | Parsed::Bad => {
                context.stats.malformed += 1;
                self.lose(side, context);
                None
            }
        }
    }

    /// Reads a head and tells it, where it is whole or `takes_part`.
    fn parse(
        &mut self,
        side: Side,
        text: &[u8],
        takes_part: bool,
        context: &mut Context<'_>,
    ) -> Parsed {
        let part = |is_truncated: bool| match is_truncated {
            true => Parsed::Part,
            false => Parsed::Bad,
        };
        if side == self.client {
            if text.starts_with(b"HTTP/") {
                return Parsed::Bad;
            }
            return match Request::parse(text) {
                Ok(request) if request.is_whole() || takes_part => {
                    self.request(side, &request, context);
                    Parsed::Whole(request.head_len(), After::Http)
                }
                Ok(_) => Parsed::Part,
                Err(error) => part(error.is_truncated()),
            };
        }
        match Response::parse(text) {
            Ok(response) if response.is_whole() || takes_part => {
                let next = self.response(side, &response, context);
                Parsed::Whole(response.head_len(), next)
            }
            Ok(_) => Parsed::Part,
            Err(error) => part(error.is_truncated()),
        }
    }

    fn request(&mut self, side: Side, request: &Request<'_>, context: &mut Context<'_>) {
        if mem::take(&mut self.is_response_lost) {
            // The client asks again: what it asked before was answered unseen.
            context.stats.unanswered += self.pending.clear();
            self.forgotten = 0;
        }
        let is_url_redacted = context.recorder.http1_request(request);
        self.ask(side, is_url_redacted, context);
        self.halves[side.index()].state = after(request.framing());
    }

    fn response(
        &mut self,
        side: Side,
        response: &Response<'_>,
        context: &mut Context<'_>,
    ) -> After {
        if matches!(response.status(), 100 | 102..=199) {
            context.stats.interim += 1;
            return After::Http;
        }
        let is_h2c = response
            .upgrade()
            .is_some_and(|name| name.eq_ignore_ascii_case(b"h2c"));
        if response.status() == 101 && is_h2c {
            context.stats.interim += 1;
            return After::Http2(self.upgrade());
        }
        context.recorder.http1_response(response);
        let answering = self.answer(side, context);
        let framing = response.framing(answering);
        if framing == Framing::Upgrade {
            context.stats.unanswered += self.pending.clear();
            return match answering {
                Answering::Connect => After::Unknown,
                _ => After::Over,
            };
        }
        self.halves[side.index()].state = after(framing);
        After::Http
    }

    /// HTTP/2 from here on; the request that asked for it is its first stream.
    fn upgrade(&mut self) -> Box<Http2> {
        let mut http2 = Http2::new(self.client, true, [false; 2]);
        while let Some(PendingRequest { time, what, .. }) = self.pending.pop() {
            http2.upgraded(time, what);
        }
        Box::new(http2)
    }

    fn report(&self, sender: Side, requested: Option<u64>, context: &mut Context<'_>) {
        context.report(Reported {
            sender,
            began: self.halves[sender.index()].began,
            requested,
        });
    }

    /// A head goes no further: tells what is there of it, and looks for the next one.
    fn cut(&mut self, side: Side, head: Vec<u8>, flags: RecordFlags, context: &mut Context<'_>) {
        self.lose(side, context);
        if head.is_empty() {
            return;
        }
        if side == self.client {
            if let Ok(request) = Request::parse(&head) {
                let is_url_redacted = context.recorder.http1_request(&request);
                context.recorder.record.flags |= flags | truncated(request.flags());
                return self.ask(side, is_url_redacted, context);
            }
        } else if let Ok(response) = Response::parse(&head) {
            context.recorder.http1_response(&response);
            context.recorder.record.flags |= flags | truncated(response.flags());
            self.answer(side, context);
            return;
        }
        context.stats.truncated += 1;
    }

    /// Tells a request, which waits from now on.
    fn ask(&mut self, side: Side, is_url_redacted: bool, context: &mut Context<'_>) {
        let what = PendingHttp::of(context.recorder, is_url_redacted);
        self.report(side, None, context);
        if self.ahead > 0 {
            // It was answered before it was seen; the next response is not its own.
            self.ahead -= 1;
            context.stats.unanswered += 1;
            return;
        }
        let pending = PendingRequest {
            id: 0,
            time: context.now(),
            what,
        };
        if self.pending.push(pending, context.limits().pending) {
            context.stats.evicted += 1;
            self.forgotten += 1;
        }
    }

    /// Tells a response with what it repeats of its request.
    fn answer(&mut self, side: Side, context: &mut Context<'_>) -> Answering {
        let pending = match self.forgotten {
            0 => self.pending.pop(),
            _ => None,
        };
        let (mut requested, mut answering) = (None, Answering::Other);
        if let Some(PendingRequest { time, what, .. }) = pending {
            context.stats.paired += 1;
            (requested, answering) = (Some(time), what.answering);
            what.repeat(&mut context.recorder.record, &mut context.recorder.buffers);
        } else {
            self.ahead += u64::from(self.is_client_whole && self.forgotten == 0);
            context.stats.unmatched += 1;
            context.recorder.record.flags |= RecordFlags::UNMATCHED;
        }
        self.forgotten = self.forgotten.saturating_sub(1);
        self.report(side, requested, context);
        answering
    }

    /// Where messages begin is not known any more.
    fn lose(&mut self, side: Side, context: &mut Context<'_>) {
        self.halves[side.index()].state = State::Search;
        self.halves[side.index()].head = Vec::new();
        if side != self.client {
            if self.pending.len() > 1 {
                // Which of them the next response answers cannot be told.
                context.stats.unanswered += self.pending.clear();
            }
            self.is_response_lost = true;
        }
    }
}

impl StreamParser for Http1 {
    fn bytes(&mut self, side: Side, data: &[u8], time: u64, context: &mut Context<'_>) -> Next {
        let mut rest = data;
        let mut is_first = true;
        while !rest.is_empty() {
            let half = &mut self.halves[side.index()];
            match half.state {
                State::Over => return Next::Same,
                State::Body(mut body) => {
                    let taken = body.advance(rest);
                    rest = &rest[taken..];
                    half.state = State::Body(body);
                    if body.is_done() {
                        half.state = State::Head;
                    } else if body.is_lost() {
                        self.lose(side, context);
                    }
                }
                State::Search => {
                    let is_head = match side == self.client {
                        true => begins_http1_request(rest),
                        false => rest.starts_with(b"HTTP/1."),
                    };
                    if !is_first || !is_head {
                        return Next::Same;
                    }
                    half.state = State::Head;
                }
                State::Head => match self.head(side, rest, time, context) {
                    Some((taken, After::Http)) => rest = &rest[taken..],
                    Some((taken, after)) => {
                        let taken = data.len() - rest.len() + taken;
                        return match after {
                            After::Http | After::Over => Next::Over,
                            After::Unknown => Next::Choose(taken),
                            After::Http2(http2) => Next::Turn(taken, http2),
                        };
                    }
                    None => return Next::Same,
                },
            }
            is_first = false;
        }
        Next::Same
    }

    fn hole(&mut self, side: Side, length: Option<u32>, context: &mut Context<'_>) {
        let half = &mut self.halves[side.index()];
        let head = mem::take(&mut half.head);
        if let State::Body(mut body) = half.state
            && let Some(length) = length.map(u64::from)
            && body.skip(length) == length
            && !body.is_lost()
        {
            half.state = match body.is_done() {
                true => State::Head,
                false => State::Body(body),
            };
            return;
        }
        if side == self.client {
            self.is_client_whole = false;
        }
        if !matches!(half.state, State::Over | State::Search) {
            context.stats.gaps += 1;
            self.cut(side, head, RecordFlags::NONE, context);
        } else if side != self.client {
            self.is_response_lost = true;
        }
    }

    fn can_skip(&self, side: Side, length: u32) -> bool {
        match self.halves[side.index()].state {
            State::Over => true,
            State::Body(mut body) => {
                let length = u64::from(length);
                body.skip(length) == length && !body.is_lost()
            }
            State::Head | State::Search => false,
        }
    }

    fn end(&mut self, side: Side, context: &mut Context<'_>) {
        let half = &mut self.halves[side.index()];
        let head = mem::take(&mut half.head);
        if !head.is_empty() {
            self.cut(side, head, RecordFlags::TRUNCATED, context);
        }
        self.halves[side.index()].state = State::Over;
        if side != self.client {
            context.stats.unanswered += self.pending.clear();
        }
    }

    fn clear(&mut self) -> u64 {
        self.pending.clear()
    }

    fn pending(&self) -> usize {
        self.pending.len()
    }

    fn is_unfinished(&self) -> bool {
        self.halves.iter().any(|half| !half.head.is_empty())
    }

    fn heap_len(&self) -> usize {
        let heads: usize = self.halves.iter().map(|half| half.head.capacity()).sum();
        size_of::<Self>() + heads + self.pending.heap_len()
    }
}

/// What follows a head.
enum After {
    /// More of HTTP/1, or a body.
    Http,
    /// Nothing that is followed.
    Over,
    /// Whatever goes through a tunnel.
    Unknown,
    Http2(Box<Http2>),
}

/// What reading a head came to.
enum Parsed {
    Whole(usize, After),
    Part,
    Bad,
}

const fn after(framing: Framing) -> State {
    match framing {
        Framing::None => State::Head,
        framing => State::Body(Body::new(framing)),
    }
}

fn truncated(flags: L7Flags) -> RecordFlags {
    match flags.contains(L7Flags::TRUNCATED) {
        true => RecordFlags::TRUNCATED,
        false => RecordFlags::NONE,
    }
}

/// Where the head ends, looked for from a little before `from` on.
fn head_end(head: &[u8], from: usize) -> Option<usize> {
    let start = from.saturating_sub(3);
    for (at, byte) in head.get(start..)?.iter().enumerate() {
        if *byte != b'\n' {
            continue;
        }
        match head.get(start + at + 1..) {
            Some([b'\n', ..]) => return Some(start + at + 2),
            Some([b'\r', b'\n', ..]) => return Some(start + at + 3),
            _ => {}
        }
    }
    None
}
