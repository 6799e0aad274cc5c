//! Waiting until every thread has let go of what it may have found before now.
//!
//! The protocol, after the epochs of RCU and crossbeam:
//!
//! - Each [`Participant`] has a word of its own: [`OFFLINE`], or the epoch in which its hold began.
//!   To begin a hold it loads the epoch, stores it in its word, and executes a `SeqCst` fence; to end
//!   it, it stores `OFFLINE` with release.
//! - Who makes something unreachable takes a [`Ticket`] after that: the epoch, which moves on.
//! - The [`Horizon`] is the smallest epoch in any word, read after a `SeqCst` fence. A ticket before
//!   the horizon has *passed*.
//!
//! When a ticket has passed, nobody is left in a hold that began before the thing became
//! unreachable, and all that was done in such a hold happens before what comes next:
//!
//! - A word that was seen with a later epoch than the ticket: that hold loaded the epoch after the
//!   ticket's release of it, so the thing was unreachable when it began; and the word's store
//!   released whatever the same participant did before.
//! - A word that was seen `OFFLINE` after a hold: acquire makes all that was done in the hold visible.
//! - A word that was seen `OFFLINE` before a hold whose store was not seen: then the fence of the
//!   horizon comes before that of the hold, so all that the hold loads after its fence is at least
//!   as new as what was stored, or seen, before the fence of the horizon.

use std::vec::Vec;

use super::sync::{Arc, AtomicU64, Mutex, Ordering, fence, lock};

/// The word of a participant that holds nothing.
const OFFLINE: u64 = u64::MAX;
/// The word of a participant that will never hold anything again.
const GONE: u64 = u64::MAX - 1;

/// Keeps what each thread writes apart, also from the neighbour line that some processors fetch.
#[repr(align(128))]
struct Word(AtomicU64);

/// All participants, and the epoch.
pub(super) struct Grace {
    epoch: AtomicU64,
    words: Mutex<Vec<Arc<Word>>>,
}

/// One who holds things; used by one thread at a time.
pub(super) struct Participant {
    word: Arc<Word>,
}

/// The time at which something became unreachable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ticket(u64);

/// Returns which tickets have passed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Horizon(u64);

impl Horizon {
    /// Whether every hold that began before the ticket has ended.
    pub(super) const fn has_passed(self, ticket: Ticket) -> bool {
        ticket.0 < self.0
    }
}

impl Grace {
    pub(super) fn new() -> Self {
        Self {
            epoch: AtomicU64::new(0),
            words: Mutex::new(Vec::new()),
        }
    }

    pub(super) fn register(&self) -> Participant {
        let word = Arc::new(Word(AtomicU64::new(OFFLINE)));
        lock(&self.words).push(Arc::clone(&word));
        Participant { word }
    }

    /// A ticket for all that the caller has made unreachable.
    pub(super) fn ticket(&self) -> Ticket {
        Ticket(self.epoch.fetch_add(1, Ordering::AcqRel))
    }

    /// What has passed by now. The caller's tickets were taken before.
    pub(super) fn horizon(&self) -> Horizon {
        let mut oldest = OFFLINE;
        let mut words = lock(&self.words);
        fence(Ordering::SeqCst);
        words.retain(|word| {
            let epoch = word.0.load(Ordering::Acquire);
            let stays = epoch != GONE;
            if stays {
                oldest = oldest.min(epoch);
            }
            stays
        });
        Horizon(oldest)
    }

    #[cfg(test)]
    pub(super) fn participants(&self) -> usize {
        lock(&self.words).len()
    }
}

impl Participant {
    /// Begins a hold.
    #[inline]
    pub(super) fn enter(&self, grace: &Grace) {
        let epoch = grace.epoch.load(Ordering::Acquire);
        // Release: who sees this has what was done in the hold before.
        self.word.0.store(epoch, Ordering::Release);
        fence(Ordering::SeqCst);
    }

    /// Ends the hold.
    #[inline]
    pub(super) fn leave(&self) {
        self.word.0.store(OFFLINE, Ordering::Release);
    }
}

impl Drop for Participant {
    fn drop(&mut self) {
        self.word.0.store(GONE, Ordering::Release);
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_passes_when_the_holds_before_it_have_ended() {
        let grace = Grace::new();
        let (one, two) = (grace.register(), grace.register());
        let ticket = grace.ticket();
        assert!(grace.horizon().has_passed(ticket), "nobody holds anything");

        one.enter(&grace);
        let ticket = grace.ticket();
        two.enter(&grace);
        assert!(!grace.horizon().has_passed(ticket), "held since before");
        one.leave();
        assert!(grace.horizon().has_passed(ticket), "held since after only");
        one.enter(&grace);
        assert!(grace.horizon().has_passed(ticket));
        let later = grace.ticket();
        let horizon = grace.horizon();
        assert!(horizon.has_passed(ticket) && !horizon.has_passed(later));
    }

    #[test]
    fn who_is_gone_holds_nothing_up() {
        let grace = Grace::new();
        let participant = grace.register();
        participant.enter(&grace);
        let ticket = grace.ticket();
        drop(participant);
        assert_eq!(grace.participants(), 1);
        assert!(grace.horizon().has_passed(ticket));
        assert_eq!(grace.participants(), 0);
    }
}
