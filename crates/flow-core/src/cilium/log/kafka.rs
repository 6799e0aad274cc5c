//! Kafka in an access log.

use core::fmt;

use super::endpoint::number;
use super::lists::elements;
use crate::cilium::gob::{Kind, Value};
use crate::record::{KafkaRecord, Text};

/// A Kafka request or response.
#[derive(Clone, Copy, Default)]
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

impl<'a> LogKafka<'a> {
    pub(super) fn read(value: &Value<'a>) -> Self {
        let mut kafka = Self::default();
        for (name, field) in value.fields() {
            match name {
                b"ErrorCode" => kafka.error_code = signed(&field),
                b"APIVersion" => kafka.api_version = signed(&field),
                b"APIKey" => match field.as_bytes() {
                    Some(text) => kafka.api_key = text,
                    None => kafka.api_number = Some(number(&field)),
                },
                b"CorrelationID" => kafka.correlation_id = signed(&field),
                b"Topic" => kafka.topic = topic(&field),
                b"Topics" => {
                    let first = elements(Some(field)).next();
                    kafka.topic = first.map_or(&[], |first| topic(&first));
                }
                _ => {}
            }
        }
        kafka
    }

    pub(super) fn to_record(self) -> KafkaRecord {
        KafkaRecord {
            error_code: self.error_code,
            api_version: self.api_version,
            api_key: match self.api_number {
                Some(number) => std::format!("{number}").into(),
                None => self.api_key.into(),
            },
            correlation_id: self.correlation_id,
            topic: self.topic.into(),
            client_id: Text::default(),
        }
    }
}

/// A struct with the name, or the name itself.
fn topic<'a>(value: &Value<'a>) -> &'a [u8] {
    let name = match value.kind() {
        Kind::Struct => value.field("Topic"),
        _ => Some(*value),
    };
    name.and_then(|name| name.as_bytes()).unwrap_or_default()
}

/// A number that the type has room for; 0 where there is no such number.
fn signed<T: TryFrom<i64> + Default>(value: &Value<'_>) -> T {
    let number = value.as_i64().unwrap_or(0);
    T::try_from(number).unwrap_or_default()
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
