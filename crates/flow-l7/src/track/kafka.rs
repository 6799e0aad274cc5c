//! Kafka: requests and responses by their correlation identifiers.

use super::context::{Context, Reported};
use super::frames::{Frame, Frames, Prefix, Step};
use super::key::Side;
use super::pending::{PendingRequest, PendingRequests, Weigh};
use super::recorder::record_flags;
use super::stream_parser::{Next, StreamParser};
use crate::kafka::{ApiKey, Request, Response};
use crate::{L7Protocol, StreamStart, detect_stream};
use std::vec::Vec;

use flow_core::record::{L7Body, L7Kind, RecordFlags};

/// Bytes of a message that are looked at: its header, and in most messages its first topic and
/// outcome. The rest is records.
const LOOK: usize = 4 << 10;

struct Size;

impl Prefix for Size {
    const LEN: usize = 4;

    fn length(bytes: &[u8]) -> Option<u32> {
        /// As brokers have it, unless they are told otherwise (`socket.request.max.bytes`).
        const MAX: u32 = 100 << 20;
        let length = u32::from_be_bytes(*bytes.first_chunk()?);
        // A response has at least its correlation identifier.
        (4..=MAX).contains(&length).then_some(length)
    }
}

/// A request that waits.
struct PendingKafka {
    api: ApiKey,
    version: i16,
    is_redacted: bool,
    /// Name of the request, topic, and name of the client.
    text: Vec<u8>,
    /// Where the topic and the name of the client begin.
    begins: [usize; 2],
}

impl Weigh for PendingKafka {
    fn heap_len(&self) -> usize {
        self.text.capacity()
    }
}

/// A connection that speaks Kafka.
pub(super) struct Kafka {
    client: Side,
    halves: [Frames<Size>; 2],
    pending: PendingRequests<PendingKafka>,
}

impl Kafka {
    /// `is_joined` says of each side that its beginning was missed.
    pub(super) fn new(client: Side, is_joined: [bool; 2]) -> Self {
        Self {
            client,
            halves: is_joined.map(Frames::new),
            pending: PendingRequests::default(),
        }
    }

    /// Whether a message begins here, as far as can be told.
    fn begins(&self, side: Side, data: &[u8], context: &Context<'_>) -> bool {
        if side == self.client {
            let ports = (context.flow.source.port, context.flow.destination.port);
            return matches!(
                detect_stream(data, ports),
                StreamStart::Found {
                    protocol: L7Protocol::Kafka,
                    ..
                }
            );
        }
        // The response to one of the requests.
        let Some((size, rest)) = data.split_first_chunk::<4>() else {
            return false;
        };
        let id = rest.first_chunk().map(|id| u32::from_be_bytes(*id));
        Size::length(size).is_some() && id.is_some_and(|id| self.pending.contains(id))
    }

    fn message(&mut self, side: Side, frame: &Frame<'_>, is_cut: bool, context: &mut Context<'_>) {
        if side == self.client {
            self.request(side, frame, is_cut, context);
        } else {
            self.response(side, frame, is_cut, context);
        }
    }

    fn request(&mut self, side: Side, frame: &Frame<'_>, is_cut: bool, context: &mut Context<'_>) {
        let Ok(request) = Request::parse(&frame.data, frame.length) else {
            return broken(is_cut, context);
        };
        let recorder = &mut *context.recorder;
        recorder.kafka_request(&request);
        let flags = recorder.record.flags;
        let texts = match recorder.record.body() {
            L7Body::Kafka(kafka) => [kafka.api_key(), kafka.topic(), kafka.client_id()],
            _ => Default::default(),
        };
        let [name, topic, client] = texts.map(flow_core::record::Text::as_bytes);
        let requested = PendingKafka {
            api: request.api,
            version: request.version,
            is_redacted: flags.contains(RecordFlags::REDACTED),
            text: recorder.buffers.text(&[name, topic, client]),
            begins: [name.len(), name.len() + topic.len()],
        };
        recorder.record.flags = cut(flags, is_cut);
        context.report(Reported {
            sender: side,
            began: frame.began,
            requested: None,
        });
        if request.acks() == Some(0) {
            context.stats.one_way += 1;
            return;
        }
        let pending = PendingRequest {
            id: request.correlation_id.cast_unsigned(),
            time: context.now(),
            what: requested,
        };
        let limit = context.limits().pending;
        context.stats.evicted += u64::from(self.pending.push(pending, limit));
    }

