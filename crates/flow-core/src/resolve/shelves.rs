//! Shelves for everything a flow has handles for.

use std::sync::Arc;

use super::{EndpointNames, Extra, MaybeShared, NodeNames, Resolve, Store};
use crate::record::{L7Record, L7Shelf};
use crate::shelf::Shelf;

/// A [`Shelf`] for each kind of value: [`Store`] and [`Resolve`] in one. Clones share the shelves.
///
/// ```
/// use flow_core::resolve::{EndpointNames, Store, Resolve, Shelves};
///
/// let shelves = Shelves::with_capacity(1024);
/// let names = EndpointNames { pod_name: "web-0".into(), ..EndpointNames::default() };
/// let handle = shelves.store_endpoint(names);
/// assert_eq!(&*shelves.endpoint(handle).unwrap().pod_name, "web-0");
/// ```
#[derive(Clone, Debug)]
pub struct Shelves {
    node: Arc<NodeNames>,
    endpoints: Arc<Shelf<EndpointNames>>,
    l7: Arc<L7Shelf>,
    extras: Arc<Shelf<Extra>>,
}

impl Shelves {
    /// Shelves for `flows` flows: as many records and extras, and twice as many endpoints.
    #[must_use]
    pub fn with_capacity(flows: usize) -> Self {
        Self {
            node: Arc::new(NodeNames::UNKNOWN),
            endpoints: Arc::new(Shelf::with_capacity(flows.saturating_mul(2))),
            l7: Arc::new(L7Shelf::with_capacity(flows)),
            extras: Arc::new(Shelf::with_capacity(flows)),
        }
    }

    /// The same shelves, observed by this node.
    #[must_use]
    pub fn with_node(mut self, node: NodeNames) -> Self {
        self.node = Arc::new(node);
        self
    }

    /// The same shelves, but for that of layer 7 records: `l7` takes its place.
    #[must_use]
    pub fn with_l7(mut self, l7: Arc<L7Shelf>) -> Self {
        self.l7 = l7;
        self
    }
}

impl Resolve for Shelves {
    fn node(&self) -> &NodeNames {
        &self.node
    }

    fn endpoint(&self, handle: u32) -> Option<MaybeShared<'_, EndpointNames>> {
        self.endpoints.get(handle).map(MaybeShared::Shared)
    }

    fn l7(&self, handle: u32) -> Option<MaybeShared<'_, L7Record>> {
        self.l7.get(handle).map(MaybeShared::Shared)
    }

    fn extra(&self, handle: u32) -> Option<MaybeShared<'_, Extra>> {
        self.extras.get(handle).map(MaybeShared::Shared)
    }
}

impl Store for Shelves {
    fn store_endpoint(&self, names: EndpointNames) -> u32 {
        self.endpoints.put(names)
    }

    fn store_l7(&self, record: L7Record) -> u32 {
        self.l7.put(record)
    }

    fn store_extra(&self, extra: Extra) -> u32 {
        self.extras.put(extra)
    }
}
