//! Kafka: requests and responses by their correlation identifiers.

use super::context::{Context, Reported};
use super::framed::Framed;
use super::frames::{Frame, Prefix};
use super::pending::{PendingRequest, PendingRequests, Weigh};
use super::recorder::record_flags;
use crate::L7Protocol;
use crate::kafka::{ApiKey, Request, Response, is_size};
use flow_core::flow::Side;
use std::vec::Vec;

use flow_core::record::{L7Body, L7Kind, RecordFlags};

/// Bytes of a message that are looked at: its header, and in most messages its first topic and
/// outcome. The rest is records.
const LOOK: usize = 4 << 10;

pub(super) struct Size;

impl Prefix for Size {
    const LEN: usize = 4;

    fn length(bytes: &[u8]) -> Option<u32> {
        let length = u32::from_be_bytes(*bytes.first_chunk()?);
        is_size(length).then_some(length)
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
    pending: PendingRequests<PendingKafka>,
}

impl Kafka {
    pub(super) fn new(client: Side) -> Self {
        Self {
            client,
            pending: PendingRequests::default(),
        }
    }

    /// Whether the response to a pending request begins with `data`.
    fn begins_response(&self, data: &[u8]) -> bool {
        let Some((size, rest)) = data.split_first_chunk::<4>() else {
            return false;
        };
        let id = rest.first_chunk().map(|id| u32::from_be_bytes(*id));
        Size::length(size).is_some() && id.is_some_and(|id| self.pending.contains(id))
    }

    /// Whether `data` is responses to pending requests, one after the other, the first one whole.
    fn is_responses(&self, data: &[u8]) -> bool {
        let (mut rest, mut is_first) = (data, true);
        while let Some((size, after)) = rest.split_first_chunk::<4>() {
            if rest.len() >= 8 && !self.begins_response(rest) {
                return false;
            }
            match after.get(u32::from_be_bytes(*size) as usize..) {
                Some(after) => rest = after,
                None => return !is_first,
            }
            is_first = false;
        }
        !is_first
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

impl Framed for Kafka {
    type Prefix = Size;

    fn most(head: usize) -> usize {
        head.clamp(8, LOOK)
    }

    fn begins(&self, side: Side, data: &[u8], is_within: bool, context: &Context<'_>) -> bool {
        if side != self.client {
            return match is_within {
                true => self.is_responses(data),
                false => self.begins_response(data),
            };
        }
        context.begins(L7Protocol::Kafka, data, is_within)
    }

    fn message(&mut self, side: Side, frame: &Frame<'_>, is_cut: bool, context: &mut Context<'_>) {
        if side == self.client {
            self.request(side, frame, is_cut, context);
        } else {
            self.response(side, frame, is_cut, context);
        }
    }

    fn client(&self) -> Option<Side> {
        Some(self.client)
    }

    fn pending(&self) -> usize {
        self.pending.len()
    }

    fn heap_len(&self) -> usize {
        self.pending.heap_len()
    }

    fn clear(&mut self) -> u64 {
        self.pending.clear()
    }
}
