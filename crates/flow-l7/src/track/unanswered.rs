//! Queries of DNS that wait too long for an answer.

use std::collections::VecDeque;

use super::connection::Connection;
use super::table::Table;
use flow_core::flow::Flow;

/// Queries that are watched at the same time. Those that are sent when so many wait are counted when
/// their connection goes, and not reported for themselves.
const MOST: usize = 1_024;

/// A query that waits for its answer.
pub(super) struct Waiting {
    /// Where its connection was; another one may be there now.
    pub(super) place: u32,
    /// No other query of that connection has this number.
    pub(super) number: u32,
    /// The flow of its packet.
    pub(super) flow: Flow,
}

/// Queries by the time of their packets, the oldest first.
#[derive(Default)]
pub(super) struct WaitingQueries {
    queue: VecDeque<Waiting>,
}

impl WaitingQueries {
    /// Bytes on the heap.
    pub(super) fn heap_len(&self) -> usize {
        self.queue.capacity() * size_of::<Waiting>()
    }

    /// Adds the newest, and forgets some of the oldest that were answered.
    pub(super) fn push(&mut self, waiting: Waiting, table: &Table<Connection>) {
        for _ in 0..2 {
            if self.queue.front().is_some_and(|first| !first.waits(table)) {
                self.queue.pop_front();
            }
        }
        if self.queue.len() < MOST {
            self.queue.push_back(waiting);
        }
    }

    /// Takes out the oldest, if its packet came at `then` or before.
    pub(super) fn pop(&mut self, then: u64) -> Option<Waiting> {
        let first = self.queue.front()?;
        match first.flow.time <= then {
            true => self.queue.pop_front(),
            false => None,
        }
    }
}

impl Waiting {
    /// Whether it has no answer yet, as far as its connection is still known.
    fn waits(&self, table: &Table<Connection>) -> bool {
        matches!(table.get(self.place), Some(Connection::Dns(queries)) if queries.waits(self.number))
    }
}
