//! Compiles the policies of a cluster.

use std::collections::HashMap;

use fixedbitset::FixedBitSet;

use super::address::{Cidr, Protocol};
use super::classes::{Classes, Scope};
use super::cluster::Cluster;
use super::compiled::{Compiled, Direction, Lists};
use super::evaluation::PolicyId;
use super::matching::{CompiledPort, CompiledRule, Peers, PortSet, port_key};
use super::prefixes::Prefixes;
use super::rules::{
    Action, Peer, PodSet, PortMatch, Ports, Rule, Tier, TierPeer, TierPolicy, TierRule,
};
use super::selector::LabelSelector;

/// Compiles policies. NetworkPolicies are numbered first, then those of the tiers.
pub(super) fn compile(cluster: &Cluster, classes: &mut Classes, prefixes: &Prefixes) -> Compiled {
    let mut builder = Builder {
        cluster,
        classes,
        prefixes,
        names: HashMap::new(),
    };
    let named = builder.named_ports();
    let tiers = cluster.tiers.iter().map(|policy| policy.priority);
    let none = cluster.policies.iter().map(|_| 0);
    Compiled {
        egress: builder.direction(
            |policy| policy.egress.as_deref(),
            |policy| policy.egress.as_slice(),
        ),
        ingress: builder.direction(
            |policy| policy.ingress.as_deref(),
            |policy| policy.ingress.as_slice(),
        ),
        priorities: none.chain(tiers).collect(),
        any_tiers: !cluster.tiers.is_empty(),
        named,
    }
}

/// All blocks of addresses that policies are about.
pub(super) fn blocks(cluster: &Cluster) -> impl Iterator<Item = Cidr> {
    let rules = cluster.policies.iter().flat_map(|policy| {
        let ingress = policy.ingress.iter().flatten();
        ingress.chain(policy.egress.iter().flatten())
    });
    let peers = rules.flat_map(|rule| &rule.peers);
    let blocks = peers.flat_map(|peer| match peer {
        Peer::Block { cidr, except } => Some(cidr).into_iter().chain(except),
        Peer::Pods { .. } => None.into_iter().chain(&[]),
    });
    let tiers = cluster.tiers.iter();
    let rules = tiers.flat_map(|policy| policy.ingress.iter().chain(&policy.egress));
    let networks = rules
        .flat_map(|rule| &rule.peers)
        .flat_map(|peer| match peer {
            TierPeer::Networks(networks) => networks.as_slice(),
            _ => &[],
        });
    blocks.chain(networks).copied()
}

struct Builder<'a> {
    cluster: &'a Cluster,
    classes: &'a mut Classes,
    prefixes: &'a Prefixes,
    /// Numbers of the names of ports.
    names: HashMap<&'a str, u32>,
}

impl<'a> Builder<'a> {
    fn name(&mut self, name: &'a str) -> u32 {
        let next = self.names.len() as u32;
        *self.names.entry(name).or_insert(next)
    }

    fn named_ports(&mut self) -> Vec<Box<[CompiledPort]>> {
        let cluster = self.cluster;
        let pods = cluster.pods.iter();
        pods.map(|pod| {
            let ports = pod.ports.iter().map(|port| CompiledPort {
                name: self.name(&port.name),
                protocol: port.protocol,
                port: port.port,
            });
            ports.collect()
        })
        .collect()
    }

    fn direction(
        &mut self,
        of_policy: fn(&super::rules::NetworkPolicy) -> Option<&[Rule]>,
        of_tier: fn(&TierPolicy) -> &[TierRule],
    ) -> Direction {
        let cluster = self.cluster;
        let mut rules = Vec::with_capacity(cluster.policies.len() + cluster.tiers.len());
        let mut selecting = vec![Vec::new(); self.classes.len()];
        for policy in &cluster.policies {
            let id = PolicyId(rules.len() as u32);
            let namespace = self.classes.namespace(&policy.namespace);
            let given = of_policy(policy);
            if given.is_some() {
                let selected = self
                    .classes
                    .select(Scope::In(namespace), &policy.pod_selector);
                add(&mut selecting, selected, id);
            }
            let given = given.unwrap_or_default().iter();
            rules.push(given.map(|rule| self.rule(namespace, rule)).collect());
        }
        let mut admin = vec![Vec::new(); self.classes.len()];
        let mut baseline = admin.clone();
        for policy in &cluster.tiers {
            let id = PolicyId(rules.len() as u32);
            let given = of_tier(policy);
            if !given.is_empty() {
                let lists = match policy.tier {
                    Tier::Admin => &mut admin,
                    Tier::Baseline => &mut baseline,
                };
                add(lists, self.pods(&policy.subject), id);
            }
            rules.push(given.iter().map(|rule| self.tier_rule(rule)).collect());
        }
        let first = cluster.policies.len();
        let priority = |id: &PolicyId| cluster.tiers[id.0 as usize - first].priority;
        for list in admin.iter_mut().chain(&mut baseline) {
            list.sort_by_key(priority);
        }
        Direction {
            rules,
            selecting: Lists::new(&selecting),
            admin: Lists::new(&admin),
            baseline: Lists::new(&baseline),
        }
    }

