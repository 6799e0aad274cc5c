//! The path of a request's target, as Go's `url.ParseRequestURI` finds it.
//!
//! Hubble's filter on HTTP paths looks at that path: decoded, without scheme, host and query, and only
//! where Go takes the target for a valid one (RFC 3986, with Go's exceptions).

mod authority;
mod escape;

use std::borrow::Cow;

use escape::escape;

/// Returns the decoded path of a request's target; `None` where Go would refuse the target.
///
/// A target without a path, such as `mailto:x`, has an empty one.
///
/// ```
/// use flow_filter::request_path;
///
/// assert_eq!(request_path(b"http://shop/a%2Fb?x=1").as_deref(), Some(&b"/a/b"[..]));
/// assert_eq!(request_path(b"shop/a"), None);
/// ```
#[must_use]
pub fn request_path(target: &[u8]) -> Option<Cow<'_, [u8]>> {
    path(target).and_then(decoded)
}

/// The path as it is written, checked but for its escapes.
fn path(target: &[u8]) -> Option<&[u8]> {
    if target.is_empty() || target.iter().any(u8::is_ascii_control) {
        return None;
    }
    if target == b"*" {
        return Some(target);
    }
    let (scheme, rest) = split_scheme(target)?;
    let rest = without_query(rest);
    if !rest.starts_with(b"/") {
        // What follows a scheme without a slash is no path, and is not looked at.
        return scheme.is_some().then_some(&[]);
    }
    match rest.strip_prefix(b"//") {
        Some(rest) if scheme.is_some() => {
            let end = rest.iter().position(|byte| *byte == b'/');
            let (host, path) = rest.split_at(end.unwrap_or(rest.len()));
            authority::is_valid(host).then_some(path)
        }
        _ => Some(rest),
    }
}

/// The scheme and what follows it; `None` for a colon without a scheme before it.
fn split_scheme(target: &[u8]) -> Option<(Option<&[u8]>, &[u8])> {
    for (at, byte) in target.iter().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at > 0 => return Some((Some(&target[..at]), &target[at + 1..])),
            b':' => return None,
            _ => break,
        }
    }
    Some((None, target))
}

fn without_query(rest: &[u8]) -> &[u8] {
    match rest.iter().position(|byte| *byte == b'?') {
        Some(end) => &rest[..end],
        None => rest,
    }
}

/// Undoes the escapes; `None` where one is none.
fn decoded(path: &[u8]) -> Option<Cow<'_, [u8]>> {
    let Some(first) = memchr::memchr(b'%', path) else {
        return Some(Cow::Borrowed(path));
    };
    let mut decoded = Vec::with_capacity(path.len());
    decoded.extend_from_slice(&path[..first]);
    let mut rest = &path[first..];
    while let [byte, after @ ..] = rest {
        rest = after;
        if *byte == b'%' {
            let (value, after) = escape(after)?;
            decoded.push(value);
            rest = after;
        } else {
            decoded.push(*byte);
        }
    }
    Some(Cow::Owned(decoded))
}

#[cfg(test)]
mod tests;
