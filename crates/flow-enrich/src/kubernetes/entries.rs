//! What objects are in the table.

use std::net::IpAddr;
use std::sync::Arc;

use flow_core::flow::Ip;
use flow_core::resolve::{EndpointNames, Service, Workload};
use jiff::Timestamp;
use smallvec::SmallVec;

use super::labels;
use super::raw::{
    Map, NodeSpec, NodeStatus, PodSpec, PodStatus, Raw, ServiceSpec, ServiceStatus, Slice,
};
use crate::cidr::Cidr;
use crate::identity;
use crate::table::{EndpointEntry, EndpointKind, Key, PodUid};

/// Nanoseconds since the Unix epoch of a time as the API writes it (RFC 3339); 0 where there is none, or it
/// is none.
fn time(text: Option<&str>) -> u64 {
    let parsed = text.and_then(|text| text.parse::<Timestamp>().ok());
    parsed.map_or(0, |time| u64::try_from(time.as_nanosecond()).unwrap_or(0))
}

/// Addresses among texts. What is no address, such as the `None` of a headless service or the name of a
/// load balancer, leads to nothing.
fn addresses<'a>(texts: impl IntoIterator<Item = &'a Box<str>>) -> impl Iterator<Item = Ip> {
    let parsed = texts
        .into_iter()
        .filter_map(|text| text.parse::<IpAddr>().ok());
    parsed
        .filter(|address| !address.is_unspecified())
        .map(Ip::from)
}

fn address_keys<'a>(texts: impl IntoIterator<Item = &'a Box<str>>) -> SmallVec<[Key; 2]> {
    addresses(texts).map(Key::Address).collect()
}

/// When a pod that has ended did, as far as its containers show: 0 where they do not. `None` for a pod that
/// has not ended.
pub(super) fn end(pod: &Raw<PodSpec, PodStatus>) -> Option<u64> {
    if !matches!(pod.status.phase.as_deref(), Some("Succeeded" | "Failed")) {
        return None;
    }
    let all = pod.status.container_statuses.iter().flatten();
    let ended = all.filter_map(|one| one.state.as_ref()?.terminated.as_ref());
    Some(
        ended
            .map(|one| time(one.finished_at.as_deref()))
            .max()
            .unwrap_or(0),
    )
}

/// A pod, without what namespace, node and owner give it.
pub(super) fn pod(pod: &Raw<PodSpec, PodStatus>, cluster: &str, is_local: bool) -> EndpointEntry {
    let (metadata, spec, status) = (&pod.metadata, &pod.spec, &pod.status);
    let mut keys = SmallVec::new();
    // The address of a pod in the network of its node is the node.
    if spec.host_network != Some(true) {
        match &status.pod_ips {
            Some(all) if !all.is_empty() => {
                keys.extend(address_keys(all.iter().map(|one| &one.ip)))
            }
            _ => keys.extend(address_keys(&status.pod_ip)),
        }
    }
    // Control groups of other nodes are not seen.
    let uid = metadata.uid.as_deref().filter(|_| is_local);
    if let Some(Ok(uid)) = uid.map(str::parse::<PodUid>) {
        keys.push(Key::Pod(uid));
    }
    let started = time(status.start_time.as_deref());
    let account = spec.service_account_name.as_deref();
    let account = account.filter(|name| !name.is_empty()).unwrap_or("default");
    EndpointEntry {
        kind: EndpointKind::Pod,
        identity: 0,
        from: match started {
            0 => time(metadata.creation_timestamp.as_deref()),
            started => started,
        },
        keys,
        names: Arc::new(EndpointNames {
            cluster_name: cluster.into(),
            namespace: metadata.namespace().into(),
            pod_name: metadata.name.clone(),
            labels: labels::of_pod(metadata, account, cluster),
            ..EndpointNames::default()
        }),
    }
}

fn plain(
    kind: EndpointKind,
    identity: u32,
    keys: SmallVec<[Key; 2]>,
    names: EndpointNames,
) -> EndpointEntry {
    EndpointEntry {
        kind,
        identity,
        from: 0,
        keys,
        names: Arc::new(names),
    }
}

