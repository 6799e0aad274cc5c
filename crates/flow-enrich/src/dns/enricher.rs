//! Learns and gives DNS names.

use std::fmt;
use std::sync::Arc;

use flow_core::flow::{Endpoint, Flow, Ip};
use flow_core::names::{NameHandle, NameTable};
use flow_core::pipeline::{Attached, Enricher};
use flow_core::record::{DnsRecord, L7Body, L7Kind};
use parking_lot::Mutex;

use super::cache::Cache;
use super::hosts;
use super::learned::{DnsLimits, DnsStats, Learned, canonical};
use super::merged::Merged;

/// Learns names from DNS answers, and gives them to the ends of flows: see the [module](super).
///
/// Names are read without a lock. An answer takes a lock for a few microseconds, on the thread of the source
/// that carries it. Put it behind the enrichers that give other names: it adds to them. When the last clone
/// is dropped, its names are removed.
#[derive(Clone)]
pub struct DnsNames {
    shared: Arc<Shared>,
}

struct Shared {
    table: NameTable,
    cache: Arc<Cache>,
    /// Names for all clients.
    hosts: Arc<Cache>,
    learned: Mutex<Learned>,
    preloaded: Mutex<Learned>,
    merged: Merged,
}

impl DnsNames {
    /// Returns an enricher that knows nothing yet and keeps names in `table`, within the default limits.
    #[must_use]
    pub fn new(table: &NameTable) -> Self {
        Self::with_limits(table, DnsLimits::default())
    }

    /// Returns an enricher that knows nothing yet and keeps names in `table`.
    #[must_use]
    pub fn with_limits(table: &NameTable, limits: DnsLimits) -> Self {
        let [cache, hosts] = [0; 2].map(|_| Arc::new(Cache::new()));
        let all_hosts = DnsLimits {
            pairs: 1 << 20,
            names: 64,
            ..limits
        };
        Self {
            shared: Arc::new(Shared {
                table: table.clone(),
                learned: Mutex::new(Learned::new(table, &cache, limits)),
                preloaded: Mutex::new(Learned::new(table, &hosts, all_hosts)),
                merged: Merged::new(),
                cache,
                hosts,
            }),
        }
    }

    /// Takes the names of a text in the form of `/etc/hosts` (hosts(5)), for all clients and for good. Returns how
    /// many names it has.
    pub fn preload_hosts(&self, text: &str) -> usize {
        let mut preloaded = self.shared.preloaded.lock();
        let mut all: Vec<_> = hosts::entries(text).collect();
        // The newest name of an address comes first, and a line's first name is the one to show.
        all.reverse();
        for (address, name) in &all {
            let pair = (Ip::UNSPECIFIED, Ip::from(*address));
            preloaded.put(pair, name, 0, u64::MAX);
        }
        all.len()
    }

    /// Returns its numbers, without what was preloaded.
    #[must_use]
    pub fn stats(&self) -> DnsStats {
        self.shared.learned.lock().stats()
    }

    #[cold]
    fn learn(&self, client: Ip, answer: DnsRecord<'_>, time: u64) {
        let Some(name) = canonical(&answer.query().to_string()) else {
            return;
        };
        let mut learned = self.shared.learned.lock();
        learned.stats.answers += 1;
        for address in answer.ips().filter(|address| !address.is_unspecified()) {
            let pair = (client, address.into());
            learned.learn(pair, &name, time, answer.ttl());
        }
    }

    #[inline]
    fn find(&self, end: Ip, other: Ip, time: u64) -> Option<NameHandle> {
        let Shared { cache, hosts, .. } = &*self.shared;
        let learned = match cache.is_empty() {
            true => None,
            false => cache.get((other, end), time),
        };
        learned.or_else(|| match hosts.is_empty() {
            true => None,
            false => hosts.get((Ip::UNSPECIFIED, end), 0),
        })
    }

    #[inline]
    fn name(&self, end: &mut Endpoint, other: Ip, time: u64) {
        if let Some(dns) = self.find(end.ip, other, time) {
            let handle = match NameHandle::from_raw(end.meta) {
                None => Some(dns),
                Some(known) => self.shared.merged.get(&self.shared.table, known, dns),
            };
            if let Some(handle) = handle {
                end.meta = handle.raw();
            }
        }
    }
}

impl Enricher for DnsNames {
    fn name(&self) -> &str {
        "dns"
    }

    #[inline]
    fn enrich(&self, flow: &mut Flow, attached: &Attached<'_>) {
        if let Some(record) = attached.l7
            && record.kind == L7Kind::RESPONSE
            && let L7Body::Dns(answer) = record.body()
            && answer.rcode() == 0
            && answer.ips().next().is_some()
        {
            self.learn(flow.destination.ip, answer, flow.time);
        }
        if self.shared.cache.is_empty() && self.shared.hosts.is_empty() {
            return;
        }
        let (source, destination) = (flow.source.ip, flow.destination.ip);
        if attached.source.is_none() {
            self.name(&mut flow.source, destination, flow.time);
        }
        if attached.destination.is_none() {
            self.name(&mut flow.destination, source, flow.time);
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.merged.release(&self.table);
    }
}

impl fmt::Debug for DnsNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DnsNames").field(&self.stats()).finish()
    }
}
