//! HTTP in an access log.

use core::fmt;
use std::vec::Vec;

use super::lists::{elements, entries};
use crate::cilium::gob::Value;
use crate::l7::TraceParent;
use crate::record::{Header, HttpRecord, TraceId};

/// An HTTP request or response. `Debug` shows neither URL nor header fields.
#[derive(Clone, Copy, Default)]
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
    /// Header fields that a policy asked for and that were not there.
    pub missing_headers: LogHeaders<'a>,
    /// Header fields that a policy refused.
    pub rejected_headers: LogHeaders<'a>,
}

impl<'a> LogHttp<'a> {
    pub(super) fn read(value: &Value<'a>) -> Self {
        let mut http = Self::default();
        for (name, field) in value.fields() {
            let text = field.as_bytes().unwrap_or_default();
            match name {
                b"Code" => http.code = super::endpoint::number(&field),
                b"Method" => http.method = text,
                b"URL" => http.url = text,
                b"Protocol" => http.protocol = text,
                b"Headers" => http.headers = LogHeaders(Some(field)),
                b"MissingHeaders" => http.missing_headers = LogHeaders(Some(field)),
                b"RejectedHeaders" => http.rejected_headers = LogHeaders(Some(field)),
                _ => {}
            }
        }
        http
    }

    /// An owned record. Header fields are sorted by name, as Hubble has them: the log has no
    /// order.
    pub(super) fn to_record(self) -> HttpRecord {
        let mut headers: Vec<Header> = self
            .headers
            .iter()
            .map(|(key, value)| Header {
                key: key.into(),
                value: value.into(),
            })
            .collect();
        headers.sort_by(|left, right| left.key.cmp(&right.key));
        HttpRecord {
            code: self.code,
            method: self.method.into(),
            url: self.url.into(),
            protocol: self.protocol.into(),
            headers,
            stream: 0,
            grpc_status: self
                .headers
                .get(b"grpc-status")
                .and_then(|status| core::str::from_utf8(status).ok()?.parse().ok()),
        }
    }

    /// The trace that the header field `traceparent` tells: W3C Trace Context, section 3.2.
    #[must_use]
    pub fn trace_id(&self) -> TraceId {
        self.headers
            .get(b"traceparent")
            .and_then(trace_id)
            .unwrap_or_default()
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
            .field("method", &crate::text::Escaped(self.method))
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
        entries(self.0).flat_map(|(name, values)| {
            let name = name.as_bytes().unwrap_or_default();
            elements(Some(values)).filter_map(move |value| Some((name, value.as_bytes()?)))
        })
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
