//! Reads the names of endpoints and nodes.

use flow_core::resolve::{EndpointNames, NodeNames};

use super::kind::Value;
use super::part::{NamePart, NodePart};

/// Returns whether `test` is true of one of the values of this part; nothing is a value that is empty.
#[inline]
pub(crate) fn any_name<'a>(
    names: &'a EndpointNames,
    part: NamePart,
    key: Option<&str>,
    mut test: impl FnMut(Value<'a>) -> bool,
) -> bool {
    match part {
        NamePart::Pod => name(&names.namespace, &names.pod_name, test),
        NamePart::Namespace => text(&names.namespace, test),
        NamePart::Cluster => text(&names.cluster_name, test),
        NamePart::Label => labels(&names.labels, key, test),
        NamePart::Workload => {
            let workloads = &mut names.workloads.iter();
            workloads.any(|workload| name(&workload.kind, &workload.name, &mut test))
        }
        NamePart::Service => {
            let service = names.service.as_ref();
            service.is_some_and(|service| name(&service.namespace, &service.name, test))
        }
        NamePart::Fqdn => names.dns_names.iter().any(|fqdn| text(fqdn, &mut test)),
        NamePart::Id => names.id != 0 && test(Value::Number(names.id.into())),
    }
}

/// Returns whether `test` is true of one of the values of this part.
pub(crate) fn any_of_node<'a>(
    node: &'a NodeNames,
    part: NodePart,
    key: Option<&str>,
    test: impl FnMut(Value<'a>) -> bool,
) -> bool {
    match part {
        NodePart::Name => match node.name.split_once('/') {
            Some((cluster, node)) => name(cluster, node, test),
            None => name("", &node.name, test),
        },
        NodePart::Label => labels(&node.labels, key, test),
    }
}

fn text<'a>(text: &'a str, mut test: impl FnMut(Value<'a>) -> bool) -> bool {
    !text.is_empty() && test(Value::Text(text.as_bytes()))
}

fn name<'a>(qualifier: &'a str, name: &'a str, mut test: impl FnMut(Value<'a>) -> bool) -> bool {
    !name.is_empty() && test(Value::Name(qualifier.as_bytes(), name.as_bytes()))
}

/// Labels as they are, or the values of those with a key.
fn labels<'a>(
    labels: &'a [Box<str>],
    key: Option<&str>,
    mut test: impl FnMut(Value<'a>) -> bool,
) -> bool {
    labels.iter().any(|label| match key {
        None => test(Value::Text(label.as_bytes())),
        Some(key) => {
            let (name, value) = label.split_once('=').unwrap_or((label, ""));
            is_key(name, key) && test(Value::Text(value.as_bytes()))
        }
    })
}

/// Whether a label's `source:key` is meant by a key, which may be without a source.
fn is_key(name: &str, key: &str) -> bool {
    name == key || name.split_once(':').is_some_and(|(_, rest)| rest == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_found_with_and_without_their_source() {
        let labels: Vec<Box<str>> = vec!["k8s:app=web=1".into(), "reserved:host".into()];
        let value = |key: &str| {
            let mut found = None;
            super::labels(&labels, Some(key), |value| {
                found = Some(value);
                true
            });
            found
        };
        assert_eq!(value("app"), Some(Value::Text(b"web=1")));
        assert_eq!(value("k8s:app"), Some(Value::Text(b"web=1")));
        assert_eq!(value("any:app"), None);
        assert_eq!(value("host"), Some(Value::Text(b"")));
        assert_eq!(value("ap"), None);
    }
}
