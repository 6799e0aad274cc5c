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
    pub fn wait_next(&mut self) -> Result<Next<T>, Idle> {
        self.wait(None, Self::try_next)
    }

    /// The next record or loss; sleeps for at most `timeout` until there is one.
    ///
    /// # Errors
    /// [`Idle::Empty`] when the time is over, [`Idle::Closed`] when all writers are gone and
    /// everything is read.
    pub fn next_timeout(&mut self, timeout: Duration) -> Result<Next<T>, Idle> {
        // A time too far away to be told is no limit.
        self.wait(Instant::now().checked_add(timeout), Self::try_next)
    }

    /// [`Reader::visit`], which sleeps until there is something: the cheapest way to follow.
    ///
    /// A `limit` of zero is taken for one.
    ///
    /// # Errors
    /// [`Idle::Closed`] when all writers are gone and everything is read.
    pub fn wait_visit(
        &mut self,
        limit: usize,
        mut each: impl FnMut(Next<&T>),
    ) -> Result<usize, Idle> {
        self.wait(None, |reader| reader.visit(limit.max(1), &mut each))
    }

    /// Does `read` until it is not [`Idle::Empty`], or `deadline` has passed; sleeps between.
    fn wait<R>(
        &mut self,
        deadline: Option<Instant>,
        mut read: impl FnMut(&mut Self) -> Result<R, Idle>,
    ) -> Result<R, Idle> {
        let [spins, yields, busy] = ROUNDS;
        let mut rounds = 0;
        let mut waker = None;
        loop {
            match read(self) {
                Err(Idle::Empty) => {}
                ready => return ready,
            }
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return Err(Idle::Empty);
            }
            rounds += 1;
            if rounds <= spins {
                spin(8 << rounds);
            } else if rounds <= yields {
                thread::yield_now();
            } else {
                let waker = waker.get_or_insert_with(|| {
                    Waker::from(StdArc::new(ThreadWaker(thread::current())))
                });
                if self.sleep_for_next(waker) {
                    sleep_until(deadline);
                } else if rounds <= busy {
                    // The writer of the next record is at work.
                    thread::yield_now();
                } else {
                    nap();
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
