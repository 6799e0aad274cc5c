//! Hubble's filters on flows of a store, one after the other, beside closures that do the same by hand.
//!
//! Names are held, as in a thread of a pipeline, and what depends on them is remembered. Times are those that the
//! thread ran, so that other work on the machine does not count; the elements per second are flows.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput};
use flow_core::flow::{
    Direction, EventType, Flow, FlowType, Ip, IpVersion, L7Type, Protocol, Verdict,
};
use flow_core::record::{L7Kind, L7Record};
use flow_core::resolve::{EndpointNames, Store};
use flow_core::store::{FlowStore, HeldNames};
use flow_core::view::FlowView;
use flow_filter::hubble::FlowFilters;
use flow_filter::{Filter, filter_fn};
use flow_hubble::flow::FlowFilter;
use flow_hubble::from_json;
use nix::time::{ClockId, clock_gettime};

/// Flows: a few thousand, so that they are in no cache line twice.
const FLOWS: usize = 4_096;
/// Endpoints that they are from and to.
const ENDPOINTS: usize = 256;

fn endpoint(number: usize) -> EndpointNames {
    let apps = ["web", "api", "db", "cache"];
    let app = apps[number % apps.len()];
    EndpointNames {
        namespace: ["shop", "default", "kube-system"][number % 3].into(),
        pod_name: format!("{app}-{number}").into(),
        labels: vec![
            format!("k8s:app={app}").into(),
            "k8s:io.kubernetes.pod.namespace=shop".into(),
            format!("k8s:version={}", number % 7).into(),
        ],
        dns_names: vec![format!("{app}-{number}.example.com").into()],
        ..EndpointNames::default()
    }
}

fn flows(store: &FlowStore) -> Vec<Flow> {
    let handles: Vec<u32> = (0..ENDPOINTS)
        .map(|number| store.store_endpoint(endpoint(number)))
        .collect();
    let mut seed = 0x9e37_79b9_u32;
    let mut next = |limit: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        seed as usize % limit
    };
    let mut flow = || {
        let mut flow = Flow {
            ip_version: IpVersion::V4,
            protocol: [Protocol::TCP, Protocol::UDP][next(2)],
            verdict: [Verdict::FORWARDED, Verdict::DROPPED][next(4) / 3],
            direction: [Direction::INGRESS, Direction::EGRESS][next(2)],
            event_type: EventType::TRACE,
            ..Flow::default()
        };
        flow.source.ip = Ip::v4([10, next(4) as u8, next(256) as u8, next(256) as u8]);
        flow.destination.ip = Ip::v4([10, next(4) as u8, next(256) as u8, next(256) as u8]);
        flow.source.meta = handles[next(ENDPOINTS)];
        flow.destination.meta = handles[next(ENDPOINTS)];
        flow.source.port = 32_768 + next(16_384) as u16;
        flow.destination.port = [53, 80, 443, 8_080][next(4)];
        flow
    };
    (0..FLOWS).map(|_| flow()).collect()
}

/// The same flows, each with an HTTP request.
fn requests(store: &FlowStore, flows: &[Flow]) -> Vec<Flow> {
    let request = |(number, flow): (usize, &Flow)| {
        let mut record = L7Record::http(L7Kind::REQUEST, |http| {
            http.method("GET")
                .url(format!(
                    "http://shop.example.com/api/v{}/items/{number}?full=1",
                    number % 3
                ))
                .protocol("HTTP/1.1");
        });
        Flow {
            flow_type: FlowType::L7,
            event_type: EventType::L7,
            l7_type: L7Type::HTTP,
            l7: store.store_l7(&mut record),
            ..*flow
        }
    };
    flows.iter().enumerate().map(request).collect()
}

fn filters(allow: &str, deny: &str) -> FlowFilters {
    let list = |text: &str| -> Vec<FlowFilter> {
        let parts = text.split(" | ").filter(|part| !part.is_empty());
        parts
            .map(|part| from_json(part).expect("a filter"))
            .collect()
    };
    FlowFilters::new(&list(allow), &list(deny)).expect("filters")
}

/// Time that this thread has run.
fn thread_time() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID)
        .expect("the clock of a thread")
        .into()
}

