//! Labels as Hubble has them, and which of them make an identity.

use flow_core::resolve::Workload;

use super::raw::{Map, Metadata};
use crate::identity;

const NAMESPACE: &str = "k8s:io.kubernetes.pod.namespace=";
const NAMESPACE_LABELS: &str = "k8s:io.cilium.k8s.namespace.labels.";
const SERVICE_ACCOUNT: &str = "k8s:io.cilium.k8s.policy.serviceaccount=";
const CLUSTER: &str = "k8s:io.cilium.k8s.policy.cluster=";
const NODE: &str = "node:";

/// Labels of nodes that their pods bear too.
const OF_NODE: [&str; 3] = [
    "kubernetes.io/hostname",
    "topology.kubernetes.io/region",
    "topology.kubernetes.io/zone",
];

/// The labels that a pod has by itself.
pub(super) fn of_pod(metadata: &Metadata, service_account: &str, cluster: &str) -> Vec<Box<str>> {
    let mut labels = with_prefix("k8s:", metadata.labels.as_ref());
    labels.push(format!("{NAMESPACE}{}", metadata.namespace()).into());
    labels.push(format!("{SERVICE_ACCOUNT}{service_account}").into());
    if !cluster.is_empty() {
        labels.push(format!("{CLUSTER}{cluster}").into());
    }
    labels
}

/// The labels that the pods of a namespace have from it.
pub(super) fn of_namespace(labels: Option<&Map>) -> Vec<Box<str>> {
    with_prefix(NAMESPACE_LABELS, labels)
}

/// The labels of a node.
pub(super) fn of_node(labels: Option<&Map>) -> Vec<Box<str>> {
    with_prefix(NODE, labels)
}

/// The labels of a node that its pods have too; its name, where nothing else is known.
pub(super) fn of_node_for_pods(name: &str, labels: Option<&Map>) -> Vec<Box<str>> {
    let mut chosen = Map::new();
    if !name.is_empty() {
        chosen.insert(OF_NODE[0].into(), name.into());
    }
    for (key, value) in labels.into_iter().flatten() {
        if OF_NODE.contains(&&**key) {
            chosen.insert(key.clone(), value.clone());
        }
    }
    with_prefix(NODE, Some(&chosen))
}

fn with_prefix(prefix: &str, labels: Option<&Map>) -> Vec<Box<str>> {
    let labels = labels.into_iter().flatten();
    labels
        .map(|(key, value)| format!("{prefix}{key}={value}").into())
        .collect()
}

/// The labels of a pod with those of its namespace and node in the place of those it had from them.
pub(super) fn rebuilt(
    labels: &[Box<str>],
    of_namespace: &[Box<str>],
    of_node: &[Box<str>],
) -> Vec<Box<str>> {
    let is_own = |label: &str| !label.starts_with(NAMESPACE_LABELS) && !label.starts_with(NODE);
    let own = labels.iter().filter(|label| is_own(label));
    let mut all: Vec<Box<str>> = own.chain(of_namespace).chain(of_node).cloned().collect();
    all.sort_unstable();
    all.shrink_to_fit();
    all
}

