//! Flows, and filters that every contender has.

use std::net::IpAddr;

use flow_core::flow::{Flow, L7Type, Verdict};
use flow_core::record::{L7Kind, L7Record};
use flow_core::resolve::EndpointNames;
use flow_core::store::{FlowStore, HeldNames};
use flow_core::view::FlowView;

/// A filter in our language and, where it can say it, in wirefilter's.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) text: &'static str,
    pub(crate) wire: Option<&'static str>,
    /// Nanoseconds that it may take.
    pub(crate) target: f64,
}

#[rustfmt::skip]
pub(crate) const CASES: [Case; 7] = [
    Case { name: "verdict+port", text: "dropped && dst.port == 443", wire: Some("verdict == 2 && dport == 443"), target: 3.0 },
    Case { name: "pod prefix", text: "src.pod == \"shop/web-1*\"", wire: Some("namespace == \"shop\" && pod matches \"^web-1\""), target: 4.0 },
    Case { name: "cidr", text: "src.ip in 10.0.0.0/9", wire: Some("src in {10.0.0.0/9}"), target: 5.0 },
    Case {
        name: "8 cidrs",
        text: "src.ip in {10.1.0.0/16, 10.3.0.0/16, 10.5.0.0/16, 10.7.0.0/16, 10.9.0.0/16, 10.11.0.0/16, 10.13.0.0/16, 2001:db8::/32}",
        wire: Some("src in {10.1.0.0/16 10.3.0.0/16 10.5.0.0/16 10.7.0.0/16 10.9.0.0/16 10.11.0.0/16 10.13.0.0/16 2001:db8::/32}"),
        target: 8.0,
    },
    Case { name: "label", text: "src.label select \"app in (web, db), !canary\"", wire: None, target: 5.0 },
    Case { name: "fqdn", text: "dst.fqdn == \"*.example.org\"", wire: Some("fqdn matches \"(?i)[.]example[.]org$\""), target: 5.0 },
    Case { name: "path regex", text: "http.path matches \"^/api/v[0-9]+/users/[0-9]+$\"", wire: Some("path matches \"^/api/v[0-9]+/users/[0-9]+$\""), target: 80.0 },
];

/// Path of the flows' URLs.
pub(crate) fn path(number: usize) -> String {
    match number % 2 {
        0 => format!("/api/v1/users/{number}"),
        _ => format!("/api/v1/orders/{number}"),
    }
}

pub(crate) struct Input {
    pub(crate) store: FlowStore,
    pub(crate) flows: Vec<Flow>,
    records: Vec<L7Record>,
}

/// Names in the store, and flows.
const NAMES: usize = 256;
const FLOWS: usize = 1_024;

impl Input {
    pub(crate) fn new() -> Self {
        let store = FlowStore::with_capacity(16);
        let name = |number: usize| EndpointNames {
            namespace: ["shop", "bank"][number % 2].into(),
            pod_name: format!("web-{}", number / 2).into(),
            labels: vec![
                ["k8s:app=web", "k8s:app=db", "k8s:app=cache"][number % 3].into(),
                "k8s:io.kubernetes.pod.namespace=shop".into(),
                ["k8s:canary", "k8s:tier=front"][usize::from(!number.is_multiple_of(5))].into(),
            ],
            dns_names: vec![format!("db{number}.example.{}", ["org", "com"][number % 2]).into()],
            ..EndpointNames::default()
        };
        let add = |number| store.names().add(name(number)).expect("room").raw();
        let handles: Vec<u32> = (0..NAMES).map(add).collect();
        let any = |number: usize| number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33;
        let flow = |number: usize| {
            let mut flow = Flow::default();
            let random = any(number);
            flow.time = 1_772_366_400_000_000_000 + number as u64;
            flow.verdict = [Verdict::DROPPED, Verdict::FORWARDED][random % 2];
            flow.l7_type = L7Type::HTTP;
            flow.destination.port = [443, 80, 53, 8_080][random / 2 % 4];
            flow.source.ip = match random / 8 % 8 {
                0 => "2001:db8::1".parse::<IpAddr>().expect("an address").into(),
                _ => IpAddr::from([10, (random / 64) as u8, 0, number as u8]).into(),
            };
            flow.source.meta = handles[random % NAMES];
            flow.destination.meta = handles[random / 16 % NAMES];
            flow
        };
        let record = |number: usize| {
            L7Record::http(L7Kind::REQUEST, |http| {
                http.method("GET")
                    .url(format!("http://shop.test{}?x=1", path(number)));
            })
        };
        Self {
            flows: (0..FLOWS).map(flow).collect(),
            records: (0..FLOWS).map(record).collect(),
            store,
        }
    }

    /// Views of all flows, whose names are looked up.
    pub(crate) fn views<'a>(&'a self, held: &'a HeldNames<'a, 'a>) -> Vec<FlowView<'a>> {
        let pairs = self.flows.iter().zip(&self.records);
        let views: Vec<_> = pairs
            .map(|(flow, record)| FlowView::new(flow, held).with_l7(record))
            .collect();
        for view in &views {
            assert!(view.source().is_some() && view.destination().is_some());
        }
        views
    }
}
