//! HTTP/2 and gRPC: requests and responses by stream.

use super::asked::Asked;
use super::desk::{Desk, Told};
use super::key::Side;
use super::queue::{Queue, Waiting, Weigh};
use super::speech::{Next, Speech};
use crate::http2::{Event, EventKind, Half, HeaderKind, Headers, Limits};
use flow_core::record::{L7Record, RecordFlags};

/// A request that waits for its response, or for the trailers of one.
#[derive(Debug)]
struct Call {
    asked: Asked,
    is_grpc: bool,
    /// The response of a gRPC call, whose outcome follows in trailers.
    pending: Option<Pending>,
}

struct Pending {
    record: L7Record,
    began: u64,
}

/// Shows nothing of the response.
impl core::fmt::Debug for Pending {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Pending").finish_non_exhaustive()
    }
}

impl Weigh for Call {
    fn heap_len(&self) -> usize {
        let pending = self.pending.as_ref();
        let pending = pending.map_or(0, |pending| pending.record.heap_len());
        self.asked.heap_len() + pending
    }
}

/// A connection that speaks HTTP/2.
pub(super) struct Http2 {
    halves: [Option<Half>; 2],
    /// When what is being collected began.
    began: [u64; 2],
    is_joined: [bool; 2],
    calls: Calls,
}

/// The streams.
struct Calls {
    client: Side,
    /// Whether it is known that this is the client.
    is_settled: bool,
    waiting: Queue<Call>,
    /// Responses whose trailers are waited for.
    pending: usize,
}

impl Http2 {
    /// `is_settled` says whether the client is known; `is_joined` says of each side that its
    /// beginning was missed.
    pub(super) fn new(client: Side, is_settled: bool, is_joined: [bool; 2]) -> Self {
        Self {
            halves: [None, None],
            began: [0; 2],
            is_joined,
            calls: Calls {
                client,
                is_settled,
                waiting: Queue::default(),
                pending: 0,
            },
        }
    }

    /// Takes over the request of HTTP/1 that asked for HTTP/2: it is stream 1.
    pub(super) fn upgraded(&mut self, time: u64, asked: Asked) {
        let waiting = Waiting {
            id: 1,
            time,
            what: Call {
                asked,
                is_grpc: false,
                pending: None,
            },
        };
        self.calls.waiting.push(waiting, usize::MAX);
    }

