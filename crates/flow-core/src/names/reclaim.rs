//! From removed names to free slots.
//!
//! Names pass four stages, and each call of [`Reclaimer::run`] moves them on as far as they can go:
//!
//! 1. *Removed.* A thread may have found the handle just before, and be about to publish a flow that
//!    bears it. So they wait until every hold that began before has ended.
//! 2. *Waiting.* Only flows in the history bear them now. A sweep reads the whole history and marks
//!    the names that its flows bear; the others go on.
//! 3. *Leaving.* A reader may have read the last flow that bears them just before the writer came to
//!    it. So they wait until every hold that began before the end of the sweep has ended.
//! 4. *Unlinked.* The handle resolves to nothing, and the slot is free. The memory is freed when
//!    every hold that may have found it has ended.
//!
//! Why a sweep and not the position of the ring at the time of removal: positions do not show which
//! names are borne at all, so names that come and go while no flow does would wait for ever; and a
//! position that was claimed by a writer that is stopped before it writes can still be read as what
//! was there before. A sweep is exact, and bounded by what [`worthwhile`] says.

use std::collections::VecDeque;
use std::vec::Vec;

use super::book::Book;
use super::cells::Cells;
use super::entry::Entry;
use super::grace::{Horizon, Ticket};
use super::history::FlowHistory;
use super::sync::{Mutex, lock};

/// Fewest names for which the history is swept.
const FEWEST: usize = 1_024;

/// Slots whose names were removed, and are on their way out.
#[derive(Default)]
pub(super) struct Reclaimer {
    /// Of these only flows in the history may bear the names.
    waiting: Vec<u32>,
    /// No flow in the history bears these, since the time of the ticket.
    leaving: VecDeque<(Ticket, Vec<u32>)>,
    /// How many the last sweep left waiting.
    survivors: usize,
    marks: Marks,
}

impl Reclaimer {
    /// Moves names on, and returns how many slots became free. Sweeps `history` where that is
    /// worthwhile, or in any case if `at_once`.
    pub(super) fn run<H: FlowHistory + ?Sized>(
        &mut self,
        cells: &Cells<Entry>,
        book: &Mutex<Book>,
        history: &H,
        at_once: bool,
    ) -> usize {
        let horizon = cells.free_unread();
        let mut freed = self.unlink(cells, book, horizon);
        {
            let mut book = lock(book);
            let next = || book.next_removed(|ticket| horizon.has_passed(ticket));
            self.waiting.extend(core::iter::from_fn(next));
        }
        let enough = worthwhile(history.capacity(), self.survivors);
        if self.waiting.len() >= enough || at_once && !self.waiting.is_empty() {
            self.sweep(history);
            let gone: Vec<_> = self
                .waiting
                .extract_if(.., |index| !self.marks.contains(*index))
                .collect();
            self.survivors = self.waiting.len();
            if !gone.is_empty() {
                self.leaving.push_back((cells.ticket(), gone));
            }
        }
        freed += self.unlink(cells, book, cells.free_unread());
        cells.free_unread();
        freed
    }

    /// Marks the slots whose names are borne. A slot on its way out has no other names than those
    /// that were removed, so its index says it.
    fn sweep<H: FlowHistory + ?Sized>(&mut self, history: &H) {
        let slots = self.waiting.iter().max().map_or(0, |last| last + 1);
        self.marks.clear(slots as usize);
        history.for_each_name(&mut |handle| self.marks.insert(handle.index()));
    }

    /// Empties the cells of those that leave, if nobody is left who may have read a flow of theirs.
    fn unlink(&mut self, cells: &Cells<Entry>, book: &Mutex<Book>, horizon: Horizon) -> usize {
        let mut freed = 0;
        while let Some((ticket, indices)) = self.leaving.front()
            && horizon.has_passed(*ticket)
        {
            for index in indices {
                cells.unlink(*index as usize);
            }
            let mut book = lock(book);
            for index in indices {
                book.free(*index);
            }
            freed += indices.len();
            self.leaving.pop_front();
        }
        freed
    }
}

/// The number of waiting names for which it is worthwhile to sweep a history of so many flows.
///
/// At most two names of each flow stay waiting after a sweep, so the next one frees at least half of
/// what it finds, and a name costs the reading of at most 128 flows.
fn worthwhile(flows: usize, survivors: usize) -> usize {
    FEWEST.max(flows / 64).max(survivors.saturating_mul(2))
}

/// A set of slots.
#[derive(Default)]
struct Marks(Vec<u64>);

impl Marks {
    /// Makes it empty, with room for slots up to `slots`.
    fn clear(&mut self, slots: usize) {
        self.0.clear();
        self.0.resize(slots.div_ceil(64), 0);
    }

    /// Adds a slot, if there is room for it.
    #[inline]
    fn insert(&mut self, index: u32) {
        if let Some(word) = self.0.get_mut(index as usize / 64) {
            *word |= 1 << (index % 64);
        }
    }

    fn contains(&self, index: u32) -> bool {
        let word = self.0.get(index as usize / 64);
        word.is_some_and(|word| word & 1 << (index % 64) != 0)
    }
}
