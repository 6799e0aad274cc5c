//! Messages one after the other in a connection.

use super::body::{Body, Framing};
use super::request::Request;
use super::response::{Answering, Response};
use crate::error::L7Error;
use crate::flags::L7Flags;

/// The head of a message.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_enums, reason = "a request or a response")]
pub enum Message<'a> {
    /// A request.
    Request(Request<'a>),
    /// A response.
    Response(Response<'a>),
}

impl<'a> Message<'a> {
    /// Parses the head that `data` begins with: a response where that is a version, else a
    /// request.
    ///
    /// # Errors
    /// As [`Request::parse`] and [`Response::parse`].
    #[inline]
    pub fn parse(data: &'a [u8]) -> Result<Self, L7Error> {
        if data.starts_with(b"HTTP/") {
            Response::parse(data).map(Self::Response)
        } else {
            Request::parse(data).map(Self::Request)
        }
    }

    /// What is special about it.
    #[must_use]
    pub const fn flags(&self) -> L7Flags {
        match self {
            Self::Request(request) => request.flags(),
            Self::Response(response) => response.flags(),
        }
    }

    /// Whether all of the head is there.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        match self {
            Self::Request(request) => request.is_whole(),
            Self::Response(response) => response.is_whole(),
        }
    }

    /// Length of the head in bytes.
    #[must_use]
    pub const fn head_len(&self) -> usize {
        match self {
            Self::Request(request) => request.head_len(),
            Self::Response(response) => response.head_len(),
        }
    }

    /// How its body is delimited.
    #[must_use]
    pub const fn framing(&self, answering: Answering) -> Framing {
        match self {
            Self::Request(request) => request.framing(),
            Self::Response(response) => response.framing(answering),
        }
    }
}

/// A message and its body.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Exchange<'a> {
    /// The head.
    pub message: Message<'a>,
    /// The body, as far as it is there; the sizes of chunks are in it.
    pub body: &'a [u8],
}

/// Goes through the messages of one payload of a connection, in one direction.
///
/// The last head may be cut off; it is reported all the same, and [`rest`](Self::rest) is that head
/// then, to be tried again with more. After a head that is malformed nothing more is found.
#[derive(Clone, Copy, Debug)]
pub struct Messages<'a> {
    rest: &'a [u8],
    body: Body,
    is_over: bool,
}

impl<'a> Messages<'a> {
    /// A payload that begins with a message.
    #[must_use]
    pub fn new(payload: &'a [u8]) -> Self {
        Self::resume(payload, Body::NONE)
    }

    /// A payload that begins in a body, where [`body`](Self::body) was at the end of the
    /// payload before.
    #[must_use]
    pub fn resume(payload: &'a [u8], body: Body) -> Self {
        let mut messages = Self {
            rest: payload,
            body,
            is_over: false,
        };
        messages.skip_body();
        messages
    }

    fn skip_body(&mut self) -> &'a [u8] {
        let length = self.body.advance(self.rest);
        let (body, rest) = self
            .rest
            .split_at_checked(length)
            .unwrap_or((self.rest, &[]));
        self.rest = rest;
        body
    }

    /// The next message. `answering` says what a response answers.
    ///
    /// # Errors
    /// Where no message begins here. Nothing more comes after that.
    pub fn next_message(&mut self, answering: Answering) -> Option<Result<Exchange<'a>, L7Error>> {
        if self.is_over || self.rest.is_empty() || !self.body.is_done() {
            return None;
        }
        let message = match Message::parse(self.rest) {
            Ok(message) => message,
            Err(error) => {
                self.is_over = true;
                return Some(Err(error));
            }
        };
        if !message.is_whole() {
            self.is_over = true;
            return Some(Ok(Exchange { message, body: &[] }));
        }
        self.rest = self.rest.get(message.head_len()..).unwrap_or_default();
        self.body = Body::new(message.framing(answering));
        let body = self.skip_body();
        Some(Ok(Exchange { message, body }))
    }

    /// Where in a body the payload ended, for the next payload.
    #[must_use]
    pub const fn body(&self) -> Body {
        self.body
    }

    /// What was not looked at yet: at the end, a head that is cut off or no message.
    #[must_use]
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

impl<'a> Iterator for Messages<'a> {
    type Item = Result<Exchange<'a>, L7Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_message(Answering::Other)
    }
}
