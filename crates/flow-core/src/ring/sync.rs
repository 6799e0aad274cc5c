//! Every atomic, lock and thread operation of the ring, so that loom can take them over.

#[cfg(not(loom))]
pub(super) use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering, fence},
};
#[cfg(not(loom))]
pub(super) use std::thread;

#[cfg(loom)]
pub(super) use loom::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering, fence},
};
#[cfg(loom)]
pub(super) use loom::thread;

use std::boxed::Box;
/// Wakers want this one, also under loom.
pub(super) use std::sync::Arc as StdArc;
use std::task::Wake;
use std::time::{Duration, Instant};

/// `count` words of zero. Outside loom the pages are not touched, so that the system gives
/// memory only to what is written.
#[cfg(not(loom))]
pub(super) fn zeroed_words(count: usize) -> Option<Box<[AtomicU64]>> {
    zerocopy::FromZeros::new_box_zeroed_with_elems(count).ok()
}

#[cfg(loom)]
pub(super) fn zeroed_words(count: usize) -> Option<Box<[AtomicU64]>> {
    Some((0..count).map(|_| AtomicU64::new(0)).collect())
}

/// Words before the first one of `words` that begins a cache line.
#[cfg(not(loom))]
pub(super) fn words_to_cache_line(words: &[AtomicU64]) -> usize {
    words.as_ptr().align_offset(64)
}

#[cfg(loom)]
pub(super) fn words_to_cache_line(_: &[AtomicU64]) -> usize {
    0
}

/// Rounds of a waiting reader in which it only pauses, in which it yields after that, and
/// after which it takes a writer that is at work for one that was stopped.
///
/// A reader that looks all the time takes the line from the writer all the time: after a
/// pause of about a microsecond many records are there at once.
#[cfg(not(loom))]
pub(super) const ROUNDS: [u32; 3] = [3, 7, 100];
/// loom tries every order without that.
#[cfg(loom)]
pub(super) const ROUNDS: [u32; 3] = [0, 0, 100];

/// How often a lapped reader tries to get a record out of the window at once. Each try fails
/// only because the ring was written all round meanwhile; in rings of a few slots that can
/// go on for ever.
#[cfg(not(loom))]
pub(super) const CATCH_UP_TRIES: u32 = 64;
#[cfg(loom)]
pub(super) const CATCH_UP_TRIES: u32 = 2;

/// Lets other threads run for a very short time.
#[cfg(not(loom))]
pub(super) fn spin(rounds: u32) {
    for _ in 0..rounds {
        std::hint::spin_loop();
    }
}

#[cfg(loom)]
pub(super) fn spin(_: u32) {
    thread::yield_now();
}

/// Lets other threads run for longer.
#[cfg(not(loom))]
pub(super) fn nap() {
    thread::sleep(Duration::from_micros(50));
}

#[cfg(loom)]
pub(super) fn nap() {
    thread::yield_now();
}

/// Wakes a thread that sleeps in [`sleep_until`].
pub(super) struct ThreadWaker(pub(super) thread::Thread);

impl Wake for ThreadWaker {
    fn wake(self: StdArc<Self>) {
        self.0.unpark();
    }
}

/// Sleeps until the current thread is unparked or `deadline` has passed; may return early.
#[cfg(not(loom))]
pub(super) fn sleep_until(deadline: Option<Instant>) {
    match deadline {
        None => thread::park(),
        Some(deadline) => thread::park_timeout(deadline.saturating_duration_since(Instant::now())),
    }
}

#[cfg(loom)]
pub(super) fn sleep_until(_: Option<Instant>) {
    thread::park();
}

/// How long one thing has been awaited. loom has no clock: there the second question is
/// one too many.
#[derive(Clone, Copy)]
pub(super) struct Wait {
    #[cfg(not(loom))]
    since: Instant,
}

impl Wait {
    pub(super) fn begin() -> Self {
        Self {
            #[cfg(not(loom))]
            since: Instant::now(),
        }
    }

    #[cfg(not(loom))]
    pub(super) fn exceeds(&self, limit: Duration) -> bool {
        self.since.elapsed() >= limit
    }

    #[cfg(loom)]
    pub(super) fn exceeds(&self, _: Duration) -> bool {
        true
    }
}
