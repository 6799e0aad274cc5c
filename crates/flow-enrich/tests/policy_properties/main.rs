//! The evaluator gives what a naive one gives, whatever the cluster.

mod naive;

use std::collections::BTreeSet;

use flow_enrich::policy::{
    Action, Cidr, Cluster, Connection, Decision, End, Evaluator, LabelSelector, Labels, NamedPort,
    Namespace, NetworkPolicy, Operator, Peer, Pod, PodSet, PortMatch, Ports, Protocol, Requirement,
    Rule, Tier, TierKind, TierPeer, TierPolicy, TierRule,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use naive::{Target, Who};

const NAMESPACES: &[&str] = &["a", "b", "c"];
const PREFIXES: &[&str] = &[
    "0.0.0.0/0",
    "::/0",
    "10.0.0.0/8",
    "10.0.0.0/29",
    "10.0.0.4/30",
    "10.0.0.5/32",
    "192.0.2.0/24",
    "192.0.2.128/25",
    "fd00::/8",
    "fd00::4/126",
    "2001:db8::/32",
];
const OUTSIDE: &[&str] = &[
    "192.0.2.1",
    "192.0.2.200",
    "10.9.9.9",
    "2001:db8::1",
    "fd00::ffff",
];
const PORTS: &[u16] = &[1, 79, 80, 81, 443, 65535];
const PROTOCOLS: &[Protocol] = &[Protocol::TCP, Protocol::UDP, Protocol::SCTP];

fn labels() -> impl Strategy<Value = Labels> {
    let pairs = vec(
        (select(&["app", "ver"][..]), select(&["", "x", "y"][..])),
        0..3,
    );
    pairs.prop_map(|pairs| {
        pairs
            .into_iter()
            .map(|(k, v)| (k.into(), v.into()))
            .collect()
    })
}

fn selector() -> impl Strategy<Value = LabelSelector> {
    let operators = &[
        Operator::In,
        Operator::NotIn,
        Operator::Exists,
        Operator::DoesNotExist,
    ][..];
    let requirement = (
        select(&["app", "ver", "no"][..]),
        select(operators),
        vec(select(&["", "x", "z"][..]), 1..3),
    );
    let requirement = requirement.prop_map(|(key, operator, values)| Requirement {
        key: key.into(),
        operator,
        values: values.into_iter().map(String::from).collect(),
    });
    let some = (labels(), vec(requirement, 0..2));
    prop_oneof![
        Just(LabelSelector::default()),
        some.prop_map(|(match_labels, match_expressions)| LabelSelector {
            match_labels,
            match_expressions,
        }),
    ]
}

fn cidr() -> impl Strategy<Value = Cidr> {
    select(PREFIXES).prop_map(|text| text.parse().unwrap())
}

fn ports() -> impl Strategy<Value = Vec<PortMatch>> {
    let ports = prop_oneof![
        Just(Ports::All),
        (select(PORTS), select(PORTS)).prop_map(|(one, other)| Ports::Range(one, other)),
        select(&["web", "dns"][..]).prop_map(|name| Ports::Named(name.into())),
    ];
    let one = (option::of(select(PROTOCOLS)), ports);
    vec(
        one.prop_map(|(protocol, ports)| PortMatch { protocol, ports }),
        0..4,
    )
}

fn rule() -> impl Strategy<Value = Rule> {
    let peer = prop_oneof![
        (option::of(selector()), selector())
            .prop_map(|(namespaces, pods)| Peer::Pods { namespaces, pods }),
        (cidr(), vec(cidr(), 0..2)).prop_map(|(cidr, except)| Peer::Block { cidr, except }),
    ];
    (vec(peer, 0..3), ports()).prop_map(|(peers, ports)| Rule { peers, ports })
}

fn policy() -> impl Strategy<Value = NetworkPolicy> {
    let rules = || option::of(vec(rule(), 0..3));
    (select(NAMESPACES), selector(), rules(), rules()).prop_map(
        |(namespace, pod_selector, ingress, egress)| NetworkPolicy {
            namespace: namespace.into(),
            pod_selector,
            ingress,
            egress,
            ..NetworkPolicy::default()
        },
    )
}

fn pod_set() -> impl Strategy<Value = PodSet> {
    (selector(), selector()).prop_map(|(namespaces, pods)| PodSet { namespaces, pods })
}

fn tier_rule() -> impl Strategy<Value = TierRule> {
    let peer = prop_oneof![
        pod_set().prop_map(TierPeer::Pods),
        vec(cidr(), 1..3).prop_map(TierPeer::Networks),
    ];
    let action = select(&[Action::Accept, Action::Deny, Action::Pass][..]);
    (action, vec(peer, 0..3), ports()).prop_map(|(action, peers, ports)| TierRule {
        name: String::new(),
        action,
        peers,
        ports,
    })
}

fn tier_policy() -> impl Strategy<Value = TierPolicy> {
    let tier = select(&[Tier::Admin, Tier::Baseline][..]);
    let parts = (
        tier,
        pod_set(),
        vec(tier_rule(), 0..3),
        vec(tier_rule(), 0..3),
    );
    parts.prop_map(|(tier, subject, ingress, egress)| TierPolicy {
        kind: TierKind::ClusterNetworkPolicy,
        name: String::new(),
        labels: Labels::new(),
        tier,
        priority: 0,
        subject,
        ingress,
        egress,
    })
}

fn pods() -> impl Strategy<Value = Vec<Pod>> {
    let port = (
        select(&["web", "dns"][..]),
        select(PROTOCOLS),
        select(PORTS),
    );
    let port = port.prop_map(|(name, protocol, port)| NamedPort {
        name: name.into(),
        protocol,
        port,
    });
    vec((select(NAMESPACES), labels(), vec(port, 0..3)), 1..9).prop_map(|pods| {
        let pods = pods.into_iter().enumerate();
        pods.map(|(at, (namespace, labels, ports))| Pod {
            namespace: namespace.into(),
            name: format!("pod-{at}"),
            labels,
            addresses: vec![
                format!("10.0.0.{}", at + 1).parse().unwrap(),
                format!("fd00::{}", at + 1).parse().unwrap(),
            ],
            ports,
            ..Pod::default()
        })
        .collect()
    })
}

fn cluster() -> impl Strategy<Value = Cluster> {
    let namespaces = vec(labels(), NAMESPACES.len());
    let priorities = Just((0..6).collect::<Vec<i32>>()).prop_shuffle();
    let parts = (
        namespaces,
        pods(),
        vec(policy(), 0..8),
        vec(tier_policy(), 0..6),
        priorities,
    );
    parts.prop_map(|(namespaces, pods, policies, mut tiers, priorities)| {
        for (policy, priority) in tiers.iter_mut().zip(priorities) {
            policy.priority = priority;
        }
        let namespaces = NAMESPACES.iter().zip(namespaces);
        Cluster {
            namespaces: namespaces
                .map(|(name, labels)| Namespace {
                    name: (*name).into(),
                    labels,
                })
                .collect(),
            pods,
            policies,
            tiers,
            ..Cluster::default()
        }
    })
}

/// All ends that a connection can have in a cluster.
fn ends(cluster: &Cluster) -> Vec<Who<'_>> {
    let of_pods = cluster.pods.iter().flat_map(|pod| {
        pod.addresses.iter().map(move |address| Who {
            address: *address,
            pod: Some(pod),
        })
    });
    let outside = OUTSIDE.iter().map(|text| Who {
        address: text.parse().unwrap(),
        pod: None,
    });
    of_pods.chain(outside).collect()
}

