//! Kubernetes' objects as its API has them, as far as they matter for policies.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// What every object has.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Header {
    #[serde(default)]
    pub(super) api_version: String,
    #[serde(default)]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) items: Option<Vec<Value>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Metadata {
    pub(super) name: String,
    pub(super) namespace: Option<String>,
    pub(super) labels: Option<BTreeMap<String, String>>,
}

/// An object with a `spec` and perhaps a `status`.
#[derive(Debug, Deserialize)]
pub(super) struct Object<Spec, Status = Empty> {
    #[serde(default)]
    pub(super) metadata: Metadata,
    pub(super) spec: Spec,
    pub(super) status: Option<Status>,
}

/// An object whose content does not matter.
#[derive(Debug, Deserialize)]
pub(super) struct Named {
    #[serde(default)]
    pub(super) metadata: Metadata,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Empty {}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct NodeSpec {
    #[serde(rename = "podCIDR")]
    pub(super) pod_cidr: Option<String>,
    #[serde(rename = "podCIDRs")]
    pub(super) pod_cidrs: Option<Vec<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct NodeStatus {
    pub(super) addresses: Option<Vec<NodeAddress>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct NodeAddress {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) address: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct PodSpec {
    pub(super) node_name: Option<String>,
    pub(super) host_network: Option<bool>,
    pub(super) containers: Vec<Container>,
    pub(super) init_containers: Option<Vec<Container>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Container {
    pub(super) ports: Option<Vec<ContainerPort>>,
    pub(super) restart_policy: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ContainerPort {
    pub(super) name: Option<String>,
    pub(super) protocol: Option<String>,
    pub(super) container_port: u16,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct PodStatus {
    pub(super) phase: Option<String>,
    #[serde(rename = "podIP")]
    pub(super) pod_ip: Option<String>,
    #[serde(rename = "podIPs")]
    pub(super) pod_ips: Option<Vec<PodIp>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PodIp {
    pub(super) ip: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ServiceSpec {
    #[serde(rename = "clusterIP")]
    pub(super) cluster_ip: Option<String>,
    #[serde(rename = "clusterIPs")]
    pub(super) cluster_ips: Option<Vec<String>>,
    pub(super) ports: Option<Vec<ServicePort>>,
    pub(super) selector: Option<BTreeMap<String, String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ServicePort {
    pub(super) port: u16,
    pub(super) protocol: Option<String>,
    pub(super) target_port: Option<IntOrString>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum IntOrString {
    Int(u16),
    String(String),
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Selector {
    pub(super) match_labels: Option<BTreeMap<String, String>>,
    pub(super) match_expressions: Option<Vec<Expression>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Expression {
    pub(super) key: String,
    pub(super) operator: String,
    pub(super) values: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NetworkPolicySpec {
    #[serde(default)]
    pub(super) pod_selector: Option<Selector>,
    pub(super) policy_types: Option<Vec<String>>,
    pub(super) ingress: Option<Vec<NetworkRule>>,
    pub(super) egress: Option<Vec<NetworkRule>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct NetworkRule {
    pub(super) from: Option<Vec<NetworkPeer>>,
    pub(super) to: Option<Vec<NetworkPeer>>,
    pub(super) ports: Option<Vec<NetworkPort>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct NetworkPeer {
    pub(super) pod_selector: Option<Selector>,
    pub(super) namespace_selector: Option<Selector>,
    pub(super) ip_block: Option<IpBlock>,
}

#[derive(Debug, Deserialize)]
pub(super) struct IpBlock {
    pub(super) cidr: String,
    pub(super) except: Option<Vec<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct NetworkPort {
    pub(super) protocol: Option<String>,
    pub(super) port: Option<IntOrString>,
    pub(super) end_port: Option<u16>,
}

/// ClusterNetworkPolicy, AdminNetworkPolicy and BaselineAdminNetworkPolicy.
#[derive(Debug, Deserialize)]
pub(super) struct TierSpec {
    pub(super) tier: Option<String>,
    pub(super) priority: Option<i32>,
    pub(super) subject: TierSubject,
    pub(super) ingress: Option<Vec<TierRule>>,
    pub(super) egress: Option<Vec<TierRule>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct TierSubject {
    pub(super) namespaces: Option<Selector>,
    pub(super) pods: Option<Pods>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Pods {
    pub(super) namespace_selector: Selector,
    pub(super) pod_selector: Selector,
}

#[derive(Debug, Deserialize)]
pub(super) struct TierRule {
    #[serde(default)]
    pub(super) name: String,
    pub(super) action: String,
    pub(super) from: Option<Vec<TierPeer>>,
    pub(super) to: Option<Vec<TierPeer>>,
    /// Of v1alpha2.
    pub(super) protocols: Option<Vec<TierProtocol>>,
    /// Of v1alpha1.
    pub(super) ports: Option<Vec<AdminPort>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct TierPeer {
    pub(super) namespaces: Option<Selector>,
    pub(super) pods: Option<Pods>,
    pub(super) nodes: Option<Selector>,
    pub(super) networks: Option<Vec<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct TierProtocol {
    pub(super) tcp: Option<TierTransport>,
    pub(super) udp: Option<TierTransport>,
    pub(super) sctp: Option<TierTransport>,
    pub(super) destination_named_port: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct TierTransport {
    pub(super) destination_port: Option<TierPort>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct TierPort {
    pub(super) number: Option<u16>,
    pub(super) range: Option<PortRange>,
}

#[derive(Debug, Deserialize)]
pub(super) struct PortRange {
    pub(super) protocol: Option<String>,
    pub(super) start: u16,
    pub(super) end: u16,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct AdminPort {
    pub(super) port_number: Option<AdminPortNumber>,
    pub(super) named_port: Option<String>,
    pub(super) port_range: Option<PortRange>,
}

#[derive(Debug, Deserialize)]
pub(super) struct AdminPortNumber {
    pub(super) protocol: Option<String>,
    pub(super) port: u16,
}
