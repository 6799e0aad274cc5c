//! The form of the data.

use std::collections::BTreeMap;
use std::net::IpAddr;

use flow_enrich::policy::{
    Cluster, NamedPort, Namespace, Node, Pod, PodName, Protocol, Service, ServicePort, TargetPort,
};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

type Labels = BTreeMap<String, String>;

#[derive(Debug, Deserialize)]
pub(crate) struct Setup {
    pub(crate) id: String,
    nodes: Vec<NodeOf>,
    namespaces: Vec<NamespaceOf>,
    pods: Vec<PodOf>,
    services: Vec<ServiceOf>,
    #[serde(rename = "serviceCIDRs")]
    service_cidrs: Vec<String>,
    #[serde(rename = "podCIDRs")]
    pod_cidrs: Vec<String>,
    policies: Vec<Value>,
    pub(crate) connections: Vec<Case>,
}

#[derive(Debug, Deserialize)]
struct NodeOf {
    name: String,
    labels: Labels,
    ips: Vec<IpAddr>,
}

#[derive(Debug, Deserialize)]
struct NamespaceOf {
    name: String,
    labels: Labels,
}

#[derive(Debug, Deserialize)]
struct PodOf {
    ns: String,
    name: String,
    labels: Labels,
    ips: Vec<IpAddr>,
    node: String,
    #[serde(rename = "hostNetwork", default)]
    host_network: bool,
    ports: Vec<PortOf>,
}

#[derive(Debug, Deserialize)]
struct PortOf {
    name: Option<String>,
    port: u16,
    protocol: Option<String>,
}

#[derive(Debug, Deserialize)]
struct ServiceOf {
    ns: String,
    name: String,
    #[serde(rename = "clusterIPs")]
    cluster_ips: Vec<IpAddr>,
    ports: Vec<ServicePortOf>,
    backends: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct ServicePortOf {
    port: u16,
    #[serde(rename = "targetPort")]
    target_port: u16,
    protocol: String,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "shown where a case fails")]
pub(crate) struct Case {
    pub(crate) src: End,
    pub(crate) dst: End,
    pub(crate) protocol: String,
    pub(crate) port: Option<u16>,
    pub(crate) resolved: Option<String>,
    tag: String,
    pub(crate) expect: Expected,
}

#[derive(Debug, Deserialize)]
pub(crate) struct End {
    pub(crate) ip: IpAddr,
    pub(crate) pod: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Expected {
    pub(crate) verdict: String,
    pub(crate) egress: ExpectedSide,
    pub(crate) ingress: ExpectedSide,
    pub(crate) open: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ExpectedSide {
    pub(crate) verdict: String,
    pub(crate) stage: Option<String>,
    #[serde(default)]
    pub(crate) selecting: Names,
    #[serde(default)]
    pub(crate) allowing: Names,
    pub(crate) admin: Option<RuleOf>,
    pub(crate) baseline: Option<RuleOf>,
}

#[derive(Debug, Deserialize, PartialEq, Eq)]
pub(crate) struct RuleOf {
    pub(crate) tier: String,
    pub(crate) policy: String,
    pub(crate) rule: u32,
    pub(crate) action: String,
}

/// Names of policies. Missing is none of them; null is not asserted.
#[derive(Debug)]
pub(crate) struct Names(Option<Vec<String>>);

impl Default for Names {
    fn default() -> Self {
        Self(Some(Vec::new()))
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut names = Option::<Vec<String>>::deserialize(deserializer)?;
        if let Some(names) = &mut names {
            names.sort();
        }
        Ok(Self(names))
    }
}

impl Names {
    pub(crate) fn asserted(&self) -> Option<&Vec<String>> {
        self.0.as_ref()
    }
}

pub(crate) fn protocol(name: &str) -> Protocol {
    match name {
        "ICMP" => Protocol(1),
        name => Protocol::from_name(name).unwrap(),
    }
}

impl Setup {
    pub(crate) fn has_tiers(&self) -> bool {
        self.policies
            .iter()
            .any(|policy| policy["kind"] != "NetworkPolicy")
    }

    pub(crate) fn cluster(&self) -> Cluster {
        let mut cluster = Cluster {
            namespaces: self.namespaces.iter().map(namespace).collect(),
            nodes: self.nodes.iter().map(node).collect(),
            pods: self.pods.iter().map(pod).collect(),
            services: self.services.iter().map(service).collect(),
            pod_cidrs: self
                .pod_cidrs
                .iter()
                .map(|text| text.parse().unwrap())
                .collect(),
            service_cidrs: self
                .service_cidrs
                .iter()
                .map(|text| text.parse().unwrap())
                .collect(),
            ..Cluster::default()
        };
        for policy in &self.policies {
            assert_eq!(cluster.add(policy).unwrap(), 1, "{policy}");
        }
        cluster
    }
}

fn namespace(given: &NamespaceOf) -> Namespace {
    Namespace {
        name: given.name.clone(),
        labels: given.labels.clone(),
    }
}

fn node(given: &NodeOf) -> Node {
    Node {
        name: given.name.clone(),
        labels: given.labels.clone(),
        addresses: given.ips.clone(),
    }
}

fn pod(given: &PodOf) -> Pod {
    let ports = given.ports.iter().filter_map(|port| {
        Some(NamedPort {
            name: port.name.clone()?,
            protocol: protocol(port.protocol.as_deref().unwrap_or("TCP")),
            port: port.port,
        })
    });
    Pod {
        namespace: given.ns.clone(),
        name: given.name.clone(),
        labels: given.labels.clone(),
        addresses: given.ips.clone(),
        node: given.node.clone(),
        host_network: given.host_network,
        ports: ports.collect(),
    }
}

fn service(given: &ServiceOf) -> Service {
    let ports = given.ports.iter().map(|port| ServicePort {
        protocol: protocol(&port.protocol),
        port: port.port,
        target: TargetPort::Number(port.target_port),
    });
    let backends = given.backends.iter().map(|name| {
        let (namespace, name) = name.split_once('/').unwrap();
        PodName {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        }
    });
    Service {
        namespace: given.ns.clone(),
        name: given.name.clone(),
        addresses: given.cluster_ips.clone(),
        ports: ports.collect(),
        selector: Labels::new(),
        backends: backends.collect(),
    }
}