proptest! {
    // Each case compares hundreds of connections.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_connection_is_decided_as_by_the_naive_evaluator(
        cluster in cluster(),
        ports in vec((select(PROTOCOLS), select(PORTS)), 4),
        by_name in any::<bool>(),
    ) {
        let evaluator = Evaluator::new(&cluster);
        let end = |who: &Who<'_>| End {
            ip: who.address.into(),
            pod: who.pod.filter(|_| by_name).map(|pod| {
                evaluator.pod(&pod.namespace, &pod.name).unwrap()
            }),
        };
        let ends = ends(&cluster);
        for source in &ends {
            for destination in &ends {
                for &(protocol, port) in &ports {
                    let target = Target { who: *destination, protocol, port };
                    let allowed = naive::allows(&cluster, *source, target);
                    let evaluation = evaluator.evaluate(&Connection {
                        source: end(source),
                        destination: end(destination),
                        protocol,
                        port,
                        backend: None,
                    });
                    let expected = if allowed { Decision::Allowed } else { Decision::Denied };
                    prop_assert_eq!(
                        evaluation.decision, expected,
                        "{:?} -> {:?}: {:?}", source, target, evaluation
                    );
                    let side = [&evaluation.egress, &evaluation.ingress];
                    for side in side {
                        let selecting: BTreeSet<_> = side.selecting().iter().collect();
                        prop_assert!(side.allowing().iter().all(|one| selecting.contains(one)));
                    }
                }
            }
        }
    }
}
