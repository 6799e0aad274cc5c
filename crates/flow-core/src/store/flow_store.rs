//! Everything that the handles of flows stand for.

use std::sync::Arc;

use super::interned::Interned;
use super::records::RecordStore;
use crate::names::{NameHandle, NameHold, NameTable};
use crate::record::L7Record;
use crate::resolve::{EndpointNames, Extra, MaybeShared, NodeNames, Resolve, Store};

/// Everything that the handles of flows stand for: [`Store`] and [`Resolve`] in one. Clones share
/// it.
///
/// ```
/// use flow_core::resolve::{EndpointNames, Resolve, Store};
/// use flow_core::store::FlowStore;
///
/// let store = FlowStore::with_capacity(1024);
/// let names = EndpointNames { pod_name: "web-0".into(), ..EndpointNames::default() };
/// let handle = store.store_endpoint(names);
/// assert_eq!(&*store.endpoint(handle).unwrap().pod_name, "web-0");
/// ```
#[derive(Clone, Debug)]
pub struct FlowStore {
    node: Arc<NodeNames>,
    names: NameTable,
    interned: Arc<Interned>,
    l7: Arc<RecordStore<L7Record>>,
    extras: Arc<RecordStore<Extra>>,
}

impl FlowStore {
    /// Returns a store for `flows` flows, each of which may have a record and rare attributes.
    #[must_use]
    pub fn with_capacity(flows: usize) -> Self {
        Self::with_capacities(flows, flows)
    }

    /// Returns a store for so many layer 7 records and rare attributes. An empty place takes 24
    /// bytes.
    #[must_use]
    pub fn with_capacities(l7: usize, extras: usize) -> Self {
        Self {
            node: Arc::new(NodeNames::UNKNOWN),
            names: NameTable::new(),
            interned: Arc::default(),
            l7: Arc::new(RecordStore::with_capacity(l7)),
            extras: Arc::new(RecordStore::with_capacity(extras)),
        }
    }

    /// Returns the same store, for what this node observes.
    #[must_use]
    pub fn with_node(mut self, node: NodeNames) -> Self {
        self.node = Arc::new(node);
        self
    }

    /// Returns the same store, with room for at most `limit` endpoint names at a time: see
    /// [`NameTable::with_limit`]. Call it before anything is stored.
    #[must_use]
    pub fn with_name_limit(mut self, limit: usize) -> Self {
        self.names = NameTable::with_limit(limit);
        self.interned = Arc::default();
        self
    }

    /// Returns the table of endpoint names.
    ///
    /// Whoever knows when endpoints come and go [adds](NameTable::add) names to it and
    /// [removes](NameTable::remove) them. Names that flows bring with them are
    /// [stored](Store::store_endpoint).
    #[must_use]
    pub const fn names(&self) -> &NameTable {
        &self.names
    }
}

/// Names come shared, at the cost of a lock: who reads many flows uses [`HeldNames`].
impl Resolve for FlowStore {
    fn node(&self) -> &NodeNames {
        &self.node
    }

    fn endpoint(&self, handle: u32) -> Option<MaybeShared<'_, EndpointNames>> {
        let names = self.names.get(NameHandle::from_raw(handle)?)?;
        Some(MaybeShared::Shared(names))
    }

    fn l7(&self, handle: u32) -> Option<MaybeShared<'_, L7Record>> {
        self.l7.get(handle).map(MaybeShared::Shared)
    }

    fn extra(&self, handle: u32) -> Option<MaybeShared<'_, Extra>> {
        self.extras.get(handle).map(MaybeShared::Shared)
    }
}

/// Equal names get one handle. It stays valid until 4,096 other names were stored and no flow bears
/// it any more; where the table of names is full it is 0, which the
/// [table counts](crate::names::NameStats::refused).
impl Store for FlowStore {
    fn store_endpoint(&self, names: EndpointNames) -> u32 {
        self.interned.store(&self.names, names)
    }

    fn store_l7(&self, record: &mut L7Record) -> u32 {
        self.l7.put_with(|place| core::mem::swap(place, record))
    }

    fn store_extra(&self, extra: Extra) -> u32 {
        self.extras.put(extra)
    }
}

/// A [`FlowStore`] whose names a thread [holds](NameHold): they are read without a lock and
/// without a count that threads share.
#[derive(Debug)]
pub struct HeldNames<'s, 'h> {
    store: &'s FlowStore,
    hold: &'s NameHold<'h>,
}

impl<'s, 'h> HeldNames<'s, 'h> {
    /// Returns what resolves the handles of `store` as long as `hold` lasts, which is a hold of
    /// its [names](FlowStore::names).
    #[must_use]
    pub const fn new(store: &'s FlowStore, hold: &'s NameHold<'h>) -> Self {
        Self { store, hold }
    }
}

impl Resolve for HeldNames<'_, '_> {
    fn node(&self) -> &NodeNames {
        self.store.node()
    }

    fn endpoint(&self, handle: u32) -> Option<MaybeShared<'_, EndpointNames>> {
        self.hold.resolve(handle).map(MaybeShared::Borrowed)
    }

    fn l7(&self, handle: u32) -> Option<MaybeShared<'_, L7Record>> {
        self.store.l7(handle)
    }

    fn extra(&self, handle: u32) -> Option<MaybeShared<'_, Extra>> {
        self.store.extra(handle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_resolved_with_and_without_a_hold() {
        let store = FlowStore::with_capacity(4).with_node(NodeNames::named("lab"));
        let handle = store.store_endpoint(EndpointNames {
            pod_name: "web-0".into(),
            ..EndpointNames::default()
        });
        let mut holder = store.names().holder();
        let hold = holder.hold();
        let held = HeldNames::new(&store, &hold);
        assert_eq!(held.node().name, "lab");
        for names in [store.endpoint(handle), held.endpoint(handle)] {
            assert_eq!(&*names.unwrap().pod_name, "web-0");
        }
        for names in [store.endpoint(0), held.endpoint(handle + 1)] {
            assert!(names.is_none());
        }
    }
}
