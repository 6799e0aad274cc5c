//! HTTP/2 and gRPC: requests and responses by stream.

use super::context::{Context, Reported};
use super::pending::{PendingRequest, PendingRequests, Weigh};
use super::pending_http::PendingHttp;
use super::stream_parser::{Next, StreamParser};
use crate::L7Flags;
use crate::http2::{Event, EventKind, Half, HeaderKind, Headers, Limits};
use flow_core::flow::Side;
use flow_core::record::{L7Record, RecordFlags};

/// A request that waits for its response, or for the trailers of one.
#[derive(Debug)]
struct Call {
    requested: PendingHttp,
    is_grpc: bool,
    /// The response of a gRPC call, whose outcome follows in trailers.
    partial: Option<Partial>,
}

struct Partial {
    record: L7Record,
    began: u64,
}

/// Shows nothing of the response.
impl core::fmt::Debug for Partial {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Partial").finish_non_exhaustive()
    }
}

impl Weigh for Call {
    fn heap_len(&self) -> usize {
        let partial = self.partial.as_ref();
        let partial = partial.map_or(0, |partial| partial.record.heap_len());
        self.requested.heap_len() + partial
    }
}

/// A connection that speaks HTTP/2.
pub(super) struct Http2 {
    halves: [Option<Half>; 2],
    is_joined: [bool; 2],
    calls: Calls,
}

/// The streams.
struct Calls {
    client: Side,
    /// Whether it is known that this is the client.
    is_settled: bool,
    pending: PendingRequests<Call>,
    /// Responses whose trailers are waited for.
    partial: usize,
    /// Highest stream with a request.
    newest: u32,
}

impl Http2 {
    /// `is_settled` says whether the client is known; `is_joined` says of each side that its
    /// beginning was missed.
    pub(super) fn new(client: Side, is_settled: bool, is_joined: [bool; 2]) -> Self {
        Self {
            halves: [None, None],
            is_joined,
            calls: Calls {
                client,
                is_settled,
                pending: PendingRequests::default(),
                partial: 0,
                newest: 0,
            },
        }
    }

    /// Takes over the request of HTTP/1 that asked for HTTP/2: it is stream 1.
    pub(super) fn upgraded(&mut self, time: u64, requested: PendingHttp) {
        let pending = PendingRequest {
            id: 1,
            time,
            what: Call {
                requested,
                is_grpc: false,
                partial: None,
            },
        };
        self.calls.pending.push(pending, usize::MAX);
    }

