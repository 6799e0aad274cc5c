//! Pending requests of the protocols that an embedder adds.

use std::vec::Vec;

use super::context::Context;
use super::pending::{PendingRequest, PendingRequests, Weigh};
use super::recorder::Recorder;
use flow_core::record::{L7Body, RecordFlags};

/// A request that waits.
pub(super) struct PendingMessage {
    id: u64,
    operation: Vec<u8>,
    is_redacted: bool,
}

impl Weigh for PendingMessage {
    fn heap_len(&self) -> usize {
        self.operation.capacity()
    }
}

/// Requests of one connection that wait.
#[derive(Default)]
pub(super) struct PendingMessages {
    queue: PendingRequests<PendingMessage>,
    /// Responses that come first and whose requests were given up for room.
    forgotten: u64,
}

impl PendingMessages {
    /// What the response to the request that the recorder wrote last repeats.
    pub(super) fn request(&self, recorder: &mut Recorder) -> PendingMessage {
        let operation = match recorder.record.body() {
            L7Body::Message(message) => message.operation().as_bytes(),
            _ => &[],
        };
        PendingMessage {
            id: 0,
            operation: recorder.buffers.text(&[operation]),
            is_redacted: recorder.record.flags.contains(RecordFlags::REDACTED),
        }
    }

    pub(super) fn push(&mut self, id: u64, pending: PendingMessage, context: &mut Context<'_>) {
        let pending = PendingRequest {
            id: 0,
            time: context.now(),
            what: PendingMessage { id, ..pending },
        };
        if self.queue.push(pending, context.limits().pending) {
            context.stats.evicted += 1;
            self.forgotten += 1;
        }
    }

    /// Finds the request of the response that the recorder wrote last: the one with this
    /// identifier, or the oldest. Returns its time.
    pub(super) fn respond(&mut self, id: Option<u64>, context: &mut Context<'_>) -> Option<u64> {
        let found = match id {
            Some(id) => self.queue.take(0, |pending| pending.id == id),
            None if self.forgotten > 0 => {
                self.forgotten -= 1;
                None
            }
            None => self.queue.pop(),
        };
        let recorder = &mut *context.recorder;
        let Some(PendingRequest { time, what, .. }) = found else {
            context.stats.unmatched += 1;
            recorder.record.flags |= RecordFlags::UNMATCHED;
            return None;
        };
        context.stats.paired += 1;
        if let Some(mut message) = recorder.record.message_mut() {
            message.operation(&what.operation);
        }
        if what.is_redacted {
            recorder.record.flags |= RecordFlags::REDACTED;
        }
        recorder.buffers.keep_text(what.operation);
        Some(time)
    }

    pub(super) fn len(&self) -> usize {
        self.queue.len()
    }

    pub(super) fn heap_len(&self) -> usize {
        self.queue.heap_len()
    }

    /// Forgets all, and returns how many there were.
    pub(super) fn clear(&mut self) -> u64 {
        self.forgotten = 0;
        self.queue.clear()
    }
}
