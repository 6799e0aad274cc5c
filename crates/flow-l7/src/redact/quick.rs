//! Finds at a glance that nothing of a header field is redacted.

use super::Redaction;
use super::policy::HeaderRule;

/// What a [`Redaction`] looks for in header fields, worked out once.
///
/// It may be wrong in one direction only: a field that it passes is one that
/// [`Redaction::write_header`] writes as it is.
#[derive(Clone, Debug)]
pub(crate) struct QuickLook {
    /// Names whose values are not just text, by [`place`]; others may share their places.
    names: [u64; 4],
    /// Whether no name passes.
    is_strict: bool,
    /// Bytes that text passes without.
    bytes: Needles,
}

/// What text is searched for.
#[derive(Clone, Copy, Debug)]
enum Needles {
    None,
    /// `@`, and `%`, which could begin one.
    At,
    /// `?`.
    Query,
    Both,
}

/// A number below 256 for a name, the same in any letter case.
#[inline]
fn place(name: &[u8]) -> u8 {
    let (Some(first), Some(last)) = (name.first(), name.last()) else {
        return 0;
    };
    (name.len() as u8)
        .wrapping_mul(37)
        .wrapping_add((first | 0x20).wrapping_mul(11))
        .wrapping_add((last | 0x20).wrapping_mul(3))
}

impl QuickLook {
    pub(crate) fn of(redaction: &Redaction) -> Self {
        let looks_at_text =
            redaction.user_info || redaction.query || !redaction.suffixes.is_empty();
        let mut look = Self {
            names: [0; 4],
            is_strict: matches!(redaction.headers, HeaderRule::Allow(_)),
            bytes: match (redaction.user_info, redaction.query) {
                (false, false) => Needles::None,
                (true, false) => Needles::At,
                (false, true) => Needles::Query,
                (true, true) => Needles::Both,
            },
        };
        if let HeaderRule::Deny(denied) = &redaction.headers {
            denied.iter().for_each(|name| look.note(name));
        }
        if looks_at_text {
            Redaction::url_headers().for_each(|name| look.note(name.as_bytes()));
        }
        look
    }

    fn note(&mut self, name: &[u8]) {
        let place = place(name);
        self.names[usize::from(place >> 6)] |= 1 << (place & 63);
    }

    /// Whether the value of a header field of this name is text, and nothing else.
    #[inline]
    pub(crate) fn passes_name(&self, name: &[u8]) -> bool {
        let place = place(name);
        !self.is_strict && self.names[usize::from(place >> 6)] >> (place & 63) & 1 == 0
    }

    /// Whether nothing of text is redacted.
    #[inline]
    pub(crate) fn passes_text(&self, text: &[u8]) -> bool {
        match self.bytes {
            Needles::None => true,
            Needles::At => memchr::memchr2(b'@', b'%', text).is_none(),
            Needles::Query => memchr::memchr(b'?', text).is_none(),
            Needles::Both => memchr::memchr3(b'@', b'%', b'?', text).is_none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use std::string::String;
    use std::vec::Vec;

    use super::*;
    use flow_core::record::TextWriter;

    fn policies() -> [Redaction; 7] {
        [
            Redaction::none(),
            Redaction::default(),
            Redaction::default().hide_url_query(),
            Redaction::default().hide_names_below(["corp.example"]),
            Redaction::none().hide_url_query().deny_headers(["X-Token"]),
            Redaction::default().allow_headers(["accept"]),
            Redaction::none().hide_names_below(["example"]),
        ]
    }

    proptest! {
        #[test]
        fn what_passes_is_written_as_it_is(
            name in prop_oneof![
                Just(String::from("Cookie")),
                Just(String::from("x-token")),
                Just(String::from("REFERER")),
                Just(String::from("Host")),
                "[A-Za-z-]{1,20}",
            ],
            value in prop_oneof![
                "[ -~]{0,40}",
                "(https?://)?[a-z:@%0-9]{1,12}(corp\\.example)?(/[a-z?#%@]{0,9})?",
            ],
        ) {
            let (name, value) = (name.as_bytes(), value.as_bytes());
            for redaction in policies() {
                let look = QuickLook::of(&redaction);
                if look.passes_name(name) && look.passes_text(value) {
                    let mut shown = Vec::new();
                    let is_redacted =
                        redaction.write_header(name, value, &mut TextWriter::new(&mut shown));
                    prop_assert!(!is_redacted);
                    prop_assert_eq!(&shown[..], value);
                }
            }
        }
    }

    #[test]
    fn it_passes_what_most_requests_hold() {
        let look = QuickLook::of(&Redaction::default());
        for name in ["User-Agent", "Accept", "Accept-Encoding", "Content-Length"] {
            assert!(look.passes_name(name.as_bytes()), "{name}");
        }
        assert!(look.passes_text(b"Mozilla/5.0 (X11; Linux x86_64)"));
        assert!(!look.passes_name(b"COOKIE") && !look.passes_text(b"me@example.com"));
    }
}
