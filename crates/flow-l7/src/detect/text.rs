//! HTTP by its first line.

use super::L7Protocol;
use crate::http2::PREFACE;

/// Methods of RFC 9110, RFC 5789, RFC 4918 and RFC 3253 that begin a request.
const METHODS: &[&[u8]] = &[
    b"GET",
    b"POST",
    b"HEAD",
    b"PUT",
    b"DELETE",
    b"OPTIONS",
    b"PATCH",
    b"CONNECT",
    b"TRACE",
    b"PROPFIND",
    b"PROPPATCH",
    b"MKCOL",
    b"COPY",
    b"MOVE",
    b"LOCK",
    b"UNLOCK",
    b"REPORT",
    b"SEARCH",
    b"PURGE",
];

/// What a response begins with, and the last word of a request's line.
const VERSION: &[u8] = b"HTTP/";
/// Longest version in bytes that is taken for one, `HTTP/` included: those of HTTP/1 have eight.
const MAX_VERSION: usize = 16;

/// HTTP/1, or HTTP/2 by its preface. On its ports the beginning of a first line will do.
pub(super) fn http(payload: &[u8], is_on_port: bool) -> Option<L7Protocol> {
    if payload.len() < 4 {
        return (is_on_port && is_beginning(payload)).then_some(L7Protocol::Http1);
    }
    if payload.starts_with(b"PRI ") {
        let length = payload.len().min(PREFACE.len());
        return (payload[..length] == PREFACE[..length]).then_some(L7Protocol::Http2);
    }
    if payload.starts_with(VERSION) {
        return is_response(payload).then_some(L7Protocol::Http1);
    }
    let is_partial = is_on_port && payload.len() <= MAX_METHOD && is_beginning(payload);
    (is_request(payload) || is_partial).then_some(L7Protocol::Http1)
}

/// Longest method that is looked for, in bytes.
const MAX_METHOD: usize = 24;

/// Whether it begins with the line of a response, or with what is there of one: a version, which may
/// be an odd one, and three digits.
pub(crate) fn is_response(payload: &[u8]) -> bool {
    let Some(rest) = payload.strip_prefix(VERSION) else {
        return false;
    };
    let number = rest.iter().take_while(|byte| is_number(**byte)).count();
    let (number, status) = rest.split_at(number);
    if VERSION.len() + number.len() > MAX_VERSION || !matches!(number, [] | [b'1', ..]) {
        return false;
    }
    match status {
        [] => true,
        _ if number.is_empty() => false,
        [b' ', status @ ..] => status.iter().take(3).all(u8::is_ascii_digit),
        _ => false,
    }
}

/// Whether it is of the number of a version.
const fn is_number(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b'.'
}

/// Whether it begins with the line of a request, or with what is there of one. A method that is
/// not known has to have a whole line, and to be more than the end of a known one.
pub(crate) fn is_request(payload: &[u8]) -> bool {
    let space = payload
        .iter()
        .take(MAX_METHOD)
        .position(|byte| *byte == b' ');
    let Some(space) = space.filter(|space| *space > 0) else {
        return false;
    };
    let (method, rest) = payload.split_at(space);
    let rest = &rest[1..];
    let is_letter = |byte: &u8| byte.is_ascii_uppercase() || matches!(byte, b'-' | b'_');
    let is_other = || {
        let is_end = |known: &&[u8]| known.ends_with(method);
        method.iter().all(is_letter) && rest.contains(&b'\n') && !METHODS.iter().any(is_end)
    };
    (METHODS.contains(&method) || is_other()) && is_rest_of_line(rest)
}

/// Whether it is too short to tell, but could become a request or response.
pub(super) fn is_undecided(payload: &[u8]) -> bool {
    match payload.split_last() {
        Some((b' ', method)) => METHODS.contains(&method),
        _ => payload.len() < MAX_METHOD && is_beginning(payload),
    }
}

/// Whether a payload of a few bytes can be the beginning of a first line.
fn is_beginning(payload: &[u8]) -> bool {
    VERSION.starts_with(payload) || METHODS.iter().any(|method| method.starts_with(payload))
}

/// Whether a target follows, and a version of HTTP/1 as far as the line is there, be it an odd one
/// such as `HTTP/1.0.8`. SIP and RTSP have the same form and other versions.
fn is_rest_of_line(rest: &[u8]) -> bool {
    let end = rest.iter().position(|byte| *byte < b' ' || *byte == 0x7f);
    let line = &rest[..end.unwrap_or(rest.len())];
    if line.trim_ascii().is_empty() {
        return false;
    }
    match end.map(|end| rest[end]) {
        Some(b'\r' | b'\n') => line
            .rsplit(|byte| *byte == b' ')
            .next()
            .is_some_and(is_version),
        Some(_) => false,
        // The line goes on: its last word may be a version that is cut off.
        None => match line.iter().rposition(|byte| *byte == b' ') {
            Some(at) => {
                let word = &line[at + 1..];
                word.len() >= 8 || VERSION.starts_with(&word[..word.len().min(VERSION.len())])
            }
            None => true,
        },
    }
}

/// Whether it is a version of HTTP/1, be it an odd one.
fn is_version(word: &[u8]) -> bool {
    let number = word.strip_prefix(VERSION);
    word.len() <= MAX_VERSION
        && number.is_some_and(|number| {
            number.first() == Some(&b'1') && number.iter().all(|byte| is_number(*byte))
        })
}
