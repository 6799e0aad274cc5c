//! DNS over TCP: a length of two bytes before each message, RFC 1035 section 4.2.2.

use super::message::Message;
use crate::error::L7Error;

/// A message in a TCP stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TcpMessage<'a> {
    /// The message, as far as it is there.
    pub data: &'a [u8],
    /// Its length in bytes, as its length prefix says.
    pub length: u16,
}

impl<'a> TcpMessage<'a> {
    /// Whether all of it is there.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.data.len() == usize::from(self.length)
    }

    /// Finds its records.
    ///
    /// # Errors
    /// As [`Message::parse`].
    pub fn parse(&self) -> Result<Message<'a>, L7Error> {
        Message::parse(self.data, usize::from(self.length))
    }
}

/// Iterates over the messages of a stretch of a TCP stream that begins with a message.
///
/// The last one may be cut off. One byte alone, which is half of a length, is no message and
/// stays in [`rest`](Self::rest).
#[derive(Clone, Copy, Debug)]
pub struct TcpMessages<'a> {
    rest: &'a [u8],
}

impl<'a> TcpMessages<'a> {
    /// The messages in `stream`.
    #[must_use]
    pub const fn new(stream: &'a [u8]) -> Self {
        Self { rest: stream }
    }

    /// What is left to look at.
    #[must_use]
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

impl<'a> Iterator for TcpMessages<'a> {
    type Item = TcpMessage<'a>;

    fn next(&mut self) -> Option<TcpMessage<'a>> {
        let (prefix, after) = self.rest.split_first_chunk()?;
        let length = u16::from_be_bytes(*prefix);
        let (data, rest) = after
            .split_at_checked(usize::from(length))
            .unwrap_or((after, &[]));
        self.rest = rest;
        Some(TcpMessage { data, length })
    }
}
