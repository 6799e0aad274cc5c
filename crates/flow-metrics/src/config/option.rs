//! Options of a metric, as they are written.

/// An option of a metric: a name and values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_structs, reason = "a name and values")]
pub struct MetricOption {
    /// Its name, in any letter case.
    pub name: String,
    /// Its values.
    pub values: Vec<String>,
}

/// Error returned for options that mean nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OptionError {
    /// A value of a context option that is no identifier.
    #[error("unknown context '{found}'")]
    UnknownContext {
        /// The value.
        found: String,
    },
    /// A value of `labelsContext` that is no label.
    #[error("invalid labelsContext value: {found}")]
    UnknownLabel {
        /// The value.
        found: String,
    },
    /// Two labels of one metric with the same name.
    #[error("expected labels with different names, found {name} twice")]
    SameLabel {
        /// The name.
        name: String,
    },
}

/// The last option of these with a name, in any letter case.
pub(crate) fn last<'a>(options: &'a [MetricOption], name: &str) -> Option<&'a MetricOption> {
    let mut named = options.iter().rev();
    named.find(|option| option.name.eq_ignore_ascii_case(name))
}
