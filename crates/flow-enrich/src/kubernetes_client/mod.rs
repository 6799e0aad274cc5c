//! Names from the API server of a cluster.
//!
//! [`KubernetesWatch`] lists and watches the objects that give names, by the `kube` crate, and puts each one
//! into the table as it comes; whole objects are not kept. Failures are retried with a growing and random delay, and
//! a list that is begun anew removes what vanished meanwhile. [`Freshness`] shows how old the names may be.
//!
//! The version of the API is the choice of who builds the program, by a feature of `k8s-openapi`; the feature
//! `kubernetes-latest` of this crate chooses the newest one.
//!
//! The service account needs `get`, `list` and `watch` of namespaces, nodes, pods and services, and of
//! `endpointslices` in `discovery.k8s.io`; with [`WatchOptions::owners`] of `replicasets` in `apps` and `jobs` in
//! `batch` too.
//!
//! ```no_run
//! use flow_core::store::FlowStore;
//! use flow_enrich::kubernetes_client::{KubernetesWatch, WatchOptions};
//! use flow_enrich::table::EndpointTable;
//!
//! # async fn example() -> Result<(), kube::Error> {
//! let store = FlowStore::with_capacity(65_536);
//! let table = EndpointTable::new(store.names());
//! let client = kube::Client::try_default().await?;
//! let watch = KubernetesWatch::new(client, &table, WatchOptions::default());
//! let freshness = watch.freshness();
//! tokio::spawn(watch.run());
//! // … now and then:
//! println!("names are {:?} old", freshness.staleness());
//! # Ok(())
//! # }
//! ```

mod events;
mod freshness;
#[cfg(test)]
mod tests;
mod watch;

pub use freshness::Freshness;
pub use watch::{KubernetesWatch, Scope, WatchOptions};
