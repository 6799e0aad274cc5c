//! Numbers from flows: what is counted while they pass.
//!
//! This crate holds the contract for metric handlers, [`Observer`]; the handlers themselves
//! and their exposition are not part of this version.
//!
//! An observer sees each [`Flow`](flow_core::flow::Flow) once, in order, and is told of every
//! loss, so that what it counts and what was [`Lost`] together make the whole. A flow's packet
//! and byte counts are increments: adding them up never counts a packet twice.
//!
//! ```
//! use flow_core::flow::{Flow, Traffic, Verdict};
//! use flow_core::pipeline::{Lost, LostAt};
//! use flow_metrics::Observer;
//!
//! #[derive(Default)]
//! struct Dropped {
//!     packets: u64,
//!     lost: u64,
//! }
//!
//! impl Observer for Dropped {
//!     fn observe(&mut self, flow: &Flow) {
//!         if flow.verdict == Verdict::DROPPED {
//!             self.packets += u64::from(flow.traffic.forward().packets);
//!         }
//!     }
//!
//!     fn lost(&mut self, lost: &Lost) {
//!         self.lost += lost.count;
//!     }
//! }
//!
//! let mut dropped = Dropped::default();
//! dropped.observe(&Flow {
//!     verdict: Verdict::DROPPED,
//!     traffic: Traffic { forward_packets: 3, ..Traffic::default() },
//!     ..Flow::default()
//! });
//! dropped.lost(&Lost { at: LostAt::KernelRing, count: 2 });
//! assert_eq!((dropped.packets, dropped.lost), (3, 2));
//! ```
#![forbid(unsafe_code)]

pub use flow_core::pipeline::{Lost, LostAt, Observer};
