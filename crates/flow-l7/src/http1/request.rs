//! Requests.

use httparse::Status;

use super::body::Framing;
use super::head::{Fields, Head, Length, Parsed, no_fields, offset_in};
use super::headers::Headers;
use super::index::{FieldIndex, IndexedFields, TakeFields};
use super::target::{Authority, Target};
use crate::error::{L7Error, L7Layer};
use crate::flags::L7Flags;
use crate::trace::TraceParent;

/// The head of a request.
///
/// Where it is cut off, it has the header fields whose lines are whole; see
/// [`flags`](Self::flags).
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    method: &'a str,
    target: &'a [u8],
    /// Minor version; `None` where it was cut off, or is none of HTTP/1.
    minor: Option<u8>,
    head: Head<'a>,
}

impl<'a> Request<'a> {
    /// Parses the head of a request. Empty lines before it are left out.
    ///
    /// # Errors
    /// Where there is no method with a space after it.
    #[inline]
    pub fn parse(data: &'a [u8]) -> Result<Self, L7Error> {
        Self::parse_with(data, ())
    }

    /// Parses the head of a request, and notes in `index` where its fields are.
    #[inline]
    pub(crate) fn parse_indexed(data: &'a [u8], index: &mut FieldIndex) -> Result<Self, L7Error> {
        Self::parse_with(data, index)
    }

    #[inline]
    fn parse_with(data: &'a [u8], index: impl TakeFields) -> Result<Self, L7Error> {
        // Made where it is returned, without a copy.
        let mut made = Ok(Self {
            method: "",
            target: &[],
            minor: None,
            head: Head::default(),
        });
        if let Ok(request) = &mut made
            && let Err(error) = request.fill(data, index)
        {
            made = Err(error);
        }
        made
    }

    #[inline]
    fn fill(&mut self, data: &'a [u8], mut index: impl TakeFields) -> Result<(), L7Error> {
        let (mut method, mut target, mut minor) = (None, None, None);
        let known = &mut self.head.known;
        let parsed = Parsed::of(|config| {
            let mut fields: Fields<'a> = no_fields();
            let mut request = httparse::Request::new(&mut []);
            let status = config.parse_request_with_uninit_headers(&mut request, data, &mut fields);
            (method, target, minor) = (request.method, request.path, request.version);
            let is_whole = matches!(status, Ok(Status::Complete(_)));
            if is_whole {
                known.take_all(request.headers);
            }
            index.take(data, is_whole.then_some(&*request.headers));
            status
        });
        if !parsed.is_strict() {
            index.take(data, None);
        }
        let Some(method) = method else {
            return Err(parsed.no_head(data, L7Layer::Http1Request, b'A'));
        };
        let mut at = offset_in(data, method.as_bytes()) + method.len() + 1;
        let target = match (target, minor) {
            (Some(target), Some(_)) => target.as_bytes(),
            _ => {
                let rest = data.get(at..).unwrap_or_default();
                let (target, found) = odd_target(rest);
                minor = found;
                target
            }
        };
        if !target.is_empty() {
            at = offset_in(data, target) + target.len();
        }
        (self.method, self.target, self.minor) = (method, target, minor);
        parsed.complete(data, &mut self.head, L7Layer::Http1Request, at);
        Ok(())
    }

