//! What was lost before the ring, counted by place.

use std::sync::atomic::{AtomicU64, Ordering};

use flow_core::pipeline::{Lost, LostAt};

const PLACES: [LostAt; 3] = [LostAt::KernelRing, LostAt::KernelTable, LostAt::Decode];

/// Counters that every draining thread adds to.
#[derive(Debug, Default)]
pub(crate) struct Losses([AtomicU64; 4]);

impl Losses {
    pub(crate) fn add(&self, lost: Lost) {
        let index = PLACES
            .iter()
            .position(|place| *place == lost.at)
            .unwrap_or(PLACES.len());
        self.0[index].fetch_add(lost.count, Ordering::Relaxed);
    }

    /// Takes what was counted since the last call.
    pub(crate) fn take(&self) -> impl Iterator<Item = Lost> {
        let places = PLACES.into_iter().chain([LostAt::HistoryRing]);
        places
            .zip(&self.0)
            .map(|(at, count)| Lost {
                at,
                count: count.swap(0, Ordering::Relaxed),
            })
            .filter(|lost| lost.count > 0)
    }
}
