//! The reading side: forward from a position, with every loss counted.

use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::time::Instant;

use futures_core::Stream;

use super::position::{Position, Stamp};
use super::record::Record;
use super::shared::Shared;
use super::sync::{Arc, StdArc, ThreadWaker, Wait, sleep_until, spin, thread};

/// How long a reader waits for a writer that was stopped in the middle of a record.
pub const PATIENCE: Duration = Duration::from_millis(20);

/// What a reader gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next<T> {
    /// The next record.
    Record(T),
    /// So many records were overwritten before they were read, or given up by a writer.
    Lost(u64),
}

/// Why a reader gets nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Idle {
    /// Everything written so far has been read; more may come.
    #[error("no record is ready")]
    Empty,
    /// Everything has been read, and all writers are gone.
    #[error("the ring is closed")]
    Closed,
}

/// Reads a [`Ring`](super::Ring) in the order of writing.
///
/// For each reader `delivered() + lost()` is the number of records written between its start
/// and [`Reader::position`]; everything written after the reader was made is among them.
/// A reader that begins with history begins with what is still there of it when it first
/// reads. Readers share nothing that writers wait for: a slow one loses
/// records, and only its own.
///
/// A position that a writer has claimed but not finished is waited for, since the next ones
/// come after it. Usually that takes nanoseconds; if the writer was stopped right there, the
/// reader counts the position as lost after [`PATIENCE`] and goes on.
///
/// `Reader` is a [`Stream`] of [`Next`] that ends when the ring is closed and read.
pub struct Reader<T: Record> {
    shared: Arc<Shared<T>>,
    next: Position,
    delivered: u64,
    lost: u64,
    /// Where the history ended when the reader was made.
    made: Position,
    stuck: Option<(Position, Wait)>,
    sleeper: Option<u64>,
}

impl<T: Record> Reader<T> {
    /// A reader that begins at `next`, made when the head was at `made`.
    pub(super) fn new(shared: Arc<Shared<T>>, next: Position, made: Position) -> Self {
        Self {
            shared,
            next,
            delivered: 0,
            lost: 0,
            made,
            stuck: None,
            sleeper: None,
        }
    }

    /// The next record or loss, if one is ready. Never waits.
    ///
    /// # Errors
    /// [`Idle`] if there is nothing.
    #[inline]
    pub fn try_next(&mut self) -> Result<Next<T>, Idle> {
        let mut record = T::new_zeroed();
        Ok(match self.read_into(&mut record)? {
            None => Next::Record(record),
            Some(lost) => Next::Lost(lost),
        })
    }

    /// Hands at most `limit` records and losses that are ready to `each`, without the copy
    /// that [`Reader::try_next`] makes on return, and tells how many those were.
    ///
    /// # Errors
    /// [`Idle`] if there is nothing.
    #[inline]
    pub fn visit(&mut self, limit: usize, mut each: impl FnMut(Next<&T>)) -> Result<usize, Idle> {
        let mut record = T::new_zeroed();
        let mut done = 0;
        while done < limit {
            while done < limit && self.shared.slots.read(self.next, &mut record) {
                self.advance();
                done += 1;
                each(Next::Record(&record));
            }
            if done == limit {
                break;
            }
            match self.unreadable() {
                Ok(Some(lost)) => {
                    done += 1;
                    each(Next::Lost(lost));
                }
                Ok(None) => {}
                Err(idle) if done == 0 => return Err(idle),
                Err(_) => break,
            }
        }
        Ok(done)
    }

    /// The next record or loss; sleeps until there is one.
    ///
    /// # Errors
    /// [`Idle::Closed`] when all writers are gone and everything is read.
    pub fn wait_next(&mut self) -> Result<Next<T>, Idle> {
        self.next_until(None)
    }

    /// The next record or loss; sleeps for at most `timeout` until there is one.
    ///
    /// # Errors
    /// [`Idle::Empty`] when the time is over, [`Idle::Closed`] when all writers are gone and
    /// everything is read.
    pub fn next_timeout(&mut self, timeout: Duration) -> Result<Next<T>, Idle> {
        // A time too far away to be told is no limit.
        self.next_until(Instant::now().checked_add(timeout))
    }

