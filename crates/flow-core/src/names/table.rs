//! The table, and what its readers hold.

use core::fmt;
use std::sync::Arc;

use super::book::Book;
use super::cells::{Cells, Hold, Holder};
use super::entry::Entry;
use super::era::Era;
use super::handle::NameHandle;
use super::history::FlowHistory;
use super::reclaim::Reclaimer;
use super::sync::{Arc as SharedArc, Mutex, lock, try_lock};
use crate::resolve::EndpointNames;

/// Error returned when no more names can be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("name table: expected at most {limit} names in use, found no free slot")]
#[non_exhaustive]
pub struct NameTableFull {
    /// Most names that can be in use.
    pub limit: usize,
}

/// Numbers of a [`NameTable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NameStats {
    /// Names of endpoints that exist.
    pub live: usize,
    /// Names that were removed, and may still be borne by flows.
    pub removed: usize,
    /// Slots that the table has had use for so far, each about 11 bytes: those of the names above and
    /// the free ones, of which 4,096 are kept back.
    pub slots: usize,
    /// Names that were not added, because the table was full.
    pub refused: u64,
}

struct Shared {
    cells: SharedArc<Cells<Entry>>,
    book: Mutex<Book>,
    reclaimer: Mutex<Reclaimer>,
    /// For who has no holder of its own.
    visitor: Mutex<Holder<Entry>>,
    era: Era,
    /// Most names in use.
    limit: usize,
}

/// The names of endpoints, by the handles that flows bear.
///
/// See the [module](super) for how long a handle is valid. Clones share one table.
#[derive(Clone)]
pub struct NameTable {
    shared: Arc<Shared>,
}

impl NameTable {
    /// Most names that a table can hold at a time, with those that flows bear of endpoints that
    /// are gone: 4,193,280.
    pub const LIMIT: usize = Cells::<Entry>::LIMIT;

    /// Returns an empty table for at most [`LIMIT`](Self::LIMIT) names at a time.
    #[must_use]
    pub fn new() -> Self {
        Self::with_limit(Self::LIMIT)
    }

    /// Returns an empty table for at most `limit` names at a time, those of endpoints that are gone
    /// included as long as flows bear them; [`LIMIT`](Self::LIMIT) where that is less.
    ///
    /// Bounds the memory that names take, whatever adds them.
    #[must_use]
    pub fn with_limit(limit: usize) -> Self {
        let cells = SharedArc::new(Cells::new());
        Self {
            shared: Arc::new(Shared {
                visitor: Mutex::new(Holder::new(&cells)),
                cells,
                book: Mutex::new(Book::new()),
                reclaimer: Mutex::new(Reclaimer::default()),
                era: Era::default(),
                limit: limit.min(Self::LIMIT),
            }),
        }
    }

    /// Adds the names of an endpoint and returns their handle.
    ///
    /// Names never change: an endpoint whose names change gets new ones, see
    /// [`replace`](Self::replace), and flows from before keep the old ones.
    ///
    /// # Errors
    /// If the table is full, which is counted in [`NameStats::refused`].
    pub fn add(&self, names: impl Into<Arc<EndpointNames>>) -> Result<NameHandle, NameTableFull> {
        let limit = self.shared.limit;
        let full = NameTableFull { limit };
        let handle = {
            let mut book = lock(&self.shared.book);
            let handle = book.add(limit, Self::LIMIT).ok_or(full)?;
            self.shared.era.note(book.added());
            handle
        };
        let names = names.into();
        let entry = Entry { handle, names };
        let placed = self.shared.cells.place(handle.index() as usize, entry);
        placed.map(|()| handle).map_err(|_| full)
    }

    /// Notes that the endpoint of `handle` is gone. Returns `false` if it was gone already.
    ///
    /// First make sure that nobody can find the handle any more: take it out of the map from
    /// addresses to handles, then call this. Whoever found it before, in a hold, can still use it
    /// in that hold, and flows that bear it keep their names.
    pub fn remove(&self, handle: NameHandle) -> bool {
        let ticket = || self.shared.cells.ticket();
        lock(&self.shared.book).remove(handle, ticket)
    }

    /// Adds the names by which the endpoint of `old` is known from now on, and removes the old ones.
    ///
    /// Where a map leads from addresses to handles, call [`add`](Self::add), change the map, and then
    /// call [`remove`](Self::remove) instead.
    ///
    /// # Errors
    /// If the table is full; the old names are still there then.
    pub fn replace(
        &self,
        old: NameHandle,
        names: impl Into<Arc<EndpointNames>>,
    ) -> Result<NameHandle, NameTableFull> {
        let new = self.add(names)?;
        self.remove(old);
        Ok(new)
    }