    fn response(&mut self, side: Side, frame: &Frame<'_>, is_cut: bool, context: &mut Context<'_>) {
        let Ok(response) = Response::parse(&frame.data, frame.length) else {
            return broken(is_cut, context);
        };
        let mut flags = cut(record_flags(response.flags()), is_cut);
        let id = response.correlation_id.cast_unsigned();
        let mut requested = None;
        let mut kafka = context.recorder.record.write_kafka(L7Kind::RESPONSE);
        kafka.correlation_id(response.correlation_id);
        match self.pending.take(id, |_| true) {
            Some(PendingRequest { time, what, .. }) => {
                context.stats.paired += 1;
                requested = Some(time);
                if what.is_redacted {
                    flags |= RecordFlags::REDACTED;
                }
                let [topic, client] = what.begins;
                kafka
                    .api_version(what.version)
                    .api_key(what.text.get(..topic).unwrap_or_default())
                    .topic(what.text.get(topic..client).unwrap_or_default())
                    .client_id(what.text.get(client..).unwrap_or_default());
                match response.error_code(what.api, what.version) {
                    Some(error) => {
                        kafka.error_code(error.0);
                    }
                    None if frame.data.len() < frame.length as usize => {
                        flags |= RecordFlags::LIMIT;
                    }
                    None => {}
                }
                context.recorder.buffers.keep_text(what.text);
            }
            None => {
                context.stats.unmatched += 1;
                flags |= RecordFlags::UNMATCHED;
            }
        }
        context.recorder.record.flags = flags;
        context.report(Reported {
            sender: side,
            began: frame.began,
            requested,
        });
    }
}

/// What was too short to be a message.
fn broken(is_cut: bool, context: &mut Context<'_>) {
    if is_cut {
        context.stats.truncated += 1;
    } else {
        context.stats.malformed += 1;
    }
}

/// What is not looked at of a long message is not missing: that is only what a hole cut off.
fn cut(flags: RecordFlags, is_cut: bool) -> RecordFlags {
    if is_cut {
        flags | RecordFlags::TRUNCATED
    } else {
        RecordFlags(flags.0 & !RecordFlags::TRUNCATED.0)
    }
}

impl StreamParser for Kafka {
    fn bytes(&mut self, side: Side, mut data: &[u8], time: u64, context: &mut Context<'_>) -> Next {
        let most = context.limits().head.clamp(8, LOOK);
        if self.halves[side.index()].is_lost() && self.begins(side, data, context) {
            self.halves[side.index()].found();
        }
        loop {
            match self.halves[side.index()].step(&mut data, time, most) {
                Step::More => return Next::Same,
                Step::Bad => context.stats.malformed += 1,
                Step::Frame(frame) => self.message(side, &frame, false, context),
            }
        }
    }

    fn hole(&mut self, side: Side, length: Option<u32>, context: &mut Context<'_>) {
        let half = &mut self.halves[side.index()];
        let was_lost = half.is_lost();
        let part = half.hole(length);
        context.stats.gaps += u64::from(!was_lost && (half.is_lost() || part.is_some()));
        if let Some(part) = part {
            self.message(side, &part, true, context);
        }
    }

    fn can_skip(&self, side: Side, length: u32) -> bool {
        self.halves[side.index()].can_skip(length)
    }

    fn end(&mut self, side: Side, context: &mut Context<'_>) {
        if let Some(part) = self.halves[side.index()].hole(None) {
            self.message(side, &part, true, context);
        }
        self.halves[side.index()].lose();
    }

    fn pending(&self) -> usize {
        self.pending.len()
    }

    fn is_unfinished(&self) -> bool {
        self.halves.iter().any(Frames::is_unfinished)
    }

    fn heap_len(&self) -> usize {
        let halves: usize = self.halves.iter().map(Frames::heap_len).sum();
        size_of::<Self>() + halves + self.pending.heap_len()
    }

    fn clear(&mut self) -> u64 {
        self.pending.clear()
    }
}
