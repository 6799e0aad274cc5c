//! Encoding allocates nothing once its buffer has grown.

use allocation_counter::measure;
use flow_core::flow::{
    DropReason, Endpoint, EventType, Flow, FlowType, Ip, IpVersion, Protocol, Reply, TcpFlags,
    Verdict,
};
use flow_core::record::{L7Kind, L7Record, RecordType, TraceId};
use flow_core::resolve::{EndpointNames, Extra, NodeNames, Policy, Store, Workload};
use flow_core::store::FlowStore;
use flow_hubble::{Export, ExtensionForm, Mask};

fn of_trace(mut record: L7Record) -> L7Record {
    record.latency_ns = 1_500_000;
    record.trace = TraceId([7; 16]);
    record
}

fn tcp() -> Flow {
    let end = |address, port| Endpoint {
        ip: Ip::v4(address),
        port,
        ..Endpoint::default()
    };
    Flow {
        time: 1_795_530_906_123_456_789,
        first_seen: 1_795_530_905_000_000_000,
        source: end([10, 0, 0, 1], 4242),
        destination: end([10, 0, 0, 2], 80),
        protocol: Protocol::TCP,
        ip_version: IpVersion::V4,
        verdict: Verdict::FORWARDED,
        is_reply: Reply::NO,
        flow_type: FlowType::L3_L4,
        event_type: EventType::TRACE,
        tcp_flags: TcpFlags::SYN,
        ..Flow::default()
    }
}

/// Flows of every way through the encoders.
fn flows(shelves: &FlowStore) -> Vec<Flow> {
    let names = EndpointNames {
        pod_name: "web-0".into(),
        labels: vec!["k8s:app=web".into(), "k8s:tier=\u{e9}\u{1b}".into()],
        workloads: vec![Workload::default()],
        dns_names: vec!["web.example.org".into()],
        ..EndpointNames::default()
    };
    let mut named = tcp();
    named.source.meta = shelves.store_endpoint(names.clone());
    named.destination.meta = shelves.store_endpoint(names);
    named.traffic.rtt_us = 90;
    named.process.pid = 7;
    named.ext = shelves.store_extra(Extra {
        uuid: [1; 16],
        egress_denied_by: vec![Policy::default()],
        policy_log: vec!["".into()],
        ..Extra::default()
    });
    let icmp = Flow {
        protocol: Protocol::ICMPV6,
        ip_version: IpVersion::V6,
        icmp_type: 1,
        icmp_code: 4,
        drop_reason: DropReason::from_kernel_name("NO_SOCKET"),
        ..tcp()
    };
    let dns = L7Record::dns(L7Kind::RESPONSE, |dns| {
        dns.query(b"example.org\xff.")
            .ip([192, 0, 2, 1].into())
            .ip([0x20; 16].into())
            .qtype(RecordType(1))
            .qtype(RecordType(65_280));
    });
    let http = L7Record::http(L7Kind::RESPONSE, |http| {
        http.method("GET").header("", "");
    });
    let l7 = [dns, http].map(|record| Flow {
        flow_type: FlowType::L7,
        event_type: EventType::L7,
        l7: shelves.store_l7(&mut of_trace(record)),
        ..tcp()
    });
    [vec![tcp(), named, icmp, Flow::default()], l7.to_vec()].concat()
}

#[test]
fn nothing_is_allocated_in_the_steady_state() {
    let shelves = FlowStore::with_capacity(16).with_node(NodeNames::named("n1"));
    let flows = flows(&shelves);
    let mask = Mask::new(["time", "source.pod_name", "l4.TCP", "l7", "extensions"]).unwrap();
    let forms = [
        ExtensionForm::Struct,
        ExtensionForm::Message,
        ExtensionForm::Omit,
    ];
    let mut out = Vec::new();
    let round = |out: &mut Vec<u8>| {
        let mut written = 0;
        for (flow, form) in flows.iter().flat_map(|flow| forms.map(|form| (flow, form))) {
            let whole = Export::new(flow).resolve(&shelves).extension(form);
            for export in [whole, whole.mask(&mask)] {
                for write in [
                    Export::protobuf,
                    Export::response_protobuf,
                    Export::json,
                    Export::event_json,
                ] {
                    out.clear();
                    write(&export, out);
                    written += out.len();
                }
            }
        }
        written
    };
    let first = round(&mut out);
    let capacity = out.capacity();
    let mut second = 0;
    let info = measure(|| second = round(&mut out));
    assert_eq!(info.count_total, 0, "{info:?}");
    assert_eq!((second, out.capacity()), (first, capacity));
}
