//! The host of a URL, and what may stand before and after it.

use std::net::Ipv6Addr;

use super::escape::escape;

/// Whether Go takes `authority` for `[user[:password]@]host[:port]`.
pub(super) fn is_valid(authority: &[u8]) -> bool {
    match authority.iter().rposition(|byte| *byte == b'@') {
        None => is_host(authority),
        Some(at) => is_host(&authority[at + 1..]) && is_user(&authority[..at]),
    }
}

fn is_user(user: &[u8]) -> bool {
    let is_allowed =
        |byte: &u8| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(byte);
    user.iter().all(is_allowed) && escapes(user).all(|value| value.is_some())
}

fn is_host(host: &[u8]) -> bool {
    if let Some(open) = host.iter().position(|byte| *byte == b'[') {
        return open == 0 && is_bracketed(host);
    }
    // From the last colon on; what stands before it may have colons too.
    let colon = host.iter().rposition(|byte| *byte == b':');
    is_port(&host[colon.unwrap_or(host.len())..]) && is_name(host)
}

/// Whether it is an address in brackets, with a zone after `%25` and a port.
fn is_bracketed(host: &[u8]) -> bool {
    let Some(close) = host.iter().rposition(|byte| *byte == b']') else {
        return false;
    };
    let (address, port) = (&host[1..close], &host[close + 1..]);
    let zone = address.windows(3).position(|window| window == b"%25");
    let (address, zone) = address.split_at(zone.unwrap_or(address.len()));
    let Ok(address) = std::str::from_utf8(address) else {
        return false;
    };
    let is_mapped = |address: &Ipv6Addr| address.to_ipv4_mapped().is_some();
    is_port(port)
        && address
            .parse::<Ipv6Addr>()
            .is_ok_and(|address| zone.is_empty() || !is_mapped(&address))
        && zone.len() != 3
        && escapes(zone).all(|value| value.is_some())
}

/// Whether it is nothing, or a colon and digits.
fn is_port(port: &[u8]) -> bool {
    match port {
        [] => true,
        [b':', digits @ ..] => digits.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

/// Whether a name holds no character that would have to be escaped, and no escape but those of
/// bytes beyond ASCII.
fn is_name(name: &[u8]) -> bool {
    let is_allowed = |byte: &u8| {
        !byte.is_ascii()
            || byte.is_ascii_alphanumeric()
            || b"-._~!$&'()*+,;=:[]<>\"%".contains(byte)
    };
    name.iter().all(is_allowed)
        && escapes(name).all(|value| value.is_some_and(|value| !value.is_ascii() || value == b'%'))
}

/// The bytes that the escapes of a text stand for; `None` for one that is none.
fn escapes(text: &[u8]) -> impl Iterator<Item = Option<u8>> {
    memchr::memchr_iter(b'%', text).map(|at| escape(&text[at + 1..]).map(|(value, _)| value))
}
