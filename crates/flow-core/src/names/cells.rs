//! Values by index that are read by reference while others are put in their place.
//!
//! This is the one file of the crate with `unsafe` code: two blocks, which follow a pointer and free
//! it. The proof, for the protocol that `grace.rs` describes:
//!
//! - A pointer gets into a cell by [`Cells::place`] only, from a box, and out of it by a swap, which
//!   hands it to the list of unlinked values together with a ticket that was taken after the swap.
//!   So each pointer is either in one cell or in one entry of the list.
//! - A reference is made by [`Hold::get`] only, from a cell, and lives no longer than the hold, which
//!   began before. If it began before the swap, its word keeps the ticket from passing. If not, it
//!   loads the cell after a fence that comes after the swap, and finds something newer.
//! - A value is freed when its ticket has passed, or with the cells themselves. The cells outlive each
//!   [`Holder`], which shares them, and with it each hold.

use std::boxed::Box;
use std::vec::Vec;

use super::grace::{Grace, Horizon, Participant, Ticket};
use super::segments::Segments;
use super::sync::{Arc, AtomicPtr, Mutex, Ordering, lock};

/// The values. `Send` and `Sync` because any thread may read a value and any may free it.
pub(super) struct Cells<T: Send + Sync> {
    cells: Segments<Cell<T>>,
    grace: Grace,
    /// Values that no cell holds any more, and that somebody may still read.
    unlinked: Mutex<Vec<Unlinked<T>>>,
}

/// Null, or a pointer that was a box.
struct Cell<T>(AtomicPtr<T>);

impl<T> Default for Cell<T> {
    fn default() -> Self {
        Self(AtomicPtr::new(core::ptr::null_mut()))
    }
}

struct Unlinked<T> {
    /// Not null. Not a box, which would be an exclusive reference.
    value: AtomicPtr<T>,
    ticket: Ticket,
}

impl<T: Send + Sync> Cells<T> {
    pub(super) fn new() -> Self {
        Self {
            cells: Segments::new(),
            grace: Grace::new(),
            unlinked: Mutex::new(Vec::new()),
        }
    }

    /// Most cells.
    pub(super) const LIMIT: usize = Segments::<Cell<T>>::LIMIT;

    /// Puts `value` into a cell, in place of the one before; gives it back beyond the limit.
    pub(super) fn place(&self, index: usize, value: T) -> Result<(), T> {
        let Some(cell) = self.cells.get_or_grow(index) else {
            return Err(value);
        };
        self.swap(cell, Box::into_raw(Box::new(value)));
        Ok(())
    }

    /// Empties a cell. Its value is freed when nobody reads it any more.
    pub(super) fn unlink(&self, index: usize) {
        if let Some(cell) = self.cells.get(index) {
            self.swap(cell, core::ptr::null_mut());
        }
    }

    /// Release: who finds the new value finds it whole. Acquire: the old one is freed after it
    /// was made.
    fn swap(&self, cell: &Cell<T>, new: *mut T) {
        let old = cell.0.swap(new, Ordering::AcqRel);
        if !old.is_null() {
            let unlinked = Unlinked {
                value: AtomicPtr::new(old),
                ticket: self.grace.ticket(),
            };
            lock(&self.unlinked).push(unlinked);
        }
    }

    /// A ticket for all that the caller has done, against holds.
    pub(super) fn ticket(&self) -> Ticket {
        self.grace.ticket()
    }

    /// Frees the unlinked values that nobody reads any more, and returns which tickets have passed.
    pub(super) fn free_unread(&self) -> Horizon {
        let mut unlinked = lock(&self.unlinked);
        let horizon = self.grace.horizon();
        let unread: Vec<_> = unlinked
            .extract_if(.., |unlinked| horizon.has_passed(unlinked.ticket))
            .collect();
        // Values have destructors, which may be anything.
        drop(unlinked);
        for unlinked in unread {
            free(&unlinked.value);
        }
        horizon
    }

    /// Number of unlinked values.
    #[cfg(test)]
    pub(super) fn unread(&self) -> usize {
        lock(&self.unlinked).len()
    }
}

/// Frees the value behind a pointer that was a box, which nobody else has or will have.
///
/// Private to this file, and called in two places only: for what was taken out of the list when its
/// ticket had passed, and for everything when the cells are dropped.
#[allow(unsafe_code)]
fn free<T>(value: &AtomicPtr<T>) {
    let value = value.swap(core::ptr::null_mut(), Ordering::AcqRel);
    if !value.is_null() {
        // SAFETY: the pointer came from `Box::into_raw` in `place`, and was in one place only, which
        // is null or gone now. No reference is left: the ticket has passed or there is no holder.
        drop(unsafe { Box::from_raw(value) });
    }
}

