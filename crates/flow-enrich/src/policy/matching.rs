//! Compiled rules, and whether they match an end of a connection.

use fixedbitset::FixedBitSet;
use smallvec::SmallVec;

use super::address::Protocol;
use super::rules::Action;

/// Stands for no pod, class or node.
pub(super) const NONE: u32 = u32::MAX;

/// Whether something matches. The greatest of alternatives counts, the least of conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Match {
    No,
    /// It depends on what is not known.
    Maybe,
    Yes,
}

impl From<bool> for Match {
    fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}

/// What is at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A pod with a network of its own.
    Pod,
    /// A pod in the network of its node, judged like a pod.
    HostPod,
    /// A node.
    Node,
    /// Nothing of the cluster.
    Outside,
    /// A pod that the snapshot does not have.
    UnknownPod,
    /// A pod behind a service that the snapshot does not have.
    UnknownService,
}

/// One permitted reading of an end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) kind: Kind,
    /// The pod.
    pub(super) pod: u32,
    /// The class of the pod.
    pub(super) class: u32,
    /// The node, or that of the pod.
    pub(super) node: u32,
    /// The class of the address that blocks see.
    pub(super) prefix: u32,
}

impl Reading {
    /// Whether this end's policies apply, in principle.
    pub(super) const fn is_pod(&self) -> bool {
        matches!(self.kind, Kind::Pod | Kind::HostPod)
    }
}

/// What a connection goes to: the ports of the destination decide named ports.
#[derive(Clone, Copy, Debug)]
pub(super) struct PortQuery<'a> {
    pub(super) protocol: Protocol,
    /// `None` if a service translates it and how is not known.
    pub(super) port: Option<u16>,
    /// Names of ports of the destination; `None` if it is a pod that is not known.
    pub(super) named: Option<&'a [CompiledPort]>,
}

/// A named port of a pod: number of the name, protocol, port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CompiledPort {
    pub(super) name: u32,
    pub(super) protocol: Protocol,
    pub(super) port: u16,
}

/// Peers of a rule.
#[derive(Clone, Debug, Default)]
pub(super) struct Peers {
    /// It has no peers and so matches all of them.
    pub(super) all: bool,
    /// A peer cannot be evaluated.
    pub(super) unknown: bool,
    /// Classes of pods.
    pub(super) classes: FixedBitSet,
    /// Classes of addresses.
    pub(super) prefixes: FixedBitSet,
    /// Nodes.
    pub(super) nodes: FixedBitSet,
    /// It is a rule of a tier, which pods in the network of their node are not peers of.
    pub(super) tier: bool,
    /// It has peers that are pods, of the snapshot or not.
    pub(super) any_pods: bool,
}

impl Peers {
    pub(super) fn matches(&self, peer: &Reading) -> Match {
        if self.all {
            return Match::Yes;
        }
        let prefix = || self.prefixes.contains(peer.prefix as usize);
        let yes = match peer.kind {
            Kind::Pod => self.classes.contains(peer.class as usize) || prefix(),
            Kind::HostPod if self.tier => self.nodes.contains(peer.node as usize) || prefix(),
            Kind::HostPod => self.classes.contains(peer.class as usize) || prefix(),
            Kind::Node => self.nodes.contains(peer.node as usize) || prefix(),
            Kind::Outside | Kind::UnknownPod => prefix(),
            Kind::UnknownService => false,
        };
        if yes {
            return Match::Yes;
        }
        let maybe = match peer.kind {
            Kind::UnknownPod => self.any_pods,
            Kind::UnknownService => {
                self.any_pods || !self.prefixes.is_clear() || !self.nodes.is_clear()
            }
            _ => false,
        };
        if maybe || self.unknown {
            Match::Maybe
        } else {
            Match::No
        }
    }
}

/// Ports of a rule, sorted: protocol and port in one number, first and last.
#[derive(Clone, Debug, Default)]
pub(super) struct PortSet {
    pub(super) ranges: SmallVec<[(u32, u32); 2]>,
    pub(super) named: SmallVec<[(u32, Option<Protocol>); 1]>,
    /// A part cannot be evaluated.
    pub(super) unknown: bool,
}

/// Protocol and port in one number.
pub(super) const fn port_key(protocol: Protocol, port: u16) -> u32 {
    (protocol.0 as u32) << 16 | port as u32
}

impl PortSet {
    pub(super) fn matches(&self, query: &PortQuery<'_>) -> Match {
        let (known, maybe) = match query.port {
            Some(port) => {
                let key = port_key(query.protocol, port);
                let at = self.ranges.partition_point(|range| range.1 < key);
                let in_range = self.ranges.get(at).is_some_and(|range| range.0 <= key);
                (in_range || self.is_named(query, port), false)
            }
            None => {
                let first = port_key(query.protocol, 1);
                let last = port_key(query.protocol, u16::MAX);
                let mut ranges = self.ranges.iter();
                (
                    ranges.any(|range| range.0 <= first && range.1 >= last),
                    true,
                )
            }
        };
        let named_of_unknown = query.named.is_none() && self.asks_names(query.protocol);
        if known {
            Match::Yes
        } else if maybe || named_of_unknown || self.unknown {
            Match::Maybe
        } else {
            Match::No
        }
    }

    fn is_named(&self, query: &PortQuery<'_>, port: u16) -> bool {
        let has =
            |name: u32| {
                query.named.unwrap_or_default().iter().any(|one| {
                    one.name == name && one.protocol == query.protocol && one.port == port
                })
            };
        let mut named = self.named.iter();
        named.any(|(name, protocol)| protocol.is_none_or(|one| one == query.protocol) && has(*name))
    }

    fn asks_names(&self, protocol: Protocol) -> bool {
        let mut named = self.named.iter();
        named.any(|(_, asked)| asked.is_none_or(|asked| asked == protocol))
    }
}

/// A rule.
#[derive(Clone, Debug)]
pub(super) struct CompiledRule {
    pub(super) peers: Peers,
    /// `None` for every port.
    pub(super) ports: Option<PortSet>,
    /// What a rule of a tier does; those of NetworkPolicies accept.
    pub(super) action: Action,
}

impl CompiledRule {
    pub(super) fn matches(&self, peer: &Reading, query: &PortQuery<'_>) -> Match {
        let ports = self.ports.as_ref();
        let ports = ports.map_or(Match::Yes, |ports| ports.matches(query));
        if ports == Match::No {
            return Match::No;
        }
        self.peers.matches(peer).min(ports)
    }
}
