//! What a response of HTTP repeats of its request.

use std::vec::Vec;

use super::pending::Weigh;
use super::recorder::{Buffers, Recorder};
use crate::http1::Answering;
use flow_core::record::{L7Body, L7Record, RecordFlags, TraceId};

/// A request of HTTP that waits.
pub(super) struct PendingHttp {
    /// Method and URL.
    text: Vec<u8>,
    method_len: usize,
    pub(super) answering: Answering,
    trace: TraceId,
    is_url_redacted: bool,
}

impl PendingHttp {
    /// Of the request that the recorder wrote last.
    pub(super) fn of(recorder: &mut Recorder, is_url_redacted: bool) -> Self {
        let (method, url) = match recorder.record.body() {
            L7Body::Http(http) => (http.method().as_bytes(), http.url().as_bytes()),
            _ => Default::default(),
        };
        Self {
            method_len: method.len(),
            answering: match method {
                b"HEAD" => Answering::Head,
                b"CONNECT" => Answering::Connect,
                _ => Answering::Other,
            },
            text: recorder.buffers.text(&[method, url]),
            trace: recorder.record.trace,
            is_url_redacted,
        }
    }

    /// Puts it in a response.
    pub(super) fn repeat(self, record: &mut L7Record, buffers: &mut Buffers) {
        if let Some(mut http) = record.http_mut() {
            let (method, url) = self.text.split_at(self.method_len.min(self.text.len()));
            http.method(method).url(url);
        }
        if !self.trace.is_none() {
            record.trace = self.trace;
        }
        if self.is_url_redacted {
            record.flags |= RecordFlags::REDACTED;
        }
        buffers.keep_text(self.text);
    }
}

/// Shows nothing of the request.
impl core::fmt::Debug for PendingHttp {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("PendingHttp").finish_non_exhaustive()
    }
}

impl Weigh for PendingHttp {
    fn heap_len(&self) -> usize {
        self.text.capacity()
    }
}
