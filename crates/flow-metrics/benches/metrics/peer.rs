//! The same counts by the families of other crates.

use std::collections::HashMap;
use std::sync::Arc;

use flow_core::flow::{Flow, Protocol, Reply, TcpFlags, Verdict};
use flow_core::view::FlowView;
use prometheus::{IntCounterVec, Opts};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;

use crate::work::Work;

/// The text of a pod by its handle, ready made.
fn texts(work: &Work) -> HashMap<u32, Arc<str>> {
    let text = |handle: u32| {
        let known = flow_core::names::NameHandle::from_raw(handle).expect("a handle");
        let names = work.store.names().get(known).expect("names");
        let path = format!("{}/{}", names.namespace, names.pod_name);
        (handle, Arc::from(path.as_str()))
    };
    work.pods.iter().map(|pod| text(*pod)).collect()
}

/// What the four metrics count of a flow: the number of the metric, and its own values.
fn each_count(flow: &Flow, mut count: impl FnMut(usize, [&'static str; 2], u16)) {
    let protocol = match flow.protocol {
        Protocol::TCP => "TCP",
        _ => "UDP",
    };
    count(0, [protocol, flow.verdict.name().unwrap_or("")], 0);
    let is_forwarded = flow.verdict == Verdict::FORWARDED;
    if flow.protocol == Protocol::TCP && is_forwarded {
        for (flag, name) in [
            (TcpFlags::FIN, "FIN"),
            (TcpFlags::SYN, "SYN"),
            (TcpFlags::RST, "RST"),
        ] {
            if flow.tcp_flags.contains(flag) {
                count(1, [name, "IPv4"], 0);
            }
        }
    }
    if flow.verdict == Verdict::DROPPED {
        count(2, [flow.drop_reason.name().unwrap_or(""), protocol], 0);
    }
    if is_forwarded && flow.is_reply == Reply::NO {
        count(3, [protocol, ""], flow.destination.port);
    }
}

type Labels = (Arc<str>, Arc<str>, [&'static str; 2], u16);

/// Families of `prometheus-client`.
pub(crate) struct ClientFamilies {
    texts: HashMap<u32, Arc<str>>,
    families: [Family<Labels, Counter>; 4],
}

impl ClientFamilies {
    pub(crate) fn new(work: &Work) -> Self {
        Self {
            texts: texts(work),
            families: Default::default(),
        }
    }

    pub(crate) fn observe(&self, view: &FlowView<'_>) {
        let flow = view.flow();
        let text = |handle: u32| Arc::clone(&self.texts[&handle]);
        let (source, destination) = (text(flow.source.meta), text(flow.destination.meta));
        each_count(flow, |family, own, port| {
            let labels = (Arc::clone(&source), Arc::clone(&destination), own, port);
            self.families[family].get_or_create(&labels).inc();
        });
    }
}

/// Vectors of counters of `prometheus`.
pub(crate) struct CounterVecs {
    texts: HashMap<u32, Arc<str>>,
    ports: HashMap<u16, String>,
    vectors: Vec<IntCounterVec>,
}

impl CounterVecs {
    pub(crate) fn new(work: &Work) -> Self {
        let labels = ["source", "destination", "one", "other", "port"];
        let vector = |number: usize| {
            IntCounterVec::new(Opts::new(format!("metric_{number}"), "help"), &labels)
        };
        Self {
            texts: texts(work),
            ports: work
                .flows
                .iter()
                .map(|flow| flow.destination.port)
                .chain([0])
                .map(|port| (port, port.to_string()))
                .collect(),
            vectors: (0..4)
                .map(|number| vector(number).expect("a vector"))
                .collect(),
        }
    }

    pub(crate) fn observe(&self, view: &FlowView<'_>) {
        let flow = view.flow();
        let text = |handle: u32| &*self.texts[&handle];
        let (source, destination) = (text(flow.source.meta), text(flow.destination.meta));
        each_count(flow, |vector, [one, other], port| {
            let values = [source, destination, one, other, &*self.ports[&port]];
            self.vectors[vector].with_label_values(&values).inc();
        });
    }
}
