//! Takes objects of Kubernetes into a [`Cluster`].

mod entities;
mod error;
mod network_policy;
mod objects;
mod tiers;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use error::{ObjectError, Reason};

use super::cluster::Cluster;
use super::rules::TierKind;
use objects::Header;

impl Cluster {
    /// Takes an object of Kubernetes, or each object of a list. Returns how many were taken; those of
    /// kinds that do not matter here are passed over, as are pods that have ended.
    ///
    /// The object may be of any type that writes the form of the API: `serde_json::Value`, a value of a
    /// YAML crate, a type of `k8s-openapi` in any of its versions, or `kube`'s `DynamicObject`. The kinds
    /// are Namespace, Node, Pod and Service (`v1`), NetworkPolicy (`networking.k8s.io/v1`),
    /// ClusterNetworkPolicy (`policy.networking.k8s.io/v1alpha2`), AdminNetworkPolicy and
    /// BaselineAdminNetworkPolicy (`policy.networking.k8s.io/v1alpha1`).
    ///
    /// Objects are added, not replaced. Prefixes of pods come from nodes; those of services
    /// ([`Cluster::service_cidrs`]) are in no object that every cluster has.
    ///
    /// # Errors
    ///
    /// [`ObjectError`] if the object cannot be read or holds a value that the API does not define;
    /// objects before it in the same list have then been taken.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use flow_enrich::policy::Cluster;
    ///
    /// let mut cluster = Cluster::default();
    /// cluster.add(&serde_json::json!({
    ///     "apiVersion": "networking.k8s.io/v1",
    ///     "kind": "NetworkPolicy",
    ///     "metadata": {"namespace": "shop", "name": "deny-all"},
    ///     "spec": {"podSelector": {}, "policyTypes": ["Ingress"]},
    /// }))?;
    /// assert_eq!(cluster.policies[0].ingress.as_deref(), Some(&[][..]));
    /// # Ok(())
    /// # }
    /// ```
    pub fn add(&mut self, object: &impl Serialize) -> Result<usize, ObjectError> {
        let value = serde_json::to_value(object).map_err(|error| ObjectError {
            object: "object".to_owned(),
            reason: error.into(),
        })?;
        self.add_value(value)
    }

    fn add_value(&mut self, value: Value) -> Result<usize, ObjectError> {
        let name = describe(&value);
        let object = |reason: Reason| ObjectError {
            object: name.clone(),
            reason,
        };
        let header: Header = read(&value).map_err(object)?;
        if let Some(items) = header.items {
            let kind = header.kind.strip_suffix("List").unwrap_or_default();
            let mut taken = 0;
            for mut item in items {
                // The items of a list of one kind do not repeat it.
                if let Some(item) = item.as_object_mut()
                    && !kind.is_empty()
                {
                    item.entry("kind").or_insert_with(|| kind.into());
                    let version = header.api_version.as_str();
                    item.entry("apiVersion").or_insert_with(|| version.into());
                }
                taken += self.add_value(item)?;
            }
            return Ok(taken);
        }
        self.add_one(&header, &value).map_err(object)
    }

    fn add_one(&mut self, header: &Header, value: &Value) -> Result<usize, Reason> {
        match (header.api_version.as_str(), header.kind.as_str()) {
            ("v1", "Namespace") => self.namespaces.push(entities::namespace(read(value)?)),
            ("v1", "Node") => {
                let (node, cidrs) = entities::node(read(value)?)?;
                self.nodes.push(node);
                self.pod_cidrs.extend(cidrs);
            }
            ("v1", "Pod") => match entities::pod(read(value)?)? {
                Some(pod) => self.pods.push(pod),
                None => return Ok(0),
            },
            ("v1", "Service") => self.services.push(entities::service(read(value)?)?),
            ("networking.k8s.io/v1", "NetworkPolicy") => {
                self.policies.push(network_policy::convert(read(value)?)?);
            }
            ("policy.networking.k8s.io/v1alpha2", "ClusterNetworkPolicy") => {
                let kind = TierKind::ClusterNetworkPolicy;
                self.tiers.push(tiers::convert(kind, read(value)?)?);
            }
            ("policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy") => {
                let kind = TierKind::AdminNetworkPolicy;
                self.tiers.push(tiers::convert(kind, read(value)?)?);
            }
            ("policy.networking.k8s.io/v1alpha1", "BaselineAdminNetworkPolicy") => {
                let kind = TierKind::BaselineAdminNetworkPolicy;
                self.tiers.push(tiers::convert(kind, read(value)?)?);
            }
            _ => return Ok(0),
        }
        Ok(1)
    }
}

fn read<T: DeserializeOwned>(value: &Value) -> Result<T, Reason> {
    Ok(T::deserialize(value)?)
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