impl<T: Send + Sync> Drop for Cells<T> {
    fn drop(&mut self) {
        // Holders share the cells, so there is none, and no hold.
        for cell in self.cells.iter() {
            free(&cell.0);
        }
        for unlinked in lock(&self.unlinked).drain(..) {
            free(&unlinked.value);
        }
    }
}

/// Reads values, one hold after the other.
pub(super) struct Holder<T: Send + Sync> {
    participant: Participant,
    cells: Arc<Cells<T>>,
}

impl<T: Send + Sync> Holder<T> {
    /// One who reads values of `cells`.
    pub(super) fn new(cells: &Arc<Cells<T>>) -> Self {
        Self {
            participant: cells.grace.register(),
            cells: Arc::clone(cells),
        }
    }

    /// Begins a hold.
    #[inline]
    pub(super) fn hold(&mut self) -> Hold<'_, T> {
        self.participant.enter(&self.cells.grace);
        Hold { holder: self }
    }
}

/// What is found in a cell during this stays readable as long as this lives.
pub(super) struct Hold<'a, T: Send + Sync> {
    holder: &'a Holder<T>,
}

impl<T: Send + Sync> Hold<'_, T> {
    /// The value of a cell.
    #[inline]
    #[allow(unsafe_code)]
    pub(super) fn get(&self, index: usize) -> Option<&T> {
        // Acquire: the value is there as it was when it was placed.
        let value = self
            .holder
            .cells
            .cells
            .get(index)?
            .0
            .load(Ordering::Acquire);
        // SAFETY: null, or a pointer to a value that was a box. It was in a cell during this hold, so
        // it is freed after the hold has ended, and until then nobody has it exclusively.
        unsafe { value.as_ref() }
    }
}

impl<T: Send + Sync> Drop for Hold<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.holder.participant.leave();
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    use super::*;

    /// Counts how many exist.
    struct Counted<'a>(&'a AtomicUsize, u32);

    impl<'a> Counted<'a> {
        fn new(count: &'a AtomicUsize, number: u32) -> Self {
            count.fetch_add(1, SeqCst);
            Self(count, number)
        }
    }

    impl Drop for Counted<'_> {
        fn drop(&mut self) {
            self.0.fetch_sub(1, SeqCst);
        }
    }

    fn number(hold: &Hold<'_, Counted<'_>>, index: usize) -> Option<u32> {
        hold.get(index).map(|value| value.1)
    }

    #[test]
    fn a_value_lives_as_long_as_somebody_reads_it() {
        let count = AtomicUsize::new(0);
        let cells = Arc::new(Cells::new());
        let mut holder = Holder::new(&cells);
        let put = |index, number| {
            let placed = cells.place(index, Counted::new(&count, number));
            assert!(placed.is_ok(), "within the limit");
        };
        put(3, 30);
        let hold = holder.hold();
        let value = hold.get(3).expect("a value");
        assert_eq!(number(&hold, 2), None);
        put(3, 31);
        cells.free_unread();
        assert_eq!((value.1, number(&hold, 3)), (30, Some(31)));
        assert_eq!(count.load(SeqCst), 2);
        cells.unlink(3);
        cells.unlink(3);
        assert_eq!((value.1, number(&hold, 3)), (30, None));
        drop(hold);
        assert_eq!(cells.unread(), 2);
        cells.free_unread();
        assert_eq!((cells.unread(), count.load(SeqCst)), (0, 0));
    }

    #[test]
    fn everything_goes_with_the_cells() {
        let count = AtomicUsize::new(0);
        let cells = Arc::new(Cells::new());
        for index in 0..5 {
            assert!(cells.place(index, Counted::new(&count, 0)).is_ok());
        }
        let mut holder = Holder::new(&cells);
        let hold = holder.hold();
        cells.unlink(2);
        cells.free_unread();
        assert_eq!(count.load(SeqCst), 5);
        drop(hold);
        drop(cells);
        assert_eq!(count.load(SeqCst), 5, "the holder shares them");
        drop(holder);
        assert_eq!(count.load(SeqCst), 0);
    }

    #[test]
    fn beyond_the_limit_a_value_comes_back() {
        let cells = Arc::new(Cells::new());
        assert_eq!(cells.place(Cells::<u32>::LIMIT, 7), Err(7));
        cells.unlink(usize::MAX);
        assert_eq!(Holder::new(&cells).hold().get(usize::MAX), None);
    }

    /// A hold that is forgotten never ends, so nothing is freed under it; its holder's end ends it.
    #[test]
    fn a_forgotten_hold_costs_memory_only() {
        let cells = Arc::new(Cells::new());
        let mut holder = Holder::new(&cells);
        core::mem::forget(holder.hold());
        assert_eq!(cells.place(0, 1), Ok(()));
        cells.unlink(0);
        cells.free_unread();
        assert_eq!(cells.unread(), 1);
        drop(holder);
        cells.free_unread();
        assert_eq!(cells.unread(), 0);
    }
}
