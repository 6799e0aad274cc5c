//! HTTP requests and responses, in both of Hubble's versions.

use super::protocol::{l7_kind, reporter};
use crate::recorder::{Recorder, Trace};
use crate::series::{Counter, Histogram};
use crate::setup::Setup;
use crate::subject::Subject;

const DURATION: &str = "Quantiles of HTTP request duration in seconds";

#[derive(Debug)]
pub(crate) struct HttpHandler {
    has_exemplars: bool,
    requests: Counter,
    /// None in the second version, which counts requests once they are answered.
    responses: Option<Counter>,
    durations: Histogram,
}

impl HttpHandler {
    pub(crate) fn new(setup: &mut Setup<'_>) -> Self {
        let labels = ["method", "protocol", "reporter"];
        let requests =
            setup.hubble_counter("http_requests_total", "Count of HTTP requests", &labels);
        let labels = ["method", "protocol", "status", "reporter"];
        let help = "Count of HTTP responses";
        let responses = setup.hubble_counter("http_responses_total", help, &labels);
        Self {
            responses: Some(responses),
            ..Self::with(setup, requests)
        }
    }

    pub(crate) fn version_2(setup: &mut Setup<'_>) -> Self {
        let labels = ["method", "protocol", "status", "reporter"];
        let requests =
            setup.hubble_counter("http_requests_total", "Count of HTTP requests", &labels);
        Self::with(setup, requests)
    }

    fn with(setup: &mut Setup<'_>, requests: Counter) -> Self {
        let labels = ["method", "reporter"];
        Self {
            has_exemplars: setup.value("exemplars") == Some("true"),
            requests,
            responses: None,
            durations: setup.hubble_histogram("http_request_duration_seconds", DURATION, &labels),
        }
    }

    pub(crate) const fn has_exemplars(&self) -> bool {
        self.has_exemplars
    }

    pub(crate) fn observe(&self, subject: &impl Subject, recorder: &mut Recorder<'_>) {
        let kind = subject.l7_kind();
        let Some(http) = subject.http() else { return };
        let is_response = kind == l7_kind::RESPONSE;
        let counter = match (&self.responses, kind) {
            (Some(responses), l7_kind::RESPONSE) => responses,
            (Some(_), l7_kind::REQUEST) | (None, l7_kind::RESPONSE) => &self.requests,
            _ => return,
        };
        let trace = self.trace(subject);
        let reporter = reporter(subject);
        let method = recorder.bytes(http.method);
        let protocol = recorder.bytes(http.protocol);
        if is_response {
            let status = recorder.number(http.code.into());
            recorder.add_traced(counter, &[method, protocol, status, reporter], trace);
            let seconds = subject.latency_ns() as f64 / 1e9;
            recorder.record_traced(&self.durations, &[method, reporter], seconds, trace);
        } else {
            recorder.add_traced(counter, &[method, protocol, reporter], trace);
        }
    }

    fn trace(&self, subject: &impl Subject) -> Option<Trace> {
        if !self.has_exemplars {
            return None;
        }
        let id = subject.trace();
        (!id.is_none()).then(|| Trace {
            id,
            time: subject.time(),
        })
    }
}
