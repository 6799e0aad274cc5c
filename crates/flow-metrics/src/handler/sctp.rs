//! Chunks of SCTP.

use super::protocol::{family, is_forwarded};
use crate::recorder::Recorder;
use crate::series::Counter;
use crate::setup::Setup;
use crate::subject::{Layer4, Subject};
use crate::value::Value;

/// A chunk of another type than those with a number of their own.
const UNSUPPORTED: i32 = 0;

#[derive(Debug)]
pub(crate) struct SctpHandler {
    chunks: Counter,
}

impl SctpHandler {
    pub(crate) fn new(setup: &mut Setup<'_>) -> Self {
        let help = "SCTP chunk type occurrences";
        let labels = ["chunk_type", "family"];
        Self {
            chunks: setup.hubble_counter("sctp_chunk_types_total", help, &labels),
        }
    }

    #[inline]
    pub(crate) fn observe(&self, subject: &impl Subject, recorder: &mut Recorder<'_>) {
        let Some(Layer4::Sctp { chunk, .. }) = subject.layer4() else {
            return;
        };
        if chunk == UNSUPPORTED || !is_forwarded(subject) {
            return;
        }
        let chunk = match u8::try_from(chunk) {
            Ok(number) => Value::sctp_chunk(number),
            Err(_) => recorder.number(chunk.into()),
        };
        let Some(family) = family(subject, recorder) else {
            return;
        };
        recorder.add(&self.chunks, &[chunk, family], 1);
    }
}
