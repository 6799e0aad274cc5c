//! Kafka.

use core::fmt::Write;

use super::{Budget, Parts, Recorder};
use crate::kafka::Request;
use crate::redact::MARKER;
use flow_core::record::{L7Kind, RecordFlags};

impl Recorder {
    /// Writes the record of a request.
    pub(in crate::track) fn kafka_request(&mut self, request: &Request<'_>) {
        let Parts {
            record,
            redaction,
            limits,
            ..
        } = self.parts();
        let mut budget = Budget::new(limits, request.flags());
        let topic = request.topics().find_map(|topic| topic.name);
        let mut kafka = record.write_kafka(L7Kind::REQUEST);
        kafka
            .api_version(request.version)
            .correlation_id(request.correlation_id)
            .topic(budget.text(topic.unwrap_or_default()))
            .client_id(budget.text(request.client_id().unwrap_or_default()));
        if redaction.hides_kafka_api_key() {
            budget.flags |= RecordFlags::REDACTED;
            kafka.api_key(MARKER);
        } else {
            match request.api.name() {
                Some(name) => {
                    kafka.api_key(name);
                }
                // It is written to a buffer: that does not fail.
                None => drop(kafka.write_api_key(|to| write!(to, "{}", request.api.0))),
            }
        }
        record.flags = budget.flags;
    }
}
