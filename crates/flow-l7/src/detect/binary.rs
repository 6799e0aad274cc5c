//! Protocols that are not text.

use super::L7Protocol;
use crate::dns::{Class, Message, Name, Opcode, RecordType, TcpMessages};
use crate::http2::{FrameHeader, FrameKind};
use crate::kafka::{ApiKey, Frames, Request};
use crate::quic::LongHeader;
use crate::tls::{ContentType, Records};

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

/// DNS by a message that is whole and fills the datagram. On its ports whatever parses in part will do.
pub(super) fn dns(payload: &[u8], wire_len: usize, is_expected: bool) -> Option<L7Protocol> {
    let is_it = may_be_dns(payload, is_expected)
        && Message::parse(payload, wire_len)
            .is_ok_and(|message| is_dns_datagram(&message, payload.len(), is_expected));
    is_it.then_some(L7Protocol::Dns)
}

/// Whether a message, parsed from this many bytes of a datagram, is one of DNS. Where it `is_expected`,
/// on a port of DNS or among others, one that is odd or broken is one too: it is reported as such.
pub(super) fn is_dns_datagram(message: &Message<'_>, length: usize, is_expected: bool) -> bool {
    if !is_expected {
        return is_dns_message(message, length, false);
    }
    let is_in_part = match message.error() {
        Some(error) if error.is_truncated() => is_asked_well(message, true),
        // What comes first has to make sense.
        Some(_) => message.understood_len() > 12 && is_asked_well(message, true),
        // A header alone refuses a query, mostly.
        None => message.understood_len() > 12 || length == 12,
    };
    message.opcode().name().is_some() && is_in_part
}

/// DNS with a length before each message. The first one is whole, unless it is on a port of DNS.
pub(super) fn dns_in_tcp(payload: &[u8], is_on_port: bool) -> Option<L7Protocol> {
    let mut messages = TcpMessages::new(payload);
    let mut count = 0;
    for message in messages.by_ref() {
        let is_last = !message.is_whole();
        if is_last && (count > 0 || !is_on_port) {
            break;
        }
        if !is_dns(message.data, usize::from(message.length), is_on_port) {
            return None;
        }
        count += 1;
    }
    (count > 0).then_some(L7Protocol::Dns)
}

/// Whether a stretch of a stream can be the beginning of a DNS message with its length.
pub(super) fn is_dns_begun(data: &[u8], is_on_port: bool) -> bool {
    if data.len() < 14 {
        let length = data.first_chunk().map(|prefix| u16::from_be_bytes(*prefix));
        return is_on_port && length.is_none_or(|length| length >= 12);
    }
    let Some(message) = TcpMessages::new(data).next() else {
        return false;
    };
    let has_question = message.data.get(4..6) == Some(&[0, 1]);
    let is_short = usize::from(message.length) <= MAX_BEGUN;
    let is_cut = !message.is_whole() && is_short && has_question;
    is_cut && is_dns(message.data, usize::from(message.length), true)
}

/// Longest message in bytes of which all is waited for, to tell its protocol.
const MAX_BEGUN: usize = 4096;

/// Whether a stretch of a stream can be the beginning of a Kafka request.
pub(super) fn is_kafka_begun(data: &[u8], is_on_port: bool) -> bool {
    let Some(size) = data.first_chunk() else {
        return is_on_port && data.first().is_none_or(|high| *high <= 6);
    };
    let size = u32::from_be_bytes(*size) as usize;
    let is_size = (8..=100 << 20).contains(&size) && (is_on_port || size <= MAX_BEGUN);
    if !is_size || data.len() >= size.saturating_add(4) {
        return false;
    }
    let Some(head) = data.get(4..8) else {
        return is_on_port;
    };
    let api = ApiKey(i16::from_be_bytes([head[0], head[1]]));
    let version = i16::from_be_bytes([head[2], head[3]]);
    // What is not decided once the longest name of a client is there is something else.
    let is_limit = is_on_port && data.len() > 512;
    api.name().is_some() && (0..=20).contains(&version) && !is_limit
}

fn is_dns(data: &[u8], length: usize, is_on_port: bool) -> bool {
    may_be_dns(data, false)
        && Message::parse(data, length)
            .is_ok_and(|message| is_dns_message(&message, data.len(), is_on_port))
}

/// Whether the header can be one of DNS: the bit that must be zero, and what few messages have many
/// of. Where one is expected only the latter counts.
pub(super) fn may_be_dns(data: &[u8], is_expected: bool) -> bool {
    let Some(header) = data.first_chunk::<12>() else {
        return false;
    };
    let word = |at: usize| u16::from_be_bytes([header[at], header[at + 1]]);
    let counts = [word(4), word(6), word(8), word(10)];
    let is_small = counts[0] <= 16 && counts.iter().all(|count| *count <= 1024);
    is_small && (is_expected || (header[3] & 0x40 == 0 && counts != [0; 4]))
}

/// Whether a message, parsed from this many bytes with such a header, is one of DNS.
pub(super) fn is_dns_message(message: &Message<'_>, length: usize, is_on_port: bool) -> bool {
    let is_old = message.opcode() == Opcode::IQUERY && !is_on_port;
    if message.opcode().name().is_none() || is_old {
        return false;
    }
    let is_cut = message.error().is_some_and(|error| error.is_truncated());
    if (message.error().is_some() && !(is_cut && is_on_port)) || !is_asked_well(message, is_on_port)
    {
        return false;
    }
    is_on_port || (message.understood_len() == length && message.counts()[0] == 1)
}

/// Whether questions are for types and classes that there are.
fn is_asked_well(message: &Message<'_>, is_on_port: bool) -> bool {
    message.questions().all(|question| {
        let is_class = Class(question.class.0 & 0x7fff).name().is_some();
        let is_type = question.kind.name().is_some() && question.kind != RecordType(0);
        let is_known = is_class && (is_type || is_on_port) && question.name.check().is_ok();
        is_known && (is_on_port || !is_netbios(question.kind, &question.name))
    })
}

/// Whether a question is one of NetBIOS, whose datagrams have the form of DNS (RFC 1002 section 4.2.1):
/// a name of 16 bytes in 32 letters from A to P, and a type that is NB or NBSTAT there.
fn is_netbios(kind: RecordType, name: &Name<'_>) -> bool {
    let is_letter = |byte: &u8| matches!(byte, b'A'..=b'P');
    let first = name.labels().next();
    let is_coded = first.is_some_and(|label| {
        label.is_ok_and(|label| label.len() == 32 && label.iter().all(is_letter))
    });
    matches!(kind.0, 32 | 33) && is_coded
}
