//! What was learnt of answers, and for how long.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use flow_core::names::NameTable;
use flow_core::resolve::EndpointNames;
use hashbrown::HashMap;

use super::cache::{Cache, Known, Pair};

/// How much is learnt, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_structs,
    reason = "made with struct update syntax, `..Default::default()`"
)]
pub struct DnsLimits {
    /// Most pairs of a client and an address.
    pub pairs: usize,
    /// Most names of an address for one client; the newest stay.
    pub names: usize,
    /// Names last at least so long, for connections outlive the time to live of the answer.
    pub least_ttl: Duration,
    /// Names last at most so long.
    pub most_ttl: Duration,
}

impl Default for DnsLimits {
    /// 65,536 pairs, 8 names, from an hour to a day.
    fn default() -> Self {
        Self {
            pairs: 65_536,
            names: 8,
            least_ttl: Duration::from_secs(3_600),
            most_ttl: Duration::from_secs(86_400),
        }
    }
}

/// Numbers of a [`DnsNames`](super::DnsNames).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DnsStats {
    /// Pairs of a client and an address that are known now.
    pub pairs: usize,
    /// Answers that names were learnt from.
    pub answers: u64,
    /// Pairs that went because their time was over.
    pub expired: u64,
    /// Pairs that went before their time, to make room.
    pub evicted: u64,
    /// Names of an address that went before their time, to make room for others of the same.
    pub names_evicted: u64,
    /// Answers that came in vain, because there was no room for more names of endpoints.
    pub refused: u64,
}

/// A name of an address.
struct Name {
    text: Box<str>,
    until: u64,
}

struct Address {
    /// The newest last.
    names: Vec<Name>,
    known: Known,
}

/// What only the thread that learns needs.
pub(super) struct Learned {
    table: NameTable,
    cache: Arc<Cache>,
    limits: DnsLimits,
    addresses: HashMap<Pair, Address>,
    /// What ends first, first.
    by_end: BTreeSet<(u64, Pair)>,
    pub(super) stats: DnsStats,
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

impl Learned {
    /// Returns what has learnt nothing yet, keeps names in `table` and shows readers what it knows in `cache`.
    pub(super) fn new(table: &NameTable, cache: &Arc<Cache>, limits: DnsLimits) -> Self {
        Self {
            table: table.clone(),
            cache: Arc::clone(cache),
            limits,
            addresses: HashMap::new(),
            by_end: BTreeSet::new(),
            stats: DnsStats::default(),
        }
    }

    /// Learns the name of an address from an answer that was valid for `ttl` seconds from `now` on.
    pub(super) fn learn(&mut self, pair: Pair, name: &str, now: u64, ttl: u32) {
        let least = nanoseconds(self.limits.least_ttl);
        let most = nanoseconds(self.limits.most_ttl);
        let ttl = (u64::from(ttl) * 1_000_000_000).max(least).min(most);
        self.forget(now);
        if self.limits.pairs > 0 && self.limits.names > 0 {
            self.put(pair, name, now, now.saturating_add(ttl));
        }
    }

    /// Puts a name that lasts from `now` until `until`.
    pub(super) fn put(&mut self, pair: Pair, name: &str, now: u64, until: u64) {
        let old = self.addresses.remove(&pair);
        let (mut names, known) = match old {
            Some(old) => (old.names, Some(old.known)),
            None => (Vec::new(), None),
        };
        if let Some(known) = known {
            self.by_end.remove(&(known.until, pair));
        }
        names.retain(|other| other.until > now || other.until == u64::MAX);
        let until = match names.iter().position(|other| *other.text == *name) {
            // An answer that came out of order takes no time away.
            Some(place) => names.remove(place).until.max(until),
            None => until,
        };
        if names.len() >= self.limits.names {
            let most = names.len() + 1 - self.limits.names;
            names.drain(..most);
            self.stats.names_evicted += most as u64;
        }
        names.push(Name {
            text: name.into(),
            until,
        });
        let texts = names.iter().rev().map(|name| name.text.clone());
        let new = EndpointNames {
            dns_names: texts.collect(),
            ..EndpointNames::default()
        };
        let same = known.filter(|known| {
            let old = self.table.get(known.handle);
            old.is_some_and(|old| old.dns_names == new.dns_names)
        });
        let handle = match same {
            Some(known) => known.handle,
            None => match self.table.add(new) {
                Ok(handle) => handle,
                Err(_) => {
                    // Without room for the new names, the address keeps none rather than outdated ones.
                    self.stats.refused += 1;
                    if let Some(known) = known {
                        self.cache.set(pair, None);
                        self.table.remove(known.handle);
                    }
                    return;
                }
            },
        };
        let new = Known {
            handle,
            from: known.map_or(now, |known| known.from.min(now)),
            until: names.iter().map(|name| name.until).max().unwrap_or(until),
        };
        self.cache.set(pair, Some(new));
        if let Some(old) = known.filter(|old| old.handle != handle) {
            self.table.remove(old.handle);
        }
        self.addresses.insert(pair, Address { names, known: new });
        self.by_end.insert((new.until, pair));
        while self.addresses.len() > self.limits.pairs {
            let Some((_, first)) = self.by_end.first().copied() else {
                break;
            };
            self.stats.evicted += 1;
            self.remove(first);
        }
    }

    /// Forgets what has ended.
    fn forget(&mut self, now: u64) {
        while let Some((until, pair)) = self.by_end.first().copied()
            && until <= now
        {
            self.stats.expired += 1;
            self.remove(pair);
        }
    }

    fn remove(&mut self, pair: Pair) {
        if let Some(address) = self.addresses.remove(&pair) {
            self.by_end.remove(&(address.known.until, pair));
            self.cache.set(pair, None);
            self.table.remove(address.known.handle);
        }
    }

    pub(super) fn stats(&self) -> DnsStats {
        DnsStats {
            pairs: self.addresses.len(),
            ..self.stats
        }
    }
}

/// Its names go when it does.
impl Drop for Learned {
    fn drop(&mut self) {
        for (_, address) in self.addresses.drain() {
            self.table.remove(address.known.handle);
        }
    }
}

/// Returns a name without its final dot, in lower case; `None` for one that is none.
pub(super) fn canonical(name: &str) -> Option<Arc<str>> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let is_name = !name.is_empty() && name.len() <= 253 && !name.chars().any(char::is_control);
    is_name.then(|| name.to_ascii_lowercase().into())
}
