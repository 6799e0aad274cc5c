//! What the handles of a flow stand for.
//!
//! A [`Flow`] holds handles in place of names, layer 7 records and rare attributes. [`Resolve`]
//! gives the values of handles; [`FlowView`](crate::view::FlowView) is how a flow is read together
//! with them. [`Store`] takes values and gives handles. [`Unresolved`] is both and knows nothing;
//! [`FlowStore`](crate::store::FlowStore) is both and keeps values as long as flows bear them.

mod extra;
mod names;
mod shared;

pub use extra::{Aggregate, Extra, Policy, SourceFile};
pub use names::{Emitter, EndpointNames, NodeNames, Service, Workload};
pub use shared::MaybeShared;

use std::boxed::Box;
use std::sync::Arc;

#[cfg(doc)]
use crate::flow::Flow;
use crate::record::L7Record;

/// Gives the values of handles. Every method gives nothing unless it is implemented.
pub trait Resolve {
    /// The node that observes, unless a flow's own attributes name another one
    /// ([`Extra::node`]).
    fn node(&self) -> &NodeNames {
        const UNKNOWN: &NodeNames = &NodeNames::UNKNOWN;
        UNKNOWN
    }

    /// The names of [`Endpoint::meta`](crate::flow::Endpoint::meta). Not asked for 0.
    fn endpoint(&self, handle: u32) -> Option<MaybeShared<'_, EndpointNames>> {
        let _ = handle;
        None
    }

    /// The record of [`Flow::l7`]. Not asked for 0.
    fn l7(&self, handle: u32) -> Option<MaybeShared<'_, L7Record>> {
        let _ = handle;
        None
    }

    /// The attributes of [`Flow::ext`]. Not asked for 0.
    fn extra(&self, handle: u32) -> Option<MaybeShared<'_, Extra>> {
        let _ = handle;
        None
    }
}

/// Takes values and gives their handles; 0 where it keeps none.
pub trait Store {
    /// Stores names. Returns a handle for [`Endpoint::meta`](crate::flow::Endpoint::meta).
    fn store_endpoint(&self, names: EndpointNames) -> u32;

    /// Takes a record and leaves another one, whose content means nothing, for its buffer to be used
    /// again. Returns a handle for [`Flow::l7`].
    fn store_l7(&self, record: &mut L7Record) -> u32;

    /// Stores rare attributes. Returns a handle for [`Flow::ext`].
    fn store_extra(&self, extra: Extra) -> u32;
}

/// Forwards both traits to what a pointer refers to.
macro_rules! forward {
    ($($pointer:ty),+) => {$(
        impl<T: Resolve + ?Sized> Resolve for $pointer {
            fn node(&self) -> &NodeNames {
                (**self).node()
            }

            fn endpoint(&self, handle: u32) -> Option<MaybeShared<'_, EndpointNames>> {
                (**self).endpoint(handle)
            }

            fn l7(&self, handle: u32) -> Option<MaybeShared<'_, L7Record>> {
                (**self).l7(handle)
            }

            fn extra(&self, handle: u32) -> Option<MaybeShared<'_, Extra>> {
                (**self).extra(handle)
            }
        }

        impl<T: Store + ?Sized> Store for $pointer {
            fn store_endpoint(&self, names: EndpointNames) -> u32 {
                (**self).store_endpoint(names)
            }

            fn store_l7(&self, record: &mut L7Record) -> u32 {
                (**self).store_l7(record)
            }

            fn store_extra(&self, extra: Extra) -> u32 {
                (**self).store_extra(extra)
            }
        }
    )+};
}

forward!(&T, Box<T>, Arc<T>);

/// Knows nothing and keeps nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "it has no parts")]
pub struct Unresolved;

impl Resolve for Unresolved {}

impl Store for Unresolved {
    fn store_endpoint(&self, _names: EndpointNames) -> u32 {
        0
    }

    fn store_l7(&self, _record: &mut L7Record) -> u32 {
        0
    }

    fn store_extra(&self, _extra: Extra) -> u32 {
        0
    }
}
