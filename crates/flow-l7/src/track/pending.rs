//! Pending requests: those that wait for their response.

use std::collections::VecDeque;

/// Bytes that a value has on the heap.
pub(super) trait Weigh {
    fn heap_len(&self) -> usize;
}

/// A request that waits.
#[derive(Debug)]
pub(super) struct PendingRequest<W> {
    /// Number by which its response is found: DNS id, stream, correlation id.
    pub(super) id: u32,
    /// When it was complete.
    pub(super) time: u64,
    /// What its response repeats.
    pub(super) what: W,
}

/// Requests of one connection that wait, the oldest first.
#[derive(Debug)]
pub(super) struct PendingRequests<W> {
    pending: VecDeque<PendingRequest<W>>,
    /// Bytes that they have on the heap.
    bytes: usize,
}

impl<W> Default for PendingRequests<W> {
    fn default() -> Self {
        Self {
            pending: VecDeque::new(),
            bytes: 0,
        }
    }
}

impl<W: Weigh> PendingRequests<W> {
    pub(super) fn len(&self) -> usize {
        self.pending.len()
    }

    pub(super) fn heap_len(&self) -> usize {
        self.pending.capacity() * size_of::<PendingRequest<W>>() + self.bytes
    }

    /// Adds the newest. Whether the oldest had to go because there were `limit` already.
    pub(super) fn push(&mut self, pending: PendingRequest<W>, limit: usize) -> bool {
        let is_full = self.pending.len() >= limit.max(1);
        if is_full {
            self.pop();
        }
        self.bytes += pending.what.heap_len();
        self.pending.push_back(pending);
        is_full
    }

    /// The oldest, which waits no more.
    pub(super) fn pop(&mut self) -> Option<PendingRequest<W>> {
        let pending = self.pending.pop_front()?;
        self.bytes -= pending.what.heap_len();
        Some(pending)
    }

    /// The oldest.
    pub(super) fn front(&self) -> Option<&PendingRequest<W>> {
        self.pending.front()
    }

    /// The newest.
    pub(super) fn back(&self) -> Option<&PendingRequest<W>> {
        self.pending.back()
    }

    /// From the oldest on.
    pub(super) fn iter(&self) -> impl Iterator<Item = &PendingRequest<W>> {
        self.pending.iter()
    }

    /// What they are, to change that and nothing on the heap.
    pub(super) fn whats_mut(&mut self) -> impl Iterator<Item = &mut W> {
        self.pending.iter_mut().map(|pending| &mut pending.what)
    }

    /// Whether one with this number waits.
    pub(super) fn contains(&self, id: u32) -> bool {
        self.position(id, |_| true).is_some()
    }

    /// The one with this number.
    pub(super) fn find(&self, id: u32) -> Option<&W> {
        let at = self.position(id, |_| true)?;
        self.pending.get(at).map(|pending| &pending.what)
    }

    /// Changes the one with this number; `None` where there is none.
    pub(super) fn update<R>(&mut self, id: u32, change: impl FnOnce(&mut W) -> R) -> Option<R> {
        let at = self.position(id, |_| true)?;
        let pending = self.pending.get_mut(at)?;
        self.bytes -= pending.what.heap_len();
        let result = change(&mut pending.what);
        self.bytes += pending.what.heap_len();
        Some(result)
    }

    /// One with this number that is the right one; it waits no more.
    pub(super) fn take(
        &mut self,
        id: u32,
        is_it: impl Fn(&W) -> bool,
    ) -> Option<PendingRequest<W>> {
        let at = self.position(id, is_it)?;
        let pending = self.pending.remove(at)?;
        self.bytes -= pending.what.heap_len();
        Some(pending)
    }

    fn position(&self, id: u32, is_it: impl Fn(&W) -> bool) -> Option<usize> {
        self.pending
            .iter()
            .position(|pending| pending.id == id && is_it(&pending.what))
    }

    /// Forgets all. Returns how many there were.
    pub(super) fn clear(&mut self) -> u64 {
        let count = self.pending.len() as u64;
        *self = Self::default();
        count
    }
}
