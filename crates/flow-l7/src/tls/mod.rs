//! TLS (RFC 8446, and RFC 5246 before it): what is not encrypted.
//!
//! [`Records`] goes through the records of a payload. [`HandshakeBytes`] puts the fragments of a
//! handshake together where it is split over several records, in room that the caller gives;
//! [`ClientHello`] and [`ServerHello`] read the messages in it. [`Ja4`] is the fingerprint of a
//! client.
//!
//! ```
//! use flow_l7::tls::{ClientHello, HandshakeBytes, HandshakeType};
//!
//! fn server_name(payload: &[u8]) -> Option<String> {
//!     let mut room = [0; 2048];
//!     let bytes = HandshakeBytes::join(payload, &mut room).ok()?;
//!     let message = bytes.messages().next()?;
//!     if message.kind != HandshakeType::CLIENT_HELLO {
//!         return None;
//!     }
//!     let hello = ClientHello::parse(message.body, message.length).ok()?;
//!     Some(String::from_utf8_lossy(hello.server_name()?).into_owned())
//! }
//! assert_eq!(server_name(b"\x16\x03\x01\x00\x01"), None);
//! ```

mod alert;
mod cipher;
mod client_hello;
#[cfg(any(test, feature = "fuzzing"))]
pub(super) mod exercise;
mod extension;
mod handshake;
mod ja4;
mod list;
mod record;
mod registry;
mod server_hello;
#[cfg(test)]
mod tests;

pub use alert::Alert;
pub use cipher::CipherSuite;
pub use client_hello::ClientHello;
pub use extension::{Extension, Extensions};
pub use handshake::{Handshake, HandshakeBytes, Handshakes};
pub use ja4::{Ja4, Ja4Transport};
pub use list::{Numbers, Strings};
pub use record::{Record, Records};
pub use registry::{
    AlertDescription, AlertLevel, ContentType, ExtensionType, HandshakeType, NamedGroup,
    SignatureScheme, TlsVersion, is_grease,
};
pub use server_hello::ServerHello;
