//! An evaluator written plainly from what the API's documentation says of each field. It keeps nothing
//! and compares everything, for pods with networks of their own and addresses outside of the cluster.

use std::net::IpAddr;

use flow_enrich::policy::{
    Action, Cidr, Cluster, LabelSelector, Labels, NetworkPolicy, Peer, Pod, PodSet, PortMatch,
    Ports, Protocol, Rule, Tier, TierPeer, TierPolicy, TierRule,
};

/// An end of a connection: its address, and the pod that has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Who<'a> {
    pub(crate) address: IpAddr,
    pub(crate) pod: Option<&'a Pod>,
}

/// What a connection goes to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target<'a> {
    pub(crate) who: Who<'a>,
    pub(crate) protocol: Protocol,
    pub(crate) port: u16,
}

/// Whether both ends allow it.
pub(crate) fn allows(cluster: &Cluster, source: Who<'_>, target: Target<'_>) -> bool {
    if let (Some(one), Some(other)) = (source.pod, target.who.pod)
        && std::ptr::eq(one, other)
    {
        return true;
    }
    let out = source
        .pod
        .is_none_or(|pod| egress_allows(cluster, pod, target));
    let inward = target
        .who
        .pod
        .is_none_or(|pod| ingress_allows(cluster, pod, source, target));
    out && inward
}

fn egress_allows(cluster: &Cluster, subject: &Pod, target: Target<'_>) -> bool {
    let policies =
        policies_of(cluster, subject).filter_map(|policy| Some((policy, policy.egress.as_ref()?)));
    let tier = |tier| {
        let rules = tier_of(cluster, tier, subject)
            .into_iter()
            .flat_map(|policy| &policy.egress);
        first_action(cluster, rules, target.who, target)
    };
    decide(cluster, tier, policies.collect(), target.who, target)
}

fn ingress_allows(cluster: &Cluster, subject: &Pod, source: Who<'_>, target: Target<'_>) -> bool {
    let policies =
        policies_of(cluster, subject).filter_map(|policy| Some((policy, policy.ingress.as_ref()?)));
    let tier = |tier| {
        let rules = tier_of(cluster, tier, subject)
            .into_iter()
            .flat_map(|policy| &policy.ingress);
        first_action(cluster, rules, source, target)
    };
    decide(cluster, tier, policies.collect(), source, target)
}

fn decide(
    cluster: &Cluster,
    tier: impl Fn(Tier) -> Option<Action>,
    isolating: Vec<(&NetworkPolicy, &Vec<Rule>)>,
    peer: Who<'_>,
    target: Target<'_>,
) -> bool {
    match tier(Tier::Admin) {
        Some(Action::Accept) => return true,
        Some(Action::Deny) => return false,
        Some(Action::Pass) | None => {}
    }
    if !isolating.is_empty() {
        return isolating.iter().any(|(policy, rules)| {
            rules.iter().any(|rule| {
                let peers = &rule.peers;
                (peers.is_empty() || peers.iter().any(|one| is_peer(cluster, policy, one, peer)))
                    && is_port(&rule.ports, target)
            })
        });
    }
    tier(Tier::Baseline) != Some(Action::Deny)
}

fn policies_of<'a>(cluster: &'a Cluster, pod: &'a Pod) -> impl Iterator<Item = &'a NetworkPolicy> {
    let policies = cluster.policies.iter();
    policies.filter(|one| one.namespace == pod.namespace && matches(&one.pod_selector, &pod.labels))
}

fn tier_of<'a>(cluster: &'a Cluster, tier: Tier, pod: &Pod) -> Vec<&'a TierPolicy> {
    let policies = cluster.tiers.iter();
    let of_pod = policies.filter(|one| one.tier == tier && is_in(cluster, &one.subject, pod));
    let mut of_pod: Vec<&TierPolicy> = of_pod.collect();
    of_pod.sort_by_key(|one| one.priority);
    of_pod
}

