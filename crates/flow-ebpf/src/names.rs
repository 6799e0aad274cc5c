//! Interface names, shared between the watchers that learn them and the readers that need them.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use flow_core::event::InterfaceNaming;
use flow_core::flow::Name16;

/// Interfaces that are gone but whose name is still reported, because records about them may be on
/// their way for as long as the idle timeout.
const REMEMBERED: usize = 1024;

/// Network namespace inode and interface index.
type Key = (u32, u32);
type Table = HashMap<Key, Name16, BuildHasherDefault<KeyHasher>>;

/// Names of the interfaces of every observed namespace. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub struct InterfaceNames {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    known: RwLock<Known>,
    /// Grows with each change of `known`.
    generation: AtomicU64,
}

#[derive(Debug, Default)]
struct Known {
    table: Arc<Table>,
    gone: VecDeque<Key>,
}

impl InterfaceNames {
    /// Name of the interface with this index in the namespace with this inode; empty where it
    /// is not known.
    ///
    /// Takes a read lock: for a name for each record, use a [`reader`](Self::reader).
    #[must_use]
    pub fn name(&self, netns: u32, ifindex: u32) -> Name16 {
        let known = self
            .shared
            .known
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        lookup(&known.table, (netns, ifindex))
    }

    /// A reader for one thread, which takes a lock only after something has changed.
    #[must_use]
    pub fn reader(&self) -> InterfaceReader {
        InterfaceReader {
            shared: Arc::clone(&self.shared),
            table: Arc::default(),
            generation: u64::MAX,
            last: ((0, 0), Name16::default()),
        }
    }

    pub(crate) fn set(&self, netns: u32, ifindex: u32, name: Name16) {
        self.change(|known| {
            known.gone.retain(|key| *key != (netns, ifindex));
            Arc::make_mut(&mut known.table).insert((netns, ifindex), name);
        });
    }

    /// The interface is gone: its name is reported until [`REMEMBERED`] others have gone, or its
    /// index is used again.
    pub(crate) fn retire(&self, netns: u32, ifindex: u32) {
        self.change(|known| {
            if known.table.contains_key(&(netns, ifindex)) {
                known.gone.push_back((netns, ifindex));
            }
            if known.gone.len() > REMEMBERED
                && let Some(oldest) = known.gone.pop_front()
            {
                Arc::make_mut(&mut known.table).remove(&oldest);
            }
        });
    }

    fn change(&self, change: impl FnOnce(&mut Known)) {
        let mut known = self
            .shared
            .known
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        change(&mut known);
        self.shared.generation.fetch_add(1, Ordering::Release);
    }
}

fn lookup(table: &Table, key: Key) -> Name16 {
    // LOOPBACK_IFINDEX of include/net/net_namespace.h
    let loopback = || {
        if key.1 == 1 {
            Name16::new(b"lo")
        } else {
            Name16::default()
        }
    };
    table.get(&key).copied().unwrap_or_else(loopback)
}

/// A decoder takes it as it is.
impl InterfaceNaming for InterfaceReader {
    fn name(&mut self, netns: u32, index: u32) -> Name16 {
        Self::name(self, netns, index)
    }
}

/// Looks up interface names for one thread: see [`InterfaceNames::reader`].
#[derive(Clone, Debug)]
pub struct InterfaceReader {
    shared: Arc<Shared>,
    table: Arc<Table>,
    generation: u64,
    last: (Key, Name16),
}

impl InterfaceReader {
    /// Name of the interface with this index in the namespace with this inode; empty where it
    /// is not known. The first interface of every namespace is its loopback interface.
    #[inline]
    pub fn name(&mut self, netns: u32, ifindex: u32) -> Name16 {
        if self.shared.generation.load(Ordering::Acquire) != self.generation {
            self.refresh();
        }
        let key = (netns, ifindex);
        if self.last.0 != key {
            self.last = (key, lookup(&self.table, key));
        }
        self.last.1
    }

    #[cold]
    fn refresh(&mut self) {
        let known = self
            .shared
            .known
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        // Read under the lock, so that it belongs to this table.
        self.generation = self.shared.generation.load(Ordering::Acquire);
        self.table = Arc::clone(&known.table);
        self.last = ((0, 0), Name16::default());
    }
}

/// Mixes two small numbers: keys are given by the kernel, not by an attacker.
#[derive(Default)]
struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u32(u32::from(*byte));
        }
    }

    fn write_u32(&mut self, number: u32) {
        // Fibonacci hashing; the rotation brings the mixed high bits down for the next number.
        self.0 = (self.0.rotate_left(32) ^ u64::from(number)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reader_follows_changes() {
        let names = InterfaceNames::default();
        let mut reader = names.reader();
        assert!(reader.name(1, 2).is_empty());
        names.set(1, 2, Name16::new(b"eth0"));
        assert_eq!(reader.name(1, 2).as_bytes(), b"eth0");
        assert_eq!(names.name(1, 2).as_bytes(), b"eth0");
        assert!(reader.name(2, 2).is_empty(), "same index, other namespace");
        names.set(1, 2, Name16::new(b"wan"));
        assert_eq!(reader.name(1, 2).as_bytes(), b"wan");
        assert!(reader.name(0, 0).is_empty());
    }

    #[test]
    fn gone_interfaces_are_reported_for_a_while() {
        let names = InterfaceNames::default();
        names.set(1, 2, Name16::new(b"old"));
        names.retire(1, 2);
        assert_eq!(names.name(1, 2).as_bytes(), b"old");
        for index in 3..u32::try_from(REMEMBERED).unwrap() + 3 {
            names.set(1, index, Name16::new(b"x"));
            names.retire(1, index);
        }
        assert!(names.name(1, 2).is_empty());
        assert_eq!(names.name(1, 3).as_bytes(), b"x");
    }

    #[test]
    fn loopback_is_known_in_every_namespace() {
        let names = InterfaceNames::default();
        assert_eq!(names.name(77, 1).as_bytes(), b"lo");
        assert_eq!(names.reader().name(77, 1).as_bytes(), b"lo");
    }

    #[test]
    fn an_index_used_again_is_not_forgotten_with_its_past() {
        let names = InterfaceNames::default();
        names.set(1, 1, Name16::new(b"old"));
        names.retire(1, 1);
        names.set(1, 1, Name16::new(b"new"));
        for index in 2..u32::try_from(REMEMBERED).unwrap() + 3 {
            names.set(1, index, Name16::new(b"x"));
            names.retire(1, index);
        }
        assert_eq!(names.name(1, 1).as_bytes(), b"new");
    }
}
