//! HTTP/1.0 and HTTP/1.1 (RFC 9110, RFC 9112).
//!
//! Heads are parsed with the crate `httparse`. [`Messages`] goes through the messages of a
//! payload, one after the other; what it ends in the middle of is carried over to the next
//! payload as a [`Body`].
//!
//! ```
//! use flow_l7::http1::{Message, Messages};
//!
//! let payload = b"GET /a?b=c HTTP/1.1\r\nHost: example.com\r\n\r\nGET /d HTTP/1.1\r\n\r\n";
//! let mut paths = Messages::new(payload).map(|exchange| match exchange?.message {
//!     Message::Request(request) => Ok(request.target().path()),
//!     Message::Response(_) => Ok(&b""[..]),
//! });
//! assert_eq!(paths.next(), Some(Ok(&b"/a"[..])));
//! assert_eq!(paths.next(), Some(Ok(&b"/d"[..])));
//! assert_eq!(paths.next(), None::<Result<&[u8], flow_l7::L7Error>>);
//! ```

mod body;
#[cfg(any(test, feature = "fuzzing"))]
pub(super) mod exercise;
mod head;
mod headers;
mod index;
mod request;
mod response;
mod stream;
mod target;
#[cfg(test)]
mod tests;

pub use body::{Body, Framing};
pub use headers::{Header, Headers};
#[cfg(feature = "track")]
pub(crate) use index::FieldIndex;
pub use request::Request;
pub use response::{Answering, Response};
pub use stream::{Exchange, Message, Messages};
pub use target::{Authority, Target};