    /// Hands what a direction says to `take`, which says it of a half.
    fn each(
        &mut self,
        side: Side,
        time: u64,
        desk: &mut Desk<'_>,
        take: impl FnOnce(&mut Half, &mut dyn FnMut(Event<'_>)),
    ) {
        let index = side.index();
        let limits = Limits {
            table: desk.limits().head.clamp(4 << 10, 16 << 10),
            block: desk.limits().head,
            ..Limits::default()
        };
        let half = self.halves[index].get_or_insert_with(|| {
            if self.is_joined[index] {
                Half::joined(limits)
            } else if side == self.calls.client {
                Half::client(limits)
            } else {
                Half::server(limits)
            }
        });
        let began = &mut self.began[index];
        if half.is_between() {
            *began = time;
        }
        let calls = &mut self.calls;
        take(half, &mut |event| {
            calls.event(side, &event, *began, desk);
            *began = time;
        });
    }
}

impl Calls {
    fn event(&mut self, side: Side, event: &Event<'_>, began: u64, desk: &mut Desk<'_>) {
        match event.kind {
            EventKind::Headers(headers) => {
                if let Some(stream) = headers.promised() {
                    self.request(stream, &headers, began, desk);
                    return;
                }
                self.headers((side, event.stream), &headers, began, desk);
            }
            EventKind::Data { is_end: true, .. } if side != self.client => {
                self.over(event.stream, RecordFlags::NONE, desk);
            }
            EventKind::Reset(_) => {
                self.over(event.stream, RecordFlags::NONE, desk);
                if self.waiting.take(event.stream, |_| true).is_some() {
                    desk.stats.unanswered += 1;
                }
            }
            EventKind::Broken(_) => desk.stats.malformed += 1,
            _ => {}
        }
    }

    fn headers(
        &mut self,
        (side, stream): (Side, u32),
        headers: &Headers<'_>,
        began: u64,
        desk: &mut Desk<'_>,
    ) {
        let kind = headers.kind();
        if !self.is_settled && kind != HeaderKind::Trailers {
            self.is_settled = true;
            let is_client = kind == HeaderKind::Request;
            self.client = if is_client { side } else { side.other() };
        }
        match (side == self.client, kind) {
            (true, HeaderKind::Request) => self.request(stream, headers, began, desk),
            (false, HeaderKind::Response) => self.response(stream, headers, began, desk),
            (false, HeaderKind::Trailers) => self.trailers(stream, headers, began, desk),
            // Trailers of a request.
            (true, HeaderKind::Trailers) => {}
            (true, HeaderKind::Response) | (false, HeaderKind::Request) => {
                desk.stats.malformed += 1;
            }
        }
    }

    fn request(&mut self, stream: u32, headers: &Headers<'_>, began: u64, desk: &mut Desk<'_>) {
        let is_url_redacted = desk.recorder.http2_request(stream, headers);
        let call = Call {
            asked: Asked::of(desk.recorder, is_url_redacted),
            is_grpc: headers.is_grpc(),
            pending: None,
        };
        tell(self.client, began, None, desk);
        // A stream is not used again: the one before it was not seen to the end.
        self.over(stream, RecordFlags::TRUNCATED, desk);
        if self.waiting.take(stream, |_| true).is_some() {
            desk.stats.unanswered += 1;
        }
        if self.waiting.len() >= desk.limits().waiting.max(1) {
            self.drop_oldest(desk);
        }
        let waiting = Waiting {
            id: stream,
            time: desk.now(),
            what: call,
        };
        self.waiting.push(waiting, usize::MAX);
    }

    /// Makes room for another request.
    fn drop_oldest(&mut self, desk: &mut Desk<'_>) {
        let Some(oldest) = self.waiting.pop() else {
            return;
        };
        if oldest.what.pending.is_some() {
            self.finish(oldest, RecordFlags::TRUNCATED, desk);
        } else {
            desk.stats.evicted += 1;
        }
    }

    fn response(&mut self, stream: u32, headers: &Headers<'_>, began: u64, desk: &mut Desk<'_>) {
        if headers.status().is_some_and(|status| status < 200) {
            desk.stats.interim += 1;
            return;
        }
        let grpc_status = status(headers);
        desk.recorder.http2_response(stream, grpc_status, headers);
        let is_grpc = headers.is_grpc();
        let is_last = headers.is_end() || grpc_status.is_some();
        let found = self.waiting.update(stream, |call| {
            let is_pending = (is_grpc || call.is_grpc) && !is_last;
            is_pending.then(|| {
                let record = desk.recorder.set_aside();
                call.pending.replace(Pending { record, began }).is_none()
            })
        });
        match found.flatten() {
            Some(is_new) => self.pending += usize::from(is_new),
            None => self.tell_response(stream, began, desk),
        }
    }

    /// Tells the response that was recorded, of a stream that waits, or of none.
    fn tell_response(&mut self, stream: u32, began: u64, desk: &mut Desk<'_>) {
        let mut asked = None;
        if let Some(waiting) = self.waiting.take(stream, |_| true) {
            if waiting.what.pending.is_some() {
                self.pending -= 1;
            }
            desk.stats.paired += 1;
            asked = Some(waiting.time);
            let recorder = &mut *desk.recorder;
            let asked = waiting.what.asked;
            asked.repeat(&mut recorder.record, &mut recorder.spare);
        } else {
            desk.stats.unmatched += 1;
            desk.recorder.record.flags |= RecordFlags::UNMATCHED;
        }
        tell(self.client.other(), began, asked, desk);
    }

    fn trailers(&mut self, stream: u32, headers: &Headers<'_>, began: u64, desk: &mut Desk<'_>) {
        let grpc_status = status(headers);
        let is_pending = self.waiting.update(stream, |call| {
            let Some(pending) = &mut call.pending else {
                return false;
            };
            if let Some(mut http) = pending.record.http_mut() {
                http.grpc_status(grpc_status);
            }
            true
        });
        match is_pending {
            Some(true) => self.over(stream, RecordFlags::NONE, desk),
            // The status stood in what was missed.
            Some(false) if grpc_status.is_some() => {
                desk.recorder.http2_response(stream, grpc_status, headers);
                self.tell_response(stream, began, desk);
            }
            // Of a response that was told.
            Some(false) | None => {}
        }
    }

    /// Nothing more comes in a stream: tells the response that waited for its trailers.
    fn over(&mut self, stream: u32, flags: RecordFlags, desk: &mut Desk<'_>) {
        let has_pending = |call: &Call| call.pending.is_some();
        if let Some(waiting) = self.waiting.take(stream, has_pending) {
            self.finish(waiting, flags, desk);
        }
    }

    fn finish(&mut self, waiting: Waiting<Call>, flags: RecordFlags, desk: &mut Desk<'_>) {
        let Call { asked, pending, .. } = waiting.what;
        let Some(pending) = pending else {
            return;
        };
        self.pending -= 1;
        let Pending { record, began } = pending;
        desk.stats.paired += 1;
        let recorder = &mut *desk.recorder;
        recorder.bring_back(record);
        recorder.record.flags |= flags;
        asked.repeat(&mut recorder.record, &mut recorder.spare);
        tell(self.client.other(), began, Some(waiting.time), desk);
    }

    /// The server says nothing more.
    fn end(&mut self, desk: &mut Desk<'_>) {
        while let Some(waiting) = self.waiting.pop() {
            if waiting.what.pending.is_some() {
                self.finish(waiting, RecordFlags::TRUNCATED, desk);
            } else {
                desk.stats.unanswered += 1;
            }
        }
    }
}

/// Outcome of a call.
fn status(headers: &Headers<'_>) -> Option<u16> {
    let status = headers.grpc_status()?;
    u16::try_from(status.0).ok()
}

fn tell(sender: Side, began: u64, asked: Option<u64>, desk: &mut Desk<'_>) {
    desk.tell(Told {
        sender,
        began,
        asked,
    });
}

impl Speech for Http2 {
    fn bytes(&mut self, side: Side, data: &[u8], time: u64, desk: &mut Desk<'_>) -> Next {
        self.each(side, time, desk, |half, on| half.feed(data, on));
        Next::Same
    }

    fn hole(&mut self, side: Side, length: Option<u32>, desk: &mut Desk<'_>) {
        let Some(half) = &mut self.halves[side.index()] else {
            self.is_joined[side.index()] = true;
            return;
        };
        if length.is_some_and(|length| half.skip(length as usize)) {
            return;
        }
        desk.stats.gaps += u64::from(half.is_in_step());
        let time = desk.now();
        self.each(side, time, desk, |half, on| half.gap(on));
    }

    fn can_skip(&self, side: Side, length: u32) -> bool {
        let half = &self.halves[side.index()];
        half.as_ref()
            .is_some_and(|half| half.can_skip(length as usize))
    }

    fn end(&mut self, side: Side, desk: &mut Desk<'_>) {
        if self.halves[side.index()]
            .as_ref()
            .is_some_and(Half::is_unfinished)
        {
            let time = desk.now();
            self.each(side, time, desk, |half, on| half.gap(on));
        }
        if side != self.calls.client {
            self.calls.end(desk);
        }
    }

    fn waiting(&self) -> usize {
        self.calls.waiting.len()
    }

    fn is_unfinished(&self) -> bool {
        let mut halves = self.halves.iter().flatten();
        self.calls.pending > 0 || halves.any(Half::is_unfinished)
    }

    fn heap_len(&self) -> usize {
        let halves: usize = self.halves.iter().flatten().map(Half::heap_len).sum();
        size_of::<Self>() + halves + self.calls.waiting.heap_len()
    }

    fn clear(&mut self) -> u64 {
        self.calls.pending = 0;
        self.calls.waiting.clear()
    }
}
