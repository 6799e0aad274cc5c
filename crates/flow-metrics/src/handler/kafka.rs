//! Kafka requests.

use super::protocol::{l7_kind, reporter};
use crate::recorder::Recorder;
use crate::series::{Counter, Histogram};
use crate::setup::Setup;
use crate::subject::Subject;

#[derive(Debug)]
pub(crate) struct KafkaHandler {
    requests: Counter,
    durations: Histogram,
}

impl KafkaHandler {
    pub(crate) fn new(setup: &mut Setup<'_>) -> Self {
        let labels = ["topic", "api_key", "error_code", "reporter"];
        let help = "Count of Kafka requests (deprecated)";
        let requests = setup.hubble_counter("kafka_requests_total", help, &labels);
        // These are the words of Hubble.
        let help = "Quantiles of HTTP request duration in seconds (deprecated)";
        let labels = ["topic", "api_key", "reporter"];
        Self {
            requests,
            durations: setup.hubble_histogram("kafka_request_duration_seconds", help, &labels),
        }
    }

    pub(crate) fn observe(&self, subject: &impl Subject, recorder: &mut Recorder<'_>) {
        let Some(kafka) = subject.kafka() else { return };
        if subject.l7_kind() != l7_kind::REQUEST {
            return;
        }
        let reporter = reporter(subject);
        let topic = recorder.bytes(kafka.topic);
        let api_key = recorder.bytes(kafka.api_key);
        let error = recorder.number(kafka.error_code.into());
        recorder.add(&self.requests, &[topic, api_key, error, reporter], 1);
        let seconds = subject.latency_ns() as f64 / 1e9;
        recorder.record(&self.durations, &[topic, api_key, reporter], seconds);
    }
}
