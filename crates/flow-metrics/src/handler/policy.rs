//! Verdicts of policies.

use super::protocol::event;
use crate::recorder::Recorder;
use crate::series::Counter;
use crate::setup::Setup;
use crate::subject::{Layer7, Subject, Way};
use crate::value::Value;
use crate::words::Word;

/// Identity of the host, whose connections to its own endpoints no policy decides.
const HOST: u32 = 1;

#[derive(Debug)]
pub(crate) struct PolicyHandler {
    verdicts: Counter,
}

impl PolicyHandler {
    pub(crate) fn new(setup: &mut Setup<'_>) -> Self {
        let help = "Total number of Cilium network policy verdicts";
        let labels = ["direction", "match", "action"];
        Self {
            verdicts: setup.hubble_counter("policy_verdicts_total", help, &labels),
        }
    }

    #[inline]
    pub(crate) fn observe(&self, subject: &impl Subject, recorder: &mut Recorder<'_>) {
        let Some((kind, _)) = subject.event_type() else {
            return;
        };
        let matched = match kind {
            event::POLICY_VERDICT if subject.source_identity() != HOST => {
                match subject.policy_match() {
                    0 => Word::MatchNone,
                    1 => Word::L3Only,
                    2 => Word::L3L4,
                    3 => Word::L4Only,
                    4 => Word::All,
                    5 => Word::L3Proto,
                    6 => Word::ProtoOnly,
                    _ => Word::Unknown,
                }
            }
            event::L7 => match subject.layer7() {
                Some(Layer7::Dns) => Word::L7Dns,
                Some(Layer7::Http) => Word::L7Http,
                Some(Layer7::Kafka) => Word::L7Kafka,
                _ => Word::L7None,
            },
            _ => return,
        };
        let direction = match subject.way() {
            Way::Unknown => Word::DirectionUnknown,
            Way::Ingress => Word::Ingress,
            Way::Egress => Word::Egress,
        };
        let action = match u8::try_from(subject.verdict()) {
            Ok(number) => Value::verdict_lower(number),
            Err(_) => recorder.number(subject.verdict().into()),
        };
        let values = [Value::word(direction), Value::word(matched), action];
        recorder.add(&self.verdicts, &values, 1);
    }
}
