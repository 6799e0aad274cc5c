//! Which slots have names, and which are free.

use std::collections::VecDeque;
use std::vec::Vec;

use super::grace::Ticket;
use super::handle::{LAST_GENERATION, NameHandle};

/// Free slots that are kept back: a slot waits until so many others were freed after it.
#[cfg(not(any(miri, loom)))]
pub(super) const KEPT_BACK: usize = 4_096;
#[cfg(any(miri, loom))]
pub(super) const KEPT_BACK: usize = 4;

/// The state of a slot: its generation, and whether the names of it exist.
#[derive(Clone, Copy)]
struct Slot(u16);

impl Slot {
    const LIVE: u16 = 1 << 15;

    const fn generation(self) -> u32 {
        (self.0 & !Self::LIVE) as u32
    }

    const fn is_live(self) -> bool {
        self.0 & Self::LIVE != 0
    }
}

/// The books that writers keep, under a lock.
pub(super) struct Book {
    /// Every slot that was ever used.
    slots: Vec<Slot>,
    /// Free slots, the one that was freed first at the front.
    free: VecDeque<u32>,
    /// Slots whose names were removed, with the time of that.
    removed: VecDeque<(Ticket, u32)>,
    live: usize,
    added: u64,
    refused: u64,
}

impl Book {
    pub(super) const fn new() -> Self {
        Self {
            slots: Vec::new(),
            free: VecDeque::new(),
            removed: VecDeque::new(),
            live: 0,
            added: 0,
            refused: 0,
        }
    }

    /// Takes a slot for names and returns its handle; `None`, which is counted, if `limit` names are
    /// in use, or if `most_slots` slots are in use or kept back.
    pub(super) fn add(&mut self, limit: usize, most_slots: usize) -> Option<NameHandle> {
        let in_use = self.slots.len() - self.free.len();
        let index = if in_use >= limit {
            None
        } else if self.free.len() > KEPT_BACK {
            self.free.pop_front()
        } else if self.slots.len() < most_slots {
            self.slots.push(Slot(0));
            u32::try_from(self.slots.len() - 1).ok()
        } else {
            None
        };
        let Some(index) = index else {
            self.refused += 1;
            return None;
        };
        let slot = self.slots.get_mut(index as usize)?;
        let generation = slot.generation() % LAST_GENERATION + 1;
        // Ten bits.
        *slot = Slot(generation as u16 | Slot::LIVE);
        self.live += 1;
        self.added += 1;
        NameHandle::new(index, generation)
    }

    /// Notes that the names of `handle` exist no more; `false` if they did not.
    pub(super) fn remove(&mut self, handle: NameHandle, ticket: impl FnOnce() -> Ticket) -> bool {
        let Some(slot) = self.slots.get_mut(handle.index() as usize) else {
            return false;
        };
        if !slot.is_live() || slot.generation() != handle.generation() {
            return false;
        }
        slot.0 &= !Slot::LIVE;
        self.live -= 1;
        self.removed.push_back((ticket(), handle.index()));
        true
    }

    /// The next slot whose names were removed at a time that `has_passed`.
    pub(super) fn next_removed(&mut self, has_passed: impl Fn(Ticket) -> bool) -> Option<u32> {
        let (ticket, index) = *self.removed.front()?;
        has_passed(ticket).then(|| {
            self.removed.pop_front();
            index
        })
    }

    /// Gives a slot back.
    pub(super) fn free(&mut self, index: u32) {
        self.free.push_back(index);
    }

    /// Names that exist.
    pub(super) const fn live(&self) -> usize {
        self.live
    }

    /// Slots that were ever used.
    pub(super) const fn slots(&self) -> usize {
        self.slots.len()
    }

    /// Slots that are free.
    pub(super) fn spare(&self) -> usize {
        self.free.len()
    }

    /// Names that found no slot.
    pub(super) const fn refused(&self) -> u64 {
        self.refused
    }

    /// Names that were ever added.
    pub(super) const fn added(&self) -> u64 {
        self.added
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::super::grace::Grace;
    use super::*;

    /// A book, and what it takes to free the slot of a handle at once.
    struct Books {
        book: Book,
        grace: Grace,
    }

    impl Books {
        fn add(&mut self) -> NameHandle {
            self.book.add(usize::MAX, usize::MAX).expect("room")
        }

        fn free(&mut self, handle: NameHandle) {
            assert!(self.book.remove(handle, || self.grace.ticket()));
            let index = self.book.next_removed(|_| true).expect("the one removed");
            assert_eq!(index, handle.index());
            self.book.free(index);
        }
    }

    fn books() -> Books {
        Books {
            book: Book::new(),
            grace: Grace::new(),
        }
    }

    #[test]
    fn names_are_removed_once() {
        let mut books = books();
        let handle = books.add();
        let other = NameHandle::new(handle.index(), handle.generation() + 1).expect("a handle");
        let beyond = NameHandle::new(99, 1).expect("a handle");
        for wrong in [other, beyond] {
            assert!(!books.book.remove(wrong, || unreachable!("not there")));
        }
        books.free(handle);
        assert!(!books.book.remove(handle, || unreachable!("twice")));
        assert_eq!((books.book.live(), books.book.spare()), (0, 1));
    }

    #[test]
    fn removed_slots_come_in_order_and_not_before_their_time() {
        let mut books = books();
        let (one, two) = (books.add(), books.add());
        assert!(books.book.remove(one, || books.grace.ticket()));
        let time = books.grace.ticket();
        let horizon = books.grace.horizon();
        assert!(books.book.remove(two, || books.grace.ticket()));
        assert_eq!(books.book.next_removed(|_| false), None);
        assert!(horizon.has_passed(time));
        assert_eq!(books.book.next_removed(|_| true), Some(one.index()));
        assert_eq!(books.book.next_removed(|_| true), Some(two.index()));
        assert_eq!(books.book.next_removed(|_| true), None);
    }

    /// What makes generations of ten bits enough: see [`NameHandle`].
    #[test]
    fn a_handle_comes_again_after_all_generations_of_all_slots_kept_back() {
        let mut books = books();
        let first = books.add();
        books.free(first);
        let mut adds = 0_usize;
        loop {
            let handle = books.add();
            adds += 1;
            if handle == first {
                break;
            }
            books.free(handle);
        }
        assert!(adds >= KEPT_BACK * LAST_GENERATION as usize, "{adds}");
        assert!(books.book.slots() <= KEPT_BACK + 2, "slots stay few");
    }

    #[test]
    fn a_full_book_counts_what_it_refuses() {
        for (limit, most_slots) in [(2, usize::MAX), (usize::MAX, 2)] {
            let mut book = Book::new();
            let grace = Grace::new();
            let handle = book.add(limit, most_slots).expect("room");
            book.add(limit, most_slots).expect("room");
            assert_eq!(book.add(limit, most_slots), None);
            assert!(book.remove(handle, || grace.ticket()));
            assert_eq!(book.add(limit, most_slots), None, "it may still be read");
            assert_eq!(book.refused(), 2);
        }
    }

    #[test]
    fn a_limit_of_names_leaves_room_for_the_slots_that_are_kept_back() {
        let mut books = books();
        for _ in 0..3 * KEPT_BACK {
            let handle = books.book.add(1, usize::MAX).expect("the only one in use");
            assert_eq!(books.book.add(1, usize::MAX), None);
            books.free(handle);
        }
        assert!(books.book.slots() <= KEPT_BACK + 2);
    }
}
