//! Owned records, made of the views that borrow a payload, and redacted on the way.

mod buffers;
mod dns;
mod http;
mod kafka;
mod tls;

use super::limits::Limits;
use crate::http1::FieldIndex;
use crate::redact::{QuickLook, Redaction};
use crate::{L7Flags, TraceParent};
use flow_core::record::{L7Record, RecordFlags, TextWriter, TraceId};

pub(super) use buffers::Buffers;
pub(super) use dns::{answer_hash, question_hash};

/// Makes records.
pub(super) struct Recorder {
    redaction: Redaction,
    look: QuickLook,
    limits: Limits,
    /// Header fields of the head that was parsed last.
    pub(super) fields: FieldIndex,
    /// The record that is being written, or was handed out last.
    pub(super) record: L7Record,
    pub(super) buffers: Buffers,
}

impl Recorder {
    pub(super) fn new(redaction: Redaction, limits: Limits) -> Self {
        Self {
            look: QuickLook::of(&redaction),
            redaction,
            limits,
            fields: FieldIndex::default(),
            record: L7Record::default(),
            buffers: Buffers::default(),
        }
    }

    pub(super) const fn limits(&self) -> &Limits {
        &self.limits
    }

    pub(super) const fn redaction(&self) -> &Redaction {
        &self.redaction
    }

    /// A record to write.
    pub(super) fn blank(&mut self) -> &mut L7Record {
        self.parts().record
    }

    /// Takes the record that was written, to hand it out later.
    pub(super) fn set_aside(&mut self) -> L7Record {
        core::mem::replace(&mut self.record, self.buffers.record())
    }

    /// Brings back a record that was set aside.
    pub(super) fn bring_back(&mut self, record: L7Record) {
        let other = core::mem::replace(&mut self.record, record);
        self.buffers.keep_record(other);
    }

    /// A record to write, with a buffer, and what it takes to write it.
    #[inline]
    fn parts(&mut self) -> Parts<'_> {
        /// Room in the buffer of a new record.
        const ROOM: usize = 512;
        if self.record.heap_len() == 0 {
            // Whoever took the last one kept its buffer.
            self.record = L7Record::with_capacity(ROOM);
        }
        Parts {
            record: &mut self.record,
            redaction: &self.redaction,
            look: &self.look,
            limits: &self.limits,
            fields: &self.fields,
        }
    }
}

/// What it takes to write a record.
struct Parts<'r> {
    record: &'r mut L7Record,
    redaction: &'r Redaction,
    look: &'r QuickLook,
    limits: &'r Limits,
    fields: &'r FieldIndex,
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
    #[inline]
    fn text<'t>(&mut self, bytes: &'t [u8]) -> &'t [u8] {
        if bytes.len() > self.text {
            self.flags |= RecordFlags::LIMIT;
        }
        let kept = &bytes[..bytes.len().min(self.text)];
        self.text -= kept.len();
        kept
    }

    /// Cuts text that was written where there is too much, and notes whether it is redacted.
    #[inline]
    fn written(&mut self, to: &mut TextWriter<'_>, is_redacted: bool) {
        if to.len() > self.text {
            self.flags |= RecordFlags::LIMIT;
            to.truncate(self.text);
        }
        self.text -= to.len();
        if is_redacted {
            self.flags |= RecordFlags::REDACTED;
        }
    }

    /// Whether there is room for a header field with this many bytes of text.
    #[inline]
    fn field(&mut self, length: usize) -> bool {
        if length > self.text {
            self.flags |= RecordFlags::LIMIT;
            return false;
        }
        let has_room = self.entry();
        if has_room {
            self.text -= length;
        }
        has_room
    }

    /// Whether there is room for one more entry.
    #[inline]
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
    parent.map_or_else(TraceId::default, |parent| TraceId(parent.trace_id_bytes()))
}
