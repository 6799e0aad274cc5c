//! Owned records, made of the views that borrow a payload, and redacted on the way.

mod dns;
mod http;
mod kafka;
mod tls;

use std::vec::Vec;

use super::limits::Limits;
use crate::dns::NameText;
use crate::redact::{Redaction, Shown};
use crate::{L7Flags, TraceParent};
use flow_core::record::{RecordFlags, Text, TraceId};

pub(super) use dns::question_hash;
pub(super) use http::HttpSaid;

/// Makes records.
pub(super) struct Recorder {
    redaction: Redaction,
    limits: Limits,
    /// Text that is put together; never anything that is redacted.
    scratch: Vec<u8>,
    name: NameText,
}

impl Recorder {
    pub(super) const fn new(redaction: Redaction, limits: Limits) -> Self {
        Self {
            redaction,
            limits,
            scratch: Vec::new(),
            name: NameText::new(),
        }
    }

    pub(super) const fn limits(&self) -> &Limits {
        &self.limits
    }
}

/// What a record may still hold, and what became special about it meanwhile.
struct Budget {
    text: usize,
    entries: usize,
    flags: RecordFlags,
}

impl Budget {
    fn new(limits: &Limits, flags: L7Flags) -> Self {
        Self {
            text: limits.text,
            entries: limits.entries,
            flags: record_flags(flags),
        }
    }

    /// Text, cut where there is too much.
    fn text(&mut self, bytes: &[u8]) -> Text {
        if bytes.len() > self.text {
            self.flags |= RecordFlags::LIMIT;
        }
        let kept = &bytes[..bytes.len().min(self.text)];
        self.text -= kept.len();
        Text::from(kept)
    }

    /// Text that may be redacted.
    fn shown(&mut self, shown: &Shown<'_>) -> Text {
        if shown.is_redacted() {
            self.flags |= RecordFlags::REDACTED;
        }
        self.text(shown.as_bytes())
    }

    /// Whether there is room for one more entry.
    fn entry(&mut self) -> bool {
        if self.entries == 0 {
            self.flags |= RecordFlags::LIMIT;
            return false;
        }
        self.entries -= 1;
        true
    }
}

/// The flags of a record of a message with these.
pub(super) fn record_flags(flags: L7Flags) -> RecordFlags {
    const SAME: [(L7Flags, RecordFlags); 4] = [
        (L7Flags::TRUNCATED, RecordFlags::TRUNCATED),
        (L7Flags::MALFORMED, RecordFlags::MALFORMED),
        (L7Flags::LIMIT, RecordFlags::LIMIT),
        (L7Flags::MISSED_START, RecordFlags::MISSED_START),
    ];
    let mut record = RecordFlags::NONE;
    if flags.is_empty() {
        return record;
    }
    for (seen, flag) in SAME {
        if flags.contains(seen) {
            record |= flag;
        }
    }
    record
}

/// The identifier of a trace.
fn trace_id(parent: Option<TraceParent<'_>>) -> TraceId {
    // It is 32 hexadecimal digits.
    let number = parent.and_then(|parent| u128::from_str_radix(parent.trace_id_text(), 16).ok());
    TraceId(number.unwrap_or(0).to_be_bytes())
}
