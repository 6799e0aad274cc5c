//! The table, as who looks up endpoints sees it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::Guard;
use flow_core::flow::Ip;
use flow_core::names::NameTable;

use super::key::{Key, PodUid};
use super::shared::Shared;
use super::snapshot::Snapshot;
use super::version::{Found, OPEN};

/// Who an address, a control group, a process, a pod's UID or a node port is, at a time.
///
/// See the [module](super). Clones share one table.
#[derive(Clone)]
pub struct EndpointTable {
    pub(super) shared: Arc<Shared>,
}

/// Numbers of an [`EndpointTable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TableStats {
    /// Endpoints that exist, as their sources say.
    pub endpoints: usize,
    /// Addresses, prefixes, control groups, processes, UIDs and ports that lead to one, those of
    /// endpoints that are gone and linger included.
    pub keys: usize,
    /// Keys that are to be forgotten, because their endpoint is gone.
    pub ended: usize,
    /// Endpoints that were added, changed or removed since the beginning.
    pub changes: u64,
    /// Times that readers got to see changes.
    pub published: u64,
}

impl EndpointTable {
    /// How long endpoints that are gone linger, unless [`with_linger`](Self::with_linger) says otherwise.
    pub const LINGER: Duration = Duration::from_secs(30);

    /// Returns an empty table that keeps names in `names`, which is that of the
    /// [store](flow_core::store::FlowStore::names) of the pipeline.
    #[must_use]
    pub fn new(names: &NameTable) -> Self {
        Self::with_linger(names, Self::LINGER)
    }

    /// Returns an empty table. An endpoint that is gone is still found by flows of the next `linger`,
    /// unless its address has another owner by then, and flows of that time that come late find it for
    /// as long again.
    #[must_use]
    pub fn with_linger(names: &NameTable, linger: Duration) -> Self {
        let linger = u64::try_from(linger.as_nanos()).unwrap_or(u64::MAX);
        Self {
            shared: Arc::new(Shared::new(names.clone(), linger)),
        }
    }

    /// Returns the table as it is now. Takes no lock, waits for nobody and allocates nothing.
    #[inline]
    #[must_use]
    pub fn read(&self) -> TableReader {
        TableReader {
            snapshot: self.shared.current.load(),
        }
    }

    /// Forgets endpoints that are gone and whose time has passed, as every change does too.
    ///
    /// `now` is in nanoseconds since the Unix epoch.
    pub fn sweep(&self, now: u64) {
        let mut book = self.shared.book();
        if book.is_due(now) {
            let mut next = self.shared.copy();
            book.forget(&mut next, now);
            self.shared.publish(&mut book, next);
        }
    }

    /// Returns where the names are.
    #[must_use]
    pub fn names(&self) -> &NameTable {
        &self.shared.names
    }

    /// Returns its numbers.
    #[must_use]
    pub fn stats(&self) -> TableStats {
        let book = self.shared.book();
        TableStats {
            endpoints: book.objects,
            keys: self.shared.current.load().len(),
            ended: book.ended.values().map(Vec::len).sum(),
            changes: book.changes,
            published: book.published,
        }
    }
}

impl fmt::Debug for EndpointTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("EndpointTable").field(&self.stats()).finish()
    }
}

/// The table at one moment: see [`EndpointTable::read`]. Do not keep it for longer than a few look-ups.
///
/// Times are nanoseconds since the Unix epoch; 0 stands for now.
pub struct TableReader {
    snapshot: Guard<Arc<Snapshot>>,
}

impl TableReader {
    /// Returns who had this very address at `time`.
    #[inline]
    #[must_use]
    pub fn address(&self, ip: Ip, time: u64) -> Option<Found> {
        self.snapshot.address(ip, given(time))
    }

    /// Returns the longest prefix that the address was in at `time`.
    #[inline]
    #[must_use]
    pub fn prefix(&self, ip: Ip, time: u64) -> Option<Found> {
        self.snapshot.prefix(ip, given(time))
    }

    /// Returns who had this control group at `time`.
    #[must_use]
    pub fn cgroup(&self, id: u64, time: u64) -> Option<Found> {
        self.get(Key::Cgroup(id), time)
    }

    /// Returns the pod with this UID.
    #[must_use]
    pub fn pod(&self, uid: PodUid, time: u64) -> Option<Found> {
        self.get(Key::Pod(uid), time)
    }

    /// Returns what was known under exactly this key at `time`.
    #[must_use]
    pub fn get(&self, key: Key, time: u64) -> Option<Found> {
        self.snapshot.get(key, given(time))
    }
}

impl fmt::Debug for TableReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TableReader").finish_non_exhaustive()
    }
}

/// The time of a flow that has none is now: what exists, exists then.
#[inline]
const fn given(time: u64) -> u64 {
    match time {
        0 => OPEN - 1,
        time => time,
    }
}
