//! A flow together with what its handles stand for.
//!
//! A [`Flow`] is numbers and handles. [`FlowView`] borrows one, and gives the names, the layer 7
//! record and the rare attributes behind its handles. Filters, observers and outputs read flows
//! through it, so there is one way in which a flow is read.
//!
//! ```
//! use flow_core::flow::Flow;
//! use flow_core::resolve::{EndpointNames, Store};
//! use flow_core::store::FlowStore;
//! use flow_core::view::FlowView;
//!
//! let store = FlowStore::with_capacity(1024);
//! let mut flow = Flow::default();
//! flow.source.meta = store.store_endpoint(EndpointNames {
//!     namespace: "shop".into(),
//!     pod_name: "web-0".into(),
//!     ..EndpointNames::default()
//! });
//!
//! let view = FlowView::new(&flow, &store);
//! assert_eq!(&*view.source().unwrap().pod_name, "web-0");
//! assert!(view.destination().is_none());
//! assert!(view.line().to_string().contains("shop/web-0"));
//! ```

mod line;

pub use line::{EndpointText, KindText, Line, SummaryText};

use core::cell::OnceCell;
use core::fmt;

use crate::flow::{Endpoint, Flow};
use crate::names::NameHandle;
use crate::record::L7Record;
use crate::resolve::{EndpointNames, Extra, MaybeShared, NodeNames, Resolve, Unresolved};

/// A value that is looked up when it is first asked for.
type Lazy<'a, T> = OnceCell<Option<MaybeShared<'a, T>>>;

/// A borrowed flow and what its handles stand for.
///
/// Making one costs a few stores; a value is looked up when it is first asked for, once.
pub struct FlowView<'a> {
    flow: &'a Flow,
    names: &'a dyn Resolve,
    source: Lazy<'a, EndpointNames>,
    destination: Lazy<'a, EndpointNames>,
    l7: Lazy<'a, L7Record>,
    extra: Lazy<'a, Extra>,
    /// Whether the names of the sender were given, whatever its handle.
    source_is_given: bool,
    /// The same of the receiver.
    destination_is_given: bool,
}

impl<'a> FlowView<'a> {
    /// Returns a view of `flow`, whose handles `names` resolves.
    #[inline]
    #[must_use]
    pub const fn new(flow: &'a Flow, names: &'a dyn Resolve) -> Self {
        Self {
            flow,
            names,
            source: OnceCell::new(),
            destination: OnceCell::new(),
            l7: OnceCell::new(),
            extra: OnceCell::new(),
            source_is_given: false,
            destination_is_given: false,
        }
    }

    /// Uses `names` for the sender, whatever the flow's handle.
    #[inline]
    #[must_use]
    pub fn with_source(mut self, names: &'a EndpointNames) -> Self {
        self.put_source(names);
        self
    }

    #[inline]
    pub(crate) fn put_source(&mut self, names: &'a EndpointNames) {
        self.source = given(names);
        self.source_is_given = true;
    }

    /// Uses `names` for the receiver, whatever the flow's handle.
    #[inline]
    #[must_use]
    pub fn with_destination(mut self, names: &'a EndpointNames) -> Self {
        self.put_destination(names);
        self
    }

    #[inline]
    pub(crate) fn put_destination(&mut self, names: &'a EndpointNames) {
        self.destination = given(names);
        self.destination_is_given = true;
    }

    /// Uses `record` as the layer 7 record, whatever the flow's handle.
    #[inline]
    #[must_use]
    pub fn with_l7(mut self, record: &'a L7Record) -> Self {
        self.put_l7(record);
        self
    }

    #[inline]
    pub(crate) fn put_l7(&mut self, record: &'a L7Record) {
        self.l7 = given(record);
    }

    /// Uses `extra` as the rare attributes, whatever the flow's handle.
    #[inline]
    #[must_use]
    pub fn with_extra(mut self, extra: &'a Extra) -> Self {
        self.put_extra(extra);
        self
    }

