//! Responses.

use httparse::Status;

use super::body::Framing;
use super::head::{Fields, Head, Parsed, no_fields};
use super::headers::Headers;
use super::index::{FieldIndex, IndexedFields, TakeFields};
use super::request::{content_length, is_keep_alive, version};
use crate::error::{L7Error, L7Layer};
use crate::flags::L7Flags;
use crate::trace::TraceParent;

/// What kind of request a response answers, as far as that changes where its body ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Answering {
    /// HEAD: the response has no body, whatever its header fields say.
    Head,
    /// CONNECT: a tunnel follows where the response is a success.
    Connect,
    /// Any other method, or not known.
    #[default]
    Other,
}

impl Answering {
    /// Of a request with this method.
    #[must_use]
    pub fn of(method: &str) -> Self {
        match method {
            "HEAD" => Self::Head,
            "CONNECT" => Self::Connect,
            _ => Self::Other,
        }
    }
}

/// The head of a response. See [`Request`](super::Request) for what is cut off.
#[derive(Clone, Copy, Debug)]
pub struct Response<'a> {
    /// `None` where it is an odd one.
    minor: Option<u8>,
    status: u16,
    reason: &'a [u8],
    head: Head<'a>,
}

impl<'a> Response<'a> {
    /// Parses the head of a response.
    ///
    /// # Errors
    /// Where there is no version of HTTP/1 with a status code after it.
    #[inline]
    pub fn parse(data: &'a [u8]) -> Result<Self, L7Error> {
        Self::parse_with(data, ())
    }

    /// Parses the head of a response, and notes in `index` where its fields are.
    #[inline]
    pub(crate) fn parse_indexed(data: &'a [u8], index: &mut FieldIndex) -> Result<Self, L7Error> {
        Self::parse_with(data, index)
    }

    #[inline]
    fn parse_with(data: &'a [u8], index: impl TakeFields) -> Result<Self, L7Error> {
        // Made where it is returned, without a copy.
        let mut made = Ok(Self {
            minor: None,
            status: 0,
            reason: &[],
            head: Head::default(),
        });
        if let Ok(response) = &mut made
            && let Err(error) = response.fill(data, index)
        {
            made = Err(error);
        }
        made
    }

    #[inline]
    fn fill(&mut self, data: &'a [u8], mut index: impl TakeFields) -> Result<(), L7Error> {
        let (mut minor, mut status, mut reason) = (None, None, None);
        let known = &mut self.head.known;
        let parsed = Parsed::of(|config| {
            let mut fields: Fields<'a> = no_fields();
            let mut response = httparse::Response::new(&mut []);
            let outcome =
                config.parse_response_with_uninit_headers(&mut response, data, &mut fields);
            (minor, status, reason) = (response.version, response.code, response.reason);
            let is_whole = matches!(outcome, Ok(Status::Complete(_)));
            if is_whole {
                known.take_all(response.headers);
            }
            index.take(data, is_whole.then_some(&*response.headers));
            outcome
        });
        if !parsed.is_strict() {
            index.take(data, None);
        }
        let begin = data.iter().position(|byte| *byte == b'H').unwrap_or(0);
        let (status, at) = match (minor, status) {
            (Some(_), Some(status)) => (status, begin + 8),
            _ => match odd_status(data.get(begin..).unwrap_or_default()) {
                Some((status, length)) => {
                    minor = None;
                    (status, begin + length)
                }
                None => return Err(parsed.no_head(data, L7Layer::Http1Response, b'H')),
            },
        };
        // Version, a space and three digits are there; a reason that is no text is given raw.
        let reason = match reason {
            Some(reason) if !reason.is_empty() => reason.as_bytes(),
            _ => raw_reason(data.get(at..).unwrap_or_default()),
        };
        (self.minor, self.status, self.reason) = (minor, status, reason);
        parsed.complete(data, &mut self.head, L7Layer::Http1Response, at);
        Ok(())
    }

    /// Status code, three digits.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// Text after the status code, as far as it is there.
    #[must_use]
    pub const fn reason(&self) -> &'a [u8] {
        self.reason
    }

    /// `HTTP/1.0` or `HTTP/1.1`; `None` where it is another one.
    #[must_use]
    pub const fn version(&self) -> Option<&'static str> {
        version(self.minor)
    }

    /// Value of `Content-Type`.
    #[must_use]
    pub const fn content_type(&self) -> Option<&'a [u8]> {
        self.head.known.content_type
    }

    /// Length of the body in bytes, from `Content-Length`. The response to a HEAD
    /// request has none all the same: see [`framing`](Self::framing).
    #[must_use]
    pub const fn content_length(&self) -> Option<u64> {
        content_length(&self.head)
    }

    /// Value of `Upgrade`: the protocol that follows a 101.
    #[must_use]
    pub const fn upgrade(&self) -> Option<&'a [u8]> {
        self.head.known.upgrade
    }

    /// Trace that the response names.
    #[must_use]
    pub fn traceparent(&self) -> Option<TraceParent<'a>> {
        self.head.known.traceparent.and_then(TraceParent::parse)
    }

    /// Whether the server leaves the connection open: RFC 9112 section 9.3.
    #[must_use]
    pub const fn is_keep_alive(&self) -> bool {
        is_keep_alive(self.minor, &self.head)
    }

    /// How the body is delimited: RFC 9112 section 6.3.
    #[must_use]
    pub const fn framing(&self, answering: Answering) -> Framing {
        match (self.status, answering) {
            (101, _) | (200..300, Answering::Connect) => Framing::Upgrade,
            (100..200 | 204 | 304, _) | (_, Answering::Head) => Framing::None,
            _ => self.head.known.framing(Framing::UntilClose),
        }
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

    /// Length of the head in bytes; of what is there of it where it is cut off.
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

/// What follows `HTTP/1.1`, without its status code.
#[cold]
fn raw_reason(after_version: &[u8]) -> &[u8] {
    let end = after_version
        .iter()
        .position(|byte| matches!(byte, b'\r' | b'\n'))
        .unwrap_or(after_version.len());
    after_version[..end]
        .trim_ascii_start()
        .get(3..)
        .unwrap_or_default()
        .trim_ascii()
}

/// The status code of a line with an odd version of HTTP/1, and the length of that version.
#[cold]
fn odd_status(line: &[u8]) -> Option<(u16, usize)> {
    let number = line.strip_prefix(b"HTTP/1")?;
    let is_number = |byte: &&u8| byte.is_ascii_digit() || **byte == b'.';
    let length = number.iter().take_while(is_number).count();
    let [b' ', digits @ ..] = number.get(length..)?.first_chunk::<4>()? else {
        return None;
    };
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let sum = |sum: u16, digit: &u8| sum * 10 + u16::from(digit - b'0');
    Some((digits.iter().fold(0, sum), b"HTTP/1".len() + length))
}
