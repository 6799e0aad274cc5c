//! Request targets: RFC 9112 section 3.2.

/// The target of a request, split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target<'a> {
    scheme: Option<&'a [u8]>,
    authority: Option<Authority<'a>>,
    path: &'a [u8],
    query: Option<&'a [u8]>,
}

impl<'a> Target<'a> {
    /// Splits a target. `is_authority` says that it is that of a CONNECT request.
    #[must_use]
    pub fn parse(target: &'a [u8], is_authority: bool) -> Self {
        if is_authority {
            return Self {
                scheme: None,
                authority: Some(Authority::parse(target)),
                path: &[],
                query: None,
            };
        }
        let (scheme, authority, rest) = match split_scheme(target) {
            Some((scheme, rest)) => {
                let end = rest
                    .iter()
                    .position(|byte| matches!(byte, b'/' | b'?' | b'#'))
                    .unwrap_or(rest.len());
                let (authority, rest) = rest.split_at(end);
                (Some(scheme), Some(Authority::parse(authority)), rest)
            }
            None => (None, None, target),
        };
        let end = memchr::memchr2(b'?', b'#', rest);
        let (path, after) = rest.split_at(end.unwrap_or(rest.len()));
        let query = after.strip_prefix(b"?").map(|query| {
            let end = memchr::memchr(b'#', query);
            &query[..end.unwrap_or(query.len())]
        });
        Self {
            scheme,
            authority,
            path,
            query,
        }
    }

    /// Scheme of an absolute target.
    #[must_use]
    pub const fn scheme(&self) -> Option<&'a [u8]> {
        self.scheme
    }

    /// Host, port and user of an absolute target, and of a CONNECT request.
    #[must_use]
    pub const fn authority(&self) -> Option<Authority<'a>> {
        self.authority
    }

    /// Path; `*` of an OPTIONS request about the server, empty for CONNECT.
    #[must_use]
    pub const fn path(&self) -> &'a [u8] {
        self.path
    }

    /// What follows the question mark.
    #[must_use]
    pub const fn query(&self) -> Option<&'a [u8]> {
        self.query
    }
}

/// `scheme://`: RFC 3986 section 3.1.
fn split_scheme(target: &[u8]) -> Option<(&[u8], &[u8])> {
    if !target.first()?.is_ascii_alphabetic() {
        return None;
    }
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    let end = target.iter().position(|byte| !is_letter(byte))?;
    let (scheme, rest) = target.split_at(end);
    Some((scheme, rest.strip_prefix(b"://")?))
}

/// `user@host:port`: RFC 3986 section 3.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Authority<'a> {
    /// What stands before the `@`: a user, often with a password.
    pub user_info: Option<&'a [u8]>,
    /// Host; an IPv6 address without its brackets.
    pub host: &'a [u8],
    /// Port, where there is one and it is a number of 16 bits.
    pub port: Option<u16>,
    /// Host and port as sent.
    pub host_port: &'a [u8],
}

impl<'a> Authority<'a> {
    /// Splits an authority.
    #[must_use]
    pub fn parse(text: &'a [u8]) -> Self {
        let (user_info, host_port) = match text.iter().rposition(|byte| *byte == b'@') {
            Some(at) => (Some(&text[..at]), &text[at + 1..]),
            None => (None, text),
        };
        let (host, port) = match host_port {
            [b'[', inner @ ..] => match inner.iter().position(|byte| *byte == b']') {
                Some(end) => (&inner[..end], inner[end + 1..].strip_prefix(b":")),
                None => (host_port, None),
            },
            _ => match host_port.iter().rposition(|byte| *byte == b':') {
                Some(at) => (&host_port[..at], Some(&host_port[at + 1..])),
                None => (host_port, None),
            },
        };
        Self {
            user_info,
            host,
            port: port.and_then(port_number),
            host_port,
        }
    }
}

fn port_number(digits: &[u8]) -> Option<u16> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    core::str::from_utf8(digits).ok()?.parse().ok()
}
