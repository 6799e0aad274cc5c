//! Bytes of a frame that come in several payloads.

use std::vec::Vec;

/// Collects what comes in parts, up to a limit.
#[derive(Clone, Debug, Default)]
pub(super) struct Collect {
    bytes: Vec<u8>,
    is_over_limit: bool,
}

impl Collect {
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.is_over_limit = false;
    }

    pub(super) fn add(&mut self, part: &[u8], limit: usize) {
        let room = limit.saturating_sub(self.bytes.len());
        self.is_over_limit |= part.len() > room;
        self.bytes.extend_from_slice(&part[..part.len().min(room)]);
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn heap_len(&self) -> usize {
        self.bytes.capacity()
    }

    /// Whether something did not fit.
    pub(super) const fn is_over_limit(&self) -> bool {
        self.is_over_limit
    }

    /// Gives memory back that only a few large blocks needed.
    pub(super) fn shrink(&mut self, keep: usize) {
        if self.bytes.capacity() > keep {
            self.bytes.clear();
            self.bytes.shrink_to(keep);
        }
    }
}
