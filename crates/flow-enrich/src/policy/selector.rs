//! Label selectors in their structured form: `matchLabels` and `matchExpressions`.

use std::collections::BTreeMap;

/// Labels of an object: keys and values.
pub type Labels = BTreeMap<String, String>;

/// Selects objects by their labels: Kubernetes' `metav1.LabelSelector`.
///
/// All parts have to match; a selector without parts matches every object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[allow(
    clippy::exhaustive_structs,
    reason = "the parts of metav1.LabelSelector; made with struct update syntax"
)]
pub struct LabelSelector {
    /// Labels that an object needs, with these values.
    pub match_labels: Labels,
    /// Further requirements.
    pub match_expressions: Vec<Requirement>,
}

/// One requirement of a [`LabelSelector`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[allow(
    clippy::exhaustive_structs,
    reason = "the parts of metav1.LabelSelectorRequirement"
)]
pub struct Requirement {
    /// Key of the label that it is about.
    pub key: String,
    /// What it requires of the label.
    pub operator: Operator,
    /// Values, for [`Operator::In`] and [`Operator::NotIn`].
    pub values: Vec<String>,
}

/// What a [`Requirement`] requires of a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(
    clippy::exhaustive_enums,
    reason = "an operator more would change what every selector means"
)]
pub enum Operator {
    /// The object has the label, with one of the values.
    In,
    /// The object has no such label, or has it with another value.
    NotIn,
    /// The object has the label.
    Exists,
    /// The object has no such label.
    DoesNotExist,
}

impl LabelSelector {
    /// Returns a selector that requires one label.
    #[must_use]
    pub fn label(key: &str, value: &str) -> Self {
        Self {
            match_labels: Labels::from([(key.to_owned(), value.to_owned())]),
            match_expressions: Vec::new(),
        }
    }

    /// Whether an object with these labels is selected.
    #[must_use]
    pub fn matches(&self, labels: &Labels) -> bool {
        self.match_labels
            .iter()
            .all(|(key, value)| labels.get(key) == Some(value))
            && self.match_expressions.iter().all(|one| one.matches(labels))
    }

    /// The keys that it depends on.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        let expressions = self.match_expressions.iter().map(|one| one.key.as_str());
        self.match_labels
            .keys()
            .map(String::as_str)
            .chain(expressions)
    }
}

impl Requirement {
    /// Whether an object with these labels meets the requirement.
    #[must_use]
    pub fn matches(&self, labels: &Labels) -> bool {
        let value = labels.get(&self.key);
        let listed = || value.is_some_and(|value| self.values.contains(value));
        match self.operator {
            Operator::In => listed(),
            Operator::NotIn => !listed(),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(pairs: &[(&str, &str)]) -> Labels {
        let owned = pairs.iter().map(|(k, v)| ((*k).into(), (*v).into()));
        owned.collect()
    }

    fn one(operator: Operator, values: &[&str]) -> LabelSelector {
        LabelSelector {
            match_expressions: vec![Requirement {
                key: "k".into(),
                operator,
                values: values.iter().map(|value| (*value).into()).collect(),
            }],
            ..LabelSelector::default()
        }
    }

    #[test]
    fn a_missing_label_meets_only_the_negative_operators() {
        let none = labels(&[]);
        assert!(!one(Operator::In, &["", "a"]).matches(&none));
        assert!(one(Operator::NotIn, &["", "a"]).matches(&none));
        assert!(!one(Operator::Exists, &[]).matches(&none));
        assert!(one(Operator::DoesNotExist, &[]).matches(&none));
        assert!(!LabelSelector::label("k", "").matches(&none));
        assert!(LabelSelector::default().matches(&none));
    }

    #[test]
    fn a_label_is_compared_with_the_values() {
        let a = labels(&[("k", "a"), ("other", "b")]);
        assert!(one(Operator::In, &["b", "a"]).matches(&a));
        assert!(!one(Operator::In, &[]).matches(&a));
        assert!(!one(Operator::NotIn, &["a"]).matches(&a));
        assert!(one(Operator::NotIn, &["b"]).matches(&a));
        assert!(one(Operator::Exists, &[]).matches(&a));
        assert!(!one(Operator::DoesNotExist, &[]).matches(&a));
        assert!(LabelSelector::label("k", "a").matches(&a));
        assert!(!LabelSelector::label("k", "b").matches(&a));
    }
}
