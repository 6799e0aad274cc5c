//! A snapshot of a cluster: what policies are evaluated against.

use std::net::IpAddr;

use super::address::{Cidr, Protocol};
use super::rules::{NetworkPolicy, TierPolicy};
use super::selector::Labels;

/// A snapshot of a cluster's pods, namespaces, nodes, services and policies.
///
/// [`Evaluator::new`](super::Evaluator::new) compiles it. An address is looked up among the
/// addresses of pods, nodes and services; what is in none of them, nor in the prefixes of pods and
/// services, is outside of the cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_structs,
    reason = "made with struct update syntax, `..Default::default()`"
)]
pub struct Cluster {
    /// Namespaces. One that pods are in and that is missing here has only its name as label.
    pub namespaces: Vec<Namespace>,
    /// Nodes.
    pub nodes: Vec<Node>,
    /// Pods, but for those that have ended.
    pub pods: Vec<Pod>,
    /// Services.
    pub services: Vec<Service>,
    /// NetworkPolicies.
    pub policies: Vec<NetworkPolicy>,
    /// Policies of the tiers Admin and Baseline.
    pub tiers: Vec<TierPolicy>,
    /// Prefixes of the addresses of pods.
    pub pod_cidrs: Vec<Cidr>,
    /// Prefixes of the addresses of services.
    pub service_cidrs: Vec<Cidr>,
}

/// A namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_structs,
    reason = "made with struct update syntax, `..Default::default()`"
)]
pub struct Namespace {
    /// Its name.
    pub name: String,
    /// Its labels, with `kubernetes.io/metadata.name` as the API server sets it.
    pub labels: Labels,
}

/// A node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_structs,
    reason = "made with struct update syntax, `..Default::default()`"
)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// Its labels.
    pub labels: Labels,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
}

/// A pod.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_structs,
    reason = "made with struct update syntax, `..Default::default()`"
)]
pub struct Pod {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its labels.
    pub labels: Labels,
    /// Its addresses (`status.podIPs`).
    pub addresses: Vec<IpAddr>,
    /// The node that it runs on; empty for none.
    pub node: String,
    /// Whether it shares the network of its node.
    pub host_network: bool,
    /// The ports of its containers that have a name.
    pub ports: Vec<NamedPort>,
}

/// A named port of a container.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "the parts that policies use")]
pub struct NamedPort {
    /// Its name.
    pub name: String,
    /// Its protocol.
    pub protocol: Protocol,
    /// Its number.
    pub port: u16,
}

/// A service with addresses of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_structs,
    reason = "made with struct update syntax, `..Default::default()`"
)]
pub struct Service {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its addresses in the cluster (`spec.clusterIPs`).
    pub addresses: Vec<IpAddr>,
    /// Its ports.
    pub ports: Vec<ServicePort>,
    /// Labels of the pods of its namespace that serve it; empty for none.
    pub selector: Labels,
    /// Further pods that serve it, such as those of its EndpointSlices.
    pub backends: Vec<PodName>,
}

/// A port of a [`Service`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "the parts that translate")]
pub struct ServicePort {
    /// Its protocol.
    pub protocol: Protocol,
    /// Its number.
    pub port: u16,
    /// The port of the pods that connections are translated to.
    pub target: TargetPort,
}

/// The port of pods that a [`ServicePort`] stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "Kubernetes' IntOrString")]
pub enum TargetPort {
    /// The same number on each pod.
    Number(u16),
    /// The pod's port of this name.
    Name(String),
}

/// Namespace and name of a pod.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_structs, reason = "a namespace and a name")]
pub struct PodName {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}
