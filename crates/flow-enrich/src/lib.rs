//! Names, labels and identities for the endpoints of network flows.
//!
//! This crate is the home of enrichers. Today it holds their contract, [`Enricher`], the adapter for
//! closures, [`enricher_fn`], and with the feature `policy` the module `policy`: which policies of Kubernetes
//! allow or deny a connection. Sources of names (Kubernetes objects, DNS answers, identities) are not
//! part of this version.
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

#[cfg(feature = "policy")]
pub mod policy;

pub use flow_core::pipeline::{Attached, Enricher, FromFn, enricher_fn};
