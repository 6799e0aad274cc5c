//! What a message names, before anything of it is stored.

use std::cell::RefCell;

use flow_core::flow::Flow;
use flow_core::pipeline::Attached;
use flow_core::record::L7Record;
use flow_core::resolve::{EndpointNames, Extra, Store};

/// Takes the values of one flow; a handle is a place plus one.
#[derive(Debug, Default)]
pub(super) struct Parts {
    endpoints: RefCell<Vec<EndpointNames>>,
    l7: RefCell<Option<L7Record>>,
    extra: RefCell<Option<Extra>>,
}

impl Store for Parts {
    fn store_endpoint(&self, names: EndpointNames) -> u32 {
        let mut endpoints = self.endpoints.borrow_mut();
        endpoints.push(names);
        // At most two.
        endpoints.len() as u32
    }

    fn store_l7(&self, record: &mut L7Record) -> u32 {
        self.l7.replace(Some(std::mem::take(record)));
        1
    }

    fn store_extra(&self, extra: Extra) -> u32 {
        self.extra.replace(Some(extra));
        1
    }
}

impl Parts {
    /// Returns the rare attributes, to add to them.
    pub(super) fn extra(&mut self) -> &mut Extra {
        self.extra.get_mut().get_or_insert_default()
    }

    /// Takes the handles out of `flow` and returns what they stand for.
    pub(super) fn attach(&mut self, flow: &mut Flow) -> Attached<'_> {
        let endpoints = &*self.endpoints.get_mut();
        let take = |handle: &mut u32| {
            let place = std::mem::take(handle) as usize;
            endpoints.get(place.wrapping_sub(1))
        };
        let mut attached = Attached::default();
        attached.source = take(&mut flow.source.meta);
        attached.destination = take(&mut flow.destination.meta);
        (flow.l7, flow.ext) = (0, 0);
        attached.l7 = self.l7.get_mut().as_ref();
        attached.extra = self.extra.get_mut().as_ref();
        attached
    }
}
