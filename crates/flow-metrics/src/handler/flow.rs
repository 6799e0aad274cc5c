//! All flows.

use super::protocol::{self, event, of_flow};
use crate::recorder::Recorder;
use crate::series::Counter;
use crate::setup::Setup;
use crate::subject::{Layer7, Subject};
use crate::value::Value;
use crate::words::Word;

#[derive(Debug)]
pub(crate) struct FlowHandler {
    flows: Counter,
}

impl FlowHandler {
    pub(crate) fn new(setup: &mut Setup<'_>) -> Self {
        let labels = ["protocol", "type", "subtype", "verdict"];
        let help = "Total number of flows processed";
        Self {
            flows: setup.hubble_counter("flows_processed_total", help, &labels),
        }
    }

    #[inline]
    pub(crate) fn observe(&self, subject: &impl Subject, recorder: &mut Recorder<'_>) {
        let (kind, sub_kind) = subject.event_type().unwrap_or_default();
        let (kind, sub_kind) = match kind {
            event::L7 => (Word::L7, layer7(subject)),
            event::DROP => (Word::Drop, Value::EMPTY),
            event::CAPTURE => (Word::Capture, Value::EMPTY),
            event::POLICY_VERDICT => (Word::PolicyVerdict, Value::EMPTY),
            // Hubble cuts it to 8 bits.
            event::TRACE => (Word::Trace, trace_point(sub_kind as u8)),
            other => (Word::UnknownType, recorder.number(other.into())),
        };
        let protocol = Value::word(of_flow(subject));
        let verdict = protocol::verdict(subject, recorder);
        let values = [protocol, Value::word(kind), sub_kind, verdict];
        recorder.add(&self.flows, &values, 1);
    }
}

fn layer7(subject: &impl Subject) -> Value {
    Value::word(match subject.layer7() {
        Some(Layer7::Dns) => Word::Dns,
        Some(Layer7::Http) => Word::Http,
        Some(Layer7::Kafka) => Word::Kafka,
        _ => return Value::EMPTY,
    })
}

#[inline]
fn trace_point(number: u8) -> Value {
    match crate::words::trace_point(number) {
        "" => Value::EMPTY,
        _ => Value::trace_point(number),
    }
}
