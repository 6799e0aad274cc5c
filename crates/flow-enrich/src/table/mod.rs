//! The table of endpoints: who an address is, at the time of a flow.
//!
//! Many sources write an [`EndpointTable`], each through a [`Writer`] of its own; enrichers
//! [read](EndpointTable::read) it for each flow. An endpoint is found by addresses, prefixes, its control
//! group, its process, its UID or a node port: see [`Key`].
//!
//! - **The time of a flow decides.** Each key has a list of the endpoints that it stood for, with the times
//!   from when and until when. A pod that gets the address of a former one names no flow from before its own
//!   start, and the former one names none from then on.
//! - **Endpoints that are gone linger** ([`EndpointTable::with_linger`]), for flows that come late.
//! - **Several endpoints under one key** are settled by [`EndpointKind`]: a pod's own address is a pod, that
//!   of a node is the node. Pods in the network of their node have no key of that address, but for example
//!   those of their control groups.
//! - **Readers wait for nobody**: a look-up takes no lock, allocates nothing, and writes nothing that
//!   threads share. Writers replace the parts that a batch changes, and readers see the batch as a whole.
//! - **Names are released.** A table adds names to the [`NameTable`](flow_core::names::NameTable) of the
//!   pipeline once for each endpoint, and removes them when the last key that leads to them is forgotten.
//!
//! ```
//! use std::sync::Arc;
//!
//! use flow_core::flow::Ip;
//! use flow_core::resolve::EndpointNames;
//! use flow_core::store::FlowStore;
//! use flow_enrich::table::{EndpointEntry, EndpointKind, EndpointTable, Key, Writer};
//!
//! let store = FlowStore::with_capacity(1024);
//! let table = EndpointTable::new(store.names());
//! let web = Ip::v4([10, 0, 0, 7]);
//! let pod = |name: &str, from| EndpointEntry {
//!     kind: EndpointKind::Pod,
//!     identity: 0,
//!     from,
//!     keys: [Key::Address(web)].into_iter().collect(),
//!     names: Arc::new(EndpointNames { pod_name: name.into(), ..EndpointNames::default() }),
//! };
//!
//! let second = 1_000_000_000;
//! let mut writer = Writer::new(&table);
//! writer.batch(10 * second).put("web-0", pod("web-0", 10 * second))?;
//! let mut batch = writer.batch(50 * second);
//! batch.remove(&"web-0");
//! batch.put("job-1", pod("job-1", 50 * second))?;
//! drop(batch);
//!
//! let name = |time| {
//!     let found = table.read().address(web, time)?;
//!     store.names().get(found.handle).map(|names| names.pod_name.clone())
//! };
//! assert_eq!(name(49 * second).as_deref(), Some("web-0"));
//! assert_eq!(name(51 * second).as_deref(), Some("job-1"));
//! assert_eq!(name(9 * second), None);
//! # Ok::<(), flow_core::names::NameTableFull>(())
//! ```

mod endpoint_table;
mod key;
mod shared;
mod snapshot;
#[cfg(test)]
mod tests;
mod version;
mod writer;

pub use endpoint_table::{EndpointTable, TableReader, TableStats};
pub use key::{EndpointKind, Key, PodUid, PodUidError};
pub use version::Found;
pub use writer::{Batch, EndpointEntry, Writer};