    /// Records written to the ring before the one this reader comes to next.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.next.since(self.shared.start)
    }

    /// Records delivered.
    #[must_use]
    pub const fn delivered(&self) -> u64 {
        self.delivered
    }

    /// Records lost: the sum of all [`Next::Lost`].
    #[must_use]
    pub const fn lost(&self) -> u64 {
        self.lost
    }

    /// Records written that this reader has not come to yet.
    #[must_use]
    pub fn backlog(&self) -> u64 {
        self.shared.claim().head().since(self.next)
    }

    /// Reads into `record`, or tells how many are lost.
    #[inline]
    fn read_into(&mut self, record: &mut T) -> Result<Option<u64>, Idle> {
        loop {
            if self.shared.slots.read(self.next, record) {
                self.advance();
                return Ok(None);
            }
            if let Some(lost) = self.unreadable()? {
                return Ok(Some(lost));
            }
        }
    }

    #[inline]
    fn advance(&mut self) {
        self.next = self.next.plus(1);
        self.delivered += 1;
    }

    /// Finds out why the next record could not be read: `None` if it is worth another try.
    #[cold]
    fn unreadable(&mut self) -> Result<Option<u64>, Idle> {
        let claim = self.shared.claim();
        let head = claim.head();
        if head == self.next {
            return Err(if claim.is_closed() {
                Idle::Closed
            } else {
                Idle::Empty
            });
        }
        let oldest = self.shared.oldest(head);
        if oldest.is_after(self.next) {
            let from = self.expected();
            self.next = oldest;
            return Ok(oldest.is_after(from).then(|| self.lose(oldest.since(from))));
        }
        // The stamp is loaded after the claim: of a closed ring it is the last one.
        let stamp = self.shared.slots.stamp(self.next);
        if stamp == Stamp::complete(self.next) || stamp.position().is_after(self.next) {
            return Ok(None);
        }
        if stamp == Stamp::skipped(self.next) || claim.is_closed() || self.out_of_patience() {
            self.next = self.next.plus(1);
            return Ok(Some(self.lose(1)));
        }
        Err(Idle::Empty)
    }

    /// The first position that would be a loss. What leaves the window before the reader has
    /// begun is none, if it was history already when the reader was made.
    fn expected(&self) -> Position {
        let begun = self.delivered + self.lost > 0;
        if !begun && self.made.is_after(self.next) {
            self.made
        } else {
            self.next
        }
    }

    fn lose(&mut self, lost: u64) -> u64 {
        self.lost += lost;
        lost
    }

    /// Whether the next position has been in the hands of its writer for too long.
    fn out_of_patience(&mut self) -> bool {
        match self.stuck {
            Some((position, wait)) if position == self.next => wait.exceeds(PATIENCE),
            _ => {
                self.stuck = Some((self.next, Wait::begin()));
                false
            }
        }
    }

    fn next_until(&mut self, deadline: Option<Instant>) -> Result<Next<T>, Idle> {
        // A reader that looks all the time takes the line from the writer all the time: after
        // a pause of about a microsecond many records are there at once.
        const SPINS: u32 = 3;
        const YIELDS: u32 = 4;
        let mut rounds = 0;
        let mut waker = None;
        loop {
            match self.try_next() {
                Err(Idle::Empty) => {}
                ready => return ready,
            }
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return Err(Idle::Empty);
            }
            rounds += 1;
            if rounds <= SPINS {
                spin(8 << rounds);
            } else if rounds <= SPINS + YIELDS {
                thread::yield_now();
            } else {
                let waker = waker.get_or_insert_with(|| {
                    Waker::from(StdArc::new(ThreadWaker(thread::current())))
                });
                if self.sleep_for_next(waker) {
                    sleep_until(deadline);
                } else {
                    // The writer of the next record is at work.
                    thread::yield_now();
                }
            }
        }
    }

    fn sleep_for_next(&mut self, waker: &Waker) -> bool {
        let sleepers = &self.shared.sleepers;
        let key = *self.sleeper.get_or_insert_with(|| sleepers.key());
        self.shared.sleep_for(self.next, key, waker)
    }
}

impl<T: Record> Stream for Reader<T> {
    type Item = Next<T>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Next<T>>> {
        // The second try is for what came between the first one and the entry in the list.
        for try_sleep in [true, false] {
            match self.try_next() {
                Ok(next) => return Poll::Ready(Some(next)),
                Err(Idle::Closed) => return Poll::Ready(None),
                Err(Idle::Empty) if try_sleep => {
                    if self.sleep_for_next(context.waker()) {
                        return Poll::Pending;
                    }
                }
                Err(Idle::Empty) => {}
            }
        }
        // The writer of the next record is at work, which takes nanoseconds.
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

impl<T: Record> Drop for Reader<T> {
    fn drop(&mut self) {
        if let Some(key) = self.sleeper {
            self.shared.sleepers.leave(key);
        }
    }
}

impl<T: Record> fmt::Debug for Reader<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("position", &self.position())
            .field("delivered", &self.delivered)
            .field("lost", &self.lost)
            .finish_non_exhaustive()
    }
}
