//! What happens in a connection.

use super::frame::ErrorCode;
use super::grpc::{GrpcMethod, GrpcStatus};
use super::hpack::{Fields, KnownName};
use crate::error::L7Error;
use crate::flags::L7Flags;
use crate::trace::TraceParent;

/// Something that happened, in a stream or in the connection (stream 0).
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Event<'a> {
    /// Stream.
    pub stream: u32,
    /// What.
    pub kind: EventKind<'a>,
    /// What came with the payload in which it began: see [`Half::feed_at`](super::Half::feed_at).
    pub began: u64,
}

/// What happened.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum EventKind<'a> {
    /// Header fields: those of a request or response, or trailers.
    Headers(Headers<'a>),
    /// A frame of a body begins.
    Data {
        /// Length of the frame in bytes, padding included.
        length: u32,
        /// Whether the stream ends with it.
        is_end: bool,
    },
    /// The stream was ended by an error.
    Reset(ErrorCode),
    /// The sender takes no more streams.
    GoAway {
        /// Highest stream that was or will be processed.
        last_stream: u32,
        /// Why.
        error: ErrorCode,
    },
    /// What was sent is not as it should be; frames are looked for from the next payload on.
    Broken(L7Error),
}

/// What a block of header fields is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HeaderKind {
    /// Those of a request.
    Request,
    /// Those of a response; a status of 1xx is followed by another.
    Response,
    /// What comes after a body, or fields of which not enough is known.
    Trailers,
}

/// A block of header fields.
#[derive(Clone, Copy, Debug)]
pub struct Headers<'a> {
    pub(super) fields: Fields<'a>,
    pub(super) is_end: bool,
    pub(super) promised: Option<u32>,
    pub(super) flags: L7Flags,
}

impl<'a> Headers<'a> {
    /// What they are: a request has a method or a path, a response a status.
    #[must_use]
    pub fn kind(&self) -> HeaderKind {
        if self.method().is_some() || self.path().is_some() {
            HeaderKind::Request
        } else if self.fields.known(KnownName::Status).is_some() {
            HeaderKind::Response
        } else {
            HeaderKind::Trailers
        }
    }

    /// Every field.
    #[must_use]
    pub const fn fields(&self) -> Fields<'a> {
        self.fields
    }

    /// Whether the stream ends with them.
    #[must_use]
    pub const fn is_end(&self) -> bool {
        self.is_end
    }

    /// The stream that a server announces, whose request this is (PUSH_PROMISE).
    #[must_use]
    pub const fn promised(&self) -> Option<u32> {
        self.promised
    }

    /// Method.
    #[must_use]
    pub fn method(&self) -> Option<&'a [u8]> {
        self.fields.known(KnownName::Method)
    }

    /// Path and query, to be split by [`Target`](crate::http1::Target).
    #[must_use]
    pub fn path(&self) -> Option<&'a [u8]> {
        self.fields.known(KnownName::Path)
    }

    /// Scheme.
    #[must_use]
    pub fn scheme(&self) -> Option<&'a [u8]> {
        self.fields.known(KnownName::Scheme)
    }

    /// Host and port that the request is for; of `host` where there is no `:authority`.
    #[must_use]
    pub fn authority(&self) -> Option<&'a [u8]> {
        self.fields
            .get(":authority")
            .or_else(|| self.fields.known(KnownName::Host))
    }

    /// Status code; `None` where it is not known, or no three digits.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self.fields.known(KnownName::Status)? {
            digits @ [_, _, _] if digits.iter().all(u8::is_ascii_digit) => Some(
                digits
                    .iter()
                    .fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0')),
            ),
            _ => None,
        }
    }

    /// Value of `content-type`.
    #[must_use]
    pub fn content_type(&self) -> Option<&'a [u8]> {
        self.fields.known(KnownName::ContentType)
    }

    /// Value of `user-agent`.
    #[must_use]
    pub fn user_agent(&self) -> Option<&'a [u8]> {
        self.fields.known(KnownName::UserAgent)
    }

    /// Trace that this is part of.
    #[must_use]
    pub fn traceparent(&self) -> Option<TraceParent<'a>> {
        self.fields
            .known(KnownName::TraceParent)
            .and_then(TraceParent::parse)
    }

    /// Whether this is of a gRPC call, by its content type.
    #[must_use]
    pub fn is_grpc(&self) -> bool {
        self.content_type()
            .is_some_and(|kind| kind.starts_with(b"application/grpc"))
    }

    /// The method of a gRPC call.
    #[must_use]
    pub fn grpc_method(&self) -> Option<GrpcMethod<'a>> {
        if !self.is_grpc() {
            return None;
        }
        self.path().and_then(GrpcMethod::parse)
    }

    /// The outcome of a gRPC call: in trailers, or in a response without a body.
    #[must_use]
    pub fn grpc_status(&self) -> Option<GrpcStatus> {
        self.fields
            .known(KnownName::GrpcStatus)
            .and_then(GrpcStatus::parse)
    }

    /// Text of `grpc-message`, percent-encoded as it was sent.
    #[must_use]
    pub fn grpc_message(&self) -> Option<&'a [u8]> {
        self.fields.known(KnownName::GrpcMessage)
    }

    /// What is special about them.
    #[must_use]
    pub const fn flags(&self) -> L7Flags {
        self.flags
    }
}
