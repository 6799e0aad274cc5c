//! What handlers are made with.

use crate::config::{MetricOption, OptionError, last};
use crate::context::{ContextOptions, Contexts, EndTable, columns};
use crate::series::{Catalog, Column, Counter, From, Histogram, Measure, OWN_LABELS};

/// Prefix of the names of Hubble's metrics.
const NAMESPACE: &str = "hubble_";

/// Makes the counters and histograms of a handler, with the labels that its options ask for.
pub struct Setup<'s> {
    options: &'s [MetricOption],
    contexts: ContextOptions,
    is_inverted: bool,
    catalog: &'s mut Catalog,
    budget: usize,
    error: Option<OptionError>,
}

impl<'s> Setup<'s> {
    pub(crate) fn new(
        options: &'s [MetricOption],
        is_inverted: bool,
        catalog: &'s mut Catalog,
        budget: usize,
    ) -> Result<Self, OptionError> {
        Ok(Self {
            options,
            contexts: ContextOptions::read(options)?,
            is_inverted,
            catalog,
            budget,
            error: None,
        })
    }

    /// Returns whether an option is there, whatever its value.
    #[must_use]
    pub fn has(&self, option: &str) -> bool {
        last(self.options, option).is_some()
    }

    /// Returns the first value of an option, of the first one where it stands there several times.
    #[must_use]
    pub fn value(&self, option: &str) -> Option<&'s str> {
        let mut options = self.options.iter();
        let option = options.find(|known| known.name.eq_ignore_ascii_case(option))?;
        option.values.first().map(String::as_str)
    }

    /// Returns the values of an option, of the last one where it stands there several times.
    #[must_use]
    pub fn values(&self, option: &str) -> &'s [String] {
        last(self.options, option).map_or(&[], |option| &option.values)
    }

    /// Makes a counter. Its labels are at most [`OWN_LABELS`]; those of the metric's
    /// context options are added. Its name should end in `_total`.
    ///
    /// # Panics
    /// If there are more labels.
    pub fn counter(&mut self, name: &str, help: &str, labels: &[&str]) -> Counter {
        Counter(self.family(Measure::Counter, name, help, labels))
    }

    /// Makes a histogram of seconds, with the buckets of Prometheus's client libraries. Labels are those
    /// of [`counter`](Self::counter).
    ///
    /// # Panics
    /// If there are more labels.
    pub fn histogram(&mut self, name: &str, help: &str, labels: &[&str]) -> Histogram {
        Histogram(self.family(Measure::Histogram, name, help, labels))
    }

    pub(crate) fn hubble_counter(&mut self, name: &str, help: &str, labels: &[&str]) -> Counter {
        self.counter(&format!("{NAMESPACE}{name}"), help, labels)
    }

    pub(crate) fn hubble_histogram(
        &mut self,
        name: &str,
        help: &str,
        labels: &[&str],
    ) -> Histogram {
        self.histogram(&format!("{NAMESPACE}{name}"), help, labels)
    }

    fn family(
        &mut self,
        measure: Measure,
        name: &str,
        help: &str,
        labels: &[&str],
    ) -> std::sync::Arc<crate::series::Family> {
        assert!(
            labels.len() <= OWN_LABELS,
            "expected at most {OWN_LABELS} labels of {name}, found {}",
            labels.len()
        );
        let mut all = columns(&self.contexts, self.is_inverted);
        all.extend(labels.iter().enumerate().map(|(place, name)| Column {
            name: (*name).into(),
            from: From::Own(place),
        }));
        for (index, column) in all.iter().enumerate() {
            if all[..index].iter().any(|other| other.name == column.name) {
                self.error.get_or_insert(OptionError::SameLabel {
                    name: column.name.to_string(),
                });
            }
        }
        self.catalog
            .add_family(self.budget, measure, (name, help), all)
    }

    /// What the handler reads of both ends, and the options as Hubble logs them.
    pub(crate) fn finish(self, table: &mut EndTable) -> Result<(Contexts, String), OptionError> {
        match self.error {
            Some(error) => Err(error),
            None => Ok((
                Contexts::new(&self.contexts, self.is_inverted, table),
                self.contexts.status(),
            )),
        }
    }
}

impl std::fmt::Debug for Setup<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Setup")
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
