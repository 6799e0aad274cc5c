//! Kafka.

use super::{Budget, Recorder};
use crate::kafka::{ApiKey, Request};
use crate::redact::MARKER;
use flow_core::record::{KafkaRecord, RecordFlags, Text};

impl Recorder {
    /// The record of a request.
    pub(in crate::track) fn kafka_request(
        &self,
        request: &Request<'_>,
    ) -> (KafkaRecord, RecordFlags) {
        let mut budget = Budget::new(&self.limits, request.flags());
        let topic = request.topics().find_map(|topic| topic.name);
        let record = KafkaRecord {
            error_code: 0,
            api_version: request.version,
            api_key: self.kafka_api(request.api, &mut budget),
            correlation_id: request.correlation_id,
            topic: budget.text(topic.unwrap_or_default()),
            client_id: budget.text(request.client_id().unwrap_or_default()),
        };
        (record, budget.flags)
    }

    fn kafka_api(&self, api: ApiKey, budget: &mut Budget) -> Text {
        if self.redaction.hides_kafka_api_key() {
            budget.flags |= RecordFlags::REDACTED;
            return Text::from_static(MARKER);
        }
        match api.name() {
            Some(name) => Text::from_static(name),
            None => Text::from(std::format!("{}", api.0)),
        }
    }
}
