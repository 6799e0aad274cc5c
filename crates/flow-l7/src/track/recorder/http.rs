//! HTTP.

use super::{Budget, Parts, Recorder, trace_id};
use crate::L7Flags;
use crate::http1::{Request, Response};
use crate::http2;
use crate::redact::{QuickLook, Redaction};
use flow_core::record::{HttpWriter, L7Kind, RecordFlags};

impl Recorder {
    /// Writes the record of a request, which was parsed from `data`. Returns whether something of its
    /// URL is redacted.
    pub(in crate::track) fn http1_request(&mut self, request: &Request<'_>, data: &[u8]) -> bool {
        let Parts {
            record,
            redaction,
            look,
            limits,
            fields,
            ..
        } = self.parts();
        let mut budget = Budget::new(limits, request.flags());
        let mut http = record.write_http(L7Kind::REQUEST);
        http.method(budget.text(request.method().as_bytes()));
        http1_url(&mut http, request, redaction, &mut budget);
        let is_url_redacted = budget.flags.contains(RecordFlags::REDACTED);
        http.protocol(request.version().unwrap_or("HTTP/1"));
        let section = request.headers().as_bytes();
        let mut keeper = Keeper::new(redaction, look, section, &mut budget);
        let mut fields = request.fields(data, fields);
        while let Some(header) = fields.next()
            && keeper.keep(&mut http, header.name, header.value)
        {}
        record.flags = budget.flags;
        record.trace = trace_id(request.traceparent());
        is_url_redacted
    }

    /// Writes the record of a response, which was parsed from `data`, without what it repeats of its
    /// request.
    pub(in crate::track) fn http1_response(&mut self, response: &Response<'_>, data: &[u8]) {
        let Parts {
            record,
            redaction,
            look,
            limits,
            fields,
            ..
        } = self.parts();
        let mut budget = Budget::new(limits, response.flags());
        let mut http = record.write_http(L7Kind::RESPONSE);
        http.code(response.status())
            .protocol(response.version().unwrap_or("HTTP/1"));
        let section = response.headers().as_bytes();
        let mut keeper = Keeper::new(redaction, look, section, &mut budget);
        let mut fields = response.fields(data, fields);
        while let Some(header) = fields.next()
            && keeper.keep(&mut http, header.name, header.value)
        {}
        record.flags = budget.flags;
        record.trace = trace_id(response.traceparent());
    }

    /// Writes the record of a request of HTTP/2. Returns whether something of its URL is
    /// redacted.
    pub(in crate::track) fn http2_request(
        &mut self,
        stream: u32,
        headers: &http2::Headers<'_>,
    ) -> bool {
        let Parts {
            record,
            redaction,
            look,
            limits,
            ..
        } = self.parts();
        let mut budget = Budget::new(limits, headers.flags());
        let path = headers.path().unwrap_or_default();
        let host = headers.authority().filter(|host| !host.is_empty());
        let mut http = record.write_http(L7Kind::REQUEST);
        http.stream(stream)
            .method(budget.text(headers.method().unwrap_or_default()))
            .protocol("HTTP/2");
        http.write_url(|to| {
            let is_redacted = match host {
                Some(host) if path.starts_with(b"/") => {
                    redaction.join(headers.scheme().unwrap_or(b"http"), host, path, to)
                }
                // The authority is all there is of CONNECT.
                Some(host) if path.is_empty() => redaction.write_url(host, to),
                _ => redaction.write_url(path, to),
            };
            budget.written(to, is_redacted);
        });
        let is_url_redacted = budget.flags.contains(RecordFlags::REDACTED);
        http2_headers(
            &mut http,
            headers,
            Keeper::by_field(redaction, look, &mut budget),
        );
        record.flags = budget.flags;
        record.trace = trace_id(headers.traceparent());
        is_url_redacted
    }

    /// Writes the record of a response of HTTP/2, without what it repeats of its request.
    pub(in crate::track) fn http2_response(
        &mut self,
        stream: u32,
        grpc_status: Option<u16>,
        headers: &http2::Headers<'_>,
    ) {
        let Parts {
            record,
            redaction,
            look,
            limits,
            ..
        } = self.parts();
        let mut budget = Budget::new(limits, headers.flags());
        let mut http = record.write_http(L7Kind::RESPONSE);
        http.stream(stream)
            .code(headers.status().unwrap_or(0))
            .grpc_status(grpc_status)
            .protocol("HTTP/2");
        http2_headers(
            &mut http,
            headers,
            Keeper::by_field(redaction, look, &mut budget),
        );
        record.flags = budget.flags;
        record.trace = trace_id(headers.traceparent());
    }
}

fn http1_url(
    http: &mut HttpWriter<'_>,
    request: &Request<'_>,
    redaction: &Redaction,
    budget: &mut Budget,
) {
    let is_cut = request.version().is_none() && request.flags().contains(L7Flags::TRUNCATED);
    let target = request.raw_target();
    let host = request.host().filter(|host| !host.is_empty());
    let has_path = target.starts_with(b"/") && request.method() != "CONNECT";
    http.write_url(|to| {
        let is_redacted = match host.filter(|_| has_path && !is_cut) {
            Some(host) => redaction.join(b"http", host, target, to),
            None if is_cut => {
                let shown = redaction.cut_url(target);
                to.extend_from_slice(shown.as_bytes());
                shown.is_redacted()
            }
            None => redaction.write_url(target, to),
        };
        budget.written(to, is_redacted);
    });
}

fn http2_headers(http: &mut HttpWriter<'_>, headers: &http2::Headers<'_>, mut keeper: Keeper<'_>) {
    for field in headers.fields() {
        let (Some(name), Some(value)) = (field.name, field.value) else {
            continue;
        };
        // What has a place of its own.
        if name.first() == Some(&b':') {
            continue;
        }
        if !keeper.keep(http, name, value) {
            break;
        }
    }
}

/// Keeps header fields, redacted.
struct Keeper<'a> {
    redaction: &'a Redaction,
    look: &'a QuickLook,
    /// Whether no value holds anything that is redacted; else each is looked at.
    passes_all: bool,
    budget: &'a mut Budget,
}

impl<'a> Keeper<'a> {
    /// For the fields of a head whose lines are `section`.
    #[inline]
    fn new(
        redaction: &'a Redaction,
        look: &'a QuickLook,
        section: &[u8],
        budget: &'a mut Budget,
    ) -> Self {
        Self {
            passes_all: look.passes_text(section),
            ..Self::by_field(redaction, look, budget)
        }
    }

    /// For fields that do not stand together.
    const fn by_field(
        redaction: &'a Redaction,
        look: &'a QuickLook,
        budget: &'a mut Budget,
    ) -> Self {
        Self {
            redaction,
            look,
            passes_all: false,
            budget,
        }
    }

    /// Keeps a header field; `false` where there is no room for it.
    #[inline]
    fn keep(&mut self, http: &mut HttpWriter<'_>, name: &[u8], value: &[u8]) -> bool {
        if self.look.passes_name(name) && (self.passes_all || self.look.passes_text(value)) {
            let has_room = self.budget.field(name.len() + value.len());
            if has_room {
                http.header(name, value);
            }
            return has_room;
        }
        self.keep_redacted(http, name, value)
    }

    fn keep_redacted(&mut self, http: &mut HttpWriter<'_>, name: &[u8], value: &[u8]) -> bool {
        http.write_header(name, |to| {
            let is_redacted = self.redaction.write_header(name, value, to);
            let has_room = self.budget.field(name.len() + to.len());
            if has_room && is_redacted {
                self.budget.flags |= RecordFlags::REDACTED;
            }
            has_room
        })
    }
}
