//! What is kept of objects, and what follows for the names of pods.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use flow_core::resolve::{EndpointNames, Workload};
use hashbrown::HashMap;

use super::labels;
use super::object::ObjectKind;
use super::raw::{PodSpec, PodStatus, Raw};

/// Objects but pods, by kind, and by namespace and name.
pub(super) type Others = HashMap<(ObjectKind, Box<str>), Other>;

/// What is kept of a pod: everything else is in its names.
pub(super) struct Pod {
    pub(super) number: u64,
    /// Hash of its UID.
    pub(super) uid: u64,
    pub(super) identity: u32,
    pub(super) names: Arc<EndpointNames>,
    pub(super) node: Option<Box<str>>,
    pub(super) owner: Option<Box<Workload>>,
    pub(super) version: u64,
    pub(super) round: u32,
    /// Whether it has ended, and is kept only so that older versions of it do not revive it.
    pub(super) has_ended: bool,
}

/// What is kept of another object.
#[derive(Default)]
pub(super) struct Other {
    /// Its numbers in the table; 0 where it is not there.
    pub(super) numbers: [u64; 2],
    /// What its pods bear.
    pub(super) labels: Vec<Box<str>>,
    /// What it belongs to.
    pub(super) owner: Option<Workload>,
    pub(super) version: u64,
    pub(super) round: u32,
}

pub(super) fn key(namespace: &str, name: &str) -> Box<str> {
    format!("{namespace}/{name}").into()
}

/// A number that differs where UIDs do.
pub(super) fn uid_of(pod: &Raw<PodSpec, PodStatus>) -> u64 {
    let mut hasher = DefaultHasher::new();
    pod.metadata.uid.hash(&mut hasher);
    hasher.finish()
}

pub(super) fn owner_kind(owner: &Workload) -> Option<ObjectKind> {
    match &*owner.kind {
        "ReplicaSet" => Some(ObjectKind::ReplicaSet),
        "Job" => Some(ObjectKind::Job),
        _ => None,
    }
}

/// Whether an object is known with the same content, as far as pods need it.
pub(super) fn other_is_known(others: &Others, kind: ObjectKind, key: &str, new: &Other) -> bool {
    let old = others.get(&(kind, key.into()));
    old.is_some_and(|old| old.labels == new.labels && old.owner == new.owner)
}

/// The identity and names of a pod with what its namespace, node and owner add.
pub(super) fn completed(others: &Others, pod: &Pod) -> (u32, Arc<EndpointNames>) {
    let names = &pod.names;
    let get = |kind, namespace: &str, name: &str| others.get(&(kind, key(namespace, name)));
    let namespace = get(ObjectKind::Namespace, "", &names.namespace);
    let of_namespace = namespace.map_or(&[][..], |namespace| &namespace.labels);
    let node_name = pod.node.as_deref().unwrap_or_default();
    let of_node = match get(ObjectKind::Node, "", node_name) {
        Some(node) => node.labels.clone(),
        None => labels::of_node_for_pods(node_name, None),
    };
    let labels = labels::rebuilt(&names.labels, of_namespace, &of_node);
    let workload = match pod.owner.as_deref() {
        None => Workload {
            name: names.pod_name.clone(),
            kind: "Pod".into(),
        },
        Some(owner) => {
            let known = owner_kind(owner).and_then(|kind| get(kind, &names.namespace, &owner.name));
            let above = match known {
                Some(known) => known.owner.clone(),
                None => labels::guessed(owner, &labels),
            };
            above.unwrap_or_else(|| owner.clone())
        }
    };
    let identity = labels::identity(&labels);
    let names = EndpointNames {
        labels,
        workloads: vec![workload],
        cluster_name: names.cluster_name.clone(),
        namespace: names.namespace.clone(),
        pod_name: names.pod_name.clone(),
        ..EndpointNames::default()
    };
    (identity, Arc::new(names))
}
