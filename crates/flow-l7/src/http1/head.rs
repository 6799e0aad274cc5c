//! What the heads of requests and responses have in common.

use core::mem::MaybeUninit;

use httparse::{ParserConfig, Status};

use super::body::Framing;
use super::headers::{Headers, parse_line, split_line};
use crate::error::{L7Error, L7Layer, L7Problem};
use crate::flags::L7Flags;

/// Header fields that `httparse` looks at; heads with more are read line by line.
pub(super) const MAX_HEADERS: usize = 32;

/// Room for them, which costs nothing before they are there.
pub(super) type Fields<'a> = [MaybeUninit<httparse::Header<'a>>; MAX_HEADERS];

/// The header fields of a head, and what they say.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Head<'a> {
    pub(super) section: Section<'a>,
    pub(super) known: Known<'a>,
    pub(super) flags: L7Flags,
    pub(super) error: Option<L7Error>,
}

/// Header fields with a meaning for an observer.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Known<'a> {
    pub(super) host: Option<&'a [u8]>,
    pub(super) user_agent: Option<&'a [u8]>,
    pub(super) content_type: Option<&'a [u8]>,
    pub(super) traceparent: Option<&'a [u8]>,
    pub(super) upgrade: Option<&'a [u8]>,
    pub(super) length: Length,
    pub(super) is_chunked: bool,
    pub(super) is_close: bool,
    pub(super) is_keep_alive: bool,
}

/// What Content-Length says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Length {
    #[default]
    None,
    Bytes(u64),
    /// No number, or several that differ: where the body ends is not known.
    Bad,
}

impl<'a> Known<'a> {
    /// Takes every field of a head that `httparse` read to its end.
    #[inline]
    pub(super) fn take_all(&mut self, fields: &[httparse::Header<'a>]) {
        for field in fields {
            self.take(field.name.as_bytes(), field.value);
        }
    }

    /// Of a head that `httparse` did not read to its end.
    #[cold]
    fn of_section(section: &Section<'a>) -> Self {
        let mut known = Self::default();
        for field in Headers::new(section.bytes) {
            known.take(field.name, field.value);
        }
        known
    }

    #[inline]
    fn take(&mut self, name: &[u8], value: &'a [u8]) {
        match name.len() {
            4 if is(name, b"host") => self.host = self.host.or(Some(value)),
            7 if is(name, b"upgrade") => self.upgrade = self.upgrade.or(Some(value)),
            10 if is(name, b"user-agent") => self.user_agent = self.user_agent.or(Some(value)),
            10 if is(name, b"connection") => self.connection(value),
            11 if is(name, b"traceparent") => self.traceparent = self.traceparent.or(Some(value)),
            12 if is(name, b"content-type") => {
                self.content_type = self.content_type.or(Some(value));
            }
            14 if is(name, b"content-length") => self.length = self.length.and(value),
            17 if is(name, b"transfer-encoding") => {
                let last = value.rsplit(|byte| *byte == b',').next().unwrap_or(value);
                self.is_chunked = last.trim_ascii().eq_ignore_ascii_case(b"chunked");
            }
            _ => {}
        }
    }

    fn connection(&mut self, value: &[u8]) {
        if value == b"keep-alive" {
            self.is_keep_alive = true;
            return;
        }
        for option in value.split(|byte| *byte == b',') {
            let option = option.trim_ascii();
            self.is_close |= option.eq_ignore_ascii_case(b"close");
            self.is_keep_alive |= option.eq_ignore_ascii_case(b"keep-alive");
        }
    }

    /// How the body is delimited, where nothing else decides: RFC 9112 section 6.3.
    pub(super) const fn framing(&self, otherwise: Framing) -> Framing {
        match self.length {
            _ if self.is_chunked => Framing::Chunked,
            Length::Bytes(0) => Framing::None,
            Length::Bytes(length) => Framing::Length(length),
            Length::Bad => Framing::Unknown,
            Length::None => otherwise,
        }
    }
}

/// Whether a name, which is a token, is this one, in any letter case. Of the bytes of tokens
/// only letters and `-` become those of `lower`, letters and `-`, with that bit set.
#[inline]
fn is<const N: usize>(name: &[u8], lower: &[u8; N]) -> bool {
    let Some(name) = name.first_chunk::<N>() else {
        return false;
    };
    name.iter().zip(lower).fold(true, |is_same, (one, other)| {
        is_same & (one | 0x20 == *other)
    })
}

impl Length {
    /// Takes one more value, which may be a list of equal numbers (RFC 9112 section 6.3).
    fn and(mut self, value: &[u8]) -> Self {
        for part in value.split(|byte| *byte == b',') {
            self = match (self, number(part.trim_ascii())) {
                (Self::None, Some(number)) => Self::Bytes(number),
                (Self::Bytes(old), Some(number)) if old == number => self,
                _ => Self::Bad,
            };
        }
        self
    }
}

fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |sum, digit| {
        let digit = digit.is_ascii_digit().then(|| digit - b'0')?;
        sum.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

/// What parsing a head came to.
pub(super) struct Parsed {
    /// Length of the head in bytes, where it is whole.
    length: Option<usize>,
    problem: Option<httparse::Error>,
}

impl Parsed {
    /// Parses strictly, then, where that fails, leniently: so what is there is reported, and that
    /// it is not as it should be.
    #[inline]
    pub(super) fn of(mut parse: impl FnMut(&ParserConfig) -> httparse::Result<usize>) -> Self {
        let (outcome, problem) = match parse(&ParserConfig::default()) {
            Err(error) if error != httparse::Error::TooManyHeaders => {
                (parse(&lenient()), Some(error))
            }
            outcome => (outcome, None),
        };
        let length = match outcome {
            Ok(Status::Complete(length)) => Some(length),
            _ => None,
        };
        Self { length, problem }
    }

    /// Whether it was parsed strictly: the fields are those of its lines.
    pub(super) const fn is_strict(&self) -> bool {
        self.problem.is_none()
    }

    /// Completes the head whose first line makes sense up to `at`. `layer` is that line. Where the
    /// head is whole, it holds already what its fields say.
    #[inline]
    pub(super) fn complete<'a>(
        &self,
        data: &'a [u8],
        head: &mut Head<'a>,
        layer: L7Layer,
        at: usize,
    ) {
        let end = self.length.unwrap_or(data.len());
        let rest = data.get(at..end).unwrap_or_default();
        head.section = Section {
            bytes: after_line(rest),
            length: end,
            is_whole: self.length.is_some(),
        };
        if !head.section.is_whole || self.problem.is_some() {
            *head = self.partial_head(data, head.section, layer, at);
        }
    }

    #[cold]
    fn partial_head<'a>(
        &self,
        data: &'a [u8],
        mut section: Section<'a>,
        layer: L7Layer,
        at: usize,
    ) -> Head<'a> {
        if !section.is_whole {
            section = section.ended(data);
        }
        let mut flags = L7Flags::NONE;
        if !section.is_whole {
            flags |= L7Flags::TRUNCATED;
        }
        if self.problem.is_some() {
            flags |= L7Flags::MALFORMED;
        }
        Head {
            section,
            known: Known::of_section(&section),
            flags,
            error: (!flags.is_empty()).then(|| self.error(data, layer, at)),
        }
    }

    fn error(&self, data: &[u8], first_line: L7Layer, at: usize) -> L7Error {
        let head = L7Layer::Http1Head;
        let byte = |at: usize| data.get(at).copied().map_or(0, usize::from);
        match self.problem {
            None => L7Error::new(head, at, L7Problem::Truncated, data.len() + 1, data.len()),
            Some(httparse::Error::HeaderName | httparse::Error::HeaderValue) => {
                let at = data.len() - first_bad_line(data, at).len();
                L7Error::new(head, at, L7Problem::Value, usize::from(b':'), byte(at))
            }
            Some(_) => L7Error::new(
                first_line,
                at,
                L7Problem::Value,
                usize::from(b'H'),
                byte(at),
            ),
        }
    }

    /// The error of what is no head at all.
    #[cold]
    pub(super) fn no_head(&self, data: &[u8], layer: L7Layer, first: u8) -> L7Error {
        if self.problem.is_none() {
            return L7Error::new(layer, 0, L7Problem::Truncated, data.len() + 1, data.len());
        }
        let got = data.first().copied().map_or(0, usize::from);
        L7Error::new(layer, 0, L7Problem::Value, usize::from(first), got)
    }
}

