//! Redaction of secrets: in URLs, header fields, names.
//!
//! A [`Redaction`] is applied while a record is built, so that a secret is never copied into it:
//! the [`MARKER`] stands in its place. By default credentials in URLs, wherever they stand, and
//! the header fields `Authorization`, `Proxy-Authorization`, `Cookie` and `Set-Cookie` are
//! redacted; more is a choice. A URL that cannot be understood is redacted as a whole.
//!
//! ```
//! use flow_l7::redact::Redaction;
//!
//! let redaction = Redaction::default();
//! let url = redaction.url(b"http://user:secret@host/path?query");
//! assert_eq!(url.as_bytes(), b"http://HUBBLE_REDACTED@host/path?query");
//! assert!(redaction.header(b"cookie", b"id=secret").is_redacted());
//!
//! let strict = Redaction::default().hide_url_query().allow_headers(["host", "user-agent"]);
//! let url = strict.url(b"/path?token=secret");
//! assert_eq!(url.as_bytes(), b"/path?HUBBLE_REDACTED");
//! assert!(strict.header(b"X-Api-Key", b"secret").is_redacted());
//! ```

mod header;
mod name;
mod policy;
mod quick;
mod shown;
#[cfg(test)]
mod tests;
mod url;

pub use policy::Redaction;
pub(crate) use quick::QuickLook;
pub use shown::Shown;

/// What stands in the place of a secret, as in Hubble.
pub const MARKER: &str = "HUBBLE_REDACTED";
