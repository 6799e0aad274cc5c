//! What was lost, counted by place.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use flow_core::pipeline::{Lost, LostAt};

use crate::output::what;

/// Counters that every draining thread adds to.
#[derive(Debug, Default)]
pub(crate) struct Losses([AtomicU64; LostAt::ALL.len()]);

impl Losses {
    pub(crate) fn add(&self, lost: Lost) {
        for (place, count) in LostAt::ALL.iter().zip(&self.0) {
            if *place == lost.at {
                count.fetch_add(lost.count, Ordering::Relaxed);
            }
        }
    }

    /// Takes what was counted since the last call.
    pub(crate) fn take(&self) -> impl Iterator<Item = Lost> {
        let counts = LostAt::ALL.iter().zip(&self.0);
        counts
            .map(|(at, count)| Lost {
                at: *at,
                count: count.swap(0, Ordering::Relaxed),
            })
            .filter(|lost| lost.count > 0)
    }
}

/// Sums of losses. Prints as `0 lost`, or the sum and what it is made of.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sums([u64; LostAt::ALL.len()]);

impl Sums {
    pub(crate) fn add(&mut self, lost: Lost) {
        for (place, sum) in LostAt::ALL.iter().zip(&mut self.0) {
            if *place == lost.at {
                *sum += lost.count;
            }
        }
    }

    pub(crate) fn total(&self) -> u64 {
        self.0.iter().sum()
    }
}

impl fmt::Display for Sums {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} lost", self.total())?;
        let mut separator = ": ";
        for (place, sum) in LostAt::ALL.iter().zip(self.0) {
            if sum > 0 {
                write!(f, "{separator}{sum} {}", what(*place))?;
                separator = ", ";
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_counted_for_itself() {
        let losses = Losses::default();
        let mut sums = Sums::default();
        assert_eq!(sums.to_string(), "0 lost");
        for (index, at) in LostAt::ALL.into_iter().enumerate() {
            let count = index as u64 + 1;
            losses.add(Lost { at, count });
        }
        for lost in losses.take() {
            sums.add(lost);
        }
        assert_eq!(losses.take().count(), 0, "they were taken");
        assert_eq!(sums.total(), 21);
        assert_eq!(
            sums.to_string(),
            "21 lost: 1 before Cilium's monitor, 2 at a full kernel ring buffer, \
             3 at the full kernel table, 4 left in the kernel table, which could not be swept, \
             5 not decodable, 6 overwritten before they were shown"
        );
    }
}
