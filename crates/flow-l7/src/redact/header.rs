//! Header fields.

use super::policy::HeaderRule;
use super::{Redaction, Shown};

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

impl Redaction {
    /// The value of a header field, whose name may be in any letter case.
    #[must_use]
    pub fn header<'v>(&self, name: &[u8], value: &'v [u8]) -> Shown<'v> {
        let is_it = |other: &&[u8]| name.eq_ignore_ascii_case(other);
        let is_hidden = match &self.headers {
            HeaderRule::Deny(denied) => denied.iter().any(|other| is_it(&&**other)),
            HeaderRule::Allow(allowed) => !allowed.iter().any(|other| is_it(&&**other)),
        };
        if is_hidden {
            return Shown::Hidden;
        }
        if !self.user_info && !self.query && self.suffixes.is_empty() {
            return Shown::Plain(value);
        }
        let is = |other: &str| is_it(&other.as_bytes());
        if is("host") || is("x-forwarded-host") || is(":authority") {
            // As a URL it is the target of CONNECT.
            return self.url(value);
        }
        if URLS.iter().any(|other| is(other)) {
            return self.url(value);
        }
        self.text(value)
    }
}
