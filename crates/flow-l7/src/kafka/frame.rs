//! Messages in a stream: each has its size, 32 bits, before it.

use crate::error::{L7Error, L7Layer, L7Problem};

/// Largest message that is taken for one, in bytes: brokers refuse more unless they are configured to
/// (`socket.request.max.bytes`).
const MAX_SIZE: u32 = 100 << 20;

/// Whether a message can have this length in bytes: a response has at least its correlation
/// identifier.
pub(crate) const fn is_size(length: u32) -> bool {
    4 <= length && length <= MAX_SIZE
}

/// A message in a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Frame<'a> {
    /// The message, as far as it is there.
    pub data: &'a [u8],
    /// Its length in bytes, as its length prefix says.
    pub length: u32,
}

impl Frame<'_> {
    /// Whether all of it is there.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.data.len() == self.length as usize
    }
}

/// Iterates over the messages of a stretch of a stream that begins with one; the last may be
/// cut off. A size that none can have is an error, and ends them.
#[derive(Clone, Copy, Debug)]
pub struct Frames<'a> {
    rest: &'a [u8],
}

impl<'a> Frames<'a> {
    /// The messages in `stream`.
    #[must_use]
    pub const fn new(stream: &'a [u8]) -> Self {
        Self { rest: stream }
    }

    /// What is left to look at: at the end, fewer bytes than a size has.
    #[must_use]
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

impl<'a> Iterator for Frames<'a> {
    type Item = Result<Frame<'a>, L7Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let (size, after) = self.rest.split_first_chunk()?;
        let length = u32::from_be_bytes(*size);
        if !is_size(length) {
            self.rest = &[];
            let got = length as usize;
            return Some(Err(L7Error::new(
                L7Layer::Kafka,
                0,
                L7Problem::Length,
                4,
                got,
            )));
        }
        let (data, rest) = after
            .split_at_checked(length as usize)
            .unwrap_or((after, &[]));
        self.rest = rest;
        Some(Ok(Frame { data, length }))
    }
}