/// Returns whether a label is part of an identity: what differs between pods of one workload is not.
///
/// Labels of Kubernetes itself are left out, but for those of the namespace, the service account, the
/// cluster, and `app.kubernetes.io/…`.
fn is_of_identity(label: &str) -> bool {
    if label.starts_with(NODE) {
        return false;
    }
    if [
        NAMESPACE,
        NAMESPACE_LABELS,
        SERVICE_ACCOUNT,
        CLUSTER,
        "k8s:app.kubernetes.io/",
    ]
    .iter()
    .any(|prefix| label.starts_with(prefix))
    {
        return true;
    }
    let label = label.strip_prefix("k8s:").unwrap_or(label);
    let key = label.split_once('=').map_or(label, |(key, _)| key);
    let domain = key.split_once('/').map_or("", |(domain, _)| domain);
    let is_of = |owner: &str| {
        let rest = domain.strip_suffix(owner);
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    let is_revision = [
        "pod-template-hash",
        "pod-template-generation",
        "controller-revision-hash",
    ]
    .contains(&key);
    !(is_revision || is_of("kubernetes.io") || is_of("k8s.io"))
}

/// The identity of a pod with these labels.
pub(super) fn identity(labels: &[Box<str>]) -> u32 {
    let labels = labels.iter().map(|label| &**label);
    identity::of_labels(labels.filter(|label| is_of_identity(label)))
}

/// What an object belongs to at once.
pub(super) fn owner(metadata: &Metadata) -> Option<Workload> {
    let all = metadata.owner_references.as_deref().unwrap_or_default();
    let controller = all.iter().find(|one| one.controller == Some(true));
    controller.or_else(|| all.first()).map(|owner| Workload {
        name: owner.name.clone(),
        kind: owner.kind.clone(),
    })
}

/// What the owner of a pod belongs to, by its name: for where the owner itself is not known.
///
/// A ReplicaSet of a Deployment has its name with the hash that is a label of the pod; a Job of a CronJob has
/// its name with the minutes since the Unix epoch, which are eight digits from 1990 to 2160.
pub(super) fn guessed(owner: &Workload, labels: &[Box<str>]) -> Option<Workload> {
    let (name, kind) = match &*owner.kind {
        "ReplicaSet" => {
            let hash = labels
                .iter()
                .find_map(|label| label.strip_prefix("k8s:pod-template-hash="))?;
            let name = owner.name.strip_suffix(hash)?.strip_suffix('-')?;
            (name, "Deployment")
        }
        "Job" => {
            let (name, minutes) = owner.name.rsplit_once('-')?;
            let is_time = minutes.len() == 8 && minutes.bytes().all(|byte| byte.is_ascii_digit());
            (is_time.then_some(name)?, "CronJob")
        }
        _ => return None,
    };
    (!name.is_empty()).then(|| Workload {
        name: name.into(),
        kind: kind.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_are_of_what_pods_of_a_workload_share() {
        for (label, expected) in [
            ("k8s:app=web", true),
            ("k8s:app.kubernetes.io/name=web", true),
            ("k8s:io.kubernetes.pod.namespace=shop", true),
            (
                "k8s:io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name=shop",
                true,
            ),
            ("k8s:io.cilium.k8s.policy.serviceaccount=default", true),
            ("k8s:example.org/team=a", true),
            ("k8s:notkubernetes.io/x=a", true),
            ("k8s:pod-template-hash=5d8f", false),
            ("k8s:controller-revision-hash=web-1", false),
            ("k8s:statefulset.kubernetes.io/pod-name=web-0", false),
            ("k8s:batch.kubernetes.io/job-name=x", false),
            ("k8s:topology.k8s.io/zone=x", false),
            ("node:kubernetes.io/hostname=n1", false),
        ] {
            assert_eq!(is_of_identity(label), expected, "{label}");
        }
    }

    #[test]
    fn owners_are_guessed_by_hash_and_time() {
        let labels: Vec<Box<str>> = vec!["k8s:pod-template-hash=5d8f".into()];
        let guess = |kind: &str, name: &str| {
            let owner = Workload {
                name: name.into(),
                kind: kind.into(),
            };
            guessed(&owner, &labels).map(|found| format!("{} {}", found.kind, found.name))
        };
        assert_eq!(
            guess("ReplicaSet", "web-5d8f").as_deref(),
            Some("Deployment web")
        );
        assert_eq!(guess("ReplicaSet", "web-1111"), None);
        assert_eq!(guess("ReplicaSet", "-5d8f"), None);
        assert_eq!(
            guess("Job", "backup-29123456").as_deref(),
            Some("CronJob backup")
        );
        assert_eq!(guess("Job", "backup-1234567"), None);
        assert_eq!(guess("StatefulSet", "web-5d8f"), None);
    }
}
