//! A flow with everything that the tests ask for.

use flow_core::flow::{
    Direction, DropReason, EventType, Flow, FlowFlags, FlowType, Ip, IpVersion, L7Type, Name16,
    Protocol, Reply, TcpFlags, TracePoint, Verdict,
};
use flow_core::record::{L7Kind, L7Record};
use flow_core::resolve::{EndpointNames, Service, Workload};

/// From `shop/web-0`, 10.0.0.1:40000, to `db` outside, 192.0.2.7:443: a dropped SYN.
pub(crate) fn flow() -> Flow {
    let mut flow = Flow {
        time: 1_772_366_400_000_000_000, // 2026-03-01T12:00:00Z
        first_seen: 1_772_366_397_500_000_000,
        protocol: Protocol::TCP,
        ip_version: IpVersion::V4,
        direction: Direction::EGRESS,
        verdict: Verdict::DROPPED,
        is_reply: Reply::NO,
        flow_type: FlowType::L3_L4,
        tcp_flags: TcpFlags::SYN | TcpFlags::ECE,
        drop_reason: DropReason::from_cilium(133),
        flags: FlowFlags::NEW | FlowFlags::PROCESS_IS_SOURCE,
        event_type: EventType::DROP,
        trace_point: TracePoint::TO_STACK,
        ..Flow::default()
    };
    flow.source.ip = Ip::v4([10, 0, 0, 1]);
    flow.source.port = 40_000;
    flow.source.identity = 1_234;
    flow.source.mac.0 = [2, 0, 0, 0, 0, 1];
    flow.destination.ip = Ip::v4([192, 0, 2, 7]);
    flow.destination.port = 443;
    flow.destination.identity = 2;
    flow.traffic.forward_bytes = 1_400;
    flow.traffic.reverse_bytes = 100;
    flow.traffic.forward_packets = 2;
    flow.traffic.reverse_packets = 1;
    flow.traffic.rtt_us = 1_500;
    flow.interface.name = Name16::new(b"eth0");
    flow.process.pid = 77;
    flow.process.comm = Name16::new(b"curl");
    flow
}

/// Names of the sender.
pub(crate) fn web() -> EndpointNames {
    EndpointNames {
        id: 12,
        cluster_name: "prod".into(),
        namespace: "shop".into(),
        pod_name: "web-0".into(),
        labels: vec!["k8s:app=web".into(), "k8s:tier=front".into()],
        workloads: vec![Workload {
            name: "web".into(),
            kind: "Deployment".into(),
        }],
        service: None,
        dns_names: Vec::new(),
    }
}

/// Names of the receiver.
pub(crate) fn outside() -> EndpointNames {
    EndpointNames {
        labels: vec!["reserved:world".into()],
        dns_names: vec!["db.Example.org".into()],
        service: Some(Service {
            name: "db".into(),
            namespace: "shop".into(),
        }),
        ..EndpointNames::default()
    }
}

/// A request of HTTP.
pub(crate) fn http() -> (Flow, L7Record) {
    let mut flow = flow();
    (flow.l7_type, flow.flow_type) = (L7Type::HTTP, FlowType::L7);
    let mut record = L7Record::http(L7Kind::RESPONSE, |http| {
        http.method("GET")
            .url("http://api.shop.test:8080/v1/users?name=a*b")
            .protocol("HTTP/1.1")
            .code(503)
            .header("Content-Type", "text/html")
            .header("X-Id", "7");
    });
    record.latency_ns = 12_000_000;
    record.trace.0 = [0xab; 16];
    (flow, record)
}

/// An answer of DNS.
pub(crate) fn dns() -> (Flow, L7Record) {
    let mut flow = flow();
    (flow.l7_type, flow.protocol) = (L7Type::DNS, Protocol::UDP);
    let record = L7Record::dns(L7Kind::RESPONSE, |dns| {
        dns.query("Go.dev.")
            .qtype(1.into())
            .rrtype(5.into())
            .rrtype(1.into());
        dns.cname("a.example.").ttl(30);
        dns.ip("10.0.0.9".parse().expect("an address"));
        dns.ip("192.0.2.9".parse().expect("an address"));
    });
    (flow, record)
}
