//! Protocols that are not text.

use super::L7Protocol;
use crate::l7::dns::{Class, Message, Opcode, RecordType, TcpMessages};
use crate::l7::http2::{FrameHeader, FrameKind};
use crate::l7::kafka::{ApiKey, Frames, Request};
use crate::l7::quic::LongHeader;
use crate::l7::tls::{ContentType, Records};

/// TLS by the headers of its records: a known type and version, and a length that goes with the
/// type; of each record whose header is there. On its ports part of the first header will do.
pub(super) fn tls(payload: &[u8], is_on_port: bool) -> Option<L7Protocol> {
    if payload.len() < 5 {
        let is_start = matches!(payload, [20..=24, 3] | [20..=24, 3, 0..=4, ..]);
        return (is_on_port && is_start).then_some(L7Protocol::Tls);
    }
    let mut records = Records::new(payload);
    for (index, record) in records.by_ref().enumerate() {
        let record = match record {
            Ok(record) => record,
            Err(error) if error.is_truncated() && index > 0 => break,
            Err(_) => return None,
        };
        let fits = match record.kind {
            ContentType::CHANGE_CIPHER_SPEC => record.length == 1,
            ContentType::ALERT => record.length == 2 || (16..=256).contains(&record.length),
            ContentType::HANDSHAKE => record.length >= 4,
            _ => record.length >= 1,
        };
        if !fits || record.version.0 & 0xff > 4 {
            return None;
        }
    }
    Some(L7Protocol::Tls)
}

/// HTTP/2 by frames: they fill the payload to its end, or begin with the settings that a server
/// sends first.
pub(super) fn http2(payload: &[u8]) -> Option<L7Protocol> {
    let mut rest = payload;
    let mut is_first = true;
    while let Some((bytes, after)) = rest.split_first_chunk() {
        let header = FrameHeader::parse(bytes);
        if !header.is_plausible(1 << 20) || bytes[5] >= 0x80 {
            return None;
        }
        let is_settings = header.kind == FrameKind::SETTINGS && header.length <= 96;
        match after.get(header.length as usize..) {
            Some(after) => rest = after,
            None if is_first && is_settings => return Some(L7Protocol::Http2),
            None => return None,
        }
        is_first = false;
    }
    (rest.is_empty() && !is_first).then_some(L7Protocol::Http2)
}

/// Kafka by the header of a request: a known API, a version of these days, a client whose name
/// is text, and a size that is that of the payload. On its ports the size may be larger, and the
/// name may be missing.
pub(super) fn kafka(payload: &[u8], is_on_port: bool) -> Option<L7Protocol> {
    let frame = Frames::new(payload).next()?.ok()?;
    if !frame.is_whole() && !is_on_port {
        return None;
    }
    let request = Request::parse(frame.data, frame.length).ok()?;
    let is_recent = (0..=20).contains(&request.version);
    if request.api.name().is_none() || !is_recent || request.error().is_some() {
        return None;
    }
    let is_named = match request.client_id() {
        Some(name) if !name.is_empty() => {
            if name.len() > 255 || !name.iter().all(|byte| matches!(byte, b' '..=b'~')) {
                return None;
            }
            true
        }
        _ => false,
    };
    // Whatever follows has to be the header of a message again.
    let mut following = Frames::new(payload.get(4 + frame.data.len()..)?);
    let follows = following.next().is_none_or(|next| next.is_ok());
    let is_proven = is_named || (is_on_port && request.api != ApiKey::PRODUCE);
    (follows && is_proven).then_some(L7Protocol::Kafka)
}

/// QUIC by a long header of a version that is known.
pub(super) fn quic(payload: &[u8]) -> Option<L7Protocol> {
    // Every long header has its first bit set; no version is all that a negotiation has.
    if !matches!(payload, [0x80..=0xff, a, b, c, d, ..] if (*a, *b, *c, *d) != (0, 0, 0, 0)) {
        return None;
    }
    LongHeader::parse(payload).ok().map(|_| L7Protocol::Quic)
}

/// DNS by a message that is whole and fills the datagram. On its ports the beginning of one will
/// do.
pub(super) fn dns(payload: &[u8], is_on_port: bool) -> Option<L7Protocol> {
    is_dns(payload, payload.len(), is_on_port).then_some(L7Protocol::Dns)
}

/// DNS with a length before each message, which fill the segment.
pub(super) fn dns_in_tcp(payload: &[u8], is_on_port: bool) -> Option<L7Protocol> {
    let mut messages = TcpMessages::new(payload);
    let mut count = 0;
    for message in messages.by_ref() {
        let is_last = !message.is_whole();
        if is_last && !is_on_port {
            return None;
        }
        if !is_dns(message.data, usize::from(message.length), is_on_port) {
            return None;
        }
        count += 1;
    }
    (count > 0).then_some(L7Protocol::Dns)
}

fn is_dns(data: &[u8], length: usize, is_on_port: bool) -> bool {
    let Some(header) = data.first_chunk::<12>() else {
        return false;
    };
    // The bit that must be zero, and what few messages have many of.
    let word = |at: usize| u16::from_be_bytes([header[at], header[at + 1]]);
    let counts = [word(4), word(6), word(8), word(10)];
    let is_small = counts[0] <= 16 && counts.iter().all(|count| *count <= 1024);
    if header[3] & 0x40 != 0 || !is_small || counts == [0; 4] {
        return false;
    }
    let Ok(message) = Message::parse(data, length) else {
        return false;
    };
    let is_old = message.opcode() == Opcode::IQUERY && !is_on_port;
    if message.opcode().name().is_none() || is_old {
        return false;
    }
    let is_cut = message.error().is_some_and(|error| error.is_truncated());
    if (message.error().is_some() && !(is_cut && is_on_port))
        || !is_asked_well(&message, is_on_port)
    {
        return false;
    }
    is_on_port || (message.understood_len() == data.len() && counts[0] == 1)
}

/// Whether questions are for types and classes that there are.
fn is_asked_well(message: &Message<'_>, is_on_port: bool) -> bool {
    message.questions().all(|question| {
        let is_class = Class(question.class.0 & 0x7fff).name().is_some();
        let is_type = question.kind.name().is_some() && question.kind != RecordType(0);
        is_class && (is_type || is_on_port) && question.name.check().is_ok()
    })
}
