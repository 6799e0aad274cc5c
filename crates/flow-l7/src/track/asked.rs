//! What a response of HTTP repeats of its request.

use super::queue::Weigh;
use super::recorder::HttpSaid;
use crate::http1::Answering;
use flow_core::record::{RecordFlags, Text, TraceId};

/// A request of HTTP that waits.
#[derive(Debug)]
pub(super) struct Asked {
    method: Text,
    url: Text,
    pub(super) answering: Answering,
    trace: TraceId,
    is_url_redacted: bool,
}

impl Asked {
    pub(super) fn of(said: &HttpSaid) -> Self {
        Self {
            method: said.record.method.clone(),
            url: said.record.url.clone(),
            answering: match said.record.method.as_bytes() {
                b"HEAD" => Answering::Head,
                b"CONNECT" => Answering::Connect,
                _ => Answering::Other,
            },
            trace: said.trace,
            is_url_redacted: said.is_url_redacted,
        }
    }

    /// Puts it in a response.
    pub(super) fn repeat(self, said: &mut HttpSaid) {
        said.record.method = self.method;
        said.record.url = self.url;
        if !self.trace.is_none() {
            said.trace = self.trace;
        }
        if self.is_url_redacted {
            said.flags |= RecordFlags::REDACTED;
        }
    }
}

impl Weigh for Asked {
    fn heap_len(&self) -> usize {
        self.method.heap_len() + self.url.heap_len()
    }
}
