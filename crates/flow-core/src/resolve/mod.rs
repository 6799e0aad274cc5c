//! What stands behind the handles of a flow.
//!
//! A [`Flow`](crate::flow::Flow) holds handles in place of names, layer 7 records and rare
//! attributes. Who writes a flow out gives a [`Resolve`] along, which knows the values; who reads
//! one in gives a [`Keep`], which takes the values and gives handles. [`Unresolved`] is both and
//! knows nothing; [`Shelves`] is both and keeps the newest values.

mod extra;
mod names;
mod shelves;

pub use extra::{Aggregate, Extra, Policy, SourceFile};
pub use names::{Emitter, EndpointNames, NodeNames, Service, Workload};
pub use shelves::Shelves;

use core::ops::Deref;
use std::sync::Arc;

use crate::record::L7Record;

/// A value that is borrowed or shared.
#[derive(Clone, Debug)]
pub enum Held<'a, T> {
    /// Borrowed from who resolves.
    Borrowed(&'a T),
    /// Shared with who resolves.
    Shared(Arc<T>),
}

impl<T> Deref for Held<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        match self {
            Self::Borrowed(value) => value,
            Self::Shared(value) => value,
        }
    }
}

/// Gives the values of handles. Every method gives nothing unless it is implemented.
pub trait Resolve {
    /// The node that observes.
    fn node(&self) -> &NodeNames {
        const UNKNOWN: &NodeNames = &NodeNames::UNKNOWN;
        UNKNOWN
    }

    /// The names of [`Endpoint::meta`](crate::flow::Endpoint::meta). Not asked for 0.
    fn endpoint(&self, handle: u32) -> Option<Held<'_, EndpointNames>> {
        let _ = handle;
        None
    }

    /// The record of [`Flow::l7`](crate::flow::Flow::l7). Not asked for 0.
    fn l7(&self, handle: u32) -> Option<Held<'_, L7Record>> {
        let _ = handle;
        None
    }

    /// The attributes of [`Flow::ext`](crate::flow::Flow::ext). Not asked for 0.
    fn extra(&self, handle: u32) -> Option<Held<'_, Extra>> {
        let _ = handle;
        None
    }
}

/// Takes values and gives their handles; 0 where it keeps none.
pub trait Keep {
    /// A handle for [`Endpoint::meta`](crate::flow::Endpoint::meta).
    fn keep_endpoint(&mut self, names: EndpointNames) -> u32;

    /// A handle for [`Flow::l7`](crate::flow::Flow::l7).
    fn keep_l7(&mut self, record: L7Record) -> u32;

    /// A handle for [`Flow::ext`](crate::flow::Flow::ext).
    fn keep_extra(&mut self, extra: Extra) -> u32;
}

/// Knows nothing and keeps nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unresolved;

impl Resolve for Unresolved {}

impl Keep for Unresolved {
    fn keep_endpoint(&mut self, _names: EndpointNames) -> u32 {
        0
    }

    fn keep_l7(&mut self, _record: L7Record) -> u32 {
        0
    }

    fn keep_extra(&mut self, _extra: Extra) -> u32 {
        0
    }
}
