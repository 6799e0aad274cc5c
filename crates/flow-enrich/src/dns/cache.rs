//! Which names an address has for a client, as readers see it.

use std::hash::BuildHasher;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arc_swap::ArcSwap;
use flow_core::flow::Ip;
use flow_core::names::NameHandle;
use hashbrown::{DefaultHashBuilder, HashMap};

const SHARDS: usize = 256;

/// A client, [`Ip::UNSPECIFIED`] for all, and an address that it asked for.
pub(super) type Pair = (Ip, Ip);

/// Names of an address from one time until another, in nanoseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) handle: NameHandle,
    pub(super) from: u64,
    pub(super) until: u64,
}

/// A map that is read without a lock. A change copies a small part.
pub(super) struct Cache {
    shards: Box<[ArcSwap<HashMap<Pair, Known>>]>,
    hasher: DefaultHashBuilder,
    len: AtomicUsize,
}

impl Cache {
    pub(super) fn new() -> Self {
        Self {
            shards: (0..SHARDS).map(|_| ArcSwap::default()).collect(),
            hasher: DefaultHashBuilder::default(),
            len: AtomicUsize::new(0),
        }
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.len.load(Ordering::Relaxed) == 0
    }

    fn shard(&self, pair: &Pair) -> &ArcSwap<HashMap<Pair, Known>> {
        let hash = self.hasher.hash_one(pair);
        &self.shards[(hash >> 40) as usize % SHARDS]
    }

    /// The names at a time; 0 stands for now.
    #[inline]
    pub(super) fn get(&self, pair: Pair, time: u64) -> Option<NameHandle> {
        let shard = self.shard(&pair).load();
        let known = shard.get(&pair)?;
        let is_valid = time == 0 || known.from <= time && time < known.until;
        is_valid.then_some(known.handle)
    }

    /// Sets or removes an entry. Only one thread at a time may call it.
    pub(super) fn set(&self, pair: Pair, known: Option<Known>) {
        let shard = self.shard(&pair);
        let mut next = HashMap::clone(&shard.load());
        let before = next.len();
        match known {
            Some(known) => drop(next.insert(pair, known)),
            None => drop(next.remove(&pair)),
        }
        let after = next.len();
        shard.store(Arc::new(next));
        // One writer: what it added and what it took never cross.
        match after >= before {
            true => self.len.fetch_add(after - before, Ordering::Relaxed),
            false => self.len.fetch_sub(before - after, Ordering::Relaxed),
        };
    }
}