    /// Method, as sent.
    #[must_use]
    pub const fn method(&self) -> &'a str {
        self.method
    }

    /// Target as sent, as far as it is there: mostly path and query.
    #[must_use]
    pub const fn raw_target(&self) -> &'a [u8] {
        self.target
    }

    /// Target, split.
    #[must_use]
    pub fn target(&self) -> Target<'a> {
        Target::parse(self.target, self.method == "CONNECT")
    }

    /// `HTTP/1.0` or `HTTP/1.1`; `None` where it was cut off or is another one.
    #[must_use]
    pub const fn version(&self) -> Option<&'static str> {
        version(self.minor)
    }

    /// Host, port and user: of the target where it is absolute, else of the `Host` header
    /// (RFC 9112 section 3.2.2).
    #[must_use]
    pub fn authority(&self) -> Option<Authority<'a>> {
        let of_target = if self.target.starts_with(b"/") {
            None
        } else {
            self.target().authority()
        };
        of_target.or_else(|| self.head.known.host.map(Authority::parse))
    }

    /// Value of `Host`.
    #[must_use]
    pub const fn host(&self) -> Option<&'a [u8]> {
        self.head.known.host
    }

    /// Value of `User-Agent`.
    #[must_use]
    pub const fn user_agent(&self) -> Option<&'a [u8]> {
        self.head.known.user_agent
    }

    /// Value of `Content-Type`.
    #[must_use]
    pub const fn content_type(&self) -> Option<&'a [u8]> {
        self.head.known.content_type
    }

    /// Length of the body in bytes, from `Content-Length`.
    #[must_use]
    pub const fn content_length(&self) -> Option<u64> {
        content_length(&self.head)
    }

    /// Value of `Upgrade`.
    #[must_use]
    pub const fn upgrade(&self) -> Option<&'a [u8]> {
        self.head.known.upgrade
    }

    /// Trace that the request is part of.
    #[inline]
    #[must_use]
    pub fn traceparent(&self) -> Option<TraceParent<'a>> {
        self.head.known.traceparent.and_then(TraceParent::parse)
    }

    /// Whether the client leaves the connection open: RFC 9112 section 9.3.
    #[must_use]
    pub const fn is_keep_alive(&self) -> bool {
        is_keep_alive(self.minor, &self.head)
    }

    /// How the body is delimited.
    #[must_use]
    pub const fn framing(&self) -> Framing {
        self.head.known.framing(Framing::None)
    }

    /// Every header field.
    #[must_use]
    pub const fn headers(&self) -> Headers<'a> {
        self.head.headers()
    }

    /// Every header field; faster than [`headers`](Self::headers) where `index` was filled when this
    /// was parsed from `data`.
    #[inline]
    pub(crate) fn fields<'i>(
        &self,
        data: &'a [u8],
        index: &'i FieldIndex,
    ) -> IndexedFields<'i, 'a> {
        index.fields(data, self.headers())
    }

    /// Length of the head in bytes, empty lines before it included; of what is there of it where
    /// it is cut off.
    #[must_use]
    pub const fn head_len(&self) -> usize {
        self.head.section.length
    }

    /// Whether all of the head is there, so that what follows it can be found.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.head.section.is_whole
    }

    /// What is special about it.
    #[must_use]
    pub const fn flags(&self) -> L7Flags {
        self.head.flags
    }

    /// What is wrong with it, or missing.
    #[must_use]
    pub const fn error(&self) -> Option<L7Error> {
        self.head.error
    }
}

/// The target, and the minor version, of a line that is cut off or holds spaces where none are
/// allowed: all between the method and the version.
#[cold]
fn odd_target(rest: &[u8]) -> (&[u8], Option<u8>) {
    let end = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
    let line = &rest[..end.unwrap_or(rest.len())];
    for (version, minor) in [(b" HTTP/1.1", 1), (b" HTTP/1.0", 0)] {
        if let Some(target) = line.strip_suffix(version) {
            return (target.trim_ascii(), Some(minor));
        }
    }
    let line = line.trim_ascii_start();
    let space = line.iter().rposition(|byte| *byte == b' ');
    match space {
        // A version that is cut off, or another one.
        Some(at)
            if line[at + 1..].starts_with(b"HTTP/") || b"HTTP/".starts_with(&line[at + 1..]) =>
        {
            (line[..at].trim_ascii(), None)
        }
        _ => (line, None),
    }
}

pub(super) const fn version(minor: Option<u8>) -> Option<&'static str> {
    match minor {
        Some(0) => Some("HTTP/1.0"),
        Some(1) => Some("HTTP/1.1"),
        _ => None,
    }
}

pub(super) const fn content_length(head: &Head<'_>) -> Option<u64> {
    match head.known.length {
        Length::Bytes(length) => Some(length),
        Length::None | Length::Bad => None,
    }
}

pub(super) const fn is_keep_alive(minor: Option<u8>, head: &Head<'_>) -> bool {
    let known = &head.known;
    !known.is_close && (known.is_keep_alive || !matches!(minor, Some(0)))
}