/// A node by its addresses.
pub(super) fn node(
    node: &Raw<NodeSpec, NodeStatus>,
    cluster: &str,
    is_local: bool,
) -> EndpointEntry {
    let is_ip = |kind: &str| matches!(kind, "InternalIP" | "ExternalIP");
    let all = node.status.addresses.iter().flatten();
    let keys = address_keys(all.filter(|one| is_ip(&one.kind)).map(|one| &one.address));
    let (kind, identity, label) = match is_local {
        true => (EndpointKind::Host, identity::HOST, "reserved:host"),
        false => (
            EndpointKind::RemoteNode,
            identity::REMOTE_NODE,
            "reserved:remote-node",
        ),
    };
    let mut labels = labels::of_node(node.metadata.labels.as_ref());
    labels.push(label.into());
    labels.sort_unstable();
    plain(
        kind,
        identity,
        keys,
        EndpointNames {
            cluster_name: cluster.into(),
            labels,
            workloads: vec![Workload {
                name: node.metadata.name.clone(),
                kind: "Node".into(),
            }],
            ..EndpointNames::default()
        },
    )
}

/// The ranges that a node gives its pods addresses of.
pub(super) fn range(node: &Raw<NodeSpec, NodeStatus>, cluster: &str) -> EndpointEntry {
    let all = node.spec.pod_cidrs.iter().flatten();
    let all = all.chain(&node.spec.pod_cidr);
    let keys = all
        .filter_map(|text| text.parse::<Cidr>().ok())
        .map(Key::Prefix);
    let names = EndpointNames {
        cluster_name: cluster.into(),
        labels: labels::of_node_for_pods(&node.metadata.name, node.metadata.labels.as_ref()),
        ..EndpointNames::default()
    };
    plain(EndpointKind::Range, 0, keys.collect(), names)
}

fn of_service(cluster: &str, namespace: &str, name: &str) -> EndpointNames {
    EndpointNames {
        cluster_name: cluster.into(),
        service: Some(Service {
            name: name.into(),
            namespace: namespace.into(),
        }),
        ..EndpointNames::default()
    }
}

/// A service by the addresses and node ports from which it forwards.
pub(super) fn service(service: &Raw<ServiceSpec, ServiceStatus>, cluster: &str) -> EndpointEntry {
    let (spec, status) = (&service.spec, &service.status);
    let several = spec.cluster_ips.iter().flatten().chain(&spec.cluster_ip);
    let all = several.chain(spec.external_ips.iter().flatten());
    let balanced = status.load_balancer.iter();
    let balanced = balanced.flat_map(|one| one.ingress.iter().flatten());
    let mut keys = address_keys(all.chain(balanced.filter_map(|one| one.ip.as_ref())));
    for port in spec.ports.iter().flatten() {
        let protocol = match port.protocol.as_deref() {
            None | Some("TCP") => 6,
            Some("UDP") => 17,
            Some("SCTP") => 132,
            Some(_) => continue,
        };
        if let Some(port) = port.node_port.filter(|port| *port != 0) {
            keys.push(Key::NodePort { protocol, port });
        }
    }
    let metadata = &service.metadata;
    let names = of_service(cluster, metadata.namespace(), &metadata.name);
    plain(EndpointKind::Service, 0, keys, names)
}

/// Addresses behind a service that are no pods; those of the API server are that.
pub(super) fn slice(slice: &Slice, cluster: &str) -> EndpointEntry {
    let name_of = |labels: &Map| labels.get("kubernetes.io/service-name").cloned();
    let service = slice.metadata.labels.as_ref().and_then(name_of);
    let service = service.unwrap_or_else(|| slice.metadata.name.clone());
    let namespace = slice.metadata.namespace();
    let is_api_server = namespace == "default" && &*service == "kubernetes";
    let all = slice.endpoints.iter().flatten();
    let others = all.filter(|one| {
        let target = one
            .target_ref
            .as_ref()
            .and_then(|target| target.kind.as_deref());
        is_api_server || target != Some("Pod")
    });
    let keys = address_keys(others.flat_map(|one| &one.addresses));
    let names = of_service(cluster, namespace, &service);
    match is_api_server {
        true => {
            let labels = vec!["reserved:kube-apiserver".into()];
            let names = EndpointNames { labels, ..names };
            plain(
                EndpointKind::ApiServer,
                identity::KUBE_APISERVER,
                keys,
                names,
            )
        }
        false => plain(EndpointKind::Backend, 0, keys, names),
    }
}
