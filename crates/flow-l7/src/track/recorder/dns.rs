//! DNS.

use core::fmt::Write;
use core::num::NonZeroU64;
use std::vec::Vec;

use super::{Budget, Parts, Recorder};
use crate::dns::{Message, Name, RData};
use crate::redact::{MARKER, Redaction};
use flow_core::record::{L7Kind, RecordFlags, RecordType, TextWriter};

impl Recorder {
    /// Writes the record of a message. `is_alone`: it is a response to no query that is known, so that
    /// without a question it is the first answer that says what it is about.
    pub(in crate::track) fn dns(&mut self, message: &Message<'_>, is_alone: bool) {
        let is_response = message.is_response();
        let Parts {
            record,
            redaction,
            limits,
            ..
        } = self.parts();
        let mut budget = Budget::new(limits, message.flags());
        let mut dns = record.write_dns(match is_response {
            true => L7Kind::RESPONSE,
            false => L7Kind::REQUEST,
        });
        dns.id(message.id()).header_bits(message.header_bits());
        let mut is_first = true;
        for question in message.questions() {
            if !budget.entry() {
                break;
            }
            let write = |to: &mut TextWriter<'_>| {
                write_name(&question.name, redaction, &mut budget, to);
            };
            match core::mem::take(&mut is_first) {
                true => dns.write_query(write),
                false => dns.write_more_query(write),
            }
            dns.qtype(RecordType(question.kind.0));
        }
        if is_response {
            dns.rcode(message.rcode().0);
            let mut ttl = None;
            for answer in message.answers() {
                if !budget.entry() {
                    break;
                }
                if core::mem::take(&mut is_first) && is_alone {
                    dns.write_query(|to| write_name(&answer.name, redaction, &mut budget, to));
                    dns.qtype(RecordType(answer.kind.0));
                }
                ttl = Some(ttl.unwrap_or(u32::MAX).min(answer.ttl));
                dns.rrtype(RecordType(answer.kind.0));
                match answer.data() {
                    RData::A(ip) => {
                        dns.ip(ip.into());
                    }
                    RData::Aaaa(ip) => {
                        dns.ip(ip.into());
                    }
                    RData::Cname(name) => {
                        dns.write_cname(|to| write_name(&name, redaction, &mut budget, to));
                    }
                    RData::Malformed(_) => budget.flags |= RecordFlags::MALFORMED,
                    RData::Other(_) | RData::Opt(_) => {}
                    data => dns.write_data(|to| write_data(&data, redaction, &mut budget, to)),
                }
            }
            dns.ttl(ttl.unwrap_or(0));
        }
        record.flags = budget.flags;
    }
}

/// Writes the data of a record as a zone file has it.
fn write_data(
    data: &RData<'_>,
    redaction: &Redaction,
    budget: &mut Budget,
    to: &mut TextWriter<'_>,
) {
    // It is written to a buffer: that does not fail.
    let name = match data {
        RData::Ns(name) | RData::Ptr(name) | RData::Dname(name) => name,
        RData::Mx(mx) => {
            let _ = write!(to, "{} ", mx.preference);
            &mx.exchange
        }
        RData::Srv(srv) => {
            let _ = write!(to, "{} {} {} ", srv.priority, srv.weight, srv.port);
            &srv.target
        }
        RData::Svcb(svcb) => {
            let _ = write!(to, "{} ", svcb.priority);
            &svcb.target
        }
        RData::Soa(soa) => &soa.primary,
        RData::Txt(strings) => {
            let mut is_redacted = false;
            for (index, text) in strings.enumerate() {
                if index > 0 {
                    to.push(b' ');
                }
                is_redacted |= redaction.write_text(text, to);
            }
            return budget.written(to, is_redacted);
        }
        _ => return,
    };
    write_name(name, redaction, budget, to);
}

/// Writes a name with its final dot.
fn write_name(
    name: &Name<'_>,
    redaction: &Redaction,
    budget: &mut Budget,
    to: &mut TextWriter<'_>,
) {
    if redaction.hides_names()
        && let Some(shown) = hidden_name(name, redaction)
    {
        to.extend_from_slice(&shown);
        return budget.written(to, true);
    }
    if name.write_absolute(to).is_err() {
        budget.flags |= RecordFlags::MALFORMED;
    }
    budget.written(to, false);
}

/// The name as it may be shown, where something of it is redacted. One that is no name could be
/// any.
fn hidden_name(name: &Name<'_>, redaction: &Redaction) -> Option<Vec<u8>> {
    let labels: Result<Vec<&[u8]>, _> = name.labels().collect();
    match labels {
        Ok(labels) => {
            let mut shown = redaction.labels(&labels)?;
            shown.push(b'.');
            Some(shown)
        }
        Err(_) => Some(MARKER.as_bytes().to_vec()),
    }
}

