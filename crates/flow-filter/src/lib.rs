//! Filters over network flows.
//!
//! This crate is the home of filters. Today it holds their contract, [`Filter`], and the adapter for
//! closures, [`filter_fn`]. A filter language and Hubble's `FlowFilter` are not part of this version.
//!
//! A filter reads a flow through its [`FlowView`](flow_core::view::FlowView): addresses, ports and
//! verdict, and also the names of both ends, labels and the layer 7 message. A
//! [pipeline](flow_core::pipeline) asks it about every flow before the flow is kept, from several
//! threads at once, so a filter must not block and should not allocate. References, boxes and `Arc`s of
//! filters are filters too.
//!
//! ```
//! use flow_core::flow::{Flow, Verdict};
//! use flow_core::resolve::EndpointNames;
//! use flow_core::view::FlowView;
//! use flow_filter::{Filter, filter_fn};
//!
//! // Flows that were dropped on their way to the namespace `shop`.
//! let filter = filter_fn(|view: &FlowView<'_>| {
//!     view.flow().verdict == Verdict::DROPPED
//!         && view.destination().is_some_and(|names| &*names.namespace == "shop")
//! });
//!
//! let mut flow = Flow::default();
//! flow.verdict = Verdict::DROPPED;
//! let mut names = EndpointNames::default();
//! names.namespace = "shop".into();
//!
//! assert!(filter.matches(&FlowView::from(&flow).with_destination(&names)));
//! assert!(!filter.matches(&FlowView::from(&flow)));
//! ```
#![forbid(unsafe_code)]
#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

#[cfg(feature = "hubble")]
pub mod cel;
#[cfg(feature = "hubble")]
pub mod hubble;
mod label;
mod pattern;
mod re2;
mod request_uri;
mod selector;

pub use flow_core::pipeline::{Filter, FromFn, filter_fn};
pub use label::Label;
pub use pattern::{NamePattern, NodePattern, PatternError};
pub use re2::{GoRegex, RegexError, RegexFault};
pub use request_uri::request_path;
pub use selector::{Selector, SelectorError};
