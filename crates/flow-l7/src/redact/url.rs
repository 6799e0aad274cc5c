//! URLs: RFC 3986, read as those do who are not strict, and redacted as a whole where that
//! leaves open what is a secret.

use std::vec::Vec;

use super::{MARKER, Redaction, Shown};
use flow_core::record::TextWriter;

impl Redaction {
    /// Returns a URL, or the target of a request in any of its forms.
    #[must_use]
    pub fn url<'v>(&self, url: &'v [u8]) -> Shown<'v> {
        if self.leaves_url(url) {
            return Shown::Plain(url);
        }
        let mut shown = Vec::with_capacity(url.len() + MARKER.len());
        match self.try_url(url, &mut TextWriter::new(&mut shown)) {
            Some(true) => Shown::Partly(shown),
            Some(false) => Shown::Plain(url),
            None => Shown::Hidden,
        }
    }

    /// Writes a URL, or the target of a request in any of its forms. Returns whether something is
    /// redacted.
    #[inline]
    pub fn write_url(&self, url: &[u8], to: &mut TextWriter<'_>) -> bool {
        if self.leaves_url(url) {
            to.extend_from_slice(url);
            return false;
        }
        let begin = to.len();
        let written = self.try_url(url, to);
        written.unwrap_or_else(|| {
            to.truncate(begin);
            to.extend_from_slice(MARKER.as_bytes());
            true
        })
    }

    /// Returns the beginning of a URL, of which the rest was cut off. What could be a user, if only an
    /// `@` followed, is one.
    #[must_use]
    pub fn cut_url<'v>(&self, url: &'v [u8]) -> Shown<'v> {
        if !self.user_info {
            return self.url(url);
        }
        let mut followed = url.to_vec();
        followed.push(b'@');
        match self.url(&followed) {
            Shown::Plain(_) => Shown::Plain(url),
            Shown::Hidden => Shown::Hidden,
            Shown::Partly(mut shown) => {
                shown.pop_if(|last| *last == b'@');
                Shown::Partly(shown)
            }
        }
    }

    /// Writes the URL that scheme, host (with its port) and target make; the target begins with
    /// a slash. Returns whether something is redacted.
    pub fn join(&self, scheme: &[u8], host: &[u8], target: &[u8], to: &mut TextWriter<'_>) -> bool {
        let begin = to.len();
        to.extend_from_slice(scheme);
        to.extend_from_slice(b"://");
        let is_odd = self.user_info && has_odd_port(host);
        if !is_odd && self.leaves_url(host) && self.leaves_url(target) {
            to.extend_from_slice(host);
            to.extend_from_slice(target);
            return false;
        }
        let written = self.write_authority(host, target, to);
        match written {
            Some(redacted) => self.write_path(target, to) | redacted,
            None => {
                to.truncate(begin);
                to.extend_from_slice(MARKER.as_bytes());
                true
            }
        }
    }

    /// Text in which URLs may stand anywhere.
    pub(super) fn text<'v>(&self, text: &'v [u8]) -> Shown<'v> {
        let mut shown = Vec::with_capacity(text.len() + MARKER.len());
        if self.write_text(text, &mut TextWriter::new(&mut shown)) {
            Shown::Partly(shown)
        } else {
            Shown::Plain(text)
        }
    }

    /// Writes text in which URLs may stand anywhere.
    #[inline]
    pub(crate) fn write_text(&self, text: &[u8], to: &mut TextWriter<'_>) -> bool {
        let has_query = self.query && text.contains(&b'?');
        let has_user = self.user_info && has_at(text);
        if !has_user && !has_query {
            to.extend_from_slice(text);
            return false;
        }
        self.scrub(text, self.query, to)
    }

    /// Whether there is nothing in it to redact, at a quick look.
    fn leaves_url(&self, url: &[u8]) -> bool {
        let may_hide_query = self.query && memchr::memchr2(b'?', b'#', url).is_some();
        let may_hide_user = self.user_info && (has_at(url) || has_odd_authority(url));
        self.suffixes.is_empty() && !may_hide_query && !may_hide_user
    }

    /// `None` where all of it has to go.
    fn try_url(&self, url: &[u8], to: &mut TextWriter<'_>) -> Option<bool> {
        let start = match scheme_len(url) {
            Some(length) => length,
            None if is_slash(url, 0) && is_slash(url, 1) => 2,
            None if matches!(url.first(), None | Some(b'/' | b'?' | b'#' | b'*')) => {
                return Some(self.write_path(url, to));
            }
            // The target of CONNECT, or something else without a scheme.
            None if self.user_info && has_at(url) => return None,
            None if !url.iter().any(|byte| matches!(byte, b'/' | b'?' | b'#')) => {
                return Some(self.write_host_port(url, to));
            }
            None => return Some(self.write_path(url, to)),
        };
        // Those who are not strict take any number of slashes for two.
        let more = (start..).take_while(|at| is_slash(url, *at)).count();
        let (before, after) = url.split_at(start + more);
        let end = after
            .iter()
            .position(|byte| matches!(byte, b'/' | b'?' | b'#' | b'\\'))
            .unwrap_or(after.len());
        let (authority, rest) = after.split_at(end);
        to.extend_from_slice(before);
        let redacted = self.write_authority(authority, rest, to)?;
        Some(self.write_path(rest, to) | redacted)
    }

    /// `None` where user and host cannot be separated. `rest` follows it.
    fn write_authority(
        &self,
        authority: &[u8],
        rest: &[u8],
        to: &mut TextWriter<'_>,
    ) -> Option<bool> {
        let (user, host) = match authority.iter().rposition(|byte| *byte == b'@') {
            Some(at) => (&authority[..at], &authority[at + 1..]),
            None => (&[][..], authority),
        };
        let mut redacted = false;
        if self.user_info {
            if !is_host(host) && (has_at(authority) || has_at(rest)) || has_odd_port(host) {
                return None;
            }
            if !user.is_empty() {
                to.extend_from_slice(MARKER.as_bytes());
                redacted = true;
            }
        } else {
            to.extend_from_slice(user);
        }
        if host.len() < authority.len() {
            to.push(b'@');
        }
        Some(redacted | self.write_host_port(host, to))
    }

    /// Path, query and fragment. URLs in them may have credentials too.
    fn write_path(&self, rest: &[u8], to: &mut TextWriter<'_>) -> bool {
        let cut = rest.iter().position(|byte| matches!(byte, b'?' | b'#'));
        let Some(cut) = cut.filter(|_| self.query) else {
            return self.scrub(rest, false, to);
        };
        self.scrub(&rest[..cut], false, to);
        to.push(rest[cut]);
        to.extend_from_slice(MARKER.as_bytes());
        true
    }

    /// Copies text without the credentials of the URLs in it, and with `queries` without their
    /// queries. Characters that are percent-encoded, any number of times, count as what they
    /// stand for.
    fn scrub(&self, text: &[u8], queries: bool, to: &mut TextWriter<'_>) -> bool {
        let (mut at, mut copied) = (0, 0);
        let mut redacted = false;
        while at < text.len() {
            let first = Unit::at(text, at);
            let second = Unit::at(text, first.end);
            if !(first.is_slash() && second.is_slash()) {
                at = first.end;
                continue;
            }
            let level = first.level.max(second.level);
            let mut start = second.end;
            while Unit::at(text, start).is_slash() {
                start = Unit::at(text, start).end;
            }
            let run = Run::of(text, start, level);
            at = run.end;
            if let Some(end) = run.user_end.filter(|_| self.user_info) {
                to.extend_from_slice(&text[copied..start]);
                to.extend_from_slice(MARKER.as_bytes());
                (copied, redacted) = (end, true);
            }
            if !queries {
                continue;
            }
            let is_over = |byte: &u8| is_gap(*byte) || matches!(byte, b'?' | b'#');
            let path = text[at..].iter().position(is_over);
            at = path.map_or(text.len(), |length| at + length);
            if matches!(text.get(at), Some(b'?' | b'#')) {
                to.extend_from_slice(&text[copied..=at]);
                to.extend_from_slice(MARKER.as_bytes());
                let query = text[at..].iter().position(|byte| is_gap(*byte));
                at = query.map_or(text.len(), |length| at + length);
                (copied, redacted) = (at, true);
            }
        }
        to.extend_from_slice(&text[copied..]);
        redacted
    }
}

