//! The flow that is encoded: a TCP packet between two pods, with everything that Hubble tells of
//! such a flow; about 900 bytes of protobuf, as the flow of Hubble's own benchmark.

use flow_core::flow::{
    Direction, Endpoint, EventType, Flow, FlowFlags, FlowType, Interface, Ip, IpVersion, Mac,
    Name16, Process, Protocol, Reply, TcpFlags, TcpState, TracePoint, TraceReason, Traffic,
    Verdict,
};
use flow_core::record::L7Record;
use flow_core::resolve::{
    EndpointNames, Extra, MaybeShared, NodeNames, Resolve, Service, Workload,
};

/// A flow and its names.
pub(crate) struct Sample {
    pub(crate) flow: Flow,
    node: NodeNames,
    ends: [EndpointNames; 2],
}

impl Resolve for Sample {
    fn node(&self) -> &NodeNames {
        &self.node
    }

    fn endpoint(&self, handle: u32) -> Option<MaybeShared<'_, EndpointNames>> {
        let at = usize::try_from(handle).ok()?.checked_sub(1)?;
        self.ends.get(at).map(MaybeShared::Borrowed)
    }

    fn l7(&self, _handle: u32) -> Option<MaybeShared<'_, L7Record>> {
        None
    }

    fn extra(&self, _handle: u32) -> Option<MaybeShared<'_, Extra>> {
        None
    }
}

fn names(id: u32, app: &str, pod: &str, service: bool) -> EndpointNames {
    let label = |text: &str| text.into();
    EndpointNames {
        id,
        cluster_name: "production-eu-1".into(),
        namespace: "shop".into(),
        pod_name: pod.into(),
        labels: vec![
            label(&format!("k8s:app.kubernetes.io/name={app}")),
            label("k8s:io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name=shop"),
            label("k8s:io.cilium.k8s.policy.cluster=production-eu-1"),
            label(&format!("k8s:io.cilium.k8s.policy.serviceaccount={app}")),
            label("k8s:io.kubernetes.pod.namespace=shop"),
        ],
        workloads: vec![Workload {
            name: app.into(),
            kind: "Deployment".into(),
        }],
        service: service.then(|| Service {
            name: app.into(),
            namespace: "shop".into(),
        }),
        dns_names: if service {
            vec![format!("{app}.shop.svc.cluster.local").into()]
        } else {
            Vec::new()
        },
    }
}

/// The flow, the same each time.
pub(crate) fn sample() -> Sample {
    let end = |address, port, identity, meta, last| Endpoint {
        ip: Ip::v4(address),
        identity,
        meta,
        port,
        mac: Mac([0x62, 0x6b, 0xd0, 0xa4, 0xc5, last]),
    };
    let flow = Flow {
        time: 1_795_530_906_123_456_789,
        first_seen: 1_795_530_905_000_000_000,
        source: end([10, 0, 1, 235], 60_524, 24_753, 1, 1),
        destination: end([10, 0, 0, 21], 8080, 24_075, 2, 2),
        traffic: Traffic {
            forward_bytes: 5_120,
            reverse_bytes: 71_680,
            forward_packets: 12,
            reverse_packets: 54,
            rtt_us: 412,
            forward_retransmits: 0,
            reverse_retransmits: 1,
        },
        process: Process {
            pid: 71_234,
            uid: 1000,
            comm: Name16::new(b"checkout"),
        },
        cgroup_id: 48_271,
        socket_cookie: 9_182_736,
        interface: Interface {
            index: 14,
            netns: 4_026_531_840,
            name: Name16::new(b"lxc7f3a2b1c0d9e"),
        },
        protocol: Protocol::TCP,
        ip_version: IpVersion::V4,
        direction: Direction::EGRESS,
        verdict: Verdict::FORWARDED,
        is_reply: Reply::NO,
        flow_type: FlowType::L3_L4,
        tcp_state: TcpState::ESTABLISHED,
        tcp_flags: TcpFlags::ACK | TcpFlags::PSH,
        flags: FlowFlags::AGGREGATED | FlowFlags::PROCESS_IS_SOURCE,
        event_type: EventType::TRACE,
        event_sub_type: 3,
        trace_point: TracePoint::TO_STACK,
        trace_reason: TraceReason::ESTABLISHED,
        ..Flow::default()
    };
    Sample {
        flow,
        node: NodeNames::named("production-eu-1/worker-17"),
        ends: [
            names(423, "checkout", "checkout-9b649846d-bxqfc", false),
            names(1187, "payment", "payment-65887564dc-jjw7k", true),
        ],
    }
}
