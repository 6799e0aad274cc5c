//! The list of sleeping readers.

use core::task::Waker;
use std::collections::BTreeMap;

use super::sync::{AtomicBool, AtomicU64, Mutex, Ordering, fence};

/// Wakers of readers that sleep, by reader.
///
/// A writer never waits for the lock: if somebody holds it, the writer leaves its wish in
/// `wanted`, and the holder fulfils it after unlocking. The fences on both sides make sure
/// that at least one of the two sees the other.
pub(super) struct Sleepers {
    wanted: AtomicBool,
    wakers: Mutex<BTreeMap<u64, Waker>>,
    keys: AtomicU64,
}

impl Sleepers {
    pub(super) fn new() -> Self {
        Self {
            wanted: AtomicBool::new(false),
            wakers: Mutex::new(BTreeMap::new()),
            keys: AtomicU64::new(0),
        }
    }

    /// A key that no other reader has.
    pub(super) fn key(&self) -> u64 {
        self.keys.fetch_add(1, Ordering::Relaxed)
    }

    /// Enters or replaces the waker of the reader `key`.
    pub(super) fn enter(&self, key: u64, waker: &Waker) {
        let waker = waker.clone();
        drop(self.with_lock(|wakers| wakers.insert(key, waker)));
    }

    /// Takes the waker of the reader `key` out again.
    pub(super) fn leave(&self, key: u64) {
        drop(self.with_lock(|wakers| wakers.remove(&key)));
    }

    /// Wakes everybody on the list, here or by the thread that holds the lock.
    pub(super) fn wake_all(&self) {
        self.wanted.store(true, Ordering::SeqCst);
        self.fulfil();
    }

    /// Changes the list. Wakers run foreign code when they are cloned, woken or dropped, so
    /// none of that happens under the lock: the old waker is handed back.
    fn with_lock(
        &self,
        change: impl FnOnce(&mut BTreeMap<u64, Waker>) -> Option<Waker>,
    ) -> Option<Waker> {
        let old = {
            let mut wakers = match self.wakers.lock() {
                Ok(wakers) => wakers,
                Err(poisoned) => poisoned.into_inner(),
            };
            change(&mut wakers)
        };
        self.fulfil();
        old
    }

    fn fulfil(&self) {
        loop {
            fence(Ordering::SeqCst);
            if !self.wanted.load(Ordering::SeqCst) {
                return;
            }
            let woken = {
                let mut wakers = match self.wakers.try_lock() {
                    Ok(wakers) => wakers,
                    Err(std::sync::TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
                    Err(std::sync::TryLockError::WouldBlock) => return,
                };
                self.wanted.store(false, Ordering::SeqCst);
                core::mem::take(&mut *wakers)
            };
            for waker in woken.into_values() {
                waker.wake();
            }
        }
    }
}