/// A character, which may be percent-encoded.
#[derive(Clone, Copy)]
struct Unit {
    byte: u8,
    /// How often it is encoded: 1 for `%40`, 2 for `%2540`.
    level: u8,
    end: usize,
}

impl Unit {
    /// The character at `at`; a zero behind the end.
    fn at(text: &[u8], at: usize) -> Self {
        let Some(&byte) = text.get(at) else {
            let (byte, level, end) = (0, 0, at + 1);
            return Self { byte, level, end };
        };
        let mut unit = Self {
            byte,
            level: 0,
            end: at + 1,
        };
        if byte != b'%' {
            return unit;
        }
        let (mut digits, mut level) = (at + 1, 1_u8);
        while let Some(decoded) = hex_byte(text, digits) {
            (unit.byte, unit.level, unit.end) = (decoded, level, digits + 2);
            if decoded != b'%' {
                break;
            }
            digits += 2;
            level = level.saturating_add(1);
        }
        unit
    }

    const fn is_slash(self) -> bool {
        matches!(self.byte, b'/' | b'\\')
    }
}

/// What follows the two slashes of a URL, up to the end of its authority.
struct Run {
    end: usize,
    /// Where the `@` after a user is.
    user_end: Option<usize>,
}

impl Run {
    /// `level` is how often the URL is encoded: what is encoded more often does not end it.
    fn of(text: &[u8], start: usize, level: u8) -> Self {
        let mut run = Self {
            end: start,
            user_end: None,
        };
        while run.end < text.len() {
            let unit = Unit::at(text, run.end);
            let ends = is_gap(unit.byte) || matches!(unit.byte, b'/' | b'\\' | b'?' | b'#');
            if ends && unit.level <= level {
                break;
            }
            if unit.byte == b'@' && run.end > start {
                run.user_end = Some(run.end);
            }
            run.end = unit.end;
        }
        run
    }
}