    fn pods(&mut self, pods: &PodSet) -> &FixedBitSet {
        self.classes
            .select(Scope::Of(pods.namespaces.clone()), &pods.pods)
    }

    fn rule(&mut self, namespace: u32, rule: &'a Rule) -> CompiledRule {
        let mut peers = Peers {
            all: rule.peers.is_empty(),
            ..Peers::default()
        };
        for peer in &rule.peers {
            match peer {
                Peer::Pods { namespaces, pods } => {
                    let of = |selector: &LabelSelector| Scope::Of(selector.clone());
                    let scope = namespaces.as_ref().map_or(Scope::In(namespace), of);
                    unite(&mut peers.classes, self.classes.select(scope, pods));
                    peers.any_pods = true;
                }
                Peer::Block { cidr, except } => {
                    unite(&mut peers.prefixes, &self.prefixes.block(*cidr, except));
                }
            }
        }
        CompiledRule {
            peers,
            ports: self.ports(&rule.ports),
            action: Action::Accept,
        }
    }

    fn tier_rule(&mut self, rule: &'a TierRule) -> CompiledRule {
        let mut peers = Peers {
            tier: true,
            ..Peers::default()
        };
        for peer in &rule.peers {
            match peer {
                TierPeer::Pods(pods) => {
                    unite(&mut peers.classes, self.pods(pods));
                    peers.any_pods = true;
                }
                TierPeer::Nodes(selector) => {
                    let nodes = self.cluster.nodes.iter().enumerate();
                    let selected = nodes.filter(|(_, node)| selector.matches(&node.labels));
                    let mut set = FixedBitSet::with_capacity(self.cluster.nodes.len());
                    set.extend(selected.map(|(number, _)| number));
                    unite(&mut peers.nodes, &set);
                }
                TierPeer::Networks(networks) => {
                    for cidr in networks {
                        unite(&mut peers.prefixes, &self.prefixes.block(*cidr, &[]));
                    }
                }
                TierPeer::Unknown => peers.unknown = true,
            }
        }
        CompiledRule {
            peers,
            ports: self.ports(&rule.ports),
            action: rule.action,
        }
    }

    fn ports(&mut self, ports: &'a [PortMatch]) -> Option<PortSet> {
        if ports.is_empty() {
            return None;
        }
        let mut set = PortSet::default();
        for port in ports {
            let (first, last) = match &port.ports {
                Ports::All => (0, u16::MAX),
                Ports::Range(first, last) if first > last => continue,
                Ports::Range(first, last) => (*first, *last),
                Ports::Named(name) => {
                    set.named.push((self.name(name), port.protocol));
                    continue;
                }
                Ports::Unknown => {
                    set.unknown = true;
                    continue;
                }
            };
            match port.protocol {
                Some(protocol) => set
                    .ranges
                    .push((port_key(protocol, first), port_key(protocol, last))),
                None => set.ranges.extend(
                    (0..=u8::MAX)
                        .map(Protocol)
                        .map(|protocol| (port_key(protocol, first), port_key(protocol, last))),
                ),
            }
        }
        set.ranges.sort_unstable();
        set.ranges.dedup_by(|next, kept| {
            let joined = next.0 <= kept.1 && next.0 >> 16 == kept.0 >> 16;
            if joined {
                kept.1 = kept.1.max(next.1);
            }
            joined
        });
        Some(set)
    }
}

/// Adds a policy to the lists of the classes that it selects.
fn add(lists: &mut [Vec<PolicyId>], selected: &FixedBitSet, id: PolicyId) {
    for class in selected.ones() {
        lists[class].push(id);
    }
}

/// Adds the members of a set to another one.
fn unite(set: &mut FixedBitSet, other: &FixedBitSet) {
    set.union_with(other);
}
