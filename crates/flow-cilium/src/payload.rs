//! What the monitor socket wraps a record in.

use super::gob::Value;
use flow_core::open_enum;

open_enum! {
    /// What a payload of the monitor socket is. Numbers are those of `enum perf_event_type` in
    /// the kernel's `perf_event.h`.
    PayloadKind(u8) {
        /// Records that the perf buffer had no room for.
        LOST = 2 => "lost",
        /// A record.
        SAMPLE = 9 => "sample",
    }
}

/// A payload of the monitor socket: a record, or how many were lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MonitorPayload<'a> {
    /// The record, for [`PayloadKind::SAMPLE`].
    pub data: &'a [u8],
    /// Processor on which the record was made.
    pub cpu: u32,
    /// Records that were lost, for [`PayloadKind::LOST`].
    pub lost: u64,
    /// What it is.
    pub kind: PayloadKind,
}

impl<'a> MonitorPayload<'a> {
    /// Reads a value of the socket's stream, by the names of its fields; `None` where it is no
    /// payload.
    #[must_use]
    pub fn read(value: &Value<'a>) -> Option<Self> {
        if !value.declares("Data") || !value.declares("Type") {
            return None;
        }
        let mut payload = Self {
            data: &[],
            cpu: 0,
            lost: 0,
            kind: PayloadKind(0),
        };
        for (name, field) in value.fields() {
            match name {
                b"Data" => payload.data = field.as_bytes()?,
                b"CPU" => payload.cpu = u32::try_from(field.as_u64()?).ok()?,
                b"Lost" => payload.lost = field.as_u64()?,
                b"Type" => payload.kind = PayloadKind(u8::try_from(field.as_u64()?).ok()?),
                _ => {}
            }
        }
        Some(payload)
    }
}
