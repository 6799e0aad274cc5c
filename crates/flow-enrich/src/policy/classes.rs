//! Classes of pods: pods that no selector can tell apart.

use std::collections::{HashMap, HashSet};

use fixedbitset::FixedBitSet;

use super::cluster::{Cluster, Namespace};
use super::rules::{NetworkPolicy, Peer, PodSet, Rule, TierPeer};
use super::selector::{LabelSelector, Labels};

/// The label by which the API server names a namespace.
const NAME_LABEL: &str = "kubernetes.io/metadata.name";

/// Where a selector looks for pods.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Scope {
    /// In one namespace.
    In(u32),
    /// In the namespaces that a selector selects.
    Of(LabelSelector),
}

/// The classes of a cluster's pods, and the sets of classes that selectors select.
///
/// A class is a namespace with the values of those labels that a selector asks for. Selectors are
/// evaluated once per class, however many pods it has.
#[derive(Debug)]
pub(super) struct Classes {
    /// The class of each pod.
    pub(super) of_pod: Vec<u32>,
    namespaces: Vec<Namespace>,
    by_name: HashMap<String, u32>,
    labels: Vec<Labels>,
    in_namespace: Vec<Vec<u32>>,
    sets: HashMap<(Scope, LabelSelector), FixedBitSet>,
}

impl Classes {
    pub(super) fn new(cluster: &Cluster) -> Self {
        let keys = asked_keys(cluster);
        let mut classes = Self {
            of_pod: Vec::with_capacity(cluster.pods.len()),
            namespaces: Vec::new(),
            by_name: HashMap::new(),
            labels: Vec::new(),
            in_namespace: Vec::new(),
            sets: HashMap::new(),
        };
        for namespace in &cluster.namespaces {
            classes.add_namespace(namespace.clone());
        }
        let mut known = HashMap::new();
        for pod in &cluster.pods {
            let namespace = classes.namespace(&pod.namespace);
            let asked = pod
                .labels
                .iter()
                .filter(|(key, _)| keys.contains(key.as_str()));
            let asked: Labels = asked.map(|(k, v)| (k.clone(), v.clone())).collect();
            let class = *known.entry((namespace, asked)).or_insert_with_key(|key| {
                let class = classes.labels.len() as u32;
                classes.labels.push(key.1.clone());
                classes.in_namespace[namespace as usize].push(class);
                class
            });
            classes.of_pod.push(class);
        }
        classes
    }

    /// Number of classes.
    pub(super) fn len(&self) -> usize {
        self.labels.len()
    }

    /// The number of a namespace, which is added if it is not known.
    pub(super) fn namespace(&mut self, name: &str) -> u32 {
        if let Some(known) = self.by_name.get(name) {
            return *known;
        }
        self.add_namespace(Namespace {
            name: name.to_owned(),
            labels: Labels::from([(NAME_LABEL.to_owned(), name.to_owned())]),
        })
    }

    fn add_namespace(&mut self, namespace: Namespace) -> u32 {
        let number = self.namespaces.len() as u32;
        self.by_name.insert(namespace.name.clone(), number);
        self.namespaces.push(namespace);
        self.in_namespace.push(Vec::new());
        number
    }

    /// The classes that a selector selects.
    pub(super) fn select(&mut self, scope: Scope, pods: &LabelSelector) -> &FixedBitSet {
        let key = (scope, pods.clone());
        if !self.sets.contains_key(&key) {
            let set = self.evaluate(&key.0, pods);
            self.sets.insert(key.clone(), set);
        }
        &self.sets[&key]
    }

    fn evaluate(&self, scope: &Scope, pods: &LabelSelector) -> FixedBitSet {
        let mut set = FixedBitSet::with_capacity(self.len());
        let mut add = |namespace: usize| {
            for &class in &self.in_namespace[namespace] {
                if pods.matches(&self.labels[class as usize]) {
                    set.insert(class as usize);
                }
            }
        };
        match scope {
            Scope::In(namespace) => add(*namespace as usize),
            Scope::Of(selector) => {
                let all = self.namespaces.iter().enumerate();
                all.filter(|(_, namespace)| selector.matches(&namespace.labels))
                    .for_each(|(number, _)| add(number));
            }
        }
        set
    }
}

/// The keys of labels that a selector of pods asks for.
fn asked_keys(cluster: &Cluster) -> HashSet<&str> {
    fn of_rules(rules: Option<&Vec<Rule>>) -> impl Iterator<Item = &LabelSelector> {
        let peers = rules.into_iter().flatten().flat_map(|rule| &rule.peers);
        peers.filter_map(|peer| match peer {
            Peer::Pods { pods, .. } => Some(pods),
            Peer::Block { .. } => None,
        })
    }
    fn of_policy(policy: &NetworkPolicy) -> impl Iterator<Item = &LabelSelector> {
        let rules = of_rules(policy.ingress.as_ref()).chain(of_rules(policy.egress.as_ref()));
        rules.chain([&policy.pod_selector])
    }
    let policies = cluster.policies.iter().flat_map(of_policy);
    let tiers = cluster.tiers.iter().flat_map(|policy| {
        let rules = policy.ingress.iter().chain(&policy.egress);
        let peers = rules.flat_map(|rule| &rule.peers);
        let peers = peers.filter_map(|peer| match peer {
            TierPeer::Pods(PodSet { pods, .. }) => Some(pods),
            _ => None,
        });
        peers.chain([&policy.subject.pods])
    });
    policies
        .chain(tiers)
        .flat_map(LabelSelector::keys)
        .collect()
}
