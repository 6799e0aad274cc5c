//! What a head of HTTP/1 is read by, besides its parser.

use crate::L7Flags;
use flow_core::record::RecordFlags;

/// Whether all of a head is there, for a record.
pub(super) fn truncated(flags: L7Flags) -> RecordFlags {
    match flags.contains(L7Flags::TRUNCATED) {
        true => RecordFlags::TRUNCATED,
        false => RecordFlags::NONE,
    }
}

/// Where a head ends, looked for from a little before `from` on.
pub(super) fn head_end(head: &[u8], from: usize) -> Option<usize> {
    let start = from.saturating_sub(3);
    for (at, byte) in head.get(start..)?.iter().enumerate() {
        if *byte != b'\n' {
            continue;
        }
        match head.get(start + at + 1..) {
            Some([b'\n', ..]) => return Some(start + at + 2),
            Some([b'\r', b'\n', ..]) => return Some(start + at + 3),
            _ => {}
        }
    }
    None
}
