//! Dropped packets and messages.

use super::protocol::{of_flow, verdict};
use crate::recorder::Recorder;
use crate::series::Counter;
use crate::setup::Setup;
use crate::subject::Subject;
use crate::value::Value;

#[derive(Debug)]
pub(crate) struct DropHandler {
    drops: Counter,
}

impl DropHandler {
    pub(crate) fn new(setup: &mut Setup<'_>) -> Self {
        let labels = ["reason", "protocol"];
        Self {
            drops: setup.hubble_counter("drop_total", "Number of drops", &labels),
        }
    }

    #[inline]
    pub(crate) fn observe(&self, subject: &impl Subject, recorder: &mut Recorder<'_>) {
        if subject.verdict() != verdict::DROPPED {
            return;
        }
        let reason = match subject.drop_reason() {
            Ok(reason) => Value::drop_reason(reason),
            Err(number) => recorder.number(number.into()),
        };
        let protocol = Value::word(of_flow(subject));
        recorder.add(&self.drops, &[reason, protocol], 1);
    }
}
