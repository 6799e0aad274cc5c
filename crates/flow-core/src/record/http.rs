//! An HTTP message.

use std::vec::Vec;

use super::Text;

/// One header field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Name as it was sent.
    pub key: Text,
    /// Value.
    pub value: Text,
}

/// An HTTP or gRPC request or response, as Hubble's `flow.HTTP`. A response repeats method and
/// URL of its request, where that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpRecord {
    /// Status code; 0 for a request.
    pub code: u16,
    /// Method.
    pub method: Text,
    /// URL: absolute where the host is known (`http://host/path?query`), else the target as it
    /// was sent.
    pub url: Text,
    /// `HTTP/1.1`, `HTTP/2`, …
    pub protocol: Text,
    /// Header fields, in order.
    pub headers: Vec<Header>,
    /// Stream, for HTTP/2.
    pub stream: u32,
    /// `grpc-status`: the status codes of gRPC. `None` where there is none.
    pub grpc_status: Option<u16>,
}

impl HttpRecord {
    /// Bytes on the heap, those that clones of its texts share included.
    #[must_use]
    pub fn heap_len(&self) -> usize {
        let header = |header: &Header| header.key.heap_len() + header.value.heap_len();
        let headers: usize = self.headers.iter().map(header).sum();
        let texts = [&self.method, &self.url, &self.protocol];
        let texts: usize = texts.iter().map(|text| text.heap_len()).sum();
        self.headers.capacity() * size_of::<Header>() + headers + texts
    }

    /// The first header field of this name, in any letter case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&Text> {
        self.headers
            .iter()
            .find(|header| header.key.as_bytes().eq_ignore_ascii_case(name.as_bytes()))
            .map(|header| &header.value)
    }
}
