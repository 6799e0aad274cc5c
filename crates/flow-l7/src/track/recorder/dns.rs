//! DNS.

use core::fmt::Write;
use std::vec::Vec;

use super::{Budget, Recorder};
use crate::dns::{Message, Name, NameText, RData};
use crate::redact::{MARKER, Redaction};
use flow_core::record::{L7Kind, RecordFlags, RecordType, TextWriter};

impl Recorder {
    /// Writes the record of a message.
    pub(in crate::track) fn dns(&mut self, message: &Message<'_>) {
        let is_response = message.is_response();
        let (record, redaction, limits, room) = self.parts();
        let mut budget = Budget::new(limits, message.flags());
        let mut dns = record.write_dns(match is_response {
            true => L7Kind::RESPONSE,
            false => L7Kind::REQUEST,
        });
        dns.id(message.id());
        let mut is_first = true;
        for question in message.questions() {
            if !budget.entry() {
                break;
            }
            if is_first {
                is_first = false;
                dns.write_query(|to| write_name(&question.name, room, redaction, &mut budget, to));
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
                        dns.write_cname(|to| write_name(&name, room, redaction, &mut budget, to));
                    }
                    RData::Malformed(_) => budget.flags |= RecordFlags::MALFORMED,
                    _ => {}
                }
            }
            dns.ttl(ttl.unwrap_or(0));
        }
        record.flags = budget.flags;
    }
}

/// Writes a name with its final dot.
fn write_name(
    name: &Name<'_>,
    room: &mut NameText,
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
    match name.text(room) {
        Ok(text) => {
            to.extend_from_slice(text.as_bytes());
            if text != "." {
                to.push(b'.');
            }
        }
        Err(_) => {
            budget.flags |= RecordFlags::MALFORMED;
            // It is written to a buffer: that does not fail.
            let _ = write!(to, "{name}");
        }
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
/// where there is no question. FNV-1a of 64 bits.
pub(in crate::track) fn question_hash(message: &Message<'_>) -> Option<u64> {
    let question = message.questions().next()?;
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut add = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    for label in question.name.labels() {
        // What comes after an error is no part of the name.
        let Ok(label) = label else { break };
        label.iter().for_each(|byte| add(byte.to_ascii_lowercase()));
        add(b'.');
    }
    // The highest bit of the class has a meaning of its own in multicast DNS.
    let numbers = [question.kind.0, question.class.0 & 0x7fff];
    numbers
        .iter()
        .flat_map(|number| number.to_be_bytes())
        .for_each(add);
    Some(hash)
}
