//! Counters and histograms computed from network flows.
//!
//! This crate is the home of metric handlers. Today it holds their contract, [`Observer`], and the
//! adapter for closures, [`observer_fn`]. The handlers themselves and their exposition are not part of
//! this version.
//!
//! A [pipeline](flow_core::pipeline) shows each flow that its filter chose to every observer once, and
//! reports every loss, so that what an observer counts and what was [`Lost`] together make the whole.
//! A flow's packet and byte counts are increments: adding them up never counts a packet twice. The
//! threads of a pipeline share their observers, so an observer counts with atomics or a lock. Flows of
//! one thread come in order.
//!
//! ```
//! use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
//!
//! use flow_core::flow::{Flow, Verdict};
//! use flow_core::pipeline::{Lost, LostAt};
//! use flow_core::view::FlowView;
//! use flow_metrics::Observer;
//!
//! /// Counts dropped packets.
//! #[derive(Default)]
//! struct Dropped {
//!     packets: AtomicU64,
//!     lost: AtomicU64,
//! }
//!
//! impl Observer for Dropped {
//!     fn observe(&self, view: &FlowView<'_>) {
//!         let flow = view.flow();
//!         if flow.verdict == Verdict::DROPPED {
//!             self.packets.fetch_add(flow.traffic.forward().packets.into(), Relaxed);
//!         }
//!     }
//!
//!     fn lost(&self, lost: &Lost) {
//!         self.lost.fetch_add(lost.count, Relaxed);
//!     }
//! }
//!
//! let mut flow = Flow::default();
//! flow.verdict = Verdict::DROPPED;
//! flow.traffic.forward_packets = 3;
//!
//! let dropped = Dropped::default();
//! dropped.observe(&FlowView::from(&flow));
//! dropped.lost(&Lost { at: LostAt::KernelRing, count: 2 });
//! assert_eq!((dropped.packets.into_inner(), dropped.lost.into_inner()), (3, 2));
//! ```
#![forbid(unsafe_code)]
#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

pub use flow_core::pipeline::{Lost, LostAt, Observer, ObserverFn, observer_fn};
