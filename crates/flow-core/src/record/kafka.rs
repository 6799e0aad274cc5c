//! A Kafka message.

use super::Text;

/// A Kafka request or response, as Hubble's `flow.Kafka`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KafkaRecord {
    /// Error code of the response: 0 is none, -1 an unknown one.
    pub error_code: i16,
    /// Version of the request.
    pub api_version: i16,
    /// Name of the request, e.g. `produce`; the number where it has none.
    pub api_key: Text,
    /// Number by which the response belongs to its request.
    pub correlation_id: i32,
    /// First topic.
    pub topic: Text,
    /// Name the client gave itself.
    pub client_id: Text,
}
