//! An HTTP message.

use core::fmt;

use super::{L7Kind, L7Record, Text, TextWriter};
use crate::flow::L7Type;

const METHOD: usize = 0;
const URL: usize = 1;
const PROTOCOL: usize = 2;

/// One header field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_structs,
    reason = "a header field is a name and a value"
)]
pub struct Header<'a> {
    /// Name as it was sent.
    pub key: Text<'a>,
    /// Value.
    pub value: Text<'a>,
}

/// An HTTP or gRPC request or response, as Hubble's `flow.HTTP`. A response repeats method and
/// URL of its request, where that is known.
#[derive(Clone, Copy)]
pub struct HttpRecord<'a>(pub(super) &'a L7Record);

impl<'a> HttpRecord<'a> {
    /// Returns the status code; 0 for a request.
    #[must_use]
    pub const fn code(self) -> u16 {
        self.0.numbers.code
    }

    /// Returns the method.
    #[must_use]
    pub fn method(self) -> Text<'a> {
        self.0.text(METHOD)
    }

    /// Returns the URL: absolute where the host is known (`http://host/path?query`), else the
    /// target as it was sent.
    #[must_use]
    pub fn url(self) -> Text<'a> {
        self.0.text(URL)
    }

    /// Returns the protocol: `HTTP/1.1`, `HTTP/2`, …
    #[must_use]
    pub fn protocol(self) -> Text<'a> {
        self.0.text(PROTOCOL)
    }

    /// Returns the stream of HTTP/2; 0 for other versions.
    #[must_use]
    pub const fn stream(self) -> u32 {
        self.0.numbers.id
    }

    /// Returns `grpc-status`: a status code of gRPC. `None` where there is none.
    #[must_use]
    pub fn grpc_status(self) -> Option<u16> {
        u16::try_from(self.0.numbers.more.checked_sub(1)?).ok()
    }

    /// Returns the header fields in order.
    pub fn headers(self) -> impl Iterator<Item = Header<'a>> + Clone {
        self.0.pairs().map(|(key, value)| Header { key, value })
    }

    /// Returns the first header field of this name, in any letter case.
    #[must_use]
    pub fn header(self, name: &str) -> Option<Text<'a>> {
        self.headers()
            .find(|header| header.key.as_bytes().eq_ignore_ascii_case(name.as_bytes()))
            .map(|header| header.value)
    }
}

impl PartialEq for HttpRecord<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.numbers == other.0.numbers && self.0.same_texts(other.0)
    }
}

impl Eq for HttpRecord<'_> {}

impl fmt::Debug for HttpRecord<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        struct Headers<'a>(HttpRecord<'a>);
        impl fmt::Debug for Headers<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let pairs = self.0.headers().map(|header| (header.key, header.value));
                f.debug_map().entries(pairs).finish()
            }
        }
        f.debug_struct("HttpRecord")
            .field("code", &self.code())
            .field("method", &self.method())
            .field("url", &self.url())
            .field("protocol", &self.protocol())
            .field("headers", &Headers(*self))
            .field("stream", &self.stream())
            .field("grpc_status", &self.grpc_status())
            .finish()
    }
}

/// Writes an HTTP message into a record.
#[derive(Debug)]
pub struct HttpWriter<'r>(pub(super) &'r mut L7Record);

impl HttpWriter<'_> {
    /// Sets the status code.
    pub fn code(&mut self, code: u16) -> &mut Self {
        self.0.numbers.code = code;
        self
    }

    /// Sets the method.
    pub fn method(&mut self, method: impl AsRef<[u8]>) -> &mut Self {
        self.0.set_text(METHOD, method.as_ref());
        self
    }

    /// Sets the URL.
    pub fn url(&mut self, url: impl AsRef<[u8]>) -> &mut Self {
        self.0.set_text(URL, url.as_ref());
        self
    }

    /// Sets the URL to what `write` writes, and returns what that returns.
    #[inline]
    pub fn write_url<R>(&mut self, write: impl FnOnce(&mut TextWriter<'_>) -> R) -> R {
        self.0.write_text(URL, write)
    }

    /// Sets the protocol.
    pub fn protocol(&mut self, protocol: impl AsRef<[u8]>) -> &mut Self {
        self.0.set_text(PROTOCOL, protocol.as_ref());
        self
    }

    /// Sets the stream of HTTP/2.
    pub fn stream(&mut self, stream: u32) -> &mut Self {
        self.0.numbers.id = stream;
        self
    }

    /// Sets the status code of gRPC.
    pub fn grpc_status(&mut self, status: Option<u16>) -> &mut Self {
        self.0.numbers.more = status.map_or(0, |status| u32::from(status) + 1);
        self
    }

    /// Adds a header field.
    pub fn header(&mut self, key: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> &mut Self {
        self.0.push_pair(key.as_ref(), value.as_ref());
        self
    }

    /// Adds a header field whose value `write` writes. Where `write` returns `false`, the field
    /// is taken back. Returns whether it was kept.
    #[inline]
    pub fn write_header(
        &mut self,
        key: &[u8],
        write: impl FnOnce(&mut TextWriter<'_>) -> bool,
    ) -> bool {
        self.0.write_pair(key, write)
    }
}

impl L7Record {
    /// Starts an HTTP message in this record.
    pub fn write_http(&mut self, kind: L7Kind) -> HttpWriter<'_> {
        self.start(kind, L7Type::HTTP);
        HttpWriter(self)
    }

    /// Returns a writer that goes on with an HTTP message; `None` where it is none.
    pub fn http_mut(&mut self) -> Option<HttpWriter<'_>> {
        (self.protocol == L7Type::HTTP).then_some(HttpWriter(self))
    }

    /// Returns a record of the HTTP message that `write` writes.
    #[must_use]
    pub fn http(kind: L7Kind, write: impl FnOnce(&mut HttpWriter<'_>)) -> Self {
        let mut record = Self::default();
        write(&mut record.write_http(kind));
        record
    }
}
