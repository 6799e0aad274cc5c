//! Which parts of the observer run, and why the others do not.

use std::fmt;

use crate::refusal::Refusal;

/// Whether a feature runs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FeatureState {
    /// Loaded and attached.
    Active,
    /// Not running, for this reason.
    Missing(Refusal),
}

/// One part of the observer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Feature {
    /// Name, e.g. `"drops"` or `"interface eth0"`.
    pub name: String,
    /// How it is done, e.g. `"tcx"`; empty where there is nothing to tell.
    pub detail: String,
    /// Whether it runs.
    pub state: FeatureState,
}

impl Feature {
    /// Returns why it does not run; `None` where it does.
    #[must_use]
    pub const fn refusal(&self) -> Option<&Refusal> {
        match &self.state {
            FeatureState::Active => None,
            FeatureState::Missing(refusal) => Some(refusal),
        }
    }

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
            FeatureState::Missing(refusal) => write!(f, ": missing: {refusal}"),
        }
    }
}

/// Features that serve others: alone, they show no packet and no event.
const SERVING: [&str; 7] = [
    "type information",
    "sweep",
    "owner",
    "existing sockets",
    "connecting sockets",
    "receivers",
    "interfaces",
];
/// How the name of a namespace's feature begins, which serves its interfaces.
const NAMESPACE: &str = "namespace ";
/// How the name of an interface's feature begins.
const INTERFACE: &str = "interface ";

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

    /// Whether anything runs that observes packets or events.
    pub(crate) fn observes(&self) -> bool {
        let serves = |name: &str| SERVING.contains(&name) || name.starts_with(NAMESPACE);
        self.features
            .iter()
            .any(|feature| feature.is_active() && !serves(&feature.name))
    }

    /// Whether an interface is observed or could not be.
    pub(crate) fn has_interface(&self) -> bool {
        self.features
            .iter()
            .any(|feature| feature.name.starts_with(INTERFACE))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_serves_others_observes_nothing() {
        let missing = FeatureState::Missing("refused".to_owned().into());
        let mut report = Report::default();
        for name in SERVING.into_iter().chain(["namespace a"]) {
            report.set(name, "", FeatureState::Active);
        }
        report.set("drops", "", missing.clone());
        report.set("interface eth0", "", missing);
        assert!(!report.observes(), "{report}");
        assert!(report.has_interface());
        report.set("interface eth0", "tcx", FeatureState::Active);
        assert!(report.observes(), "{report}");
        report.remove("interface eth0");
        assert!(!report.has_interface());
        report.set("tcp-state", "tp_btf", FeatureState::Active);
        assert!(report.observes(), "{report}");
    }
}
