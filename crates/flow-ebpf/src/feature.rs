//! Which parts of the observer run, and why the others do not.

use std::fmt;

/// Whether a feature runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FeatureState {
    /// Loaded and attached.
    Active,
    /// Not running.
    Missing {
        /// Why not: what was tried and what the kernel answered.
        reason: String,
    },
}

/// One part of the observer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feature {
    /// Name, e.g. `"drops"` or `"interface eth0"`.
    pub name: String,
    /// How it is done, e.g. `"tcx"`; empty where there is nothing to tell.
    pub detail: String,
    /// Whether it runs.
    pub state: FeatureState,
}

impl Feature {
    /// Whether it runs.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.state == FeatureState::Active
    }
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if !self.detail.is_empty() {
            write!(f, " ({})", self.detail)?;
        }
        match &self.state {
            FeatureState::Active => f.write_str(": active"),
            FeatureState::Missing { reason } => write!(f, ": missing: {reason}"),
        }
    }
}

/// The state of every feature that was asked for, at one moment.
///
/// Prints as a line of what runs, and a line for each feature that does not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    features: Vec<Feature>,
}

impl Report {
    /// Every feature, in the order in which they were tried.
    #[must_use]
    pub fn features(&self) -> &[Feature] {
        &self.features
    }

    /// The feature of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Feature> {
        self.features.iter().find(|feature| feature.name == name)
    }

    /// Features that do not run.
    pub fn missing(&self) -> impl Iterator<Item = &Feature> {
        self.features.iter().filter(|feature| !feature.is_active())
    }

    /// Sets or replaces the feature of this name.
    pub(crate) fn set(&mut self, name: &str, detail: &str, state: FeatureState) {
        let feature = Feature {
            name: name.to_owned(),
            detail: detail.to_owned(),
            state,
        };
        match self.features.iter_mut().find(|known| known.name == name) {
            Some(known) => *known = feature,
            None => self.features.push(feature),
        }
    }

    /// Forgets the feature of this name.
    pub(crate) fn remove(&mut self, name: &str) {
        self.features.retain(|feature| feature.name != name);
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("active: ")?;
        let mut first = true;
        for feature in self.features.iter().filter(|feature| feature.is_active()) {
            if !first {
                f.write_str(", ")?;
            }
            first = false;
            f.write_str(&feature.name)?;
            if !feature.detail.is_empty() {
                write!(f, " ({})", feature.detail)?;
            }
        }
        if first {
            f.write_str("nothing")?;
        }
        for feature in self.missing() {
            write!(f, "\n{feature}")?;
        }
        Ok(())
    }
}
