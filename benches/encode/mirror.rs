//! The same flow as plain structures that serde writes: the peer of our JSON.

use flow_hubble::flow as pb;
use serde::Serialize;

fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// `flow.Flow`, as far as the sample has it, ready to be written.
#[derive(Serialize)]
pub(crate) struct Flow {
    time: String,
    verdict: &'static str,
    ethernet: Pair,
    #[serde(rename = "IP")]
    ip: Ip,
    l4: Layer4,
    source: Endpoint,
    destination: Endpoint,
    #[serde(rename = "Type")]
    kind: &'static str,
    node_name: String,
    destination_names: Vec<String>,
    event_type: EventType,
    destination_service: Service,
    traffic_direction: &'static str,
    trace_observation_point: &'static str,
    is_reply: bool,
    interface: Interface,
    socket_cookie: String,
    cgroup_id: String,
    trace_reason: &'static str,
    #[serde(rename = "Summary")]
    summary: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    extensions: Option<serde_json::Value>,
}

#[derive(Serialize)]
struct Pair {
    source: String,
    destination: String,
}

#[derive(Serialize)]
struct Ip {
    source: String,
    destination: String,
    #[serde(rename = "ipVersion")]
    version: &'static str,
}

#[derive(Serialize)]
struct Layer4 {
    #[serde(rename = "TCP")]
    tcp: Tcp,
}

#[derive(Serialize)]
struct Tcp {
    source_port: u32,
    destination_port: u32,
    flags: Flags,
}

#[derive(Serialize)]
#[serde(rename_all = "UPPERCASE")]
struct Flags {
    psh: bool,
    ack: bool,
}

#[derive(Serialize)]
struct Endpoint {
    #[serde(rename = "ID", skip_serializing_if = "is_zero")]
    id: u32,
    #[serde(skip_serializing_if = "is_zero")]
    identity: u32,
    namespace: String,
    labels: Vec<String>,
    pod_name: String,
    workloads: Vec<Workload>,
    cluster_name: String,
}

#[derive(Serialize)]
struct Workload {
    name: String,
    kind: String,
}

#[derive(Serialize)]
struct EventType {
    #[serde(rename = "type")]
    kind: i32,
    sub_type: i32,
}

#[derive(Serialize)]
struct Service {
    name: String,
    namespace: String,
}

#[derive(Serialize)]
struct Interface {
    index: u32,
    name: String,
}

fn endpoint(message: Option<pb::Endpoint>) -> Endpoint {
    let message = message.expect("the sample has endpoints");
    Endpoint {
        id: message.id,
        identity: message.identity,
        namespace: message.namespace,
        labels: message.labels,
        pod_name: message.pod_name,
        workloads: message
            .workloads
            .into_iter()
            .map(|workload| Workload {
                name: workload.name,
                kind: workload.kind,
            })
            .collect(),
        cluster_name: message.cluster_name,
    }
}

/// The mirror of a message that has the fields of the sample.
#[allow(deprecated)]
pub(crate) fn mirror(message: &pb::Flow, extensions: Option<serde_json::Value>) -> Flow {
    let flow = message.clone();
    let ethernet = flow
        .ethernet
        .clone()
        .expect("the sample has link addresses");
    let ip = flow.ip.clone().expect("the sample has network addresses");
    let Some(pb::layer4::Protocol::Tcp(tcp)) = flow.l4.clone().and_then(|l4| l4.protocol) else {
        panic!("the sample is TCP");
    };
    let flags = tcp.flags.expect("the sample has flags");
    let event = flow.event_type.expect("the sample has a class");
    let service = flow
        .destination_service
        .clone()
        .expect("the sample has a service");
    let interface = flow.interface.clone().expect("the sample has an interface");
    Flow {
        time: flow.time.expect("the sample has a time").to_string(),
        verdict: flow.verdict().as_str_name(),
        ethernet: Pair {
            source: ethernet.source,
            destination: ethernet.destination,
        },
        ip: Ip {
            version: ip.ip_version().as_str_name(),
            source: ip.source,
            destination: ip.destination,
        },
        l4: Layer4 {
            tcp: Tcp {
                source_port: tcp.source_port,
                destination_port: tcp.destination_port,
                flags: Flags {
                    psh: flags.psh,
                    ack: flags.ack,
                },
            },
        },
        kind: flow.r#type().as_str_name(),
        event_type: EventType {
            kind: event.r#type,
            sub_type: event.sub_type,
        },
        destination_service: Service {
            name: service.name,
            namespace: service.namespace,
        },
        traffic_direction: flow.traffic_direction().as_str_name(),
        trace_observation_point: flow.trace_observation_point().as_str_name(),
        trace_reason: flow.trace_reason().as_str_name(),
        is_reply: flow.is_reply.expect("the sample is known to be one or not"),
        interface: Interface {
            index: interface.index,
            name: interface.name,
        },
        socket_cookie: flow.socket_cookie.to_string(),
        cgroup_id: flow.cgroup_id.to_string(),
        source: endpoint(flow.source),
        destination: endpoint(flow.destination),
        node_name: flow.node_name,
        destination_names: flow.destination_names,
        summary: flow.summary,
        extensions,
    }
}
