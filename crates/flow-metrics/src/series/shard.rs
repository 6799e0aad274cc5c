//! Memory that one thread counts in.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use flow_core::record::TraceId;

/// Words of a chunk.
pub(crate) const CHUNK: usize = 1024;

/// Words that one thread writes, and any reads. Its alignment keeps it apart from what other threads
/// write, the neighbouring line included that processors fetch together with it.
#[derive(Debug)]
#[repr(align(128))]
pub(crate) struct Chunk([AtomicU64; CHUNK]);

impl Chunk {
    pub(crate) fn new() -> Self {
        Self([const { AtomicU64::new(0) }; CHUNK])
    }
}

/// The first word of a series in a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Slot(pub(crate) u32);

/// One measurement, with the trace that it belongs to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Exemplar {
    pub(crate) trace: TraceId,
    pub(crate) value: f64,
    /// Nanoseconds since the Unix epoch.
    pub(crate) time: u64,
}

/// What one thread counts.
#[derive(Debug, Default)]
pub(crate) struct Shard {
    chunks: Mutex<Vec<Arc<Chunk>>>,
    exemplars: Mutex<HashMap<Slot, Exemplar>>,
    has_exemplars: AtomicBool,
    /// The generation of the catalog that its thread knows.
    pub(crate) seen: AtomicU64,
    /// Whether its thread has ended.
    pub(crate) is_closed: AtomicBool,
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shard {
    /// Its memory, to be used without a lock.
    pub(crate) fn words(&self) -> Words {
        Words(lock(&self.chunks).clone())
    }

    pub(crate) fn grow(&self) {
        lock(&self.chunks).push(Arc::new(Chunk::new()));
    }

    pub(crate) fn set_exemplar(&self, slot: Slot, exemplar: Exemplar) {
        lock(&self.exemplars).insert(slot, exemplar);
        self.has_exemplars.store(true, Ordering::Relaxed);
    }

    pub(crate) fn has_exemplars(&self) -> bool {
        self.has_exemplars.load(Ordering::Relaxed)
    }

    pub(crate) fn exemplar(&self, slot: Slot) -> Option<Exemplar> {
        lock(&self.exemplars).get(&slot).copied()
    }

    pub(crate) fn forget_exemplars(&self, slot: Slot, words: u32) {
        if !self.has_exemplars() {
            return;
        }
        let mut exemplars = lock(&self.exemplars);
        for offset in 0..words {
            exemplars.remove(&Slot(slot.0 + offset));
        }
    }
}

/// The memory of a shard.
#[derive(Clone, Debug, Default)]
pub(crate) struct Words(Vec<Arc<Chunk>>);

impl Words {
    #[inline]
    fn word(&self, slot: Slot) -> Option<&AtomicU64> {
        let place = slot.0 as usize;
        let chunk = self.0.get(place / CHUNK)?;
        Some(&chunk.0[place % CHUNK])
    }

    /// Whether it holds this word.
    pub(crate) fn has(&self, slot: Slot) -> bool {
        (slot.0 as usize) < self.0.len() * CHUNK
    }

    /// Adds to a word. Only the thread of the shard does this.
    #[inline]
    pub(crate) fn add(&self, slot: Slot, by: u64) {
        if let Some(word) = self.word(slot) {
            // No other thread writes it: a load and a store, without a lock of the bus.
            let sum = word.load(Ordering::Relaxed).wrapping_add(by);
            word.store(sum, Ordering::Relaxed);
        }
    }

    /// Adds to a word that holds a float.
    #[inline]
    pub(crate) fn add_float(&self, slot: Slot, by: f64) {
        if let Some(word) = self.word(slot) {
            let sum = f64::from_bits(word.load(Ordering::Relaxed)) + by;
            word.store(sum.to_bits(), Ordering::Relaxed);
        }
    }

    pub(crate) fn load(&self, slot: Slot) -> u64 {
        self.word(slot)
            .map_or(0, |word| word.load(Ordering::Relaxed))
    }

    /// Empties the words of a series that its thread no longer knows.
    pub(crate) fn clear(&self, slot: Slot, words: u32) {
        for offset in 0..words {
            if let Some(word) = self.word(Slot(slot.0 + offset)) {
                word.store(0, Ordering::Relaxed);
            }
        }
    }
}
