//! Kafka in an access log.

use core::fmt;

use super::lists::elements;
use super::name::FieldName;
use crate::gob::{Item, Take};
use flow_core::record::KafkaWriter;

/// A Kafka request or response.
#[derive(Clone, Copy, Default)]
#[non_exhaustive]
pub struct LogKafka<'a> {
    /// Error code of the response: 0 is none.
    pub error_code: i16,
    /// Version of the request.
    pub api_version: i16,
    /// Name of the request.
    pub api_key: &'a [u8],
    /// The same as a number, as older agents send it.
    pub api_number: Option<u16>,
    /// Number by which the response belongs to its request.
    pub correlation_id: i32,
    /// Topic; the first, where there are several.
    pub topic: &'a [u8],
}

impl LogKafka<'_> {
    pub(super) fn write(self, kafka: &mut KafkaWriter<'_>) {
        kafka
            .error_code(self.error_code)
            .api_version(self.api_version)
            .correlation_id(self.correlation_id)
            .topic(self.topic);
        match self.api_number {
            Some(number) => kafka.api_key(std::format!("{number}")),
            None => kafka.api_key(self.api_key),
        };
    }
}

impl<'a> Take<'a, FieldName> for LogKafka<'a> {
    #[inline]
    fn take(&mut self, name: FieldName, item: Item<'a>) {
        match name {
            FieldName::ErrorCode => self.error_code = item.number(),
            FieldName::ApiVersion => self.api_version = item.number(),
            FieldName::ApiKey => match item {
                Item::Text(text) => self.api_key = text,
                _ => self.api_number = Some(item.number()),
            },
            FieldName::CorrelationId => self.correlation_id = item.number(),
            FieldName::Topic => self.topic = topic(item),
            FieldName::Topics => {
                let first = elements(item.other()).next();
                self.topic = first.map_or(&[], |first| topic(Item::of(first)));
            }
            _ => {}
        }
    }
}

/// A struct with the name, or the name itself.
fn topic<'a>(item: Item<'a>) -> &'a [u8] {
    match item {
        Item::Other(value) => value.field("Topic").and_then(|name| name.as_bytes()),
        _ => Some(item.text()),
    }
    .unwrap_or_default()
}

/// Shows no topic.
impl fmt::Debug for LogKafka<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogKafka")
            .field("error_code", &self.error_code)
            .field("api_version", &self.api_version)
            .field("correlation_id", &self.correlation_id)
            .finish_non_exhaustive()
    }
}