/// What follows the end of a first line. Mostly its last nine bytes are left of it.
#[inline]
fn after_line(rest: &[u8]) -> &[u8] {
    match rest {
        [_, _, _, _, _, _, _, _, _, b'\r', b'\n', section @ ..] => section,
        _ => split_line(rest).map_or(&[][..], |(_, section)| section),
    }
}

/// What begins with the first line after `at` that is no header field.
fn first_bad_line(data: &[u8], at: usize) -> &[u8] {
    let rest = data.get(at..).unwrap_or_default();
    let mut rest = after_line(rest);
    while let Some((line, after)) = split_line(rest) {
        if parse_line(line).is_none() {
            break;
        }
        rest = after;
    }
    rest
}

fn lenient() -> ParserConfig {
    let mut config = ParserConfig::default();
    config
        .allow_multiple_spaces_in_request_line_delimiters(true)
        .allow_multiple_spaces_in_response_status_delimiters(true)
        .allow_obsolete_multiline_headers_in_responses(true)
        .allow_space_before_first_header_name(true)
        .allow_spaces_after_header_name_in_responses(true)
        .ignore_invalid_headers_in_requests(true)
        .ignore_invalid_headers_in_responses(true);
    config
}

pub(super) const fn no_fields<'a>() -> Fields<'a> {
    [const { MaybeUninit::uninit() }; MAX_HEADERS]
}

/// Where `part`, a part of `data`, begins in it.
#[inline]
pub(super) fn offset_in(data: &[u8], part: &[u8]) -> usize {
    part.as_ptr()
        .addr()
        .wrapping_sub(data.as_ptr().addr())
        .min(data.len())
}

/// Where the header fields of a head are.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Section<'a> {
    pub(super) bytes: &'a [u8],
    /// Length of the head in bytes, or of what is there of it.
    pub(super) length: usize,
    pub(super) is_whole: bool,
}

impl Section<'_> {
    /// The same up to the empty line that ends it, where there is one.
    fn ended(self, data: &[u8]) -> Self {
        let mut rest = self.bytes;
        while let Some((line, after)) = split_line(rest) {
            rest = after;
            if line.is_empty() {
                return Self {
                    bytes: &self.bytes[..self.bytes.len() - rest.len()],
                    length: data.len() - rest.len(),
                    is_whole: true,
                };
            }
        }
        self
    }
}

impl<'a> Head<'a> {
    pub(super) const fn headers(&self) -> Headers<'a> {
        Headers::new(self.section.bytes)
    }
}
