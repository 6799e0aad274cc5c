//! The record itself.

use std::vec::Vec;

use super::parts::{Numbers, Range, TEXTS};
use super::{L7Kind, RecordFlags, TraceId};
use crate::flow::L7Type;

/// One message of a layer 7 protocol.
///
/// Two records are equal if they say the same, wherever it stands in their buffers. `Debug` shows
/// everything, escaped; secrets are to be [redacted](RecordFlags::REDACTED) before they are
/// written.
#[derive(Clone, Default)]
pub struct L7Record {
    /// Request or response.
    pub kind: L7Kind,
    /// What is special about it.
    pub flags: RecordFlags,
    pub(super) protocol: L7Type,
    /// From the request to this response in nanoseconds; 0 for a request, or where it is not
    /// known.
    pub latency_ns: u64,
    /// Trace that request and response belong to.
    pub trace: TraceId,
    pub(super) numbers: Numbers,
    pub(super) texts: [Range; TEXTS],
    pub(super) bytes: Vec<u8>,
}

impl L7Record {
    /// Returns an empty record whose buffer has room for `bytes` bytes.
    #[must_use]
    pub fn with_capacity(bytes: usize) -> Self {
        Self {
            bytes: Vec::with_capacity(bytes),
            ..Self::default()
        }
    }

    /// Returns its protocol; [`L7Type::NONE`] where nothing was written.
    #[must_use]
    pub const fn protocol(&self) -> L7Type {
        self.protocol
    }

    /// Returns the bytes of its buffer, those that are not in use included.
    #[must_use]
    pub const fn heap_len(&self) -> usize {
        self.bytes.capacity()
    }

    /// Empties it, and keeps its buffer.
    pub fn clear(&mut self) {
        let mut bytes = core::mem::take(&mut self.bytes);
        bytes.clear();
        *self = Self {
            bytes,
            ..Self::default()
        };
    }

    pub(super) fn start(&mut self, kind: L7Kind, protocol: L7Type) {
        self.clear();
        (self.kind, self.protocol) = (kind, protocol);
    }
}
