//! Counting allocates nothing once a series is known.

use flow_core::flow::{Direction, EventType, Flow, IpVersion, Protocol, Reply, TcpFlags, Verdict};
use flow_core::record::{L7Kind, L7Record, RecordType};
use flow_core::resolve::EndpointNames;
use flow_core::store::{FlowStore, HeldNames};
use flow_core::view::FlowView;
use flow_metrics::{MetricConfig, Metrics, Observer};

#[test]
fn a_known_series_is_counted_without_allocating() {
    let store = FlowStore::with_capacity(16);
    let pod = |name: &str| {
        let names = EndpointNames {
            namespace: "shop".into(),
            pod_name: name.into(),
            ..EndpointNames::default()
        };
        store.names().add(names).expect("room").raw()
    };
    let mut flow = Flow {
        event_type: EventType::TRACE,
        protocol: Protocol::TCP,
        ip_version: IpVersion::V4,
        direction: Direction::EGRESS,
        verdict: Verdict::FORWARDED,
        is_reply: Reply::NO,
        tcp_flags: TcpFlags::SYN,
        ..Flow::default()
    };
    flow.source.meta = pod("web");
    flow.destination.meta = pod("db");
    let mut message = flow;
    message.event_type = EventType::L7;
    message.l7_type = flow_core::flow::L7Type::HTTP;
    let http = L7Record::http(L7Kind::RESPONSE, |http| {
        http.method("GET").protocol("HTTP/1.1").code(200);
    });
    let mut query = message;
    query.l7_type = flow_core::flow::L7Type::DNS;
    let dns = L7Record::dns(L7Kind::REQUEST, |dns| {
        dns.query("example.com.")
            .qtype(RecordType(1))
            .qtype(RecordType(28));
    });

    let context = "sourceContext=pod|ip;destinationContext=workload|ip|dns;labelsContext=source_ip,source_namespace,traffic_direction";
    let names = [
        "flow",
        "tcp",
        "drop",
        "port-distribution",
        "icmp",
        "policy",
        "sctp",
        "flows-to-world",
        "http",
        "dns:query",
    ];
    let configs = names.map(|name| {
        let separator = if name.contains(':') { ';' } else { ':' };
        MetricConfig::parse(&format!("{name}{separator}{context}"))
    });
    let builder = Metrics::builder()
        .metrics(configs.into())
        .names(store.names());
    let (metrics, _) = builder.build().expect("a configuration");

    let mut holder = store.names().holder();
    let hold = holder.hold();
    let held = HeldNames::new(&store, &hold);
    let count = || {
        metrics.observe(&FlowView::new(&flow, &held));
        metrics.observe(&FlowView::new(&message, &held).with_l7(&http));
        metrics.observe(&FlowView::new(&query, &held).with_l7(&dns));
    };
    count();
    let allocated = allocation_counter::measure(|| (0..100).for_each(|_| count()));
    assert_eq!(allocated.count_total, 0, "{allocated:?}");
}
