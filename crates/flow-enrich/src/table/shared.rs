//! What writers and readers of a table have in common.

use std::collections::BTreeMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use flow_core::names::{NameHandle, NameTable};
use hashbrown::HashMap;
use parking_lot::{Mutex, MutexGuard};

use super::key::Key;
use super::snapshot::Snapshot;
use super::version::Version;

/// Old snapshots that may wait for their readers at a time; those over it are left to the readers.
const RETIRED: usize = 64;

pub(super) struct Shared {
    pub(super) current: ArcSwap<Snapshot>,
    book: Mutex<Book>,
    pub(super) names: NameTable,
    /// Nanoseconds.
    pub(super) linger: u64,
}

/// A version that has ended.
pub(super) struct Ended {
    pub(super) key: Key,
    pub(super) handle: NameHandle,
    pub(super) until: u64,
}

/// What only writers need.
#[derive(Default)]
pub(super) struct Book {
    /// How many versions and objects refer to names.
    references: HashMap<NameHandle, u32>,
    /// Versions that have ended, by the time at which they are forgotten.
    pub(super) ended: BTreeMap<u64, Vec<Ended>>,
    /// Names that no version refers to since this change.
    unused: Vec<NameHandle>,
    /// Snapshots that a reader may still have: it should not be the one that frees them.
    retired: Vec<Arc<Snapshot>>,
    pub(super) objects: usize,
    pub(super) changes: u64,
    pub(super) published: u64,
}

impl Shared {
    pub(super) fn new(names: NameTable, linger: u64) -> Self {
        Self {
            current: ArcSwap::from_pointee(Snapshot::new()),
            book: Mutex::default(),
            names,
            linger,
        }
    }

    /// A copy of the table, to be changed. It shares all that does not change.
    pub(super) fn copy(&self) -> Snapshot {
        Snapshot::clone(&self.current.load())
    }

    pub(super) fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock()
    }

    /// Shows `next` to readers, and then lets go of the names that are not in it.
    pub(super) fn publish(&self, book: &mut Book, next: Snapshot) {
        let old = self.current.swap(Arc::new(next));
        book.published += 1;
        book.retired
            .retain(|snapshot| Arc::strong_count(snapshot) > 1);
        if book.retired.len() < RETIRED {
            book.retired.push(old);
        }
        for handle in book.unused.drain(..) {
            self.names.remove(handle);
        }
    }
}

impl Book {
    pub(super) fn refer(&mut self, handle: NameHandle) {
        *self.references.entry(handle).or_insert(0) += 1;
    }

    pub(super) fn release(&mut self, handle: NameHandle) {
        let Some(count) = self.references.get_mut(&handle) else {
            return;
        };
        *count -= 1;
        if *count == 0 {
            self.references.remove(&handle);
            self.unused.push(handle);
        }
    }

    /// Notes that a version is to be forgotten.
    pub(super) fn forget_at(&mut self, time: u64, version: Ended) {
        self.ended.entry(time).or_default().push(version);
    }

    /// Whether a version is to be forgotten by now.
    pub(super) fn is_due(&self, now: u64) -> bool {
        let first = self.ended.first_key_value();
        first.is_some_and(|(time, _)| *time <= now)
    }

    /// Forgets the versions whose time has come.
    pub(super) fn forget(&mut self, next: &mut Snapshot, now: u64) {
        while self.is_due(now)
            && let Some((_, all)) = self.ended.pop_first()
        {
            for Ended { key, handle, until } in all {
                let is_forgotten = next.edit(key, |versions| {
                    let is_it = |version: &Version| {
                        version.found.handle == handle && version.until == until
                    };
                    let place = versions.0.iter().position(is_it);
                    place.map(|place| versions.0.remove(place)).is_some()
                });
                if is_forgotten {
                    self.release(handle);
                }
            }
        }
    }
}
