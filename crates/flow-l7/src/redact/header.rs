//! Header fields.

use super::policy::HeaderRule;
use super::{MARKER, Redaction, Shown};
use flow_core::record::TextWriter;

/// What is done with the value of a header field.
enum Treatment {
    Keep,
    Hide,
    Url,
    Text,
}

/// Header fields whose value is a URL, or the target of a request.
const URLS: [&str; 10] = [
    "content-location",
    "destination",
    "location",
    "origin",
    "referer",
    "x-envoy-original-path",
    "x-forwarded-uri",
    "x-original-uri",
    "x-original-url",
    "x-rewrite-url",
];

/// Header fields whose value is a host: as a URL it is the target of CONNECT.
const HOSTS: [&str; 3] = ["host", "x-forwarded-host", ":authority"];

impl Redaction {
    /// Returns the value of a header field, whose name may be in any letter case.
    #[must_use]
    pub fn header<'v>(&self, name: &[u8], value: &'v [u8]) -> Shown<'v> {
        match self.treatment(name) {
            Treatment::Keep => Shown::Plain(value),
            Treatment::Hide => Shown::Hidden,
            Treatment::Url => self.url(value),
            Treatment::Text => self.text(value),
        }
    }

    /// Writes the value of a header field, whose name may be in any letter case. Returns whether
    /// something is redacted.
    #[inline]
    pub fn write_header(&self, name: &[u8], value: &[u8], to: &mut TextWriter<'_>) -> bool {
        match self.treatment(name) {
            Treatment::Keep => {
                to.extend_from_slice(value);
                false
            }
            Treatment::Hide => {
                to.extend_from_slice(MARKER.as_bytes());
                true
            }
            Treatment::Url => self.write_url(value, to),
            Treatment::Text => self.write_text(value, to),
        }
    }

    fn treatment(&self, name: &[u8]) -> Treatment {
        let is_it = |other: &&[u8]| name.eq_ignore_ascii_case(other);
        let is_hidden = match &self.headers {
            HeaderRule::Deny(denied) => denied.iter().any(|other| is_it(&&**other)),
            HeaderRule::Allow(allowed) => !allowed.iter().any(|other| is_it(&&**other)),
        };
        if is_hidden {
            return Treatment::Hide;
        }
        if !self.user_info && !self.query && self.suffixes.is_empty() {
            return Treatment::Keep;
        }
        match Self::url_headers().any(|other| is_it(&other.as_bytes())) {
            true => Treatment::Url,
            false => Treatment::Text,
        }
    }

    /// Names of the header fields whose values are read as URLs.
    pub(super) fn url_headers() -> impl Iterator<Item = &'static str> {
        HOSTS.into_iter().chain(URLS)
    }
}
