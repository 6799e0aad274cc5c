//! A message of a protocol that an embedder adds.

use core::fmt;

use super::{L7Kind, L7Record, Text, TextWriter};
use crate::flow::L7Type;

const PROTOCOL: usize = 0;
const OPERATION: usize = 1;
const STATUS: usize = 2;

/// One attribute of a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_structs,
    reason = "an attribute is a name and a value"
)]
pub struct Attribute<'a> {
    /// Name.
    pub key: Text<'a>,
    /// Value.
    pub value: Text<'a>,
}

/// A request or response of a protocol without a record type of its own.
#[derive(Clone, Copy)]
pub struct MessageRecord<'a>(pub(super) &'a L7Record);

impl<'a> MessageRecord<'a> {
    /// Returns the name of the protocol.
    #[must_use]
    pub fn protocol(self) -> Text<'a> {
        self.0.text(PROTOCOL)
    }

    /// Returns what is asked for in a few words. A response repeats it, where its request is
    /// known.
    #[must_use]
    pub fn operation(self) -> Text<'a> {
        self.0.text(OPERATION)
    }

    /// Returns the outcome in a few words; empty for a request.
    #[must_use]
    pub fn status(self) -> Text<'a> {
        self.0.text(STATUS)
    }

    /// Returns the attributes in order.
    pub fn attributes(self) -> impl Iterator<Item = Attribute<'a>> + Clone {
        self.0.pairs().map(|(key, value)| Attribute { key, value })
    }
}

impl PartialEq for MessageRecord<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.same_texts(other.0)
    }
}

impl Eq for MessageRecord<'_> {}

impl fmt::Debug for MessageRecord<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        struct Attributes<'a>(MessageRecord<'a>);
        impl fmt::Debug for Attributes<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let pairs = self.0.attributes().map(|pair| (pair.key, pair.value));
                f.debug_map().entries(pairs).finish()
            }
        }
        f.debug_struct("MessageRecord")
            .field("protocol", &self.protocol())
            .field("operation", &self.operation())
            .field("status", &self.status())
            .field("attributes", &Attributes(*self))
            .finish()
    }
}

/// Writes a message of another protocol into a record.
#[derive(Debug)]
pub struct MessageWriter<'r>(pub(super) &'r mut L7Record);

impl MessageWriter<'_> {
    /// Sets the name of the protocol.
    pub fn protocol(&mut self, name: impl AsRef<[u8]>) -> &mut Self {
        self.0.set_text(PROTOCOL, name.as_ref());
        self
    }

    /// Sets what is asked for.
    pub fn operation(&mut self, text: impl AsRef<[u8]>) -> &mut Self {
        self.0.set_text(OPERATION, text.as_ref());
        self
    }

    /// Sets what is asked for to what `write` writes, and returns what that returns.
    pub fn write_operation<R>(&mut self, write: impl FnOnce(&mut TextWriter<'_>) -> R) -> R {
        self.0.write_text(OPERATION, write)
    }

    /// Sets the outcome.
    pub fn status(&mut self, text: impl AsRef<[u8]>) -> &mut Self {
        self.0.set_text(STATUS, text.as_ref());
        self
    }

    /// Adds an attribute.
    pub fn attribute(&mut self, key: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> &mut Self {
        self.0.write_pair(key.as_ref(), |to| {
            to.extend_from_slice(value.as_ref());
            true
        });
        self
    }
}

impl L7Record {
    /// Starts a message of another protocol in this record.
    pub fn write_message(&mut self, kind: L7Kind) -> MessageWriter<'_> {
        self.start(kind, L7Type::OTHER);
        MessageWriter(self)
    }

    /// Returns a writer that goes on with a message of another protocol; `None` where it is none.
    pub fn message_mut(&mut self) -> Option<MessageWriter<'_>> {
        (self.protocol == L7Type::OTHER).then_some(MessageWriter(self))
    }

    /// Returns a record of the message of another protocol that `write` writes.
    #[must_use]
    pub fn message(kind: L7Kind, write: impl FnOnce(&mut MessageWriter<'_>)) -> Self {
        let mut record = Self::default();
        write(&mut record.write_message(kind));
        record
    }
}
