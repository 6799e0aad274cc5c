//! Names, labels and identities for the endpoints of network flows.
//!
//! Every flow gets to say who: pod, namespace, labels, workload, node, service, DNS names, identity. What
//! gives names is an [`Enricher`]; a [`Chain`] puts several in order and measures what each costs.
//!
//! | Feature | Modules |
//! |---|---|
//! | none | `identity`: reserved identities by rule, others by labels |
//! | `names` | `table`: who an address is at the time of a flow; `names`: its enricher; `source`: what fills it; `dns`: names from DNS answers and `/etc/hosts` |
//! | `kubernetes` | `kubernetes`: pods, nodes and services from objects of the API |
//! | `kubernetes-client` | `kubernetes_client`: the same from the API server of a cluster |
//! | `manifests` | `manifests`: the same from a folder of YAML or JSON files, watched |
//! | `policy` | `policy`: which policies of Kubernetes allow or deny a connection |
//!
//! A [pipeline](flow_core::pipeline) calls each enricher once for each flow, before the filter. An
//! enricher may fill [`Endpoint::identity`] and the handle [`Endpoint::meta`], which stands for names
//! and labels that are stored once per endpoint and shared by all its flows. [`Attached`] is what the
//! source knows already: the layer 7 record, names, rare attributes. An enricher is called on the
//! thread that reads the source, so it must not block: it looks up what is known, and learns on
//! another thread.
//!
//! [`Endpoint::identity`]: flow_core::flow::Endpoint::identity
//! [`Endpoint::meta`]: flow_core::flow::Endpoint::meta
//!
//! ```
//! use std::collections::HashMap;
//!
//! use flow_core::flow::{Flow, Ip};
//! use flow_enrich::{Attached, Enricher};
//!
//! /// Gives known addresses their security identity.
//! struct Identities(HashMap<Ip, u32>);
//!
//! impl Enricher for Identities {
//!     fn enrich(&self, flow: &mut Flow, _attached: &Attached<'_>) {
//!         for end in [&mut flow.source, &mut flow.destination] {
//!             if let Some(identity) = self.0.get(&end.ip) {
//!                 end.identity = *identity;
//!             }
//!         }
//!     }
//! }
//!
//! let known = Identities(HashMap::from([(Ip::v4([10, 0, 0, 7]), 1234)]));
//! let mut flow = Flow::default();
//! flow.source.ip = Ip::v4([10, 0, 0, 7]);
//! known.enrich(&mut flow, &Attached::NONE);
//! assert_eq!(flow.source.identity, 1234);
//! ```
#![forbid(unsafe_code)]
#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod chain;
#[cfg(any(feature = "names", feature = "policy"))]
mod cidr;
#[cfg(feature = "names")]
mod clock;
#[cfg(feature = "names")]
pub mod dns;
pub mod identity;
#[cfg(feature = "kubernetes")]
pub mod kubernetes;
#[cfg(feature = "kubernetes-client")]
pub mod kubernetes_client;
#[cfg(feature = "manifests")]
pub mod manifests;
#[cfg(feature = "names")]
pub mod names;
#[cfg(feature = "policy")]
pub mod policy;
#[cfg(feature = "names")]
pub mod source;
#[cfg(feature = "names")]
pub mod table;

pub use chain::{Chain, Cost};
#[cfg(any(feature = "names", feature = "policy"))]
pub use cidr::{Cidr, CidrError};
pub use flow_core::pipeline::{Attached, Enricher, FromFn, enricher_fn};
