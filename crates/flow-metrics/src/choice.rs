//! Which flows a metric counts.

use flow_core::pipeline::Filter;

use crate::subject::Subject;

/// Chooses flows for one metric.
pub(crate) enum Choice {
    All,
    /// By an embedder's filter.
    Custom(Box<dyn Filter>),
    /// By Hubble's filters.
    #[cfg(feature = "hubble")]
    Hubble(Box<flow_filter::hubble::FlowFilters>),
}

/// A flow that can be chosen.
pub(crate) trait Candidate: Subject {
    /// Whether Hubble's filters choose it.
    #[cfg(feature = "hubble")]
    fn passes(&self, filters: &flow_filter::hubble::FlowFilters) -> bool;
}

impl Candidate for crate::seen::Seen<'_, '_> {
    #[cfg(feature = "hubble")]
    fn passes(&self, filters: &flow_filter::hubble::FlowFilters) -> bool {
        filters.matches(self.0)
    }
}

#[cfg(feature = "hubble")]
impl Candidate for crate::message::Message<'_> {
    fn passes(&self, filters: &flow_filter::hubble::FlowFilters) -> bool {
        filters.matches_flow(self.0)
    }
}

impl Choice {
    #[inline]
    pub(crate) fn chooses(&self, subject: &impl Candidate) -> bool {
        match self {
            Self::All => true,
            Self::Custom(filter) => {
                let chosen = subject.with_view(|view| filter.matches(view));
                chosen.unwrap_or(false)
            }
            #[cfg(feature = "hubble")]
            Self::Hubble(filters) => subject.passes(filters),
        }
    }
}

impl std::fmt::Debug for Choice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::All => "All",
            Self::Custom(_) => "Custom",
            #[cfg(feature = "hubble")]
            Self::Hubble(_) => "Hubble",
        })
    }
}
