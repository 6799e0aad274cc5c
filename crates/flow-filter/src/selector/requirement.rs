//! What one label must be.

use crate::Label;

/// What one label must be.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Requirement {
    /// `None` for any source.
    source: Option<Box<str>>,
    key: Box<str>,
    operator: Operator,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Operator {
    Exists,
    Absent,
    /// One of the values, sorted.
    In(Vec<Box<str>>),
    /// Absent, or none of the values.
    NotIn(Vec<Box<str>>),
    Less(i64),
    Greater(i64),
}

impl Requirement {
    /// `name` is `source.key`, as Cilium hands it to Kubernetes.
    pub(super) fn new(name: &str, operator: Operator) -> Self {
        let (source, key) = name.split_once('.').unwrap_or(("any", name));
        Self {
            source: (source != "any").then(|| source.into()),
            key: key.into(),
            operator,
        }
    }

    pub(super) fn holds<'a>(&self, mut labels: impl Iterator<Item = &'a str>) -> bool {
        let found = labels.find_map(|text| {
            let label = Label::parse(text);
            let is_source = match &self.source {
                Some(source) => **source == *label.source,
                None => true,
            };
            (is_source && *self.key == *label.key).then_some(label.value)
        });
        let number = || found.and_then(|value| value.parse::<i64>().ok());
        match &self.operator {
            Operator::Exists => found.is_some(),
            Operator::Absent => found.is_none(),
            Operator::In(values) => found.is_some_and(|value| holds(values, value)),
            Operator::NotIn(values) => !found.is_some_and(|value| holds(values, value)),
            Operator::Less(limit) => number().is_some_and(|number| number < *limit),
            Operator::Greater(limit) => number().is_some_and(|number| number > *limit),
        }
    }
}

fn holds(values: &[Box<str>], value: &str) -> bool {
    values.iter().any(|one| **one == *value)
}