    /// Hands what a direction says to `take`, which says it of a half.
    fn each(
        &mut self,
        side: Side,
        context: &mut Context<'_>,
        take: impl FnOnce(&mut Half, &mut dyn FnMut(Event<'_>)),
    ) {
        let index = side.index();
        let limits = Limits {
            table: context.limits().head.clamp(4 << 10, 16 << 10),
            block: context.limits().head,
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
        let calls = &mut self.calls;
        take(half, &mut |event| {
            calls.event(side, &event, event.began, context);
        });
    }
}

impl Calls {
    fn event(&mut self, side: Side, event: &Event<'_>, began: u64, context: &mut Context<'_>) {
        match &event.kind {
            EventKind::Headers(headers) => {
                if let Some(stream) = headers.promised() {
                    self.request(stream, headers, began, context);
                    return;
                }
                self.headers((side, event.stream), headers, began, context);
            }
            EventKind::Data { is_end: true, .. } if side != self.client => {
                self.over(event.stream, RecordFlags::NONE, context);
            }
            EventKind::Reset(_) => {
                self.over(event.stream, RecordFlags::NONE, context);
                if self.pending.take(event.stream, |_| true).is_some() {
                    context.stats.unanswered += 1;
                }
            }
            EventKind::Broken(_) => context.stats.malformed += 1,
            _ => {}
        }
    }

    fn headers(
        &mut self,
        (side, stream): (Side, u32),
        headers: &Headers<'_>,
        began: u64,
        context: &mut Context<'_>,
    ) {
        let kind = self.kind(side, stream, headers);
        if !self.is_settled && kind != HeaderKind::Trailers {
            self.is_settled = true;
            let is_client = kind == HeaderKind::Request;
            self.client = if is_client { side } else { side.other() };
        }
        match (side == self.client, kind) {
            (true, HeaderKind::Request) => self.request(stream, headers, began, context),
            (false, HeaderKind::Response) => self.response(stream, headers, began, context),
            (false, HeaderKind::Trailers) => self.trailers(stream, headers, began, context),
            // Trailers of a request.
            (true, HeaderKind::Trailers) => {}
            (true, HeaderKind::Response) | (false, HeaderKind::Request) => {
                context.stats.malformed += 1;
            }
        }
    }

    /// What they are: by their fields, and by their place where those are not known.
    fn kind(&self, side: Side, stream: u32, headers: &Headers<'_>) -> HeaderKind {
        let kind = headers.kind();
        let is_unknown = headers.flags().contains(L7Flags::MISSED_START);
        if kind != HeaderKind::Trailers || !is_unknown || !self.is_settled {
            return kind;
        }
        if side == self.client {
            // A client begins its streams in their order.
            return match stream > self.newest {
                true => HeaderKind::Request,
                false => kind,
            };
        }
        match self.pending.find(stream) {
            Some(call) if call.partial.is_none() && headers.grpc_status().is_none() => {
                HeaderKind::Response
            }
            _ => kind,
        }
    }

    fn request(
        &mut self,
        stream: u32,
        headers: &Headers<'_>,
        began: u64,
        context: &mut Context<'_>,
    ) {
        if headers.promised().is_none() {
            self.newest = self.newest.max(stream);
        }
        let is_url_redacted = context.recorder.http2_request(stream, headers);
        let call = Call {
            requested: PendingHttp::of(context.recorder, is_url_redacted),
            is_grpc: headers.is_grpc(),
            partial: None,
        };
        report(self.client, began, None, context);
        // A stream is not used again: the one before it was not seen to the end.
        self.over(stream, RecordFlags::TRUNCATED, context);
        if self.pending.take(stream, |_| true).is_some() {
            context.stats.unanswered += 1;
        }
        if self.pending.len() >= context.limits().pending.max(1) {
            self.drop_oldest(context);
        }
        let pending = PendingRequest {
            id: stream,
            time: context.now(),
            what: call,
        };
        self.pending.push(pending, usize::MAX);
    }

    /// Makes room for another request.
    fn drop_oldest(&mut self, context: &mut Context<'_>) {
        let Some(oldest) = self.pending.pop() else {
            return;
        };
        if oldest.what.partial.is_some() {
            self.finish(oldest, RecordFlags::TRUNCATED, context);
        } else {
            context.stats.evicted += 1;
        }
    }

    fn response(
        &mut self,
        stream: u32,
        headers: &Headers<'_>,
        began: u64,
        context: &mut Context<'_>,
    ) {
        if headers.status().is_some_and(|status| status < 200) {
            context.stats.interim += 1;
            return;
        }
        let grpc_status = status(headers);
        context
            .recorder
            .http2_response(stream, grpc_status, headers);
        let is_grpc = headers.is_grpc();
        let is_last = headers.is_end() || grpc_status.is_some();
        let found = self.pending.update(stream, |call| {
            let is_partial = (is_grpc || call.is_grpc) && !is_last;
            is_partial.then(|| {
                let record = context.recorder.set_aside();
                call.partial.replace(Partial { record, began }).is_none()
            })
        });
        match found.flatten() {
            Some(is_new) => self.partial += usize::from(is_new),
            None => self.report_response(stream, began, context),
        }
    }

    /// Reports the response that was recorded, of a stream that waits, or of none.
    fn report_response(&mut self, stream: u32, began: u64, context: &mut Context<'_>) {
        let mut requested = None;
        if let Some(pending) = self.pending.take(stream, |_| true) {
            if pending.what.partial.is_some() {
                self.partial -= 1;
            }
            context.stats.paired += 1;
            requested = Some(pending.time);
            let recorder = &mut *context.recorder;
            let requested = pending.what.requested;
            requested.repeat(&mut recorder.record, &mut recorder.buffers);
        } else {
            context.stats.unmatched += 1;
            context.recorder.record.flags |= RecordFlags::UNMATCHED;
        }
        report(self.client.other(), began, requested, context);
    }

    fn trailers(
        &mut self,
        stream: u32,
        headers: &Headers<'_>,
        began: u64,
        context: &mut Context<'_>,
    ) {
        let grpc_status = status(headers);
        let is_partial = self.pending.update(stream, |call| {
            let Some(partial) = &mut call.partial else {
                return false;
            };
            if let Some(mut http) = partial.record.http_mut() {
                http.grpc_status(grpc_status);
            }
            true
        });
        match is_partial {
            Some(true) => self.over(stream, RecordFlags::NONE, context),
            // The status stood in what was missed.
            Some(false) if grpc_status.is_some() => {
                context
                    .recorder
                    .http2_response(stream, grpc_status, headers);
                self.report_response(stream, began, context);
            }
            // Of a response that was reported.
            Some(false) | None => {}
        }
    }

    /// Nothing more comes in a stream: reports the response that waited for its trailers.
    fn over(&mut self, stream: u32, flags: RecordFlags, context: &mut Context<'_>) {
        let has_partial = |call: &Call| call.partial.is_some();
        if let Some(pending) = self.pending.take(stream, has_partial) {
            self.finish(pending, flags, context);
        }
    }

    fn finish(
        &mut self,
        pending: PendingRequest<Call>,
        flags: RecordFlags,
        context: &mut Context<'_>,
    ) {
        let Call {
            requested, partial, ..
        } = pending.what;
        let Some(partial) = partial else {
            return;
        };
        self.partial -= 1;
        let Partial { record, began } = partial;
        context.stats.paired += 1;
        let recorder = &mut *context.recorder;
        recorder.bring_back(record);
        recorder.record.flags |= flags;
        requested.repeat(&mut recorder.record, &mut recorder.buffers);
        report(self.client.other(), began, Some(pending.time), context);
    }

    /// The server says nothing more.
    fn end(&mut self, context: &mut Context<'_>) {
        while let Some(pending) = self.pending.pop() {
            if pending.what.partial.is_some() {
                self.finish(pending, RecordFlags::TRUNCATED, context);
            } else {
                context.stats.unanswered += 1;
            }
        }
    }
}

/// Outcome of a call.
fn status(headers: &Headers<'_>) -> Option<u16> {
    let status = headers.grpc_status()?;
    u16::try_from(status.0).ok()
}

fn report(sender: Side, began: u64, requested: Option<u64>, context: &mut Context<'_>) {
    context.report(Reported {
        sender,
        began,
        requested,
    });
}

impl StreamParser for Http2 {
    fn bytes(&mut self, side: Side, data: &[u8], time: u64, context: &mut Context<'_>) -> Next {
        self.each(side, context, |half, on| half.feed_at(data, time, on));
        Next::Same
    }

    fn hole(&mut self, side: Side, length: Option<u32>, context: &mut Context<'_>) {
        let Some(half) = &mut self.halves[side.index()] else {
            self.is_joined[side.index()] = true;
            return;
        };
        if length.is_some_and(|length| half.skip(length as usize)) {
            return;
        }
        context.stats.gaps += u64::from(half.is_in_step());
        self.each(side, context, |half, on| half.gap(on));
    }

    fn can_skip(&self, side: Side, length: u32) -> bool {
        let half = &self.halves[side.index()];
        half.as_ref()
            .is_some_and(|half| half.can_skip(length as usize))
    }

    fn end(&mut self, side: Side, context: &mut Context<'_>) {
        if self.halves[side.index()]
            .as_ref()
            .is_some_and(Half::is_unfinished)
        {
            self.each(side, context, |half, on| half.gap(on));
        }
        if side != self.calls.client {
            self.calls.end(context);
        }
    }

    fn client(&self) -> Option<Side> {
        Some(self.calls.client)
    }

    fn pending(&self) -> usize {
        self.calls.pending.len()
    }

    fn is_unfinished(&self) -> bool {
        let mut halves = self.halves.iter().flatten();
        self.calls.partial > 0 || halves.any(Half::is_unfinished)
    }

    fn heap_len(&self) -> usize {
        let halves: usize = self.halves.iter().flatten().map(Half::heap_len).sum();
        size_of::<Self>() + halves + self.calls.pending.heap_len()
    }

    fn clear(&mut self) -> u64 {
        self.calls.partial = 0;
        self.calls.pending.clear()
    }
}
