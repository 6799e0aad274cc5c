//! Conditions on the names of an endpoint.

use flow_core::resolve::EndpointNames;

use crate::{NamePattern, Selector};

/// Names of an endpoint, however they are kept.
pub(crate) trait Names {
    fn namespace(&self) -> &str;
    fn pod_name(&self) -> &str;
    fn cluster_name(&self) -> &str;
    /// Namespace and name of its service; empty where there is none.
    fn service(&self) -> (&str, &str);
    fn labels(&self) -> impl Iterator<Item = &str> + Clone;
    fn dns_names(&self) -> impl Iterator<Item = &str>;
    /// Name and kind of its workloads.
    fn workloads(&self) -> impl Iterator<Item = (&str, &str)>;
}

impl Names for EndpointNames {
    fn namespace(&self) -> &str {
        &self.namespace
    }

    fn pod_name(&self) -> &str {
        &self.pod_name
    }

    fn cluster_name(&self) -> &str {
        &self.cluster_name
    }

    fn service(&self) -> (&str, &str) {
        match &self.service {
            Some(service) => (&service.namespace, &service.name),
            None => ("", ""),
        }
    }

    fn labels(&self) -> impl Iterator<Item = &str> + Clone {
        self.labels.iter().map(|label| &**label)
    }

    fn dns_names(&self) -> impl Iterator<Item = &str> {
        self.dns_names.iter().map(|name| &**name)
    }

    fn workloads(&self) -> impl Iterator<Item = (&str, &str)> {
        self.workloads
            .iter()
            .map(|workload| (&*workload.name, &*workload.kind))
    }
}

/// A namespace and the beginning of a name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct NamespacedName {
    /// `None` for any.
    namespace: Option<Box<str>>,
    prefix: Box<str>,
}

/// Namespace of names that bear none.
const DEFAULT_NAMESPACE: &str = "default";

impl NamespacedName {
    /// Returns what a text writes: `name`, `namespace/`, `namespace/name` or `/name`, with anything
    /// after a second slash left out; `None` for an empty one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        let mut parts = text.split('/');
        let first = parts.next().unwrap_or_default();
        let (namespace, prefix) = match parts.next() {
            Some(prefix) => (first, prefix),
            None => (DEFAULT_NAMESPACE, first),
        };
        Some(Self {
            namespace: (!namespace.is_empty()).then(|| namespace.into()),
            prefix: prefix.into(),
        })
    }

    fn matches(&self, namespace: &str, name: &str) -> bool {
        let is_namespace = match &self.namespace {
            Some(wanted) => **wanted == *namespace,
            None => true,
        };
        is_namespace && name.starts_with(&*self.prefix)
    }
}

/// A condition on the names of an endpoint: one of the values must match.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum NameTest {
    Pod(Vec<NamespacedName>),
    Service(Vec<NamespacedName>),
    Dns(Vec<NamePattern>),
    Label(Vec<Selector>),
    /// Name and kind; an empty one is any.
    Workload(Vec<(Box<str>, Box<str>)>),
    Cluster(Vec<Box<str>>),
}

impl NameTest {
    pub(crate) fn matches(&self, names: &impl Names) -> bool {
        match self {
            Self::Pod(wanted) => is_one_of(wanted, names.namespace(), names.pod_name()),
            Self::Service(wanted) => {
                let (namespace, name) = names.service();
                is_one_of(wanted, namespace, name)
            }
            Self::Dns(patterns) => names
                .dns_names()
                .any(|name| patterns.iter().any(|pattern| pattern.matches(name))),
            Self::Label(selectors) => selectors
                .iter()
                .any(|selector| selector.matches(names.labels())),
            Self::Workload(wanted) => names.workloads().any(|(name, kind)| {
                wanted.iter().any(|(wanted_name, wanted_kind)| {
                    let is = |wanted: &str, found: &str| wanted.is_empty() || wanted == found;
                    is(wanted_name, name) && is(wanted_kind, kind)
                })
            }),
            Self::Cluster(wanted) => wanted.iter().any(|name| **name == *names.cluster_name()),
        }
    }
}

fn is_one_of(wanted: &[NamespacedName], namespace: &str, name: &str) -> bool {
    let is_known = !namespace.is_empty() || !name.is_empty();
    is_known && wanted.iter().any(|one| one.matches(namespace, name))
}
