//! Filters on flows and on their messages, their memory, and their errors.

use flow_core::flow::arbitrary::flows;
use flow_core::flow::{Flow, Verdict};
use flow_core::pipeline::Filter;
use flow_core::record::{L7Kind, L7Record};
use flow_core::resolve::{EndpointNames, Service, Store, Workload};
use flow_core::store::{FlowStore, HeldNames};
use flow_core::view::FlowView;
use flow_hubble::flow::FlowFilter;
use flow_hubble::{Export, from_json};
use proptest::prelude::*;

use super::{FilterFlags, FlowFilters, OtherEvent};

fn filter(text: &str) -> FlowFilter {
    from_json(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Filters of every field.
const FILTERS: [&str; 24] = [
    r#"{"verdict":["DROPPED","FORWARDED"]}"#,
    r#"{"traffic_direction":["EGRESS"],"ip_version":["IPv4","IPv6"]}"#,
    r#"{"drop_reason_desc":["POLICY_DENIED","CT_UNKNOWN_L4_PROTOCOL"]}"#,
    r#"{"reply":[false]}"#,
    r#"{"encrypted":[true]}"#,
    r#"{"event_type":[{"type":4},{"match_sub_type":true,"sub_type":5}]}"#,
    r#"{"protocol":["tcp","icmp","VRRP"]}"#,
    r#"{"tcp_flags":[{"SYN":true},{}]}"#,
    r#"{"source_port":["80"],"destination_port":["0","443"]}"#,
    r#"{"source_identity":[0,1,2]}"#,
    r#"{"source_ip":["0.0.0.0/1","8000::/1"]}"#,
    r#"{"destination_ip":["::/0"]}"#,
    r#"{"source_ip_xlated":["10.0.0.0/8"]}"#,
    r#"{"source_pod":["shop/web-"]}"#,
    r#"{"destination_service":["shop/"]}"#,
    r#"{"source_workload":[{"kind":"Deployment"}]}"#,
    r#"{"source_fqdn":["*.example.com"]}"#,
    r#"{"destination_label":["!k8s:app"]}"#,
    r#"{"source_label":["app in (web, api)"]}"#,
    r#"{"source_cluster_name":["east"]}"#,
    r#"{"node_name":["*"],"node_labels":["a!=b"]}"#,
    r#"{"uuid":[""],"trace_id":[""],"ip_trace_id":["0"]}"#,
    r#"{"interface":[{}]}"#,
    r#"{"http_status_code":["2+"]}"#,
];

fn names() -> EndpointNames {
    EndpointNames {
        namespace: "shop".into(),
        pod_name: "web-0".into(),
        cluster_name: "east".into(),
        labels: vec!["k8s:app=web".into()],
        workloads: vec![Workload {
            name: "web".into(),
            kind: "Deployment".into(),
        }],
        service: Some(Service {
            name: "web".into(),
            namespace: "shop".into(),
        }),
        dns_names: vec!["www.example.com".into()],
        ..EndpointNames::default()
    }
}

proptest! {
    /// A filter answers the same of a flow and of its message, and what it remembers changes nothing.
    #[test]
    fn flows_and_messages_get_one_answer(flow in flows(), of_source: bool, of_destination: bool) {
        let store = FlowStore::with_capacity(1);
        let handle = store.store_endpoint(names());
        let mut flow = Flow { l7: 0, ext: 0, l7_type: Default::default(), ..flow };
        flow.source.meta = if of_source { handle } else { 0 };
        flow.destination.meta = if of_destination { handle } else { 0 };
        let view = FlowView::new(&flow, &store);
        let message = Export::of(&view).message();
        for text in FILTERS {
            for (allow, deny) in [(vec![filter(text)], vec![]), (vec![], vec![filter(text)])] {
                let filters = FlowFilters::new(&allow, &deny).expect("filters");
                let expected = filters.matches_flow(&message);
                prop_assert_eq!(filters.matches(&view), expected, "{}", text);
                let bound = filters.with_names(store.names());
                for _ in 0..2 {
                    prop_assert_eq!(bound.matches(&view), expected, "{}", text);
                }
            }
        }
    }

    #[test]
    fn no_value_is_a_panic(text in "[a-z0-9:/.*=!,()+ é%-]{0,16}") {
        let all = |text: &String| vec![text.clone()];
        let filter = FlowFilter {
            source_ip: all(&text),
            ..FlowFilter::default()
        };
        let _ = FlowFilters::new(&[filter], &[]);
        for flag in FilterFlags::known() {
            let _ = FilterFlags::new().set(flag.name, &text);
        }
    }
}

#[test]
fn names_that_change_are_decided_anew() {
    let store = FlowStore::with_capacity(1);
    let filters = FlowFilters::new(&[filter(r#"{"source_pod":["shop/web-"]}"#)], &[]);
    let filters = filters.expect("a filter").with_names(store.names());
    let mut flow = Flow::default();
    flow.source.meta = store.store_endpoint(names());
    assert!(filters.matches(&FlowView::new(&flow, &store)));
    // Names that are given instead of those of the handle.
    let other = EndpointNames {
        pod_name: "db-0".into(),
        ..names()
    };
    assert!(!filters.matches(&FlowView::new(&flow, &store).with_source(&other)));
    flow.source.meta = store.store_endpoint(other);
    assert!(!filters.matches(&FlowView::new(&flow, &store)));
    flow.source.meta = 0;
    assert!(!filters.matches(&FlowView::new(&flow, &store)));
}

#[test]
fn more_conditions_than_a_word_has_bits_are_remembered() {
    let store = FlowStore::with_capacity(1);
    let handle = store.store_endpoint(names());
    let pods: Vec<FlowFilter> = (0..70)
        .map(|number| {
            filter(&format!(
                r#"{{"source_pod":["shop/x{number}","shop/web-{number}"]}}"#
            ))
        })
        .collect();
    let mut flow = Flow::default();
    flow.source.meta = handle;
    for count in [1, 32, 33, 70] {
        let filters = FlowFilters::new(&pods[..count], &[]).expect("filters");
        let bound = filters.with_names(store.names());
        assert!(bound.matches(&FlowView::new(&flow, &store)), "{count}");
        let bound = FlowFilters::new(&pods[1..count.max(2)], &[]).expect("filters");
        assert!(
            !bound
                .with_names(store.names())
                .matches(&FlowView::new(&flow, &store))
        );
    }
}

#[test]
fn events_that_are_no_flow_pass_few_filters() {
    let passes = |text: &str, event: OtherEvent| {
        let filters = FlowFilters::new(&[filter(text)], &[]).expect("a filter");
        filters.matches_other(event)
    };
    let (agent, debug) = (OtherEvent::Agent(2), OtherEvent::Debug(1));
    for event in [agent, debug, OtherEvent::Lost] {
        assert!(passes("{}", event) && passes(r#"{"source_label":["!app"]}"#, event));
        assert!(!passes(r#"{"verdict":["VERDICT_UNKNOWN"]}"#, event));
        assert!(!passes(r#"{"encrypted":[false]}"#, event));
    }
    assert!(passes(r#"{"event_type":[{"type":130}]}"#, agent));
    assert!(!passes(r#"{"event_type":[{"type":130}]}"#, debug));
    assert!(passes(
        r#"{"event_type":[{"type":2,"match_sub_type":true,"sub_type":1}]}"#,
        debug
    ));
    assert!(passes(r#"{"event_type":[{"type":1}]}"#, OtherEvent::Lost));
}

#[test]
fn errors_name_list_and_field() {
    for (text, expected) in [
        (
            r#"{"source_ip":["10.0.0.0/08"]}"#,
            "source_ip: invalid IP prefix \"10.0.0.0/08\" in filter: bad bits after slash",
        ),
        (
            r#"{"destination_port":["http"]}"#,
            "destination_port: invalid destination port filter: invalid port \"http\": expected a number from 0 to 65535",
        ),
        (
            r#"{"protocol":["arp"]}"#,
            "protocol: invalid protocol filter: unknown protocol: \"arp\"",
        ),
        (
            r#"{"node_name":["a/b/c"]}"#,
            "node_name: too many slashes in pattern",
        ),
        (
            r#"{"http_path":["("]}"#,
            "http_path: invalid http path filter: (: error parsing regexp: missing closing ): `(`",
        ),
        (
            r#"{"http_path":["x"],"event_type":[{"type":1}]}"#,
            "http_path: filtering by http path requires the event type filter to only match 'l7' events",
        ),
        (
            r#"{"source_service":[""]}"#,
            "source_service: invalid source service filter: invalid filter, name must not be empty",
        ),
    ] {
        let good = FlowFilter::default();
        let error = FlowFilters::new(&[], &[good, filter(text)]).expect_err(text);
        assert_eq!(error.to_string(), format!("blacklist[1].{expected}"));
    }
}

#[test]
fn answers_allocate_nothing() {
    let store = FlowStore::with_capacity(8);
    let mut flow = Flow {
        verdict: Verdict::DROPPED,
        l7_type: flow_core::flow::L7Type::HTTP,
        ..Flow::default()
    };
    flow.source.meta = store.store_endpoint(names());
    flow.l7 = store.store_l7(&mut L7Record::http(L7Kind::REQUEST, |http| {
        http.method("GET").url("http://shop/api/v1/items?x=1");
    }));
    let texts = [
        r#"{"source_pod":["shop/web-"],"source_label":["k8s:app=web"],"verdict":["DROPPED"]}"#,
        r#"{"http_path":["^/api/v[0-9]+"],"http_method":["get"]}"#,
        r#"{"experimental":{"cel_expression":["_flow.source.pod_name.startsWith(\"web-\") && _flow.verdict == 2"]}}"#,
        r#"{"source_fqdn":["*.example.com"]}"#,
    ];
    for text in texts {
        let filters = FlowFilters::new(&[filter(text)], &[]).expect("a filter");
        let filters = filters.with_names(store.names());
        let mut holder = store.names().holder();
        let hold = holder.hold();
        let held = HeldNames::new(&store, &hold);
        // The first answer makes room for what is remembered.
        assert!(filters.matches(&FlowView::new(&flow, &held)), "{text}");
        let allocated = allocation_counter::measure(|| {
            assert!(filters.matches(&FlowView::new(&flow, &held)));
        });
        assert_eq!(allocated.count_total, 0, "{text}");
    }
}
