//! Where flows can still be read.

use std::sync::Arc;

use super::handle::NameHandle;
use crate::flow::Flow;
use crate::ring::Ring;

/// Flows that somebody can still read, and the names that they bear.
///
/// A [`NameTable`](super::NameTable) frees the names of an endpoint that is gone when no history
/// holds a flow that bears them.
pub trait FlowHistory {
    /// Returns the most flows that this can hold.
    fn capacity(&self) -> usize;

    /// Calls `each` with the handles of both ends of every flow that could be read during the whole
    /// call, in any order and as often as they occur.
    fn for_each_name(&self, each: &mut dyn FnMut(NameHandle));
}

impl FlowHistory for Ring<Flow> {
    fn capacity(&self) -> usize {
        Self::capacity(self)
    }

    fn for_each_name(&self, each: &mut dyn FnMut(NameHandle)) {
        self.for_each_readable(|flow| {
            for raw in [flow.source.meta, flow.destination.meta] {
                if let Some(handle) = NameHandle::from_raw(raw) {
                    each(handle);
                }
            }
        });
    }
}

impl<H: FlowHistory + ?Sized> FlowHistory for &H {
    fn capacity(&self) -> usize {
        (**self).capacity()
    }

    fn for_each_name(&self, each: &mut dyn FnMut(NameHandle)) {
        (**self).for_each_name(each);
    }
}

impl<H: FlowHistory + ?Sized> FlowHistory for Arc<H> {
    fn capacity(&self) -> usize {
        (**self).capacity()
    }

    fn for_each_name(&self, each: &mut dyn FnMut(NameHandle)) {
        (**self).for_each_name(each);
    }
}

/// Several histories, all of which are filled from the same table.
impl<H: FlowHistory> FlowHistory for [H] {
    fn capacity(&self) -> usize {
        self.iter().map(FlowHistory::capacity).sum()
    }

    fn for_each_name(&self, each: &mut dyn FnMut(NameHandle)) {
        for history in self {
            history.for_each_name(each);
        }
    }
}