    #[inline]
    pub(crate) fn put_extra(&mut self, extra: &'a Extra) {
        self.extra = given(extra);
    }

    /// Returns the flow.
    #[inline]
    #[must_use]
    pub const fn flow(&self) -> &'a Flow {
        self.flow
    }

    /// Returns what resolves the flow's handles.
    #[must_use]
    pub const fn names(&self) -> &'a dyn Resolve {
        self.names
    }

    /// Returns the names of the sender; `None` where none are known.
    #[inline]
    pub fn source(&self) -> Option<&EndpointNames> {
        self.endpoint(&self.source, &self.flow.source)
    }

    /// Returns the names of the receiver; `None` where none are known.
    #[inline]
    pub fn destination(&self) -> Option<&EndpointNames> {
        self.endpoint(&self.destination, &self.flow.destination)
    }

    /// Returns the handle of the names that [`source`](Self::source) returns; `None` where there are
    /// none, or where they were given with [`with_source`](Self::with_source).
    ///
    /// What depends on the names alone can be remembered by it: see
    /// [`PerName`](crate::names::PerName).
    #[inline]
    #[must_use]
    pub const fn source_handle(&self) -> Option<NameHandle> {
        match self.source_is_given {
            true => None,
            false => NameHandle::from_raw(self.flow.source.meta),
        }
    }

    /// Returns the handle of the names that [`destination`](Self::destination) returns; `None` where
    /// there are none, or where they were given with [`with_destination`](Self::with_destination).
    #[inline]
    #[must_use]
    pub const fn destination_handle(&self) -> Option<NameHandle> {
        match self.destination_is_given {
            true => None,
            false => NameHandle::from_raw(self.flow.destination.meta),
        }
    }

    fn endpoint<'s>(
        &'s self,
        cell: &'s Lazy<'a, EndpointNames>,
        end: &Endpoint,
    ) -> Option<&'s EndpointNames> {
        resolved(cell, end.meta, |handle| self.names.endpoint(handle))
    }

    /// Returns the layer 7 record; `None` where there is none, or where it is
    /// [gone](Self::is_l7_gone).
    #[inline]
    pub fn l7(&self) -> Option<&L7Record> {
        resolved(&self.l7, self.flow.l7, |handle| self.names.l7(handle))
    }

    /// Returns whether the flow has a layer 7 record that is no longer kept.
    pub fn is_l7_gone(&self) -> bool {
        self.flow.l7 != 0 && self.l7().is_none()
    }

    /// Returns the rare attributes; `None` where there are none.
    #[inline]
    pub fn extra(&self) -> Option<&Extra> {
        resolved(&self.extra, self.flow.ext, |handle| {
            self.names.extra(handle)
        })
    }

    /// Returns the node that observed the flow: the one its attributes name, else the one that
    /// keeps it.
    pub fn node(&self) -> &NodeNames {
        self.extra()
            .and_then(|extra| extra.node.as_deref())
            .unwrap_or_else(|| self.names.node())
    }
}

fn given<T>(value: &T) -> Lazy<'_, T> {
    OnceCell::from(Some(MaybeShared::Borrowed(value)))
}

#[inline]
fn resolved<'s, 'a, T>(
    cell: &'s Lazy<'a, T>,
    handle: u32,
    find: impl FnOnce(u32) -> Option<MaybeShared<'a, T>>,
) -> Option<&'s T> {
    cell.get_or_init(|| match handle {
        0 => None,
        handle => find(handle),
    })
    .as_deref()
}

/// A flow whose handles stand for nothing.
impl<'a> From<&'a Flow> for FlowView<'a> {
    fn from(flow: &'a Flow) -> Self {
        Self::new(flow, &Unresolved)
    }
}

impl fmt::Debug for FlowView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FlowView")
            .field("flow", self.flow)
            .field("source", &self.source())
            .field("destination", &self.destination())
            .field("l7", &self.l7())
            .field("extra", &self.extra())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
