//! What a parser of an embedder's protocol reports to.

use super::context::{Context, Reported};
use super::limits::Limits;
use super::pending_messages::PendingMessages;
use super::roles::{Pairing, Role};
use crate::redact::Redaction;
use flow_core::flow::Flow;
use flow_core::flow::Side;
use flow_core::record::{L7Kind, MessageWriter, RecordFlags};

/// Takes the messages that a [`ProtocolParser`](super::ProtocolParser) finds.
pub struct ParseContext<'a> {
    pub(super) context: Context<'a>,
    pub(super) name: &'a str,
    pub(super) pairing: Pairing,
    pub(super) pending: &'a mut PendingMessages,
    pub(super) client: Side,
    /// When the first byte of the message was seen.
    pub(super) began: u64,
    pub(super) flags: RecordFlags,
}

impl ParseContext<'_> {
    /// Returns the flow of the packet.
    #[must_use]
    pub const fn flow(&self) -> &Flow {
        self.context.flow
    }

    /// Returns the limits of the tracker. Texts of a record should keep to
    /// [`Limits::text`], attributes to [`Limits::entries`].
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        self.context.recorder.limits()
    }

    /// Returns what is to be redacted. A parser redacts what it writes: the tracker does not know
    /// which texts are URLs or credentials. It adds [`RecordFlags::REDACTED`] with
    /// [`flag`](Self::flag).
    #[must_use]
    pub const fn redaction(&self) -> &Redaction {
        self.context.recorder.redaction()
    }

    /// Adds flags to the next message that is reported.
    pub fn flag(&mut self, flags: RecordFlags) {
        self.flags |= flags;
    }

    /// Reports a request, which waits for its response. `id` is what its response has too; with
    /// [`Pairing::Order`] it means nothing.
    pub fn request(&mut self, id: u64, write: impl FnOnce(&mut MessageWriter<'_>)) {
        self.write(L7Kind::REQUEST, write);
        let pending = self.pending.request(self.context.recorder);
        self.report(Role::Client, None);
        self.pending.push(id, pending, &mut self.context);
    }

    /// Reports a request that wants no response.
    pub fn one_way(&mut self, write: impl FnOnce(&mut MessageWriter<'_>)) {
        self.write(L7Kind::REQUEST, write);
        self.report(Role::Client, None);
        self.context.stats.one_way += 1;
    }

    /// Reports a response. It repeats the [operation](MessageWriter::operation) of its request,
    /// where that is known.
    pub fn response(&mut self, id: u64, write: impl FnOnce(&mut MessageWriter<'_>)) {
        self.write(L7Kind::RESPONSE, write);
        let id = match self.pairing {
            Pairing::Order => None,
            Pairing::Id => Some(id),
        };
        let requested = self.pending.respond(id, &mut self.context);
        self.report(Role::Server, requested);
    }

    fn write(&mut self, kind: L7Kind, write: impl FnOnce(&mut MessageWriter<'_>)) {
        let record = self.context.recorder.blank();
        let mut message = record.write_message(kind);
        message.protocol(self.name);
        write(&mut message);
        record.flags |= core::mem::take(&mut self.flags);
    }

    fn report(&mut self, sender: Role, requested: Option<u64>) {
        let sender = match sender {
            Role::Client => self.client,
            Role::Server => self.client.other(),
        };
        self.context.report(Reported {
            sender,
            began: self.began,
            requested,
        });
    }
}

/// Shows the protocol only.
impl core::fmt::Debug for ParseContext<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("ParseContext")
            .field("protocol", &self.name)
            .finish_non_exhaustive()
    }
}
