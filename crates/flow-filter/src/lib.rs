//! Which flows are wanted.
//!
//! This crate holds the contract for filters, [`Filter`]; the text form (a filter language),
//! Hubble's `FlowFilter` and their compiler are not part of this version.
//!
//! A filter looks at one [`Flow`](flow_core::flow::Flow) and says yes or no. It may be called
//! from several threads at once, must not block, and should not allocate: it runs for every
//! flow, before the flow is stored and again for every reader that asks for a selection.
//!
//! Until the language is here, an agent writes its conditions as plain code. A closure is a
//! filter:
//!
//! ```
//! use flow_core::flow::{Flow, Protocol, Verdict};
//! use flow_filter::Filter;
//!
//! let dropped_dns = |flow: &Flow| {
//!     flow.verdict == Verdict::DROPPED
//!         && flow.protocol == Protocol::UDP
//!         && (flow.source.port == 53 || flow.destination.port == 53)
//! };
//!
//! let mut flow = Flow { protocol: Protocol::UDP, verdict: Verdict::DROPPED, ..Flow::default() };
//! flow.destination.port = 53;
//! assert!(dropped_dns.matches(&flow));
//!
//! flow.verdict = Verdict::FORWARDED;
//! assert!(!dropped_dns.matches(&flow));
//! ```
#![forbid(unsafe_code)]

pub use flow_core::pipeline::Filter;
