//! DNS.

use std::vec::Vec;

use super::{Budget, Recorder};
use crate::dns::{Message, Name, RData};
use crate::redact::MARKER;
use flow_core::record::{DnsRecord, RecordFlags, RecordType, Text};

impl Recorder {
    /// The record of a message.
    pub(in crate::track) fn dns(&mut self, message: &Message<'_>) -> (DnsRecord, RecordFlags) {
        let mut budget = Budget::new(&self.limits, message.flags());
        let mut record = DnsRecord {
            id: message.id(),
            ..DnsRecord::default()
        };
        for question in message.questions() {
            if !budget.entry() {
                break;
            }
            if record.qtypes.is_empty() {
                record.query = self.dns_name(&question.name, &mut budget);
            }
            record.qtypes.push(RecordType(question.kind.0));
        }
        if !message.is_response() {
            return (record, budget.flags);
        }
        record.rcode = message.rcode().0;
        let count = usize::from(message.counts()[1]).min(budget.entries);
        record.rrtypes.reserve_exact(count);
        let mut ttl = None;
        for answer in message.answers() {
            if !budget.entry() {
                break;
            }
            ttl = Some(ttl.unwrap_or(u32::MAX).min(answer.ttl));
            record.rrtypes.push(RecordType(answer.kind.0));
            match answer.data() {
                RData::A(ip) => record.ips.push(ip.into()),
                RData::Aaaa(ip) => record.ips.push(ip.into()),
                RData::Cname(name) => record.cnames.push(self.dns_name(&name, &mut budget)),
                RData::Malformed(_) => budget.flags |= RecordFlags::MALFORMED,
                _ => {}
            }
        }
        record.ttl = ttl.unwrap_or(0);
        (record, budget.flags)
    }

    /// A name with its final dot.
    fn dns_name(&mut self, name: &Name<'_>, budget: &mut Budget) -> Text {
        if self.redaction.hides_names()
            && let Some(shown) = self.hidden_name(name)
        {
            budget.flags |= RecordFlags::REDACTED;
            return budget.text(&shown);
        }
        self.scratch.clear();
        match name.text(&mut self.name) {
            Ok(text) => {
                self.scratch.extend_from_slice(text.as_bytes());
                if text != "." {
                    self.scratch.push(b'.');
                }
            }
            Err(_) => {
                budget.flags |= RecordFlags::MALFORMED;
                let text = std::format!("{name}");
                self.scratch.extend_from_slice(text.as_bytes());
            }
        }
        budget.text(&self.scratch)
    }

    /// The name as it may be shown, where something of it is redacted. One that is no name could
    /// be any.
    fn hidden_name(&self, name: &Name<'_>) -> Option<Vec<u8>> {
        let labels: Result<Vec<&[u8]>, _> = name.labels().collect();
        match labels {
            Ok(labels) => {
                let mut shown = self.redaction.labels(&labels)?;
                shown.push(b'.');
                Some(shown)
            }
            Err(_) => Some(MARKER.as_bytes().to_vec()),
        }
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
