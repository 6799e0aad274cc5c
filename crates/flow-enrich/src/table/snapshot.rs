//! What readers see: the whole table at one moment.

use std::hash::{BuildHasher, Hash};
use std::sync::Arc;

use flow_core::flow::Ip;
use hashbrown::{DefaultHashBuilder, HashTable};
use prefix_trie::PrefixMap;

use super::key::{Key, PodUid};
use super::version::{Found, Versions};
use crate::cidr;

/// Parts of a map that change by themselves: many where there are many keys.
const MANY: usize = 1_024;
const FEW: usize = 64;

/// An entry of a shard.
#[derive(Clone, Debug)]
struct Slot<K> {
    key: K,
    versions: Versions,
}

type Shard<K> = HashTable<Slot<K>>;

/// A map in parts. A copy shares all parts with the original, and a change copies one part.
#[derive(Clone, Debug)]
pub(super) struct Shards<K> {
    shards: Arc<[Arc<Shard<K>>]>,
    hasher: DefaultHashBuilder,
}

impl<K: Copy + Eq + Hash> Shards<K> {
    /// Returns an empty map of so many parts, a power of two.
    fn new(parts: usize) -> Self {
        let empty = Arc::new(Shard::new());
        Self {
            shards: (0..parts).map(|_| Arc::clone(&empty)).collect(),
            hasher: DefaultHashBuilder::default(),
        }
    }

    /// The part of a hash: bits that the part itself does not use.
    #[inline]
    fn shard(&self, hash: u64) -> usize {
        (hash >> 40) as usize & (self.shards.len() - 1)
    }

    #[inline]
    fn get(&self, key: &K) -> Option<&Versions> {
        let hash = self.hasher.hash_one(key);
        let shard = self.shards.get(self.shard(hash))?;
        let slot = shard.find(hash, |slot| slot.key == *key)?;
        Some(&slot.versions)
    }

    /// Changes the versions of a key, which are forgotten once there are none.
    fn edit<R>(&mut self, key: K, change: impl FnOnce(&mut Versions) -> R) -> R {
        let hasher = &self.hasher;
        let hash = hasher.hash_one(key);
        let index = self.shard(hash);
        let shards = Arc::make_mut(&mut self.shards);
        let shard = Arc::make_mut(&mut shards[index]);
        let rehash = |slot: &Slot<K>| hasher.hash_one(slot.key);
        let mut entry = shard
            .entry(hash, |slot| slot.key == key, rehash)
            .or_insert_with(|| Slot {
                key,
                versions: Versions::default(),
            });
        let result = change(&mut entry.get_mut().versions);
        if entry.get().versions.0.is_empty() {
            entry.remove();
        }
        result
    }

    fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.len()).sum()
    }
}

/// The whole table at one moment. A copy shares everything that does not change.
#[derive(Clone, Debug)]
pub(super) struct Snapshot {
    addresses: Shards<Ip>,
    pods: Shards<PodUid>,
    cgroups: Shards<u64>,
    processes: Shards<u32>,
    node_ports: Shards<(u8, u16)>,
    prefixes: Arc<PrefixMap<(u128, u8), Versions>>,
}

impl Snapshot {
    pub(super) fn new() -> Self {
        Self {
            addresses: Shards::new(MANY),
            pods: Shards::new(FEW),
            cgroups: Shards::new(FEW),
            processes: Shards::new(FEW),
            node_ports: Shards::new(FEW),
            prefixes: Arc::new(PrefixMap::new()),
        }
    }

    #[inline]
    pub(super) fn address(&self, ip: Ip, time: u64) -> Option<Found> {
        self.addresses.get(&ip)?.at(time)
    }

    /// The longest prefix that has an endpoint at this time.
    #[inline]
    pub(super) fn prefix(&self, ip: Ip, time: u64) -> Option<Found> {
        if self.prefixes.is_empty() {
            return None;
        }
        let key = (cidr::key(ip), 128);
        let (_, longest) = self.prefixes.get_lpm(&key)?;
        longest.at(time).or_else(|| {
            let all = self.prefixes.cover(&key);
            all.filter_map(|(_, versions)| versions.at(time)).last()
        })
    }

    pub(super) fn get(&self, key: Key, time: u64) -> Option<Found> {
        let versions = match key {
            Key::Address(ip) => self.addresses.get(&ip),
            Key::Prefix(cidr) => self.prefixes.get(&cidr.mapped()),
            Key::Cgroup(id) => self.cgroups.get(&id),
            Key::Process(pid) => self.processes.get(&pid),
            Key::Pod(uid) => self.pods.get(&uid),
            Key::NodePort { protocol, port } => self.node_ports.get(&(protocol, port)),
        };
        versions?.at(time)
    }

    pub(super) fn edit<R>(&mut self, key: Key, change: impl FnOnce(&mut Versions) -> R) -> R {
        match key {
            Key::Address(ip) => self.addresses.edit(ip, change),
            Key::Cgroup(id) => self.cgroups.edit(id, change),
            Key::Process(pid) => self.processes.edit(pid, change),
            Key::Pod(uid) => self.pods.edit(uid, change),
            Key::NodePort { protocol, port } => self.node_ports.edit((protocol, port), change),
            Key::Prefix(cidr) => {
                let prefixes = Arc::make_mut(&mut self.prefixes);
                let key = cidr.mapped();
                let versions = prefixes.entry(key).or_default();
                let result = change(versions);
                if versions.0.is_empty() {
                    prefixes.remove(&key);
                }
                result
            }
        }
    }

    /// Keys of all kinds.
    pub(super) fn len(&self) -> usize {
        let maps = [
            self.addresses.len(),
            self.pods.len(),
            self.cgroups.len(),
            self.processes.len(),
            self.node_ports.len(),
            self.prefixes.len(),
        ];
        maps.iter().sum()
    }
}
