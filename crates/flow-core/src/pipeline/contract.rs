//! What happens to each flow on its way: the contracts of stages, enrichers, filters and
//! observers.
//!
//! All traits are object safe, are implemented for pointers to what implements them, and have
//! adapters for closures, as tower's `Service` has.

use core::any::type_name;
use core::fmt;
use std::boxed::Box;
use std::error::Error;
use std::sync::Arc;

use super::loss::{Lost, LostAt};
use super::source::Attached;
use crate::flow::Flow;
use crate::record::L7Record;
use crate::view::FlowView;
use crate::wire::Packet;

/// Makes more flows of the payload of packets, such as those of layer 7 messages.
///
/// Each thread of a pipeline has stages of its own, so a stage needs no lock.
pub trait Stage: Send {
    /// Returns a short name for messages.
    fn name(&self) -> &str {
        type_name::<Self>()
    }

    /// Takes a packet and its flow; hands the flows made of its payload to `emit`.
    fn packet(&mut self, flow: &Flow, packet: &Packet<'_>, emit: &mut Emit<'_>);

    /// Called about once a second of the source's clock with the time in nanoseconds since the Unix
    /// epoch: gives up what has been quiet for too long.
    fn tick(&mut self, now: u64, emit: &mut Emit<'_>) {
        let _ = (now, emit);
    }

    /// Called once, at the end: hands out what is left.
    fn finish(&mut self, emit: &mut Emit<'_>) {
        let _ = emit;
    }
}

/// Takes the flows that a [`Stage`] makes, with their layer 7 records.
///
/// The record may be swapped for another one: its buffer is reused.
pub type Emit<'a> = dyn FnMut(&mut Flow, &mut L7Record) + 'a;

/// Adds what it knows to a flow: names, identities, services.
pub trait Enricher: Send + Sync {
    /// Returns a short name for messages.
    fn name(&self) -> &str {
        type_name::<Self>()
    }

    /// Fills the handles and identities of `flow`.
    fn enrich(&self, flow: &mut Flow, attached: &Attached<'_>);
}

/// Chooses flows.
pub trait Filter: Send + Sync {
    /// Returns whether a flow is wanted.
    fn matches(&self, view: &FlowView<'_>) -> bool;
}

/// Sees each flow that was chosen: metrics, exporters, printers.
///
/// The threads of a pipeline share their observers.
pub trait Observer: Send + Sync {
    /// Returns a short name for messages.
    fn name(&self) -> &str {
        type_name::<Self>()
    }

    /// Called once for each flow. Flows of one thread come in order.
    fn observe(&self, view: &FlowView<'_>);

    /// Called when something was lost.
    fn lost(&self, lost: &Lost) {
        let _ = lost;
    }

    /// Called for each record that is no flow, with the reason. Unless it is implemented, the
    /// record is [`lost`](Self::lost) at [`LostAt::Decode`].
    fn undecodable(&self, error: &dyn Error) {
        let _ = error;
        self.lost(&Lost {
            at: LostAt::Decode,
            count: 1,
        });
    }
}

macro_rules! forward {
    ($($pointer:ty),+) => {$(
        impl<T: Enricher + ?Sized> Enricher for $pointer {
            fn name(&self) -> &str {
                (**self).name()
            }

            fn enrich(&self, flow: &mut Flow, attached: &Attached<'_>) {
                (**self).enrich(flow, attached);
            }
        }

        impl<T: Filter + ?Sized> Filter for $pointer {
            fn matches(&self, view: &FlowView<'_>) -> bool {
                (**self).matches(view)
            }
        }

        impl<T: Observer + ?Sized> Observer for $pointer {
            fn name(&self) -> &str {
                (**self).name()
            }

            fn observe(&self, view: &FlowView<'_>) {
                (**self).observe(view);
            }

            fn lost(&self, lost: &Lost) {
                (**self).lost(lost);
            }

            fn undecodable(&self, error: &dyn Error) {
                (**self).undecodable(error);
            }
        }
    )+};
}

forward!(&T, Box<T>, Arc<T>);

impl<T: Stage + ?Sized> Stage for Box<T> {
    fn name(&self) -> &str {
        (**self).name()
    }

    fn packet(&mut self, flow: &Flow, packet: &Packet<'_>, emit: &mut Emit<'_>) {
        (**self).packet(flow, packet, emit);
    }

    fn tick(&mut self, now: u64, emit: &mut Emit<'_>) {
        (**self).tick(now, emit);
    }

    fn finish(&mut self, emit: &mut Emit<'_>) {
        (**self).finish(emit);
    }
}

/// A closure as one of the contracts: see [`enricher_fn`], [`filter_fn`], [`observer_fn`].
#[derive(Clone, Copy)]
pub struct FromFn<F>(F);

impl<F> fmt::Debug for FromFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FromFn({})", type_name::<F>())
    }
}

/// Returns an enricher that calls `enrich`.
pub const fn enricher_fn<F: Fn(&mut Flow) + Send + Sync>(enrich: F) -> FromFn<F> {
    FromFn(enrich)
}

impl<F: Fn(&mut Flow) + Send + Sync> Enricher for FromFn<F> {
    fn name(&self) -> &str {
        type_name::<F>()
    }

    fn enrich(&self, flow: &mut Flow, _attached: &Attached<'_>) {
        (self.0)(flow);
    }
}

/// Returns a filter that calls `matches`.
///
/// ```
/// use flow_core::flow::{Flow, Verdict};
/// use flow_core::pipeline::{Filter, filter_fn};
/// use flow_core::view::FlowView;
///
/// let dropped = filter_fn(|view: &FlowView<'_>| view.flow().verdict == Verdict::DROPPED);
/// assert!(!dropped.matches(&FlowView::from(&Flow::default())));
/// ```
pub const fn filter_fn<F: Fn(&FlowView<'_>) -> bool + Send + Sync>(matches: F) -> FromFn<F> {
    FromFn(matches)
}

impl<F: Fn(&FlowView<'_>) -> bool + Send + Sync> Filter for FromFn<F> {
    fn matches(&self, view: &FlowView<'_>) -> bool {
        (self.0)(view)
    }
}

/// Returns an observer that calls `observe`.
pub const fn observer_fn<F: Fn(&FlowView<'_>) + Send + Sync>(observe: F) -> ObserverFn<F> {
    ObserverFn(observe)
}

/// A closure as an observer: see [`observer_fn`].
#[derive(Clone, Copy)]
pub struct ObserverFn<F>(F);

impl<F> fmt::Debug for ObserverFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ObserverFn({})", type_name::<F>())
    }
}

impl<F: Fn(&FlowView<'_>) + Send + Sync> Observer for ObserverFn<F> {
    fn name(&self) -> &str {
        type_name::<F>()
    }

    fn observe(&self, view: &FlowView<'_>) {
        (self.0)(view);
    }
}