fn first_action<'a>(
    cluster: &Cluster,
    mut rules: impl Iterator<Item = &'a TierRule>,
    peer: Who<'_>,
    target: Target<'_>,
) -> Option<Action> {
    let is_peer = |one: &TierPeer| match one {
        TierPeer::Pods(pods) => peer.pod.is_some_and(|pod| is_in(cluster, pods, pod)),
        TierPeer::Networks(networks) => networks.iter().any(|cidr| contains(cidr, peer.address)),
        _ => false,
    };
    let found = rules.find(|rule| rule.peers.iter().any(is_peer) && is_port(&rule.ports, target));
    found.map(|rule| rule.action)
}

fn is_in(cluster: &Cluster, pods: &PodSet, pod: &Pod) -> bool {
    matches(&pods.namespaces, namespace_labels(cluster, pod)) && matches(&pods.pods, &pod.labels)
}

fn is_peer(cluster: &Cluster, policy: &NetworkPolicy, peer: &Peer, who: Who<'_>) -> bool {
    match peer {
        Peer::Pods { namespaces, pods } => who.pod.is_some_and(|pod| {
            let namespace = match namespaces {
                Some(selector) => matches(selector, namespace_labels(cluster, pod)),
                None => pod.namespace == policy.namespace,
            };
            namespace && matches(pods, &pod.labels)
        }),
        Peer::Block { cidr, except } => {
            contains(cidr, who.address) && !except.iter().any(|cidr| contains(cidr, who.address))
        }
    }
}

fn namespace_labels<'a>(cluster: &'a Cluster, pod: &Pod) -> &'a Labels {
    let mut namespaces = cluster.namespaces.iter();
    &namespaces
        .find(|one| one.name == pod.namespace)
        .unwrap()
        .labels
}

fn is_port(ports: &[PortMatch], target: Target<'_>) -> bool {
    ports.is_empty()
        || ports.iter().any(|one| {
            one.protocol
                .is_none_or(|protocol| protocol == target.protocol)
                && match &one.ports {
                    Ports::All => true,
                    Ports::Range(first, last) => (*first..=*last).contains(&target.port),
                    Ports::Named(name) => target.who.pod.is_some_and(|pod| {
                        pod.ports.iter().any(|port| {
                            port.name == *name
                                && port.protocol == target.protocol
                                && port.port == target.port
                        })
                    }),
                    Ports::Unknown => unreachable!(),
                }
        })
}

fn matches(selector: &LabelSelector, labels: &Labels) -> bool {
    use flow_enrich::policy::Operator;
    let mut equal = selector.match_labels.iter();
    let mut required = selector.match_expressions.iter();
    equal.all(|(key, value)| labels.get(key).is_some_and(|has| has == value))
        && required.all(|one| match (one.operator, labels.get(&one.key)) {
            (Operator::In, Some(value)) => one.values.iter().any(|listed| listed == value),
            (Operator::In | Operator::Exists, None) => false,
            (Operator::NotIn, Some(value)) => one.values.iter().all(|listed| listed != value),
            (Operator::NotIn | Operator::DoesNotExist, None) => true,
            (Operator::Exists, Some(_)) => true,
            (Operator::DoesNotExist, Some(_)) => false,
        })
}

/// By the text of the prefix, bit by bit.
fn contains(cidr: &Cidr, address: IpAddr) -> bool {
    let text = cidr.to_string();
    let (network, length) = text.split_once('/').unwrap();
    let bits = |address: IpAddr| match address {
        IpAddr::V4(v4) => format!("{:032b}", u32::from(v4)),
        IpAddr::V6(v6) => format!("{:0128b}", u128::from(v6)),
    };
    let (network, address) = (bits(network.parse().unwrap()), bits(address));
    let length: usize = length.parse().unwrap();
    network.len() == address.len() && network[..length] == address[..length]
}
