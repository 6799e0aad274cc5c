//! Labels that the option `labelsContext` adds.

use super::identifier::write_app;
use crate::subject::{End, Names, Subject};

/// What a label shows of an end of a flow.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EndLabel {
    /// Its address.
    Ip,
    /// The name of its pod.
    Pod,
    /// Its namespace.
    Namespace,
    /// The name of its first workload.
    Workload,
    /// The kind of its first workload.
    WorkloadKind,
    /// Its label `app.kubernetes.io/name`, `k8s-app` or `app`, the first of them.
    App,
    /// The value of its label with this key: `source_label(tier)`. Beyond Hubble.
    Label(Box<str>),
}

impl EndLabel {
    const NAMES: &'static [(&'static str, Self)] = &[
        ("ip", Self::Ip),
        ("pod", Self::Pod),
        ("namespace", Self::Namespace),
        ("workload", Self::Workload),
        ("workload_kind", Self::WorkloadKind),
        ("app", Self::App),
    ];

    /// Its place in Hubble's order.
    fn rank(&self) -> usize {
        let known = Self::NAMES.iter().position(|(_, label)| label == self);
        known.unwrap_or(Self::NAMES.len())
    }

    /// The name of the label, without its side: a key as far as Prometheus takes it.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Label(key) => {
                let letter = |letter: char| match letter {
                    letter if letter.is_ascii_alphanumeric() => letter,
                    _ => '_',
                };
                format!("label_{}", key.chars().map(letter).collect::<String>())
            }
            known => Self::NAMES[known.rank()].0.to_owned(),
        }
    }

    /// Writes the value of the label.
    pub(crate) fn write(&self, subject: &impl Subject, end: End, to: &mut String) {
        if *self == Self::Ip {
            subject.write_address(end, to);
            return;
        }
        subject.with_names(end, &mut |names| {
            if let Some(names) = names {
                self.write_names(names, to);
            }
        });
    }

    fn write_names(&self, names: &dyn Names, to: &mut String) {
        match self {
            Self::Ip => {}
            Self::Pod => to.push_str(names.pod_name()),
            Self::Namespace => to.push_str(names.namespace()),
            Self::Workload => to.push_str(names.workload().map_or("", |(name, _)| name)),
            Self::WorkloadKind => to.push_str(names.workload().map_or("", |(_, kind)| kind)),
            Self::App => write_app(names, to),
            Self::Label(key) => names.each_label(&mut |label| {
                let value = value_of(label, key);
                to.push_str(value.unwrap_or(""));
                value.is_none()
            }),
        }
    }
}

/// The value of `source:key=value`, where its key is this one.
fn value_of<'a>(label: &'a str, key: &str) -> Option<&'a str> {
    let (name, value) = label.split_once('=').unwrap_or((label, ""));
    let (_, name) = name.split_once(':').unwrap_or(("", name));
    (name == key).then_some(value)
}

/// A label that the option `labelsContext` adds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ContextLabel {
    /// What is known of the sender.
    Source(EndLabel),
    /// What is known of the receiver.
    Destination(EndLabel),
    /// The direction of the flow.
    TrafficDirection,
}

impl ContextLabel {
    /// Returns the label with a name, letter by letter; `None` where there is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text == "traffic_direction" {
            return Some(Self::TrafficDirection);
        }
        let (side, name) = text.split_once('_')?;
        let key = name
            .strip_prefix("label(")
            .and_then(|key| key.strip_suffix(')'))
            .filter(|key| !key.is_empty());
        let label = match key {
            Some(key) => EndLabel::Label(key.into()),
            None => {
                let mut names = EndLabel::NAMES.iter();
                names.find(|(known, _)| *known == name)?.1.clone()
            }
        };
        match side {
            "source" => Some(Self::Source(label)),
            "destination" => Some(Self::Destination(label)),
            _ => None,
        }
    }

    /// Returns the name of the label.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Source(label) => format!("source_{}", label.name()),
            Self::Destination(label) => format!("destination_{}", label.name()),
            Self::TrafficDirection => "traffic_direction".to_owned(),
        }
    }

    /// Its place in the order in which Hubble lists labels.
    pub(crate) fn rank(&self) -> (u8, usize, String) {
        match self {
            Self::Source(label) => (0, label.rank(), label.name()),
            Self::Destination(label) => (1, label.rank(), label.name()),
            Self::TrafficDirection => (2, 0, String::new()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flow_core::resolve::EndpointNames;

    #[test]
    fn labels_have_the_names_of_hubble() {
        for name in [
            "source_ip",
            "destination_workload_kind",
            "traffic_direction",
        ] {
            assert_eq!(
                ContextLabel::parse(name)
                    .map(|label| label.name())
                    .as_deref(),
                Some(name)
            );
        }
        for wrong in [
            "SOURCE_IP",
            "source_foo",
            "ip",
            "",
            "source_label()",
            "x_ip",
        ] {
            assert_eq!(ContextLabel::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn any_label_of_a_pod_can_be_one() {
        let label = ContextLabel::parse("source_label(app.kubernetes.io/part-of)").unwrap();
        assert_eq!(label.name(), "source_label_app_kubernetes_io_part_of");
        let ContextLabel::Source(label) = label else {
            panic!("of the source")
        };
        let names = EndpointNames {
            labels: vec![
                "k8s:app=x".into(),
                "k8s:app.kubernetes.io/part-of=a=b".into(),
            ],
            ..EndpointNames::default()
        };
        let mut text = String::new();
        label.write_names(&names, &mut text);
        assert_eq!(text, "a=b");
    }
}
