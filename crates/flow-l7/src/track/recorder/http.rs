//! HTTP.

use std::vec::Vec;

use super::{Budget, Recorder, trace_id};
use crate::L7Flags;
use crate::http1::{self, Request, Response};
use crate::http2;
use crate::redact::Shown;
use flow_core::record::{Header, HttpRecord, RecordFlags, Text, TraceId};

/// A record of HTTP, and what its response repeats.
pub(in crate::track) struct HttpSaid {
    pub(in crate::track) record: HttpRecord,
    pub(in crate::track) flags: RecordFlags,
    pub(in crate::track) trace: TraceId,
    /// Whether the URL holds a marker.
    pub(in crate::track) is_url_redacted: bool,
}

impl Recorder {
    pub(in crate::track) fn http1_request(&mut self, request: &Request<'_>) -> HttpSaid {
        let mut budget = Budget::new(&self.limits, request.flags());
        let is_cut = request.version().is_none() && request.flags().contains(L7Flags::TRUNCATED);
        let url = self.http1_url(request, is_cut, &mut budget);
        let is_url_redacted = budget.flags.contains(RecordFlags::REDACTED);
        let record = HttpRecord {
            method: method(request.method().as_bytes(), &mut budget),
            url,
            protocol: protocol(request.version()),
            headers: self.headers(request.headers(), &mut budget),
            ..HttpRecord::default()
        };
        HttpSaid {
            record,
            flags: budget.flags,
            trace: trace_id(request.traceparent()),
            is_url_redacted,
        }
    }

    /// The record of a response, without what it repeats of its request.
    pub(in crate::track) fn http1_response(&mut self, response: &Response<'_>) -> HttpSaid {
        let mut budget = Budget::new(&self.limits, response.flags());
        let record = HttpRecord {
            code: response.status(),
            protocol: protocol(response.version()),
            headers: self.headers(response.headers(), &mut budget),
            ..HttpRecord::default()
        };
        HttpSaid {
            record,
            flags: budget.flags,
            trace: trace_id(response.traceparent()),
            is_url_redacted: false,
        }
    }

    fn http1_url(&mut self, request: &Request<'_>, is_cut: bool, budget: &mut Budget) -> Text {
        let target = request.raw_target();
        let host = request.host().filter(|host| !host.is_empty());
        let has_path = target.starts_with(b"/") && request.method() != "CONNECT";
        match host.filter(|_| has_path && !is_cut) {
            Some(host) => self.joined_url(b"http", host, target, budget),
            None if is_cut => {
                let shown = self.redaction.cut_url(target);
                budget.shown(&shown)
            }
            None => {
                let shown = self.redaction.url(target);
                budget.shown(&shown)
            }
        }
    }

    /// The record of a request of HTTP/2, without its stream.
    pub(in crate::track) fn http2_request(&mut self, headers: &http2::Headers<'_>) -> HttpSaid {
        let mut budget = Budget::new(&self.limits, headers.flags());
        let path = headers.path().unwrap_or_default();
        let host = headers.authority().filter(|host| !host.is_empty());
        let url = match host {
            Some(host) if path.starts_with(b"/") => {
                let scheme = headers.scheme().unwrap_or(b"http");
                self.joined_url(scheme, host, path, &mut budget)
            }
            // The authority is all there is of CONNECT.
            host => {
                let target = if path.is_empty() {
                    host.unwrap_or_default()
                } else {
                    path
                };
                let shown = self.redaction.url(target);
                budget.shown(&shown)
            }
        };
        let is_url_redacted = budget.flags.contains(RecordFlags::REDACTED);
        let record = HttpRecord {
            method: method(headers.method().unwrap_or_default(), &mut budget),
            url,
            protocol: const { Text::from_static("HTTP/2") },
            headers: self.http2_headers(headers, &mut budget),
            ..HttpRecord::default()
        };
        HttpSaid {
            record,
            flags: budget.flags,
            trace: trace_id(headers.traceparent()),
            is_url_redacted,
        }
    }

    /// The record of a response of HTTP/2, without its stream and what it repeats of its request.
    pub(in crate::track) fn http2_response(&mut self, headers: &http2::Headers<'_>) -> HttpSaid {
        let mut budget = Budget::new(&self.limits, headers.flags());
        let record = HttpRecord {
            code: headers.status().unwrap_or(0),
            protocol: const { Text::from_static("HTTP/2") },
            headers: self.http2_headers(headers, &mut budget),
            ..HttpRecord::default()
        };
        HttpSaid {
            record,
            flags: budget.flags,
            trace: trace_id(headers.traceparent()),
            is_url_redacted: false,
        }
    }

    fn http2_headers(&self, headers: &http2::Headers<'_>, budget: &mut Budget) -> Vec<Header> {
        let mut kept = Vec::with_capacity(8);
        for field in headers.fields() {
            let (Some(name), Some(value)) = (field.name, field.value) else {
                continue;
            };
            // What has a place of its own.
            if name.first() == Some(&b':') {
                continue;
            }
            if !self.header(name, value, &mut kept, budget) {
                break;
            }
        }
        kept
    }

    pub(super) fn joined_url(
        &mut self,
        scheme: &[u8],
        host: &[u8],
        target: &[u8],
        budget: &mut Budget,
    ) -> Text {
        self.scratch.clear();
        if self.redaction.join(scheme, host, target, &mut self.scratch) {
            budget.flags |= RecordFlags::REDACTED;
        }
        budget.text(&self.scratch)
    }

    fn headers(&self, headers: http1::Headers<'_>, budget: &mut Budget) -> Vec<Header> {
        let mut kept = Vec::with_capacity(12);
        for header in headers {
            if !self.header(header.name, header.value, &mut kept, budget) {
                break;
            }
        }
        kept
    }

    /// Keeps a header field; `false` where there is no room for it.
    pub(super) fn header(
        &self,
        name: &[u8],
        value: &[u8],
        kept: &mut Vec<Header>,
        budget: &mut Budget,
    ) -> bool {
        let shown = self.redaction.header(name, value);
        if name.len() + shown.as_bytes().len() > budget.text {
            budget.flags |= RecordFlags::LIMIT;
            return false;
        }
        if !budget.entry() {
            return false;
        }
        kept.push(Header {
            key: budget.text(name),
            value: match shown {
                Shown::Plain(value) => budget.text(value),
                shown => budget.shown(&shown),
            },
        });
        true
    }
}

/// A method, most often one that needs no bytes of its own.
pub(super) fn method(method: &[u8], budget: &mut Budget) -> Text {
    match method {
        b"GET" => const { Text::from_static("GET") },
        b"POST" => const { Text::from_static("POST") },
        method => budget.text(method),
    }
}

fn protocol(version: Option<&'static str>) -> Text {
    Text::from_static(version.unwrap_or("HTTP/1"))
}
