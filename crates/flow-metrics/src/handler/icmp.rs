//! ICMP messages.

use crate::recorder::Recorder;
use crate::series::Counter;
use crate::setup::Setup;
use crate::subject::{Layer4, Subject};
use crate::value::Value;
use crate::words::Word;

#[derive(Debug)]
pub(crate) struct IcmpHandler {
    messages: Counter,
}

impl IcmpHandler {
    pub(crate) fn new(setup: &mut Setup<'_>) -> Self {
        let labels = ["family", "type"];
        Self {
            messages: setup.hubble_counter("icmp_total", "Number of ICMP messages", &labels),
        }
    }

    #[inline]
    pub(crate) fn observe(&self, subject: &impl Subject, recorder: &mut Recorder<'_>) {
        let (family, message) = match subject.layer4() {
            Some(Layer4::Icmpv4 { kind, code }) => (Word::Ipv4, Value::icmp(false, kind, code)),
            Some(Layer4::Icmpv6 { kind, code }) => (Word::Ipv6, Value::icmp(true, kind, code)),
            _ => return,
        };
        recorder.add(&self.messages, &[Value::word(family), message], 1);
    }
}
