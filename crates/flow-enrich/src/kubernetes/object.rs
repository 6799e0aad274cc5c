//! An object of Kubernetes that gives names.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::raw::{
    Bare, Metadata, NodeSpec, NodeStatus, PodSpec, PodStatus, Raw, ServiceSpec, ServiceStatus,
    Slice,
};
use crate::policy::{ObjectError, Reason};

/// The kinds of objects that give names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ObjectKind {
    /// `Namespace` (`v1`): its labels.
    Namespace,
    /// `Node` (`v1`): its addresses, labels and ranges of pods.
    Node,
    /// `ReplicaSet` (`apps/v1`): which Deployment pods belong to.
    ReplicaSet,
    /// `Job` (`batch/v1`): which CronJob pods belong to.
    Job,
    /// `Pod` (`v1`).
    Pod,
    /// `Service` (`v1`): its addresses and node ports.
    Service,
    /// `EndpointSlice` (`discovery.k8s.io/v1`): addresses behind a service that are no pods.
    EndpointSlice,
}

impl ObjectKind {
    /// All kinds, in the order in which they are best read: what others refer to comes first.
    pub const ALL: [Self; 7] = [
        Self::Namespace,
        Self::Node,
        Self::ReplicaSet,
        Self::Job,
        Self::Pod,
        Self::Service,
        Self::EndpointSlice,
    ];

    /// Returns its group and version, and its kind, as `apiVersion` and `kind` have them.
    #[must_use]
    pub const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Namespace => ("v1", "Namespace"),
            Self::Node => ("v1", "Node"),
            Self::ReplicaSet => ("apps/v1", "ReplicaSet"),
            Self::Job => ("batch/v1", "Job"),
            Self::Pod => ("v1", "Pod"),
            Self::Service => ("v1", "Service"),
            Self::EndpointSlice => ("discovery.k8s.io/v1", "EndpointSlice"),
        }
    }
}

/// An object of Kubernetes, reduced to what gives names.
#[derive(Clone, Debug)]
pub struct Object(pub(super) Form);

#[derive(Clone, Debug)]
pub(super) enum Form {
    Namespace(Bare),
    Node(Box<Raw<NodeSpec, NodeStatus>>),
    ReplicaSet(Bare),
    Job(Bare),
    Pod(Box<Raw<PodSpec, PodStatus>>),
    Service(Box<Raw<ServiceSpec, ServiceStatus>>),
    Slice(Box<Slice>),
}

impl Object {
    /// Returns an object of a known kind, whatever kind it says it is.
    ///
    /// # Errors
    /// If it has not the form of that kind.
    pub fn of_kind(kind: ObjectKind, value: &Value) -> Result<Self, ObjectError> {
        Ok(Self(match kind {
            ObjectKind::Namespace => Form::Namespace(read(value)?),
            ObjectKind::Node => Form::Node(read(value)?),
            ObjectKind::ReplicaSet => Form::ReplicaSet(read(value)?),
            ObjectKind::Job => Form::Job(read(value)?),
            ObjectKind::Pod => Form::Pod(read(value)?),
            ObjectKind::Service => Form::Service(read(value)?),
            ObjectKind::EndpointSlice => Form::Slice(read(value)?),
        }))
    }

    /// Returns the objects of a value that names its kind: one, those of a list, or none, if it is of a
    /// kind that gives no names.
    ///
    /// The value may be of any type that writes the form of the API: `serde_json::Value`, a value of a YAML
    /// crate, a type of `k8s-openapi`, or `kube`'s `DynamicObject`.
    ///
    /// # Errors
    /// If an object has not the form of its kind. The others of a list are lost too.
    pub fn read(object: &impl Serialize) -> Result<Vec<Self>, ObjectError> {
        let value = serde_json::to_value(object).map_err(|error| ObjectError {
            object: "object".to_owned(),
            reason: error.into(),
        })?;
        let mut all = Vec::new();
        collect(&value, ("", ""), &mut all)?;
        Ok(all)
    }

    /// Returns its kind.
    #[must_use]
    pub const fn kind(&self) -> ObjectKind {
        match &self.0 {
            Form::Namespace(_) => ObjectKind::Namespace,
            Form::Node(_) => ObjectKind::Node,
            Form::ReplicaSet(_) => ObjectKind::ReplicaSet,
            Form::Job(_) => ObjectKind::Job,
            Form::Pod(_) => ObjectKind::Pod,
            Form::Service(_) => ObjectKind::Service,
            Form::Slice(_) => ObjectKind::EndpointSlice,
        }
    }

    /// Returns its namespace; empty for kinds that are in none.
    #[must_use]
    pub fn namespace(&self) -> &str {
        match self.kind() {
            ObjectKind::Namespace | ObjectKind::Node => "",
            _ => self.metadata().namespace(),
        }
    }

    /// Returns its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.metadata().name
    }

    pub(super) const fn metadata(&self) -> &Metadata {
        match &self.0 {
            Form::Namespace(bare) | Form::ReplicaSet(bare) | Form::Job(bare) => &bare.metadata,
            Form::Node(node) => &node.metadata,
            Form::Pod(pod) => &pod.metadata,
            Form::Service(service) => &service.metadata,
            Form::Slice(slice) => &slice.metadata,
        }
    }
}

impl Metadata {
    /// Its namespace: `default` where it names none.
    pub(super) fn namespace(&self) -> &str {
        let given = self.namespace.as_deref();
        given.filter(|name| !name.is_empty()).unwrap_or("default")
    }
}

/// Adds the objects of a value; those of a list of one kind need not repeat it.
fn collect(
    value: &Value,
    inherited: (&str, &str),
    all: &mut Vec<Object>,
) -> Result<(), ObjectError> {
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    let version = text("apiVersion").unwrap_or(inherited.0);
    let kind = text("kind").unwrap_or(inherited.1);
    if let Some(items) = value.get("items").and_then(Value::as_array) {
        let kind = kind.strip_suffix("List").unwrap_or_default();
        return items
            .iter()
            .try_for_each(|item| collect(item, (version, kind), all));
    }
    let known = ObjectKind::ALL.into_iter();
    for known in known.filter(|known| known.names() == (version, kind)) {
        all.push(Object::of_kind(known, value)?);
    }
    Ok(())
}

fn read<T: DeserializeOwned>(value: &Value) -> Result<T, ObjectError> {
    // What is `null` is absent, on every level: API servers and tools write either.
    T::deserialize(&without_nulls(value)).map_err(|error| ObjectError {
        object: describe(value),
        reason: Reason::Form(error),
    })
}

fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .filter(|(key, value)| !value.is_null() && key.as_str() != "managedFields")
            .map(|(key, value)| (key.clone(), without_nulls(value)))
            .collect(),
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        other => other.clone(),
    }
}

/// Kind, namespace and name of an object, for errors.
fn describe(value: &Value) -> String {
    let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str);
    let kind = text("/kind").unwrap_or("object");
    match (text("/metadata/namespace"), text("/metadata/name")) {
        (Some(namespace), Some(name)) => format!("{kind} {namespace}/{name}"),
        (None, Some(name)) => format!("{kind} {name}"),
        _ => kind.to_owned(),
    }
}
