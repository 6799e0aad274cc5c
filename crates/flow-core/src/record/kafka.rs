//! A Kafka message.

use core::fmt;

use super::{L7Kind, L7Record, Text, TextWriter};
use crate::flow::L7Type;

const API_KEY: usize = 0;
const TOPIC: usize = 1;
const CLIENT_ID: usize = 2;

/// A Kafka request or response, as Hubble's `flow.Kafka`. A response repeats what is known of its
/// request.
#[derive(Clone, Copy)]
pub struct KafkaRecord<'a>(pub(super) &'a L7Record);

impl<'a> KafkaRecord<'a> {
    /// Returns the error code of the response: 0 is none, -1 an unknown one.
    #[must_use]
    pub const fn error_code(self) -> i16 {
        self.0.numbers.code.cast_signed()
    }

    /// Returns the version of the request.
    #[must_use]
    pub const fn api_version(self) -> i16 {
        self.0.numbers.version.cast_signed()
    }

    /// Returns the name of the request, e.g. `produce`; the number where it has none.
    #[must_use]
    pub fn api_key(self) -> Text<'a> {
        self.0.text(API_KEY)
    }

    /// Returns the number by which the response belongs to its request.
    #[must_use]
    pub const fn correlation_id(self) -> i32 {
        self.0.numbers.id.cast_signed()
    }

    /// Returns the first topic.
    #[must_use]
    pub fn topic(self) -> Text<'a> {
        self.0.text(TOPIC)
    }

    /// Returns the name that the client gave itself.
    #[must_use]
    pub fn client_id(self) -> Text<'a> {
        self.0.text(CLIENT_ID)
    }
}

impl PartialEq for KafkaRecord<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.numbers == other.0.numbers && self.0.same_texts(other.0)
    }
}

impl Eq for KafkaRecord<'_> {}

impl fmt::Debug for KafkaRecord<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KafkaRecord")
            .field("error_code", &self.error_code())
            .field("api_version", &self.api_version())
            .field("api_key", &self.api_key())
            .field("correlation_id", &self.correlation_id())
            .field("topic", &self.topic())
            .field("client_id", &self.client_id())
            .finish()
    }
}

/// Writes a Kafka message into a record.
#[derive(Debug)]
pub struct KafkaWriter<'r>(pub(super) &'r mut L7Record);

impl KafkaWriter<'_> {
    /// Sets the error code of the response.
    pub fn error_code(&mut self, code: i16) -> &mut Self {
        self.0.numbers.code = code.cast_unsigned();
        self
    }

    /// Sets the version of the request.
    pub fn api_version(&mut self, version: i16) -> &mut Self {
        self.0.numbers.version = version.cast_unsigned();
        self
    }

    /// Sets the name of the request.
    pub fn api_key(&mut self, name: impl AsRef<[u8]>) -> &mut Self {
        self.0.set_text(API_KEY, name.as_ref());
        self
    }

    /// Sets the name of the request to what `write` writes, and returns what that returns.
    pub fn write_api_key<R>(&mut self, write: impl FnOnce(&mut TextWriter<'_>) -> R) -> R {
        self.0.write_text(API_KEY, write)
    }

    /// Sets the number by which the response belongs to its request.
    pub fn correlation_id(&mut self, id: i32) -> &mut Self {
        self.0.numbers.id = id.cast_unsigned();
        self
    }

    /// Sets the first topic.
    pub fn topic(&mut self, topic: impl AsRef<[u8]>) -> &mut Self {
        self.0.set_text(TOPIC, topic.as_ref());
        self
    }

    /// Sets the name that the client gave itself.
    pub fn client_id(&mut self, name: impl AsRef<[u8]>) -> &mut Self {
        self.0.set_text(CLIENT_ID, name.as_ref());
        self
    }
}

impl L7Record {
    /// Starts a Kafka message in this record.
    pub fn write_kafka(&mut self, kind: L7Kind) -> KafkaWriter<'_> {
        self.start(kind, L7Type::KAFKA);
        KafkaWriter(self)
    }

    /// Returns a writer that goes on with a Kafka message; `None` where it is none.
    pub fn kafka_mut(&mut self) -> Option<KafkaWriter<'_>> {
        (self.protocol == L7Type::KAFKA).then_some(KafkaWriter(self))
    }

    /// Returns a record of the Kafka message that `write` writes.
    #[must_use]
    pub fn kafka(kind: L7Kind, write: impl FnOnce(&mut KafkaWriter<'_>)) -> Self {
        let mut record = Self::default();
        write(&mut record.write_kafka(kind));
        record
    }
}
