//! Who a key stood for, and when.

use flow_core::names::NameHandle;
use smallvec::SmallVec;

use super::key::EndpointKind;

/// A time that has not come: what stands until then still exists.
pub(super) const OPEN: u64 = u64::MAX;

/// What the table knows of a key at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Found {
    /// Its names. Valid in the [hold](flow_core::names::NameHold) in which it was found.
    pub handle: NameHandle,
    /// Its security identity; 0 for none.
    pub identity: u32,
    /// What it is.
    pub kind: EndpointKind,
}

/// An endpoint that a key stood for from one time until another, in nanoseconds since the Unix epoch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Version {
    pub(super) from: u64,
    /// The first time at which it no longer did; [`OPEN`] as long as it does.
    pub(super) until: u64,
    pub(super) found: Found,
}

/// All versions of a key that are kept. Nearly always there is one.
#[derive(Clone, Debug, Default)]
pub(super) struct Versions(pub(super) SmallVec<[Version; 1]>);

impl Versions {
    /// Returns the endpoint at a time: of those of the first kind the one that came last.
    #[inline]
    pub(super) fn at(&self, time: u64) -> Option<Found> {
        match self.0.as_slice() {
            // Most have one, which needs no comparison.
            [one] => one.covers(time).then_some(one.found),
            all => {
                let mut best: Option<&Version> = None;
                for version in all.iter().filter(|version| version.covers(time)) {
                    if best.is_none_or(|best| version.wins_over(best)) {
                        best = Some(version);
                    }
                }
                best.map(|version| version.found)
            }
        }
    }
}

impl Version {
    #[inline]
    const fn covers(&self, time: u64) -> bool {
        self.from <= time && time < self.until
    }

    /// Whether it decides at a time that both cover; `other` was added before.
    fn wins_over(&self, other: &Self) -> bool {
        let (kind, other_kind) = (self.found.kind, other.found.kind);
        kind < other_kind
            || kind == other_kind && (self.from, self.until) >= (other.from, other.until)
    }
}
