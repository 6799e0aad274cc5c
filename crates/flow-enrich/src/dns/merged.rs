//! Names of an endpoint together with its DNS names.

use std::collections::VecDeque;
use std::sync::Arc;

use arc_swap::ArcSwap;
use flow_core::names::{NameHandle, NameTable};
use flow_core::resolve::EndpointNames;
use hashbrown::HashMap;
use parking_lot::Mutex;

/// Most joined names that are kept.
const KEPT: usize = 4_096;

type Pair = (NameHandle, NameHandle);

/// Joins the names of two handles once, and remembers the handle of what that gives.
pub(super) struct Merged {
    known: ArcSwap<HashMap<Pair, NameHandle>>,
    /// The order in which they came.
    order: Mutex<VecDeque<Pair>>,
}

impl Merged {
    pub(super) fn new() -> Self {
        Self {
            known: ArcSwap::default(),
            order: Mutex::default(),
        }
    }

    /// The handle of `endpoint`'s names with the DNS names of `dns`.
    #[inline]
    pub(super) fn get(
        &self,
        table: &NameTable,
        endpoint: NameHandle,
        dns: NameHandle,
    ) -> Option<NameHandle> {
        let known = self.known.load().get(&(endpoint, dns)).copied();
        known.or_else(|| self.join(table, (endpoint, dns)))
    }

    #[cold]
    fn join(&self, table: &NameTable, pair: Pair) -> Option<NameHandle> {
        let mut order = self.order.lock();
        if let Some(known) = self.known.load().get(&pair) {
            return Some(*known);
        }
        let (endpoint, dns) = (table.get(pair.0)?, table.get(pair.1)?);
        let mut names = EndpointNames::clone(&endpoint);
        names.dns_names.extend(dns.dns_names.iter().cloned());
        let handle = table.add(names).ok()?;
        let mut next = HashMap::clone(&self.known.load());
        let mut gone = None;
        if order.len() >= KEPT {
            gone = order.pop_front().and_then(|oldest| next.remove(&oldest));
        }
        next.insert(pair, handle);
        order.push_back(pair);
        self.known.store(Arc::new(next));
        if let Some(gone) = gone {
            table.remove(gone);
        }
        Some(handle)
    }

    /// Lets go of all.
    pub(super) fn release(&self, table: &NameTable) {
        self.order.lock().clear();
        for handle in self.known.swap(Arc::default()).values() {
            table.remove(*handle);
        }
    }
}
