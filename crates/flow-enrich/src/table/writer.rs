//! How sources fill the table.

use std::fmt;
use std::hash::Hash;
use std::sync::Arc;

use flow_core::names::{NameHandle, NameTableFull};
use flow_core::resolve::EndpointNames;
use hashbrown::HashMap;
use hashbrown::hash_map::Entry as Place;
use parking_lot::MutexGuard;
use smallvec::SmallVec;

use super::endpoint_table::EndpointTable;
use super::key::{EndpointKind, Key};
use super::shared::{Book, Ended, Shared};
use super::snapshot::Snapshot;
use super::version::{Found, OPEN, Version};
use crate::clock;

/// What a source knows of an endpoint.
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_structs, reason = "the parts of an entry")]
pub struct EndpointEntry {
    /// What it is.
    pub kind: EndpointKind,
    /// Its security identity; 0 for none.
    pub identity: u32,
    /// Since when it exists, in nanoseconds since the Unix epoch; 0 for always.
    pub from: u64,
    /// What it is found by.
    pub keys: SmallVec<[Key; 2]>,
    /// Its names.
    pub names: Arc<EndpointNames>,
}

/// An endpoint in the table.
struct Object {
    handle: NameHandle,
    /// One address for nearly all.
    keys: SmallVec<[Key; 1]>,
    /// The last of the source's [replacements](Batch::replace_all) that it was in.
    round: u32,
}

/// One source's part of an [`EndpointTable`]: endpoints by an identifier of the source's own.
///
/// Sources do not see each other's endpoints. When it is dropped, its endpoints are removed.
pub struct Writer<I: Eq + Hash> {
    shared: Arc<Shared>,
    objects: HashMap<I, Object>,
    round: u32,
}

impl<I: Eq + Hash> Writer<I> {
    /// Returns a writer that has put nothing in `table` yet.
    #[must_use]
    pub fn new(table: &EndpointTable) -> Self {
        Self {
            shared: Arc::clone(&table.shared),
            objects: HashMap::new(),
            round: 0,
        }
    }

    /// Begins a change, which readers see as a whole when the batch ends. Other writers wait.
    ///
    /// `now` is in nanoseconds since the Unix epoch.
    pub fn batch(&mut self, now: u64) -> Batch<'_, I> {
        let book = self.shared.book();
        Batch {
            shared: &self.shared,
            objects: &mut self.objects,
            round: &mut self.round,
            book,
            next: None,
            now,
        }
    }

    /// Returns how many endpoints it has put.
    #[must_use]
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// Returns whether it has put none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }
}

impl<I: Eq + Hash> Drop for Writer<I> {
    fn drop(&mut self) {
        if !self.objects.is_empty() {
            self.batch(clock::now()).clear();
        }
    }
}

impl<I: Eq + Hash> fmt::Debug for Writer<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer")
            .field("endpoints", &self.objects.len())
            .finish_non_exhaustive()
    }
}

/// A change of the table by one source: see [`Writer::batch`]. Readers see it when it is dropped.
#[must_use = "what a batch changes is seen when it is dropped"]
pub struct Batch<'w, I: Eq + Hash> {
    shared: &'w Shared,
    objects: &'w mut HashMap<I, Object>,
    round: &'w mut u32,
    book: MutexGuard<'w, Book>,
    next: Option<Snapshot>,
    now: u64,
}

