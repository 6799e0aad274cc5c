//! Namespaces, nodes, pods and services.

use std::net::IpAddr;

use super::super::address::{Cidr, Protocol};
use super::super::cluster::{NamedPort, Namespace, Node, Pod, Service, ServicePort, TargetPort};
use super::error::Reason;
use super::objects::{
    Container, IntOrString, Metadata, Named, NodeSpec, NodeStatus, Object, PodSpec, PodStatus,
    ServiceSpec,
};

/// The namespace of objects that name none.
const DEFAULT: &str = "default";

pub(super) fn namespace_of(metadata: &Metadata) -> String {
    let given = metadata.namespace.as_deref();
    given
        .filter(|name| !name.is_empty())
        .unwrap_or(DEFAULT)
        .to_owned()
}

pub(super) fn namespace(object: Named) -> Namespace {
    Namespace {
        name: object.metadata.name,
        labels: object.metadata.labels.unwrap_or_default(),
    }
}

pub(super) fn node(object: Object<NodeSpec, NodeStatus>) -> Result<(Node, Vec<Cidr>), Reason> {
    let given = object
        .status
        .and_then(|status| status.addresses)
        .unwrap_or_default();
    let is_ip = |kind: &str| matches!(kind, "InternalIP" | "ExternalIP");
    let texts = given
        .iter()
        .filter(|one| is_ip(&one.kind))
        .map(|one| one.address.as_str());
    let node = Node {
        name: object.metadata.name,
        labels: object.metadata.labels.unwrap_or_default(),
        addresses: addresses("status.addresses", texts)?,
    };
    let cidrs = object.spec.pod_cidrs.unwrap_or_default();
    let cidrs = match (cidrs.is_empty(), object.spec.pod_cidr) {
        (true, Some(one)) => vec![one],
        _ => cidrs,
    };
    let cidrs: Result<_, _> = cidrs
        .iter()
        .filter(|text| !text.is_empty())
        .map(|text| text.parse())
        .collect();
    Ok((node, cidrs?))
}

/// Returns nothing for a pod that has ended.
pub(super) fn pod(object: Object<PodSpec, PodStatus>) -> Result<Option<Pod>, Reason> {
    let status = object.status.unwrap_or_default();
    if matches!(status.phase.as_deref(), Some("Succeeded" | "Failed")) {
        return Ok(None);
    }
    let several = status
        .pod_ips
        .unwrap_or_default()
        .into_iter()
        .map(|one| one.ip);
    let mut texts: Vec<String> = several.collect();
    if texts.is_empty() {
        texts.extend(status.pod_ip);
    }
    let spec = object.spec;
    let always = |one: &&Container| one.restart_policy.as_deref() == Some("Always");
    let sidecars = spec.init_containers.iter().flatten().filter(always);
    let containers = spec.containers.iter().chain(sidecars);
    let mut ports = Vec::new();
    for port in containers.flat_map(|container| container.ports.iter().flatten()) {
        if let Some(name) = &port.name {
            ports.push(NamedPort {
                name: name.clone(),
                protocol: protocol(port.protocol.as_deref())?,
                port: port.container_port,
            });
        }
    }
    Ok(Some(Pod {
        namespace: namespace_of(&object.metadata),
        name: object.metadata.name,
        labels: object.metadata.labels.unwrap_or_default(),
        addresses: addresses("status.podIPs", texts.iter().map(String::as_str))?,
        node: spec.node_name.unwrap_or_default(),
        host_network: spec.host_network.unwrap_or_default(),
        ports,
    }))
}

pub(super) fn service(object: Object<ServiceSpec>) -> Result<Service, Reason> {
    let spec = object.spec;
    let mut texts = spec.cluster_ips.unwrap_or_default();
    if texts.is_empty() {
        texts.extend(spec.cluster_ip);
    }
    let texts = texts
        .iter()
        .map(String::as_str)
        .filter(|text| *text != "None");
    let ports = spec.ports.unwrap_or_default().into_iter().map(|port| {
        Ok(ServicePort {
            protocol: protocol(port.protocol.as_deref())?,
            port: port.port,
            target: match port.target_port {
                Some(IntOrString::String(name)) => TargetPort::Name(name),
                Some(IntOrString::Int(number)) if number != 0 => TargetPort::Number(number),
                _ => TargetPort::Number(port.port),
            },
        })
    });
    Ok(Service {
        namespace: namespace_of(&object.metadata),
        name: object.metadata.name,
        addresses: addresses("spec.clusterIPs", texts)?,
        ports: ports.collect::<Result<_, Reason>>()?,
        selector: spec.selector.unwrap_or_default(),
        backends: Vec::new(),
    })
}

/// The protocol with this name; TCP where there is none.
pub(super) fn protocol(name: Option<&str>) -> Result<Protocol, Reason> {
    let name = name.unwrap_or("TCP");
    let found = Protocol::from_name(name);
    found.ok_or_else(|| Reason::value("protocol", "TCP, UDP or SCTP", name))
}

fn addresses<'a>(
    field: &'static str,
    texts: impl Iterator<Item = &'a str>,
) -> Result<Vec<IpAddr>, Reason> {
    let present = texts.filter(|text| !text.is_empty());
    let parsed = present.map(|text| {
        let wrong = |_| Reason::value(field, "an address", text);
        text.parse::<IpAddr>().map_err(wrong)
    });
    parsed.collect()
}