const ROWS: [(&str, &str, &str); 9] = [
    (
        "verdict+port",
        r#"{"verdict":["DROPPED"],"destination_port":["443"]}"#,
        "",
    ),
    ("pod prefix", r#"{"source_pod":["shop/web-"]}"#, ""),
    ("cidr", r#"{"source_ip":["10.1.0.0/16"]}"#, ""),
    (
        "8 cidrs",
        r#"{"source_ip":["10.9.0.0/16","10.8.0.0/16","10.7.0.0/16","172.16.0.0/12","192.168.0.0/16","100.64.0.0/10","fd00::/8","10.3.0.0/17"]}"#,
        "",
    ),
    (
        "label",
        r#"{"source_label":["k8s:app in (web, api), version>3"]}"#,
        "",
    ),
    ("fqdn", r#"{"destination_fqdn":["*.example.com"]}"#, ""),
    (
        "CEL port",
        r#"{"experimental":{"cel_expression":["_flow.verdict == Verdict.DROPPED && _flow.l4.TCP.destination_port == 443u"]}}"#,
        "",
    ),
    (
        "CEL pod prefix",
        r#"{"experimental":{"cel_expression":["_flow.source.pod_name.startsWith(\"web-\")"]}}"#,
        "",
    ),
    (
        "2 allow + 4 deny",
        r#"{"source_pod":["shop/"]} | {"destination_pod":["shop/"]}"#,
        r#"{"verdict":["AUDIT"]} | {"destination_port":["53"],"protocol":["udp"]} | {"source_label":["k8s:app=cache"]} | {"destination_fqdn":["db-1.*"]}"#,
    ),
];

fn run(
    criterion: &mut Criterion,
    name: &str,
    store: &FlowStore,
    flows: &[Flow],
    filter: &dyn Filter,
) {
    let mut holder = store.names().holder();
    let hold = holder.hold();
    let held = HeldNames::new(store, &hold);
    let mut group = criterion.benchmark_group("hubble_filter");
    group.throughput(Throughput::Elements(flows.len() as u64));
    group.bench_function(name, |bencher| {
        bencher.iter_custom(|rounds| {
            let start = thread_time();
            for _ in 0..rounds {
                let matching = flows
                    .iter()
                    .filter(|flow| filter.matches(&FlowView::new(black_box(flow), &held)));
                black_box(matching.count());
            }
            thread_time().saturating_sub(start)
        });
    });
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    let store = FlowStore::with_capacity(FLOWS);
    let flows = flows(&store);
    let requests = requests(&store, &flows);

    let nothing = filter_fn(|_: &FlowView<'_>| true);
    run(&mut criterion, "floor: no filter", &store, &flows, &nothing);
    let by_hand = filter_fn(|view: &FlowView<'_>| {
        let flow = view.flow();
        flow.verdict == Verdict::DROPPED
            && flow.destination.port == 443
            && matches!(
                flow.protocol,
                Protocol::TCP | Protocol::UDP | Protocol::SCTP
            )
    });
    run(
        &mut criterion,
        "floor: verdict+port",
        &store,
        &flows,
        &by_hand,
    );
    let by_hand = filter_fn(|view: &FlowView<'_>| {
        let names = view.source();
        names.is_some_and(|names| &*names.namespace == "shop" && names.pod_name.starts_with("web-"))
    });
    run(
        &mut criterion,
        "floor: pod prefix",
        &store,
        &flows,
        &by_hand,
    );
    for (name, allow, deny) in ROWS {
        let filter = filters(allow, deny).with_names(store.names());
        run(&mut criterion, name, &store, &flows, &filter);
    }
    let path = filters(r#"{"http_path":["^/api/v[0-9]+/items/4"]}"#, "");
    run(&mut criterion, "path regex", &store, &requests, &path);

    criterion.bench_function("hubble_filter/compile 2 allow + 4 deny", |bencher| {
        let (_, allow, deny) = ROWS[8];
        bencher.iter(|| filters(black_box(allow), black_box(deny)));
    });
    let expression = "_flow.verdict == Verdict.DROPPED && _flow.source.namespace == \"default\" && _flow.destination.pod_name\
        .startsWith(\"api-\") && _flow.l4.TCP.destination_port == 443u && _flow.source.labels.exists(l, l == \"k8s:app=x\")";
    criterion.bench_function("hubble_filter/compile CEL of 200 characters", |bencher| {
        bencher
            .iter(|| flow_filter::cel::Program::compile(black_box(expression)).expect("a program"));
    });
    criterion.final_summary();
}
