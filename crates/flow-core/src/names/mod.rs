//! The names of endpoints, behind the handles that flows bear.
//!
//! Names are few, long-lived and shared by millions of flows. An enricher adds those of an endpoint to
//! a [`NameTable`] once and puts their [`NameHandle`] in each flow; who reads a flow resolves it.
//!
//! - **A handle is valid while its endpoint exists and until the last flow that bears it has left the
//!   history.** After [`NameTable::remove`], names stay until no history holds such a flow and no thread
//!   is left that may have read one. Then [`NameTable::reclaim`] frees them.
//! - **Names never mix.** A handle resolves to the names that it was given for, or to nothing. Names
//!   that change are added again, so flows from before keep those of their time.
//! - **Memory is bounded**: by the endpoints that exist and the flows in the history, besides a few
//!   thousand slots and names.
//! - **Neither writing handles nor resolving them allocates, locks, or writes anything that threads
//!   share**, so that many readers of one name do not get into each other's way.
//!
//! The price is the [`NameHold`]: a thread announces that it uses handles, for each batch of flows.
//! Which threads do?
//!
//! | Thread | Holds |
//! |---|---|
//! | enriches and publishes flows | from the lookup of a handle until the flow is in the ring |
//! | reads flows | from reading a flow from the ring until its names are used |
//!
//! Flows that a thread keeps for longer, or that it copies from one history to another, may find their
//! names gone, never those of others.
//!
//! ```
//! use flow_core::flow::Flow;
//! use flow_core::names::NameTable;
//! use flow_core::resolve::EndpointNames;
//! use flow_core::ring::Ring;
//!
//! let table = NameTable::new();
//! let (mut writer, ring) = Ring::with_capacity(1_024)?;
//! let names = EndpointNames { pod_name: "web-0".into(), ..EndpointNames::default() };
//! let web = table.add(names)?;
//!
//! let mut flow = Flow::default();
//! flow.source.meta = web.raw();
//! writer.publish(&flow);
//!
//! // The pod is gone; the flow of it is not.
//! table.remove(web);
//! table.sweep(&ring);
//! let mut holder = table.holder();
//! let hold = holder.hold();
//! let flow: Flow = ring.newest_first().next().expect("a flow");
//! assert_eq!(&*hold.resolve(flow.source.meta).expect("names").pod_name, "web-0");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod book;
mod cells;
mod entry;
mod era;
mod grace;
mod handle;
mod history;
#[cfg(all(test, loom))]
mod loom_tests;
mod per_name;
mod reclaim;
mod segments;
mod sync;
mod table;
#[cfg(all(test, not(loom)))]
mod tests;

pub use handle::NameHandle;
pub use history::FlowHistory;
pub use per_name::{NameValue, PerName};
pub use table::{NameHold, NameHolder, NameStats, NameTable, NameTableFull};