impl<I: Eq + Hash> Batch<'_, I> {
    /// Adds an endpoint, or changes the one that the source has put under `id` before.
    ///
    /// A key that it no longer has ends now. Flows that come from now on bear its new names.
    ///
    /// # Errors
    /// If there is no room for more names; the endpoint is then as it was before.
    pub fn put(&mut self, id: I, entry: EndpointEntry) -> Result<(), NameTableFull> {
        let EndpointEntry {
            kind,
            identity,
            from,
            keys,
            names,
        } = entry;
        let mut distinct = SmallVec::<[Key; 1]>::new();
        for key in keys {
            if !distinct.contains(&key) {
                distinct.push(key);
            }
        }
        let place = self.objects.entry(id);
        let known = match &place {
            Place::Occupied(old) => Some(old.get().handle),
            Place::Vacant(_) => None,
        };
        let table = &self.shared.names;
        let same = known.filter(|handle| table.get(*handle).is_some_and(|old| old == names));
        let handle = match same {
            Some(handle) => handle,
            None => {
                let handle = table.add(names)?;
                self.book.refer(handle);
                handle
            }
        };
        let object = Object {
            handle,
            keys: distinct,
            round: *self.round,
        };
        let (old, object) = match place {
            Place::Occupied(place) => {
                let place = place.into_mut();
                (Some(std::mem::replace(place, object)), &*place)
            }
            Place::Vacant(place) => {
                self.book.objects += 1;
                (None, &*place.insert(object))
            }
        };
        self.book.changes += 1;
        let next = self.next.get_or_insert_with(|| self.shared.copy());
        let found = Found {
            handle,
            identity,
            kind,
        };
        for key in &object.keys {
            let live = Version {
                from,
                until: OPEN,
                found,
            };
            let replaced = next.edit(*key, |versions| {
                let is_mine = |version: &&mut Version| {
                    let old = old.as_ref().map(|old| old.handle);
                    Some(version.found.handle) == old && version.until == OPEN
                };
                match versions.0.iter_mut().find(is_mine) {
                    Some(mine) => Some(std::mem::replace(mine, live).found.handle),
                    None => {
                        versions.0.push(live);
                        None
                    }
                }
            });
            self.book.refer(handle);
            if let Some(replaced) = replaced {
                self.book.release(replaced);
            }
        }
        if let Some(old) = old {
            let gone = old.keys.iter().filter(|key| !object.keys.contains(key));
            let until = self.now.saturating_add(self.shared.linger);
            for key in gone {
                end(
                    next,
                    &mut self.book,
                    self.shared.linger,
                    *key,
                    old.handle,
                    until,
                );
            }
            if old.handle != handle {
                self.book.release(old.handle);
            }
        }
        Ok(())
    }

    /// Gives other names and another identity to the endpoint that was put under `id`. Returns whether there
    /// is one.
    ///
    /// # Errors
    /// If there is no room for more names; it keeps those it has then.
    pub fn rename(
        &mut self,
        id: &I,
        identity: u32,
        names: Arc<EndpointNames>,
    ) -> Result<bool, NameTableFull> {
        let Some(object) = self.objects.get_mut(id) else {
            return Ok(false);
        };
        let handle = self.shared.names.add(names)?;
        let old = std::mem::replace(&mut object.handle, handle);
        self.book.refer(handle);
        self.book.changes += 1;
        let next = self.next.get_or_insert_with(|| self.shared.copy());
        for key in &object.keys {
            let is_renamed = next.edit(*key, |versions| {
                let mine = versions
                    .0
                    .iter_mut()
                    .find(|version| version.found.handle == old && version.until == OPEN);
                let Some(version) = mine else { return false };
                version.found.handle = handle;
                version.found.identity = identity;
                true
            });
            if is_renamed {
                self.book.refer(handle);
                self.book.release(old);
            }
        }
        self.book.release(old);
        Ok(true)
    }

    /// Removes the endpoint that was put under `id`; it lingers for late flows. Returns whether there was
    /// one.
    pub fn remove(&mut self, id: &I) -> bool {
        let until = self.now.saturating_add(self.shared.linger);
        self.end_at(id, until)
    }

    /// Removes the endpoint that was put under `id`, which is known to have ended at `time`, in
    /// nanoseconds since the Unix epoch: later flows do not find it. Returns whether there was one.
    pub fn end_at(&mut self, id: &I, time: u64) -> bool {
        let Some(object) = self.objects.remove(id) else {
            return false;
        };
        self.drop_object(&object, time);
        true
    }

    /// Puts all of `entries`, and removes what the source has put before and that is not among them.
    ///
    /// # Errors
    /// If there is no room for more names. Nothing is removed then.
    pub fn replace_all(
        &mut self,
        entries: impl IntoIterator<Item = (I, EndpointEntry)>,
    ) -> Result<(), NameTableFull> {
        *self.round = self.round.wrapping_add(1);
        for (id, entry) in entries {
            self.put(id, entry)?;
        }
        let round = *self.round;
        self.remove_where(|object| object.round != round);
        Ok(())
    }

    /// Removes everything that the source has put.
    pub fn clear(&mut self) {
        self.remove_where(|_| true);
    }

    fn remove_where(&mut self, is_gone: impl Fn(&Object) -> bool) {
        let until = self.now.saturating_add(self.shared.linger);
        let gone = self.objects.extract_if(|_, object| is_gone(object));
        let gone: Vec<Object> = gone.map(|(_, object)| object).collect();
        for object in gone {
            self.drop_object(&object, until);
        }
    }

    fn drop_object(&mut self, object: &Object, until: u64) {
        let next = self.next.get_or_insert_with(|| self.shared.copy());
        self.book.changes += 1;
        self.book.objects -= 1;
        for key in &object.keys {
            end(
                next,
                &mut self.book,
                self.shared.linger,
                *key,
                object.handle,
                until,
            );
        }
        self.book.release(object.handle);
    }
}

/// Ends what `key` leads to; it is forgotten when late flows had their time.
fn end(
    next: &mut Snapshot,
    book: &mut Book,
    linger: u64,
    key: Key,
    handle: NameHandle,
    until: u64,
) {
    // A version that never ends could not be told from one that has not ended.
    let until = until.min(OPEN - 1);
    next.edit(key, |versions| {
        let mine = versions
            .0
            .iter_mut()
            .find(|version| version.found.handle == handle && version.until == OPEN);
        if let Some(version) = mine {
            version.until = until;
        }
    });
    let ended = Ended { key, handle, until };
    book.forget_at(until.saturating_add(linger), ended);
}

impl<I: Eq + Hash> Drop for Batch<'_, I> {
    fn drop(&mut self) {
        if self.book.is_due(self.now) {
            let next = self.next.get_or_insert_with(|| self.shared.copy());
            self.book.forget(next, self.now);
        }
        if let Some(next) = self.next.take() {
            self.shared.publish(&mut self.book, next);
        }
    }
}

impl<I: Eq + Hash> fmt::Debug for Batch<'_, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch")
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}
