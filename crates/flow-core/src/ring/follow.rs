//! Waiting for what comes: threads that sleep, tasks that are woken.

use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::time::Instant;

use futures_core::Stream;

use super::reader::{Idle, Next, Reader};
use super::record::Record;
use super::sync::{ROUNDS, StdArc, ThreadWaker, nap, sleep_until, spin, thread};

impl<T: Record> Reader<T> {
    /// The next record or loss; sleeps until there is one.
    ///
    /// # Errors
    /// [`Idle::Closed`] when all writers are gone and everything is read.
    #[inline]
    pub fn wait_next(&mut self) -> Result<Next<T>, Idle> {
        let mut pauses = Pauses::until(None);
        loop {
            match self.try_next() {
                Err(Idle::Empty) => pauses.next(self)?,
                ready => return ready,
            }
        }
    }

    /// The next record or loss; sleeps for at most `timeout` until there is one.
    ///
    /// # Errors
    /// [`Idle::Empty`] when the time is over, [`Idle::Closed`] when all writers are gone and
    /// everything is read.
    pub fn next_timeout(&mut self, timeout: Duration) -> Result<Next<T>, Idle> {
        // A time too far away to be represented is no limit.
        let mut pauses = Pauses::until(Instant::now().checked_add(timeout));
        loop {
            match self.try_next() {
                Err(Idle::Empty) => pauses.next(self)?,
                ready => return ready,
            }
        }
    }

    /// [`Reader::visit`], which sleeps until there is something: the cheapest way to follow.
    ///
    /// A `limit` of zero is taken for one.
    ///
    /// # Errors
    /// [`Idle::Closed`] when all writers are gone and everything is read.
    #[inline]
    pub fn wait_visit(
        &mut self,
        limit: usize,
        mut each: impl FnMut(Next<&T>),
    ) -> Result<usize, Idle> {
        let mut pauses = Pauses::until(None);
        loop {
            match self.visit(limit.max(1), &mut each) {
                Err(Idle::Empty) => pauses.next(self)?,
                ready => return ready,
            }
        }
    }

    fn sleep_for_next(&mut self, waker: &Waker) -> bool {
        let sleepers = &self.shared.sleepers;
        let key = *self.sleeper.get_or_insert_with(|| sleepers.key());
        self.shared.sleep_for(self.next, key, waker)
    }
}

/// The pauses of a thread that waits: short ones first, then sleep.
struct Pauses {
    deadline: Option<Instant>,
    rounds: u32,
    waker: Option<Waker>,
}

impl Pauses {
    const fn until(deadline: Option<Instant>) -> Self {
        Self {
            deadline,
            rounds: 0,
            waker: None,
        }
    }

    /// Makes one pause, of which `reader` may be woken; [`Idle::Empty`] after the deadline.
    #[cold]
    fn next<T: Record>(&mut self, reader: &mut Reader<T>) -> Result<(), Idle> {
        if self.deadline.is_some_and(|end| Instant::now() >= end) {
            return Err(Idle::Empty);
        }
        let [spins, yields, busy] = ROUNDS;
        self.rounds = self.rounds.saturating_add(1);
        if self.rounds <= spins {
            spin(8 << self.rounds);
        } else if self.rounds <= yields {
            thread::yield_now();
        } else {
            let waker = self
                .waker
                .get_or_insert_with(|| StdArc::new(ThreadWaker(thread::current())).into());
            if reader.sleep_for_next(waker) {
                sleep_until(self.deadline);
            } else if self.rounds <= busy {
                // The writer of the next record is at work.
                thread::yield_now();
            } else {
                nap();
            }
        }
        Ok(())
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