/// A number for the first question, the same for names that differ in letter case only; `None`
/// where there is no question. Others may have the same number, but hardly by chance.
///
/// It is one of the name as sent: before the first question there is no name that its own could point
/// to, and the lengths of labels are none of the letters that have a case.
pub(in crate::track) fn question_hash(message: &Message<'_>) -> Option<NonZeroU64> {
    let (name, kind, class) = message.first_question()?;
    // The highest bit of the class has a meaning of its own in multicast DNS.
    let opcode = u64::from(message.opcode().0) << 32;
    let numbers = opcode | u64::from(kind.0) << 16 | u64::from(class.0 & 0x7fff);
    let mut hash = mix(name.len() as u64, numbers);
    let (words, rest) = name.as_chunks::<8>();
    for word in words {
        hash = mix(hash, lower(*word));
    }
    // The last eight bytes, some of them for the second time.
    match name.last_chunk::<8>() {
        Some(_) if rest.is_empty() => {}
        Some(word) => hash = mix(hash, lower(*word)),
        None => {
            for byte in rest {
                hash = mix(hash, u64::from(byte.to_ascii_lowercase()));
            }
        }
    }
    NonZeroU64::new(hash | 1)
}

/// A number for what an answer says: its response code and its records in any order, without their
/// times to live. Others may have the same number, but hardly by chance.
pub(in crate::track) fn answer_hash(message: &Message<'_>) -> u32 {
    let code = mix(1, u64::from(message.header_bits() & 0xf));
    let sum = message.answers().fold(code, |sum, answer| {
        let kind = u64::from(answer.kind.0) << 16 | u64::from(answer.class.0);
        let (words, rest) = answer.raw_data().as_chunks::<8>();
        let mut hash = mix(rest.len() as u64, kind);
        for word in words {
            hash = mix(hash, u64::from_le_bytes(*word));
        }
        let hash = rest
            .iter()
            .fold(hash, |hash, byte| mix(hash, (*byte).into()));
        sum.wrapping_add(hash)
    });
    (sum >> 32) as u32 ^ sum as u32
}

#[inline]
const fn mix(hash: u64, word: u64) -> u64 {
    let product = (hash ^ word) as u128 * 0x9e37_79b9_7f4a_7c15;
    (product >> 64) as u64 ^ product as u64 ^ hash.rotate_left(23)
}

/// Eight bytes with their letters in lower case, all at once.
#[inline]
const fn lower(bytes: [u8; 8]) -> u64 {
    const fn each(byte: u8) -> u64 {
        u64::from_ne_bytes([byte; 8])
    }
    let word = u64::from_le_bytes(bytes);
    let low = word & each(0x7f);
    // The highest bit of each byte: not below `A`, above `Z`, and ASCII.
    let (from_a, beyond_z) = (low + each(0x80 - b'A'), low + each(0x7f - b'Z'));
    let is_upper = (from_a ^ beyond_z) & !word & each(0x80);
    word | is_upper >> 2
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use std::string::String;
    use std::vec::Vec;

    use super::*;

    fn query(labels: &[String], kind: u16, class: u16) -> Vec<u8> {
        let mut bytes = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00".to_vec();
        for label in labels {
            bytes.push(label.len() as u8);
            bytes.extend_from_slice(label.as_bytes());
        }
        bytes.push(0);
        bytes.extend_from_slice(&kind.to_be_bytes());
        bytes.extend_from_slice(&class.to_be_bytes());
        bytes
    }

    fn hash(labels: &[String], kind: u16, class: u16) -> NonZeroU64 {
        let bytes = query(labels, kind, class);
        let message = Message::parse(&bytes, bytes.len()).expect("a message");
        question_hash(&message).expect("a question")
    }

    #[test]
    fn each_byte_is_lowered_for_itself() {
        for byte in 0..=255_u8 {
            for at in 0..8 {
                let mut bytes = [0xff, b'a', 0, b'Z', b'[', b'@', b'A', 0x7f];
                bytes[at] = byte;
                let expected = bytes.map(|byte| byte.to_ascii_lowercase());
                assert_eq!(lower(bytes), u64::from_le_bytes(expected));
            }
        }
    }

    proptest! {
        #[test]
        fn letter_case_changes_nothing_and_all_else_does(
            labels in prop::collection::vec("[a-z0-9-]{1,12}", 0..5),
            others in prop::collection::vec("[a-z0-9-]{1,12}", 0..5),
            kind in 1_u16..300,
        ) {
            let upper: Vec<_> = labels.iter().map(|label| label.to_uppercase()).collect();
            prop_assert_eq!(hash(&labels, kind, 1), hash(&upper, kind, 0x8001));
            prop_assert_ne!(hash(&labels, kind, 1), hash(&labels, kind + 1, 1));
            prop_assert_ne!(hash(&labels, kind, 1), hash(&labels, kind, 3));
            if labels != others {
                prop_assert_ne!(hash(&labels, kind, 1), hash(&others, kind, 1));
            }
        }
    }
}
