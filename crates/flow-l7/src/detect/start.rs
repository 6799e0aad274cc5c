//! Which protocol a stream begins with, and who sent it.

use super::{DNS_PORTS, HTTP_PORTS, KAFKA_PORTS, L7Protocol, binary, text};
use crate::http2::PREFACE;

/// What the first bytes of a stream show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StreamStart {
    /// A message of this protocol begins here.
    Found {
        /// Protocol.
        protocol: L7Protocol,
        /// Whether a client sent it; `None` where both sides send the same.
        is_client: Option<bool>,
    },
    /// It could become one with more bytes.
    More,
    /// Nothing that is decoded.
    Other,
}

const fn found(protocol: L7Protocol, is_client: Option<bool>) -> StreamStart {
    StreamStart::Found {
        protocol,
        is_client,
    }
}

/// Returns the protocol of a TCP stream by the bytes of one side, from a place on where a message
/// may begin: by content first, by the ports (source and destination) where that is not enough.
///
/// Bytes of a side should be collected as long as [`StreamStart::More`] comes back: that is for
/// a few kilobytes at most. TLS is found by its hellos alone: records that come later tell
/// nothing to one who has no keys. As sure as [`detect`](super::detect()).
#[must_use]
pub fn detect_stream(data: &[u8], ports: (u16, u16)) -> StreamStart {
    let is_on = |list: &[u16]| list.contains(&ports.0) || list.contains(&ports.1);
    let Some(&first) = data.first() else {
        return StreamStart::More;
    };
    let mut is_open = false;
    let looks: [&dyn Fn() -> StreamStart; 5] = [
        &|| tls(data),
        &|| http1(data, first, is_on(&HTTP_PORTS)),
        &|| http2(data),
        &|| kafka(data, is_on(&KAFKA_PORTS)),
        &|| dns(data, is_on(&DNS_PORTS)),
    ];
    for look in looks {
        match look() {
            StreamStart::Other => {}
            StreamStart::More => is_open = true,
            start @ StreamStart::Found { .. } => return start,
        }
    }
    if is_open {
        StreamStart::More
    } else {
        StreamStart::Other
    }
}

fn tls(data: &[u8]) -> StreamStart {
    const MAX: u16 = (1 << 14) + 2048;
    match data {
        [22, 3, 0..=4, high, low, rest @ ..]
            if (1..=MAX).contains(&u16::from_be_bytes([*high, *low])) =>
        {
            match rest {
                [] => StreamStart::More,
                [kind @ (1 | 2), ..] => found(L7Protocol::Tls, Some(*kind == 1)),
                _ => StreamStart::Other,
            }
        }
        [22] | [22, 3] | [22, 3, 0..=4] | [22, 3, 0..=4, _] => StreamStart::More,
        _ => StreamStart::Other,
    }
}

fn http1(data: &[u8], first: u8, is_on_port: bool) -> StreamStart {
    if !first.is_ascii_uppercase() {
        return StreamStart::Other;
    }
    // The preface of HTTP/2 is a request in form, up to its version.
    let preface = data.len().min(PREFACE.len());
    if data[..preface] == PREFACE[..preface] {
        return match preface {
            0..14 => StreamStart::More,
            _ => found(L7Protocol::Http2, Some(true)),
        };
    }
    if text::is_undecided(data) {
        return StreamStart::More;
    }
    match text::http(data, is_on_port) {
        Some(L7Protocol::Http1) => found(L7Protocol::Http1, Some(!data.starts_with(b"HTTP/"))),
        _ => StreamStart::Other,
    }
}

/// Frames. Those that only one side sends first are settings without a preface before them.
fn http2(data: &[u8]) -> StreamStart {
    const SETTINGS: u8 = 4;
    let is_settings = match data {
        [0, 0, length, SETTINGS, 0, 0, 0, 0, 0, ..] => *length <= 96 && length % 6 == 0,
        [0, 0, length, SETTINGS, rest @ ..] if rest.len() < 5 => {
            let fits = *length <= 96 && length % 6 == 0 && rest.iter().all(|byte| *byte == 0);
            return if fits {
                StreamStart::More
            } else {
                StreamStart::Other
            };
        }
        [0] | [0, 0] => return StreamStart::More,
        [0, 0, length] if length % 6 == 0 => return StreamStart::More,
        _ => false,
    };
    match binary::http2(data) {
        Some(protocol) => found(protocol, is_settings.then_some(false)),
        None => StreamStart::Other,
    }
}

fn kafka(data: &[u8], is_on_port: bool) -> StreamStart {
    if binary::kafka(data, is_on_port).is_some() {
        return found(L7Protocol::Kafka, Some(true));
    }
    if binary::is_kafka_begun(data, is_on_port) {
        return StreamStart::More;
    }
    StreamStart::Other
}

fn dns(data: &[u8], is_on_port: bool) -> StreamStart {
    if let Some(protocol) = binary::dns_in_tcp(data, is_on_port)
        && let Some(bits) = data.get(4)
    {
        return found(protocol, Some(bits & 0x80 == 0));
    }
    if binary::is_dns_begun(data, is_on_port) {
        return StreamStart::More;
    }
    StreamStart::Other
}
