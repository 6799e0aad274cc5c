//! What is lost, by place.

use core::sync::atomic::{AtomicU64, Ordering};

/// Where something was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LostAt {
    /// Cilium lost it, before its monitor handed it over.
    Monitor,
    /// A kernel ring buffer had no room.
    KernelRing,
    /// The kernel's flow table had no room or gave up an entry.
    KernelTable,
    /// Counts stayed in the kernel's flow table, because the kernel did not let it be swept.
    KernelSweep,
    /// A record could not be decoded.
    Decode,
    /// The history ring overwrote it before it was read.
    HistoryRing,
}

impl LostAt {
    /// Every place, in the order in which a flow passes them.
    pub const ALL: &'static [Self] = &[
        Self::Monitor,
        Self::KernelRing,
        Self::KernelTable,
        Self::KernelSweep,
        Self::Decode,
        Self::HistoryRing,
    ];

    /// Returns the name in Hubble's `flow.LostEventSource`.
    #[must_use]
    pub const fn hubble_name(self) -> &'static str {
        match self {
            Self::Monitor | Self::KernelRing | Self::KernelTable | Self::KernelSweep => {
                "PERF_EVENT_RING_BUFFER"
            }
            Self::Decode => "OBSERVER_EVENTS_QUEUE",
            Self::HistoryRing => "HUBBLE_RING_BUFFER",
        }
    }

    /// Its place in [`ALL`](Self::ALL).
    const fn index(self) -> usize {
        match self {
            Self::Monitor => 0,
            Self::KernelRing => 1,
            Self::KernelTable => 2,
            Self::KernelSweep => 3,
            Self::Decode => 4,
            Self::HistoryRing => 5,
        }
    }
}

/// Number of places.
const PLACES: usize = LostAt::ALL.len();

/// A number of records lost at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_structs, reason = "a place and a count")]
pub struct Lost {
    /// The place.
    pub at: LostAt,
    /// Number of records.
    pub count: u64,
}

/// Losses summed by place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Losses([u64; PLACES]);

impl Losses {
    /// Adds a loss.
    pub const fn add(&mut self, lost: Lost) {
        let sum = &mut self.0[lost.at.index()];
        *sum = sum.wrapping_add(lost.count);
    }

    /// Returns the number of records lost at a place.
    #[must_use]
    pub const fn at(&self, place: LostAt) -> u64 {
        self.0[place.index()]
    }

    /// Returns the number of records lost at all places.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Returns the losses of the places where something was lost, in the order in which a flow
    /// passes them.
    pub fn iter(&self) -> impl Iterator<Item = Lost> + '_ {
        LostAt::ALL
            .iter()
            .map(|at| Lost {
                at: *at,
                count: self.at(*at),
            })
            .filter(|lost| lost.count > 0)
    }

    /// Returns what was lost since `earlier`, a value of the same sums.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let mut difference = *self;
        for (sum, before) in difference.0.iter_mut().zip(earlier.0) {
            *sum = sum.wrapping_sub(before);
        }
        difference
    }
}

/// Losses that several threads add to.
#[derive(Debug, Default)]
pub(super) struct SharedLosses([AtomicU64; PLACES]);

impl SharedLosses {
    pub(super) fn add(&self, lost: Lost) {
        self.0[lost.at.index()].fetch_add(lost.count, Ordering::Relaxed);
    }

    pub(super) fn sums(&self) -> Losses {
        Losses(core::array::from_fn(|index| {
            self.0[index].load(Ordering::Relaxed)
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::vec::Vec;

    use super::*;

    #[test]
    fn every_place_of_loss_is_one_of_hubbles() {
        let names: BTreeSet<_> = LostAt::ALL.iter().map(|at| at.hubble_name()).collect();
        let hubbles = [
            "HUBBLE_RING_BUFFER",
            "OBSERVER_EVENTS_QUEUE",
            "PERF_EVENT_RING_BUFFER",
        ];
        assert!(names.into_iter().eq(hubbles));
    }

    #[test]
    fn every_place_is_counted_for_itself() {
        let shared = SharedLosses::default();
        let mut sums = Losses::default();
        for (index, at) in LostAt::ALL.iter().enumerate() {
            assert_eq!(at.index(), index);
            let lost = Lost {
                at: *at,
                count: index as u64 + 1,
            };
            shared.add(lost);
            sums.add(lost);
        }
        assert_eq!(shared.sums(), sums);
        assert_eq!((sums.total(), sums.at(LostAt::Decode)), (21, 5));
        shared.add(Lost {
            at: LostAt::KernelRing,
            count: 7,
        });
        let since: Vec<_> = shared.sums().since(&sums).iter().collect();
        let expected = Lost {
            at: LostAt::KernelRing,
            count: 7,
        };
        assert_eq!(since, [expected]);
    }
}
