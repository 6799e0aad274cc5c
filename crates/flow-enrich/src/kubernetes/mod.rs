//! Kubernetes: pods, nodes and services as endpoints.
//!
//! [`ClusterNames`] takes objects of the API, in any order, and keeps them in an
//! [`EndpointTable`](crate::table::EndpointTable). Where they come from does not matter: a folder of manifests
//! (feature `manifests`), the API server (feature `kubernetes-client`), or code of your own.
//!
//! | Object | Becomes |
//! |---|---|
//! | Pod | its addresses and, on its own node, its UID: namespace, name, labels, workload, identity |
//! | Namespace | labels of its pods, `k8s:io.cilium.k8s.namespace.labels.KEY=VALUE` |
//! | Node | its addresses: identity `host` or `remote-node`; its pod ranges; labels of its pods, `node:KEY=VALUE` for host name, zone and region |
//! | ReplicaSet, Job | the Deployment or CronJob that pods belong to; without them it is found by their names |
//! | Service | cluster, external and load balancer addresses, node ports: the service |
//! | EndpointSlice | addresses that are no pods; those of `default/kubernetes` are the API server |
//!
//! Pods that have ended have no address any more, and pods in the network of their node never have one of
//! their own. The identity of a pod is that of its labels ([`identity`](crate::identity)), without those
//! in which pods of one workload differ, as Cilium leaves them out.
//!
//! ```
//! use flow_core::flow::Ip;
//! use flow_core::store::FlowStore;
//! use flow_enrich::kubernetes::{ClusterNames, Object, Place};
//! use flow_enrich::table::EndpointTable;
//!
//! let store = FlowStore::with_capacity(1024);
//! let table = EndpointTable::new(store.names());
//! let mut cluster = ClusterNames::new(&table, Place::default());
//! let mut batch = cluster.batch(1_795_530_906_000_000_000);
//! for object in Object::read(&serde_json::json!({
//!     "apiVersion": "v1",
//!     "kind": "Pod",
//!     "metadata": {"namespace": "shop", "name": "web-0", "labels": {"app": "web"}},
//!     "status": {"podIPs": [{"ip": "10.0.0.7"}]},
//! }))? {
//!     batch.apply(object)?;
//! }
//! drop(batch);
//!
//! let found = table.read().address(Ip::v4([10, 0, 0, 7]), 0).unwrap();
//! let names = store.names().get(found.handle).unwrap();
//! assert_eq!((&*names.namespace, &*names.pod_name), ("shop", "web-0"));
//! assert!(names.labels.contains(&"k8s:app=web".into()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod cluster_names;
mod entries;
mod known;
mod labels;
mod object;
mod raw;
#[cfg(test)]
mod tests;

pub use cluster_names::{ClusterBatch, ClusterNames, Place, Replacement};
pub use object::{Object, ObjectKind};
