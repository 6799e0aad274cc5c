//! Policies as they are given: NetworkPolicy, and those of the tiers Admin and Baseline.

use super::address::{Cidr, Protocol};
use super::selector::{LabelSelector, Labels};

/// A `networking.k8s.io/v1` NetworkPolicy, with its defaults filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_structs,
    reason = "made with struct update syntax, `..Default::default()`"
)]
pub struct NetworkPolicy {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its own labels.
    pub labels: Labels,
    /// The pods of its namespace that it selects.
    pub pod_selector: LabelSelector,
    /// What may come in. `None` if its `policyTypes` have no `Ingress`: then it does not isolate
    /// pods in this direction. An empty list allows nothing.
    pub ingress: Option<Vec<Rule>>,
    /// What may go out. `None` if its `policyTypes` have no `Egress`.
    pub egress: Option<Vec<Rule>>,
}

/// A rule of a [`NetworkPolicy`]: it allows what comes from (or goes to) any of its peers, at any of
/// its ports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_structs,
    reason = "made with struct update syntax, `..Default::default()`"
)]
pub struct Rule {
    /// Its peers; all if empty.
    pub peers: Vec<Peer>,
    /// Its ports; all if empty.
    pub ports: Vec<PortMatch>,
}

/// A peer of a [`Rule`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_enums,
    reason = "the kinds of peers of networking.k8s.io/v1, which is stable"
)]
pub enum Peer {
    /// Pods.
    Pods {
        /// Their namespaces; that of the policy if there is no selector.
        namespaces: Option<LabelSelector>,
        /// Their labels.
        pods: LabelSelector,
    },
    /// Addresses.
    Block {
        /// The addresses.
        cidr: Cidr,
        /// Those of them that it is not about.
        except: Vec<Cidr>,
    },
}

/// Ports that a rule is about, of the destination.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_structs, reason = "a protocol and its ports")]
pub struct PortMatch {
    /// The protocol; `None` for any one.
    pub protocol: Option<Protocol>,
    /// The ports.
    pub ports: Ports,
}

/// Ports of a [`PortMatch`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[allow(
    clippy::exhaustive_enums,
    reason = "the ways to give ports in these APIs"
)]
pub enum Ports {
    /// Every port.
    All,
    /// From the first to the last, both included.
    Range(u16, u16),
    /// The port that the destination's containers have given this name.
    Named(String),
    /// What this version does not know.
    Unknown,
}

/// A ClusterNetworkPolicy (`policy.networking.k8s.io/v1alpha2`), or one of its predecessors.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "the parts that decide")]
pub struct TierPolicy {
    /// What it was given as.
    pub kind: TierKind,
    /// Its name.
    pub name: String,
    /// Its own labels.
    pub labels: Labels,
    /// Its tier.
    pub tier: Tier,
    /// Its place in the tier: the lowest number comes first.
    pub priority: i32,
    /// The pods that it is about. Pods in the network of their node are never among them.
    pub subject: PodSet,
    /// Rules for what comes in; the first that matches decides.
    pub ingress: Vec<TierRule>,
    /// Rules for what goes out.
    pub egress: Vec<TierRule>,
}

/// What a [`TierPolicy`] was given as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TierKind {
    /// `policy.networking.k8s.io/v1alpha2`.
    ClusterNetworkPolicy,
    /// `policy.networking.k8s.io/v1alpha1`.
    AdminNetworkPolicy,
    /// `policy.networking.k8s.io/v1alpha1`.
    BaselineAdminNetworkPolicy,
}

impl TierKind {
    /// Returns the kind's name in Kubernetes.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ClusterNetworkPolicy => "ClusterNetworkPolicy",
            Self::AdminNetworkPolicy => "AdminNetworkPolicy",
            Self::BaselineAdminNetworkPolicy => "BaselineAdminNetworkPolicy",
        }
    }
}

/// Where a policy stands: before or after NetworkPolicies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Tier {
    /// Evaluated before NetworkPolicies.
    Admin,
    /// Evaluated if no NetworkPolicy isolates the pod.
    Baseline,
}

/// What a [`TierRule`] does with what it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(
    clippy::exhaustive_enums,
    reason = "an action more would change the evaluation"
)]
pub enum Action {
    /// Allows it.
    Accept,
    /// Denies it.
    Deny,
    /// Leaves the tier; what comes after it decides.
    Pass,
}

/// A rule of a [`TierPolicy`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "the parts that decide")]
pub struct TierRule {
    /// Its name; may be empty.
    pub name: String,
    /// What it does.
    pub action: Action,
    /// What it is about; nothing if empty.
    pub peers: Vec<TierPeer>,
    /// Ports; every protocol and port if empty.
    pub ports: Vec<PortMatch>,
}

/// A peer of a [`TierRule`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TierPeer {
    /// Pods, but for those in the network of their node.
    Pods(PodSet),
    /// Nodes, and the pods in their network.
    Nodes(LabelSelector),
    /// Addresses.
    Networks(Vec<Cidr>),
    /// What this version does not know or cannot decide by addresses, such as names in DNS: whether it
    /// matches is open.
    Unknown,
}

/// A set of pods of any namespaces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_structs,
    reason = "made with struct update syntax, `..Default::default()`"
)]
pub struct PodSet {
    /// Their namespaces.
    pub namespaces: LabelSelector,
    /// Their labels.
    pub pods: LabelSelector,
}
