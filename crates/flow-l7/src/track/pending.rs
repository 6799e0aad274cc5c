//! Requests that wait for their response.

use std::collections::VecDeque;

/// Bytes that a value has on the heap.
pub(super) trait Weigh {
    fn heap_len(&self) -> usize;
}

/// A request that waits.
#[derive(Debug)]
pub(super) struct Waiting<W> {
    /// Number by which its response is found: DNS id, stream, correlation id.
    pub(super) id: u32,
    /// When it was complete.
    pub(super) time: u64,
    /// What its response repeats.
    pub(super) what: W,
}

/// Requests of one connection that wait, the oldest first.
#[derive(Debug)]
pub(super) struct Queue<W> {
    waiting: VecDeque<Waiting<W>>,
    /// Bytes that they have on the heap.
    bytes: usize,
}

impl<W> Default for Queue<W> {
    fn default() -> Self {
        Self {
            waiting: VecDeque::new(),
            bytes: 0,
        }
    }
}

impl<W: Weigh> Queue<W> {
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    pub(super) fn heap_len(&self) -> usize {
        self.waiting.capacity() * size_of::<Waiting<W>>() + self.bytes
    }

    /// Adds the newest. Whether the oldest had to go because there were `limit` already.
    pub(super) fn push(&mut self, waiting: Waiting<W>, limit: usize) -> bool {
        let is_full = self.waiting.len() >= limit.max(1);
        if is_full {
            self.pop();
        }
        self.bytes += waiting.what.heap_len();
        self.waiting.push_back(waiting);
        is_full
    }

    /// The oldest, which waits no more.
    pub(super) fn pop(&mut self) -> Option<Waiting<W>> {
        let waiting = self.waiting.pop_front()?;
        self.bytes -= waiting.what.heap_len();
        Some(waiting)
    }

    /// Whether one with this number waits.
    pub(super) fn contains(&self, id: u32) -> bool {
        self.position(id, |_| true).is_some()
    }

    /// Changes the one with this number; `None` where there is none.
    pub(super) fn update<R>(&mut self, id: u32, change: impl FnOnce(&mut W) -> R) -> Option<R> {
        let at = self.position(id, |_| true)?;
        let waiting = self.waiting.get_mut(at)?;
        self.bytes -= waiting.what.heap_len();
        let result = change(&mut waiting.what);
        self.bytes += waiting.what.heap_len();
        Some(result)
    }

    /// One with this number that is the right one; it waits no more.
    pub(super) fn take(&mut self, id: u32, is_it: impl Fn(&W) -> bool) -> Option<Waiting<W>> {
        let at = self.position(id, is_it)?;
        let waiting = self.waiting.remove(at)?;
        self.bytes -= waiting.what.heap_len();
        Some(waiting)
    }

    fn position(&self, id: u32, is_it: impl Fn(&W) -> bool) -> Option<usize> {
        self.waiting
            .iter()
            .position(|waiting| waiting.id == id && is_it(&waiting.what))
    }

    /// Forgets all, and tells how many there were.
    pub(super) fn clear(&mut self) -> u64 {
        let count = self.waiting.len() as u64;
        *self = Self::default();
        count
    }
}
