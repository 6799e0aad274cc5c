//! Names for addresses: what a flow's endpoints are called.
//!
//! This crate holds the contract for enrichment, [`Enricher`]; the metadata sources
//! (Kubernetes objects, DNS answers, identities) are not part of this version.
//!
//! An enricher is handed each [`Flow`](flow_core::flow::Flow) once, after it was decoded and
//! before it is filtered and stored. It may fill [`Endpoint::identity`] and the handle
//! [`Endpoint::meta`], which stands for names and labels made once per endpoint and shared by
//! all its flows. It is called on the drain thread, so it must not block: look up what is
//! known, and learn elsewhere.
//!
//! [`Endpoint::identity`]: flow_core::flow::Endpoint::identity
//! [`Endpoint::meta`]: flow_core::flow::Endpoint::meta
//!
//! ```
//! use std::collections::HashMap;
//!
//! use flow_core::flow::{Flow, Ip};
//! use flow_enrich::Enricher;
//!
//! /// Gives known addresses their security identity.
//! struct Identities(HashMap<Ip, u32>);
//!
//! impl Enricher for Identities {
//!     fn enrich(&self, flow: &mut Flow) {
//!         for endpoint in [&mut flow.source, &mut flow.destination] {
//!             if let Some(identity) = self.0.get(&endpoint.ip) {
//!                 endpoint.identity = *identity;
//!             }
//!         }
//!     }
//! }
//!
//! let known = Identities(HashMap::from([(Ip::v4([10, 0, 0, 7]), 1234)]));
//! let mut flow = Flow::default();
//! flow.source.ip = Ip::v4([10, 0, 0, 7]);
//! known.enrich(&mut flow);
//! assert_eq!(flow.source.identity, 1234);
//! ```
#![forbid(unsafe_code)]

pub use flow_core::pipeline::Enricher;
