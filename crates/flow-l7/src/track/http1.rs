//! HTTP/1: requests and responses in their order.

use core::mem;
use std::boxed::Box;
use std::vec::Vec;

use super::context::{Context, Position, Reported};
use super::http1_head::{head_end, truncated};
use super::http2::Http2;
use super::order::{Begins, Missed, Order};
use super::pending_http::PendingHttp;
use super::reassembler::distance;
use super::stream_parser::{Next, StreamParser};
use crate::http1::{Answering, Body, Framing, Request, Response};
use crate::{begins_http1_request, begins_http1_response};
use flow_core::flow::Side;
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
    /// Sequence numbers of where the last message ended, and of the head.
    after: u32,
    at: u32,
    /// Whether the length of the body is doubtful: what it answers is not known.
    is_doubtful: bool,
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
    order: Order<PendingHttp>,
    /// Where the bytes of the client go on, once there were some.
    client_next: Option<u32>,
}

impl Http1 {
    /// `is_joined` says of each side that its beginning was missed, `is_hole` that requests of a
    /// connection that was seen from its beginning on were.
    pub(super) fn new(client: Side, is_joined: [bool; 2], is_hole: bool) -> Self {
        let mut order = Order::new(is_joined[client.index()]);
        if is_hole {
            order.missed_requests();
        }
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
            order,
            client_next: None,
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
            half.after = context.position.sequence;
            half.at = context.position.after(blank).sequence;
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
                    self.lose(side, Missed::Response, context);
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
                self.lose(side, Missed::Response, context);
                None
            }
        }
    }

    /// Reads a head and reports it, where it is whole or `takes_part`.
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
            return match Request::parse_indexed(text, &mut context.recorder.fields) {
                Ok(request) if request.is_whole() || takes_part => {
                    self.request(side, &request, text, context);
                    Parsed::Whole(request.head_len(), After::Http)
                }
                Ok(_) => Parsed::Part,
                Err(error) => part(error.is_truncated()),
            };
        }
        match Response::parse_indexed(text, &mut context.recorder.fields) {
            Ok(response) if response.is_whole() || takes_part => {
                let next = self.response(side, &response, text, context);
                Parsed::Whole(response.head_len(), next)
            }
            Ok(_) => Parsed::Part,
            Err(error) => part(error.is_truncated()),
        }
    }

    fn request(
        &mut self,
        side: Side,
        request: &Request<'_>,
        text: &[u8],
        context: &mut Context<'_>,
    ) {
        let is_url_redacted = context.recorder.http1_request(request, text);
        self.ask(side, is_url_redacted, request.head_len(), context);
        self.halves[side.index()].state = after(request.framing());
    }

    fn response(
        &mut self,
        side: Side,
        response: &Response<'_>,
        text: &[u8],
        context: &mut Context<'_>,
    ) -> After {
        if matches!(response.status(), 100 | 102..=199) {
            context.stats.interim += 1;
            let half = &self.halves[side.index()];
            let end = half.at.wrapping_add(response.head_len() as u32);
            self.order.interim(half.after, end);
            return After::Http;
        }
        let is_h2c = response
            .upgrade()
            .is_some_and(|name| name.eq_ignore_ascii_case(b"h2c"));
        if response.status() == 101 && is_h2c {
            context.stats.interim += 1;
            return After::Http2(self.upgrade());
        }
        context.recorder.http1_response(response, text);
        let answering = self.answer(side, context);
        let framing = response.framing(answering);
        if framing == Framing::Upgrade {
            context.stats.unanswered += self.order.clear();
            return match answering {
                Answering::Connect => After::Unknown,
                _ => After::Over,
            };
        }
        let half = &mut self.halves[side.index()];
        half.state = after(framing);
        if half.is_doubtful && matches!(half.state, State::Body(_)) {
            // It has none if it answers HEAD: the next response may be taken for it.
            self.miss(side, Missed::Perhaps, context);
        }
        After::Http
    }

    /// HTTP/2 from here on; the request that asked for it is its first stream.
    fn upgrade(&mut self) -> Box<Http2> {
        let mut http2 = Http2::new(self.client, true, [false; 2]);
        while let Some((time, what)) = self.order.pop() {
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

    /// A head goes no further: reports what is there of it, and looks for the next one.
    fn cut(&mut self, side: Side, head: Vec<u8>, flags: RecordFlags, context: &mut Context<'_>) {
        if side == self.client {
            if let Ok(request) = Request::parse_indexed(&head, &mut context.recorder.fields) {
                let is_url_redacted = context.recorder.http1_request(&request, &head);
                context.recorder.record.flags |= flags | truncated(request.flags());
                self.ask(side, is_url_redacted, head.len(), context);
                return self.lose(side, Missed::Perhaps, context);
            }
        } else if let Ok(response) = Response::parse_indexed(&head, &mut context.recorder.fields) {
            context.recorder.http1_response(&response, &head);
            context.recorder.record.flags |= flags | truncated(response.flags());
            self.answer(side, context);
            return self.lose(side, Missed::Perhaps, context);
        }
        context.stats.truncated += u64::from(!head.is_empty());
        self.lose(side, Missed::Response, context);
    }

    /// Reports a request, which waits from now on.
    fn ask(
        &mut self,
        side: Side,
        is_url_redacted: bool,
        head_len: usize,
        context: &mut Context<'_>,
    ) {
        let what = PendingHttp::of(context.recorder, is_url_redacted);
        self.report(side, None, context);
        let end = Position {
            sequence: self.halves[side.index()].at,
            ..context.position
        };
        let limit = context.limits().pending;
        let requested = self
            .order
            .request(what, context.now(), end.after(head_len), limit);
        context.stats.evicted += requested.evicted;
        context.stats.unanswered += requested.unanswered + u64::from(requested.is_answered);
    }

    /// Reports a response with what it repeats of its request.
    fn answer(&mut self, side: Side, context: &mut Context<'_>) -> Answering {
        let acknowledged = context.position.acknowledged;
        let is_behind = acknowledged
            .zip(self.client_next)
            .is_some_and(|(received, next)| distance(next, received) > 0);
        let answered = self.order.response(Begins {
            sequence: self.halves[side.index()].after,
            acknowledged,
            is_behind,
        });
        context.stats.unanswered += answered.unanswered;
        let (mut requested, mut answering) = (None, Answering::Other);
        self.halves[side.index()].is_doubtful = answered.request.is_none();
        if let Some((time, what)) = answered.request {
            context.stats.paired += 1;
            (requested, answering) = (Some(time), what.answering);
            what.repeat(&mut context.recorder.record, &mut context.recorder.buffers);
        } else {
            context.stats.unmatched += 1;
            context.recorder.record.flags |= RecordFlags::UNMATCHED;
        }
        self.report(side, requested, context);
        answering
    }

    /// Where messages begin is not known any more. `missed` says whether a message began in what was
    /// missed.
    fn lose(&mut self, side: Side, missed: Missed, context: &mut Context<'_>) {
        self.halves[side.index()].state = State::Search;
        self.halves[side.index()].head = Vec::new();
        self.miss(side, missed, context);
    }

    fn miss(&mut self, side: Side, missed: Missed, context: &mut Context<'_>) {
        if side == self.client {
            self.order.missed_requests();
        } else {
            context.stats.unanswered += self.order.missed_responses(missed);
        }
    }

    /// Whether a message begins here, as far as is known.
    fn begins(&self, side: Side, data: &[u8]) -> bool {
        match side == self.client {
            true => begins_http1_request(data),
            false => begins_http1_response(data),
        }
    }
}

impl StreamParser for Http1 {
    fn bytes(&mut self, side: Side, data: &[u8], time: u64, context: &mut Context<'_>) -> Next {
        let mut rest = data;
        let mut is_first = true;
        let position = context.position;
        if side == self.client {
            self.client_next = Some(position.after(data.len()).sequence);
        } else if self.halves[side.index()].is_doubtful && self.begins(side, data) {
            // It answered a request that was not seen: HEAD, so that there is no body.
            let half = &mut self.halves[side.index()];
            if let State::Body(_) = half.state {
                half.state = State::Head;
            }
        }
        while !rest.is_empty() {
            context.position = position.after(data.len() - rest.len());
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
                        self.lose(side, Missed::Perhaps, context);
                    }
                }
                State::Search => {
                    if !is_first || !self.begins(side, rest) {
                        return Next::Same;
                    }
                    self.halves[side.index()].state = State::Head;
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
        let missed = match half.state {
            State::Over => return,
            State::Head => Missed::Response,
            State::Search => Missed::Perhaps,
            State::Body(mut body) => match length.map(u64::from) {
                None => Missed::Perhaps,
                Some(length) => {
                    let skipped = body.skip(length);
                    if skipped == length && !body.is_lost() {
                        half.state = match body.is_done() {
                            true => State::Head,
                            false => State::Body(body),
                        };
                        return;
                    }
                    match body.is_lost() || half.is_doubtful {
                        true => Missed::Perhaps,
                        false => Missed::Response,
                    }
                }
            },
        };
        context.stats.gaps += u64::from(!matches!(half.state, State::Search));
        match head.is_empty() {
            true => self.lose(side, missed, context),
            false => self.cut(side, head, RecordFlags::NONE, context),
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
            context.stats.unanswered += self.order.clear();
        }
    }

    fn clear(&mut self) -> u64 {
        self.order.clear()
    }

    fn client(&self) -> Option<Side> {
        Some(self.client)
    }

    fn pending(&self) -> usize {
        self.order.len()
    }

    fn is_unfinished(&self) -> bool {
        self.halves.iter().any(|half| !half.head.is_empty())
    }

    fn heap_len(&self) -> usize {
        let heads: usize = self.halves.iter().map(|half| half.head.capacity()).sum();
        size_of::<Self>() + heads + self.order.heap_len()
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