    /// Registers a thread that puts handles in flows, or that reads names.
    ///
    /// Each thread needs a holder of its own.
    #[must_use]
    pub fn holder(&self) -> NameHolder {
        NameHolder {
            holder: Holder::new(&self.shared.cells),
        }
    }

    /// Returns the names of `handle`, shared.
    ///
    /// Takes a lock: who reads many flows does so with a [`holder`](Self::holder).
    #[must_use]
    pub fn get(&self, handle: NameHandle) -> Option<Arc<EndpointNames>> {
        let mut visitor = lock(&self.shared.visitor);
        let hold = visitor.hold();
        find(&hold, handle).map(|entry| Arc::clone(&entry.names))
    }

    /// Frees the names of endpoints that are gone and that no flow in `history` bears, and returns
    /// how many those were.
    ///
    /// Call it now and then, for example a few times a second, with every history that holds flows
    /// with handles of this table (a slice is a history too). Mostly it does next to nothing; once
    /// many names were removed (1,024, a 64th of the flows in the history, and twice those that were
    /// borne the last time), it reads the whole history, at about 10 ns a flow. If another thread is at
    /// it, it returns 0 at once.
    ///
    /// Does not wait for holds: what one holds is freed by a later call.
    pub fn reclaim<H: FlowHistory + ?Sized>(&self, history: &H) -> usize {
        self.run_reclaimer(history, false)
    }

    /// Does what [`reclaim`](Self::reclaim) does, and reads the history however few names were
    /// removed.
    pub fn sweep<H: FlowHistory + ?Sized>(&self, history: &H) -> usize {
        self.run_reclaimer(history, true)
    }

    fn run_reclaimer<H: FlowHistory + ?Sized>(&self, history: &H, at_once: bool) -> usize {
        let Shared { cells, book, .. } = &*self.shared;
        try_lock(&self.shared.reclaimer).map_or(0, |mut reclaimer| {
            reclaimer.run(cells, book, history, at_once)
        })
    }

    /// Returns its numbers.
    #[must_use]
    pub fn stats(&self) -> NameStats {
        let book = lock(&self.shared.book);
        NameStats {
            live: book.live(),
            removed: book.slots() - book.spare() - book.live(),
            slots: book.slots(),
            refused: book.refused(),
        }
    }

    pub(super) fn era(&self) -> &Era {
        &self.shared.era
    }
}

impl Default for NameTable {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for NameTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("NameTable").field(&self.stats()).finish()
    }
}

/// The entry of exactly this handle.
#[inline]
fn find<'h>(hold: &'h Hold<'_, Entry>, handle: NameHandle) -> Option<&'h Entry> {
    hold.get(handle.index() as usize)
        .filter(|entry| entry.handle == handle)
}

/// One thread's access to a [`NameTable`].
pub struct NameHolder {
    holder: Holder<Entry>,
}

impl NameHolder {
    /// Begins a hold. It costs about as much as resolving five handles, so make one for a batch of
    /// flows rather than for each.
    #[inline]
    pub fn hold(&mut self) -> NameHold<'_> {
        NameHold {
            hold: self.holder.hold(),
        }
    }
}

impl fmt::Debug for NameHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NameHolder").finish_non_exhaustive()
    }
}

/// A time in which no names are freed that this thread may have found: those of endpoints that
/// existed when it began, and those of flows that it reads from the history.
///
/// Nothing is freed as long as it lasts, so let it end before waiting for anything.
pub struct NameHold<'a> {
    hold: Hold<'a, Entry>,
}

impl NameHold<'_> {
    /// Returns the names of `handle`. Takes no lock, allocates nothing and writes nothing.
    #[inline]
    #[must_use]
    pub fn get(&self, handle: NameHandle) -> Option<&EndpointNames> {
        find(&self.hold, handle).map(|entry| &*entry.names)
    }

    /// Returns the names of what a flow holds in [`Endpoint::meta`](crate::flow::Endpoint::meta).
    #[inline]
    #[must_use]
    pub fn resolve(&self, raw: u32) -> Option<&EndpointNames> {
        self.get(NameHandle::from_raw(raw)?)
    }

    /// Returns the names of `handle`, shared, to be kept beyond the hold.
    #[must_use]
    pub fn share(&self, handle: NameHandle) -> Option<Arc<EndpointNames>> {
        find(&self.hold, handle).map(|entry| Arc::clone(&entry.names))
    }
}

impl fmt::Debug for NameHold<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NameHold").finish_non_exhaustive()
    }
}
