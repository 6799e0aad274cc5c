use core::cell::Cell;
use std::string::ToString;
use std::sync::Arc;
use std::vec;

use super::*;
use crate::resolve::{Service, Store};
use crate::store::FlowStore;

/// Counts how often an endpoint is looked up.
#[derive(Default)]
struct Counting {
    lookups: Cell<u32>,
    names: EndpointNames,
}

impl Resolve for Counting {
    fn endpoint(&self, _handle: u32) -> Option<MaybeShared<'_, EndpointNames>> {
        self.lookups.set(self.lookups.get() + 1);
        Some(MaybeShared::Borrowed(&self.names))
    }
}

#[test]
fn a_value_is_looked_up_once_and_only_where_there_is_a_handle() {
    let names = Counting::default();
    let mut flow = Flow::default();
    flow.source.meta = 7;
    let view = FlowView::new(&flow, &names);
    assert_eq!(names.lookups.get(), 0);
    assert!(view.source().is_some() && view.source().is_some());
    assert!(view.destination().is_none());
    assert_eq!(names.lookups.get(), 1);
}

#[test]
fn given_values_take_the_place_of_handles() {
    let names = Counting::default();
    let mut flow = Flow::default();
    flow.source.meta = 7;
    let (pod, extra) = (
        EndpointNames {
            pod_name: "web-0".into(),
            ..EndpointNames::default()
        },
        Extra {
            node: Some(Arc::new(NodeNames::named("other"))),
            ..Extra::default()
        },
    );
    let view = FlowView::new(&flow, &names)
        .with_source(&pod)
        .with_destination(&pod)
        .with_extra(&extra);
    assert_eq!(&*view.source().unwrap().pod_name, "web-0");
    assert_eq!(&*view.destination().unwrap().pod_name, "web-0");
    assert_eq!(view.node().name, "other");
    assert_eq!(FlowView::from(&flow).node().name, "");
    let handles = |view: &FlowView<'_>| (view.source_handle(), view.destination_handle());
    assert_eq!(handles(&view), (None, None), "the handle is of other names");
    let held = (NameHandle::from_raw(7), None);
    assert_eq!(handles(&FlowView::new(&flow, &names)), held);
    assert_eq!(names.lookups.get(), 0);
}

/// One ring holds flows of several nodes.
#[test]
fn a_flow_of_another_node_keeps_its_node() {
    let store = FlowStore::with_capacity(4).with_node(NodeNames::named("here"));
    let there = Flow {
        ext: store.store_extra(Extra {
            node: Some(Arc::new(NodeNames::named("there"))),
            ..Extra::default()
        }),
        ..Flow::default()
    };
    let nodes =
        [Flow::default(), there].map(|flow| FlowView::new(&flow, &store).node().name.clone());
    assert_eq!(nodes, ["here", "there"]);
}

#[test]
fn names_are_those_that_hubble_shows_and_escaped() {
    let pod = EndpointNames {
        namespace: "shop".into(),
        pod_name: "web\x1b-0".into(),
        dns_names: vec!["web.example".into()],
        ..EndpointNames::default()
    };
    let service = EndpointNames {
        service: Some(Service {
            name: "db".into(),
            namespace: "".into(),
        }),
        ..EndpointNames::default()
    };
    let dns = EndpointNames {
        dns_names: vec!["a.example".into(), "b\u{202e}".into()],
        ..EndpointNames::default()
    };
    let mut flow = Flow::default();
    flow.source.port = 80;
    let text = |names: &EndpointNames| {
        FlowView::from(&flow)
            .with_source(names)
            .source_text()
            .to_string()
    };
    assert_eq!(text(&pod), "shop/web\\u{1b}-0:80");
    assert_eq!(text(&service), "db:80");
    assert_eq!(text(&dns), "a.example,b\\u{202e}:80");
    assert_eq!(text(&EndpointNames::default()), "[::]:80");

    flow.l7 = 77;
    let view = FlowView::from(&flow).with_source(&pod);
    assert!(view.is_l7_gone());
    assert_eq!(
        view.summary_text().to_string(),
        "overwritten before it was shown"
    );
    let line = view.line().to_string();
    assert!(
        line.contains(": shop/web\\u{1b}-0:80 (unknown) <> ")
            && line.ends_with("(overwritten before it was shown)"),
        "{line}"
    );
}
