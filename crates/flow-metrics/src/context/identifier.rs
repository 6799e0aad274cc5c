//! Identifiers of context options: what stands for an end of a flow.

use crate::subject::{End, Names, Subject};

/// What stands for an end of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Identifier {
    /// Its labels, joined with commas.
    Identity,
    /// Its namespace.
    Namespace,
    /// Namespace and name of its pod: `shop/web-0`.
    Pod,
    /// The name of its pod.
    PodName,
    /// Its DNS names, joined with commas.
    Dns,
    /// Its address.
    Ip,
    /// Its reserved label, `reserved:kube-apiserver` before others.
    ReservedIdentity,
    /// Namespace and name of its first workload.
    Workload,
    /// The name of its first workload.
    WorkloadName,
    /// Its label `app.kubernetes.io/name`, `k8s-app` or `app`, the first of them.
    App,
}

impl Identifier {
    /// Every identifier with its name in context options.
    pub(crate) const NAMES: &'static [(&'static str, Self)] = &[
        ("identity", Self::Identity),
        ("namespace", Self::Namespace),
        ("pod", Self::Pod),
        ("pod-name", Self::PodName),
        ("dns", Self::Dns),
        ("ip", Self::Ip),
        ("reserved-identity", Self::ReservedIdentity),
        ("workload", Self::Workload),
        ("workload-name", Self::WorkloadName),
        ("app", Self::App),
    ];

    /// Returns the identifier with a name, in any letter case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let names = Self::NAMES.iter();
        let mut found = names.filter(|(name, _)| name.eq_ignore_ascii_case(text));
        found.next().map(|(_, identifier)| *identifier)
    }

    /// Its text in Hubble's log, which has a number for one of them.
    pub(crate) fn status(self) -> &'static str {
        if self == Self::PodName {
            return "4";
        }
        let mut names = Self::NAMES.iter();
        names
            .find(|(_, identifier)| *identifier == self)
            .map_or("", |(name, _)| name)
    }

    /// Writes what stands for an end.
    pub(crate) fn write(self, subject: &impl Subject, end: End, to: &mut String) {
        if self == Self::Ip {
            subject.write_address(end, to);
            return;
        }
        subject.with_names(end, &mut |names| {
            if let Some(names) = names {
                self.write_names(names, to);
            }
        });
    }

    fn write_names(self, names: &dyn Names, to: &mut String) {
        match self {
            Self::Identity => names.each_label(&mut |label| push_item(to, label)),
            Self::Namespace => to.push_str(names.namespace()),
            Self::Pod => push_path(to, names.namespace(), names.pod_name()),
            Self::PodName => to.push_str(names.pod_name()),
            Self::Dns => names.each_dns_name(&mut |name| push_item(to, name)),
            Self::ReservedIdentity => write_reserved(names, to),
            Self::Workload => {
                if let Some((name, _)) = names.workload().filter(|(name, _)| !name.is_empty()) {
                    push_path(to, names.namespace(), name);
                }
            }
            Self::WorkloadName => {
                if let Some((name, _)) = names.workload() {
                    to.push_str(name);
                }
            }
            Self::App => write_app(names, to),
            Self::Ip => {}
        }
    }
}

/// Adds one of several texts. Always goes on.
fn push_item(to: &mut String, item: &str) -> bool {
    if !to.is_empty() {
        to.push(',');
    }
    to.push_str(item);
    true
}

fn push_path(to: &mut String, namespace: &str, name: &str) {
    to.push_str(namespace);
    if !namespace.is_empty() {
        to.push('/');
    }
    to.push_str(name);
}

fn write_reserved(names: &dyn Names, to: &mut String) {
    const BEFORE_OTHERS: &str = "reserved:kube-apiserver";
    names.each_label(&mut |label| {
        if label == BEFORE_OTHERS {
            to.clear();
            to.push_str(label);
            return false;
        }
        if to.is_empty() && label.starts_with("reserved:") {
            to.push_str(label);
        }
        true
    });
}

/// Writes the value of the first label that names the application.
pub(crate) fn write_app(names: &dyn Names, to: &mut String) {
    const KEYS: [&str; 3] = ["k8s:app.kubernetes.io/name=", "k8s:k8s-app=", "k8s:app="];
    names.each_label(&mut |label| {
        let values = KEYS.iter().filter_map(|key| label.strip_prefix(key));
        let mut values = values.filter(|value| !value.is_empty());
        match values.next() {
            Some(value) => {
                to.push_str(value);
                false
            }
            None => true,
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use flow_core::resolve::{EndpointNames, Workload};

    fn text(identifier: Identifier, names: &EndpointNames) -> String {
        let mut text = String::new();
        identifier.write_names(names, &mut text);
        text
    }

    #[test]
    fn names_have_the_forms_of_hubble() {
        let names = EndpointNames {
            namespace: "shop".into(),
            pod_name: "web-0".into(),
            labels: [
                "reserved:world",
                "k8s:app=",
                "k8s:k8s-app=second",
                "reserved:kube-apiserver",
            ]
            .map(Into::into)
            .into(),
            workloads: vec![Workload {
                name: "web".into(),
                kind: "StatefulSet".into(),
            }],
            dns_names: vec!["a.example".into(), "b.example".into()],
            ..EndpointNames::default()
        };
        for (identifier, expected) in [
            (
                Identifier::Identity,
                "reserved:world,k8s:app=,k8s:k8s-app=second,reserved:kube-apiserver",
            ),
            (Identifier::Namespace, "shop"),
            (Identifier::Pod, "shop/web-0"),
            (Identifier::PodName, "web-0"),
            (Identifier::Dns, "a.example,b.example"),
            (Identifier::ReservedIdentity, "reserved:kube-apiserver"),
            (Identifier::Workload, "shop/web"),
            (Identifier::WorkloadName, "web"),
            (Identifier::App, "second"),
        ] {
            assert_eq!(text(identifier, &names), expected, "{identifier:?}");
            assert_eq!(text(identifier, &EndpointNames::default()), "");
        }
        let namespace = EndpointNames {
            namespace: "shop".into(),
            ..EndpointNames::default()
        };
        assert_eq!(text(Identifier::Pod, &namespace), "shop/");
    }

    #[test]
    fn identifiers_are_read_in_any_letter_case() {
        assert_eq!(Identifier::parse("Pod-Name"), Some(Identifier::PodName));
        assert_eq!(Identifier::parse("pod|ip"), None);
        assert_eq!(Identifier::parse(""), None);
    }
}
