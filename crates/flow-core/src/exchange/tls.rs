//! TLS: the hellos of client and server.

use std::vec::Vec;

use super::desk::{Desk, Told};
use super::key::Side;
use crate::l7::tls::{ClientHello, HandshakeBytes, HandshakeType, ServerHello};
use crate::record::{L7Body, L7Kind, RecordFlags, Text, TraceId};

/// Room for a hello that comes in several records.
const ROOM: usize = 16 << 10;

/// One direction.
#[derive(Default)]
struct Half {
    /// What is there of a hello that is not whole.
    bytes: Vec<u8>,
    began: u64,
    is_over: bool,
}

/// A connection that speaks TLS, up to the hello of the server.
pub(super) struct Tls {
    client: Side,
    halves: [Half; 2],
    /// The client's hello that waits: when it was complete, and its name.
    waiting: Option<(u64, Text, bool)>,
}

impl Tls {
    pub(super) fn new(client: Side) -> Self {
        Self {
            client,
            halves: Default::default(),
            waiting: None,
        }
    }

    pub(super) fn waiting(&self) -> usize {
        usize::from(self.waiting.is_some())
    }

    pub(super) fn heap_len(&self) -> usize {
        let bytes: usize = self.halves.iter().map(|half| half.bytes.capacity()).sum();
        bytes
            + self
                .waiting
                .as_ref()
                .map_or(0, |(_, name, _)| name.heap_len())
    }

    pub(super) fn bytes(&mut self, side: Side, data: &[u8], time: u64, desk: &mut Desk<'_>) {
        let limit = desk.limits().head;
        let half = &mut self.halves[side.index()];
        if half.is_over {
            return;
        }
        if half.bytes.is_empty() {
            half.began = time;
        }
        let held = core::mem::take(&mut half.bytes);
        let joined = match held.is_empty() {
            true => None,
            false => Some(
                [
                    &held[..],
                    &data[..data.len().min(limit.saturating_sub(held.len()))],
                ]
                .concat(),
            ),
        };
        let text = joined.as_deref().unwrap_or(data);
        if self.hello(side, text, desk) {
            self.halves[side.index()].is_over = true;
        } else if text.len() < limit {
            self.halves[side.index()].bytes = text.to_vec();
        } else {
            desk.stats.truncated += 1;
            self.halves[side.index()].is_over = true;
        }
    }

    /// Reads a hello; `false` where it is not whole yet.
    fn hello(&mut self, side: Side, text: &[u8], desk: &mut Desk<'_>) -> bool {
        let mut room = [0; ROOM];
        let joined = match HandshakeBytes::join(text, &mut room) {
            Ok(joined) => joined,
            Err(error) => return !error.is_truncated(),
        };
        let Some(message) = joined.messages().next() else {
            return false;
        };
        if !message.is_whole() {
            return false;
        }
        let mut told = Told {
            sender: side,
            began: self.halves[side.index()].began,
            kind: L7Kind::REQUEST,
            flags: RecordFlags::NONE,
            trace: TraceId::default(),
            asked: None,
            body: L7Body::Tls(Default::default()),
        };
        if side == self.client {
            let (HandshakeType::CLIENT_HELLO, Ok(hello)) = (
                message.kind,
                ClientHello::parse(message.body, message.length),
            ) else {
                return true;
            };
            let (record, flags) = desk.recorder.client_hello(&hello);
            let is_redacted = flags.contains(RecordFlags::REDACTED);
            let name = record.server_name.clone();
            told.flags = flags;
            told.body = L7Body::Tls(record);
            desk.tell(told);
            self.waiting = Some((desk.now(), name, is_redacted));
            return true;
        }
        let (HandshakeType::SERVER_HELLO, Ok(hello)) = (
            message.kind,
            ServerHello::parse(message.body, message.length),
        ) else {
            return true;
        };
        let (mut record, flags) = desk.recorder.server_hello(&hello);
        told.kind = L7Kind::RESPONSE;
        told.flags = flags;
        match self.waiting.take() {
            Some((time, name, is_redacted)) => {
                desk.stats.paired += 1;
                told.asked = Some(time);
                record.server_name = name;
                if is_redacted {
                    told.flags |= RecordFlags::REDACTED;
                }
            }
            None => {
                desk.stats.unmatched += 1;
                told.flags |= RecordFlags::UNMATCHED;
            }
        }
        told.body = L7Body::Tls(record);
        desk.tell(told);
        true
    }

    /// Bytes were not seen.
    pub(super) fn hole(&mut self, side: Side, desk: &mut Desk<'_>) {
        let half = &mut self.halves[side.index()];
        if !half.is_over {
            desk.stats.gaps += 1;
            desk.stats.truncated += u64::from(!half.bytes.is_empty());
        }
        *half = Half {
            is_over: true,
            ..Half::default()
        };
    }

    pub(super) fn can_skip(&self, side: Side) -> bool {
        self.halves[side.index()].is_over
    }

    /// Gives up what waits; gives how many there were.
    pub(super) fn clear(&mut self) -> u64 {
        u64::from(self.waiting.take().is_some())
    }
}