/// What stands between a URL and other text.
const fn is_gap(byte: u8) -> bool {
    byte <= b' ' || matches!(byte, b'"' | b'<' | b'>')
}

fn is_slash(text: &[u8], at: usize) -> bool {
    matches!(text.get(at), Some(b'/' | b'\\'))
}

/// Length of `scheme://`.
fn scheme_len(url: &[u8]) -> Option<usize> {
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    let end = url.iter().position(|byte| !is_letter(byte))?;
    let is_scheme = url[end] == b':' && end > 0;
    (is_scheme && is_slash(url, end + 1) && is_slash(url, end + 2)).then_some(end + 3)
}

/// Whether the authority of a URL with a scheme has something else in the place of a port.
fn has_odd_authority(url: &[u8]) -> bool {
    let Some(start) = scheme_len(url) else {
        return false;
    };
    let after = &url[start..];
    let is_end = |byte: &u8| matches!(byte, b'/' | b'?' | b'#' | b'\\');
    let end = after.iter().position(is_end).unwrap_or(after.len());
    has_odd_port(&after[..end])
}

/// Whether what stands in the place of a port is none: a password, perhaps, after which the host
/// is missing.
fn has_odd_port(host: &[u8]) -> bool {
    let is_bracketed = host.first() == Some(&b'[');
    let colon = memchr::memchr(b':', host).filter(|_| !is_bracketed);
    colon.is_some_and(|colon| !host[colon + 1..].iter().all(u8::is_ascii_digit))
}

/// Whether it is a host, with or without a port.
fn is_host(text: &[u8]) -> bool {
    let (host, port) = match text {
        [b'[', inner @ ..] => match inner.iter().position(|byte| *byte == b']') {
            Some(end) => (&inner[..end], &inner[end + 1..]),
            None => return false,
        },
        _ => text.split_at(
            text.iter()
                .position(|byte| *byte == b':')
                .unwrap_or(text.len()),
        ),
    };
    let is_bracketed = text.first() == Some(&b'[');
    let is_letter = |byte: &u8| match byte {
        b':' => is_bracketed,
        b'-' | b'.' | b'_' | b'~' => true,
        _ => byte.is_ascii_alphanumeric() || *byte >= 0x80,
    };
    host.iter().all(is_letter)
        && match port {
            [] => true,
            [b':', digits @ ..] => digits.iter().all(u8::is_ascii_digit),
            _ => false,
        }
}

/// Whether there is an `@`, or one that is percent-encoded.
fn has_at(text: &[u8]) -> bool {
    let Some(first) = memchr::memchr2(b'@', b'%', text) else {
        return false;
    };
    if text[first] == b'@' {
        return true;
    }
    let mut at = 0;
    while at < text.len() {
        let unit = Unit::at(text, at);
        if unit.byte == b'@' {
            return true;
        }
        at = unit.end;
    }
    false
}

fn hex_byte(text: &[u8], at: usize) -> Option<u8> {
    let high = char::from(*text.get(at)?).to_digit(16)?;
    let low = char::from(*text.get(at + 1)?).to_digit(16)?;
    u8::try_from(high << 4 | low).ok()
}
