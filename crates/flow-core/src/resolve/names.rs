//! Names of endpoints and nodes.

use std::boxed::Box;
use std::string::String;
use std::vec::Vec;

/// What is known of an endpoint, made once and shared by all its flows. Fields are those of
/// Hubble's `flow.Endpoint`, its service and its DNS names; what is not known is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[allow(
    clippy::exhaustive_structs,
    reason = "made with struct update syntax, `..Default::default()`"
)]
pub struct EndpointNames {
    /// Number of the endpoint on its node.
    pub id: u32,
    /// Name of the cluster.
    pub cluster_name: Box<str>,
    /// Kubernetes namespace.
    pub namespace: Box<str>,
    /// Name of the pod.
    pub pod_name: Box<str>,
    /// Labels, `source:key=value`.
    pub labels: Vec<Box<str>>,
    /// What the pod belongs to.
    pub workloads: Vec<Workload>,
    /// Service that it belongs to.
    pub service: Option<Service>,
    /// DNS names that resolved to its address.
    pub dns_names: Vec<Box<str>>,
}

/// What pods belong to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_structs, reason = "a name and a kind")]
pub struct Workload {
    /// Its name.
    pub name: Box<str>,
    /// Its kind, such as `Deployment`.
    pub kind: Box<str>,
}

/// A Kubernetes service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_structs, reason = "a name and a namespace")]
pub struct Service {
    /// Its name.
    pub name: Box<str>,
    /// Its namespace.
    pub namespace: Box<str>,
}

/// What is known of the node that observes; what is not known is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[allow(
    clippy::exhaustive_structs,
    reason = "made with struct update syntax, `..Default::default()`"
)]
pub struct NodeNames {
    /// Name of the node; `cluster/node` where the cluster has a name.
    pub name: String,
    /// Labels, `key=value`.
    pub labels: Vec<Box<str>>,
    /// Program that observes.
    pub emitter: Option<Emitter>,
}

impl NodeNames {
    /// A node of which nothing is known.
    pub const UNKNOWN: Self = Self {
        name: String::new(),
        labels: Vec::new(),
        emitter: None,
    };

    /// A node of which only the name is known.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self {
            name: name.into(),
            ..Self::UNKNOWN
        }
    }
}

/// A program that observes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_structs, reason = "a name and a version")]
pub struct Emitter {
    /// Its name.
    pub name: Box<str>,
    /// Its version.
    pub version: Box<str>,
}
