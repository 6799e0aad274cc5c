//! HTTP in an access log.

use core::fmt;
use std::vec::Vec;

use super::lists::{elements, entries};
use super::name::FieldName;
use crate::gob::{Item, Take, Value};
use flow_core::record::{HttpWriter, TraceId};
use flow_l7::TraceParent;

/// An HTTP request or response. `Debug` shows neither URL nor header fields.
#[derive(Clone, Copy, Default)]
#[non_exhaustive]
pub struct LogHttp<'a> {
    /// Status code; 0 for a request.
    pub code: u16,
    /// Method.
    pub method: &'a [u8],
    /// URL.
    pub url: &'a [u8],
    /// `HTTP/1.1`, `HTTP/2`, …
    pub protocol: &'a [u8],
    /// Header fields.
    pub headers: LogHeaders<'a>,
    /// Header fields that a policy requires and that were missing.
    pub missing_headers: LogHeaders<'a>,
    /// Header fields that a policy refused.
    pub rejected_headers: LogHeaders<'a>,
}

impl<'a> LogHttp<'a> {
    /// Writes an owned record. Returns what its header fields hold besides. They are sorted by
    /// name, as Hubble has them: the log has no order.
    pub(super) fn write(self, http: &mut HttpWriter<'_>) -> Besides<'a> {
        let mut besides = Besides::default();
        let mut headers = Vec::with_capacity(self.headers.len_hint());
        for (key, value) in self.headers.iter() {
            besides.take(key, value);
            headers.push((key, value));
        }
        headers.sort_by_key(|(key, _)| *key);
        let status = besides.grpc_status.map(core::str::from_utf8);
        http.code(self.code)
            .method(self.method)
            .url(self.url)
            .protocol(self.protocol)
            .grpc_status(status.and_then(|status| status.ok()?.parse().ok()));
        for (key, value) in headers {
            http.header(key, value);
        }
        besides
    }

    /// Returns the trace id of the header field `traceparent`: W3C Trace Context, section 3.2.
    #[must_use]
    pub fn trace_id(&self) -> TraceId {
        self.besides().trace_id()
    }

    /// What else the header fields hold.
    pub(super) fn besides(&self) -> Besides<'a> {
        let mut besides = Besides::default();
        for (key, value) in self.headers.iter() {
            besides.take(key, value);
        }
        besides
    }
}

/// Header fields that mean something here: the first of each name.
#[derive(Clone, Copy, Default)]
pub(super) struct Besides<'a> {
    pub(super) request_id: Option<&'a [u8]>,
    trace_parent: Option<&'a [u8]>,
    grpc_status: Option<&'a [u8]>,
}

impl<'a> Besides<'a> {
    #[inline]
    fn take(&mut self, key: &[u8], value: &'a [u8]) {
        let place = match key.len() {
            11 if key.eq_ignore_ascii_case(b"traceparent") => &mut self.trace_parent,
            11 if key.eq_ignore_ascii_case(b"grpc-status") => &mut self.grpc_status,
            12 if key.eq_ignore_ascii_case(b"x-request-id") => &mut self.request_id,
            _ => return,
        };
        place.get_or_insert(value);
    }

    pub(super) fn trace_id(&self) -> TraceId {
        self.trace_parent.and_then(trace_id).unwrap_or_default()
    }
}

impl<'a> Take<'a, FieldName> for LogHttp<'a> {
    #[inline]
    fn take(&mut self, name: FieldName, item: Item<'a>) {
        match name {
            FieldName::Code => self.code = item.number(),
            FieldName::Method => self.method = item.text(),
            FieldName::Url => self.url = item.text(),
            FieldName::Protocol => self.protocol = item.text(),
            FieldName::Headers => self.headers = LogHeaders(item.other()),
            FieldName::MissingHeaders => self.missing_headers = LogHeaders(item.other()),
            FieldName::RejectedHeaders => self.rejected_headers = LogHeaders(item.other()),
            _ => {}
        }
    }
}

/// The 16 bytes that the 32 digits of a trace id stand for.
fn trace_id(header: &[u8]) -> Option<TraceId> {
    let digits = TraceParent::parse(header)?.trace_id_text();
    let id = u128::from_str_radix(digits, 16).ok()?;
    Some(TraceId(id.to_be_bytes()))
}

impl fmt::Debug for LogHttp<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogHttp")
            .field("code", &self.code)
            .field("method", &flow_core::text::Escaped(self.method))
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}

/// Header fields, borrowed.
#[derive(Clone, Copy, Default)]
pub struct LogHeaders<'a>(Option<Value<'a>>);

impl<'a> LogHeaders<'a> {
    /// Each name with each of its values. The order of names means nothing.
    pub fn iter(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> + use<'a> {
        // As agents send them, or in another shape.
        let usual = self.0.and_then(|map| map.text_lists());
        let other = if usual.is_none() { self.0 } else { None };
        let other = entries(other).flat_map(|(name, values)| {
            let name = name.as_bytes().unwrap_or_default();
            elements(Some(values)).filter_map(move |value| Some((name, value.as_bytes()?)))
        });
        usual.into_iter().flatten().chain(other)
    }

    /// Number of names, limited to what one expects.
    fn len_hint(&self) -> usize {
        const EXPECTED: u64 = 64;
        let count = self.0.map_or(0, |map| map.count());
        usize::try_from(count.min(EXPECTED)).unwrap_or(0)
    }

    /// The first value of this name, in any letter case.
    #[must_use]
    pub fn get(&self, name: &[u8]) -> Option<&'a [u8]> {
        self.iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }
}

/// Shows how many there are.
impl fmt::Debug for LogHeaders<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} fields", self.iter().count())
    }
}
