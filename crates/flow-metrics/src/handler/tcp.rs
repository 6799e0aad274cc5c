//! TCP flags.

use flow_core::flow::TcpFlags;

use super::protocol::{family, is_forwarded};
use crate::recorder::Recorder;
use crate::series::Counter;
use crate::setup::Setup;
use crate::subject::{Layer4, Subject};
use crate::value::Value;
use crate::words::Word;

#[derive(Debug)]
pub(crate) struct TcpHandler {
    flags: Counter,
}

impl TcpHandler {
    pub(crate) fn new(setup: &mut Setup<'_>) -> Self {
        let labels = ["flag", "family"];
        Self {
            flags: setup.hubble_counter("tcp_flags_total", "TCP flag occurrences", &labels),
        }
    }

    #[inline]
    pub(crate) fn observe(&self, subject: &impl Subject, recorder: &mut Recorder<'_>) {
        let Some(Layer4::Tcp {
            flags: Some(flags), ..
        }) = subject.layer4()
        else {
            return;
        };
        if !is_forwarded(subject) {
            return;
        }
        let Some(family) = family(subject, recorder) else {
            return;
        };
        let mut count = |flag: Word| recorder.add(&self.flags, &[Value::word(flag), family], 1);
        if flags.contains(TcpFlags::FIN) {
            count(Word::Fin);
        }
        if flags.contains(TcpFlags::SYN) {
            let has_ack = flags.contains(TcpFlags::ACK);
            count(if has_ack { Word::SynAck } else { Word::Syn });
        }
        if flags.contains(TcpFlags::RST) {
            count(Word::Rst);
        }
    }
}
