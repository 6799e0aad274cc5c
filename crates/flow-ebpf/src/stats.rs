//! Counts of what was seen, handed over and lost.

use std::fmt;

use aya::maps::{MapData, PerCpuArray};

/// One counter of the kernel programs, summed over all processors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counter {
    /// Name: one of [`Stats::NAMES`].
    pub name: &'static str,
    /// Value since the source was loaded.
    pub value: u64,
}

/// Counts at one moment.
///
/// Packets are packets on the wire: a segment that is split later counts as its parts. Once a
/// source has ended,
///
/// ```text
/// seen_packets == reported_packets + sampled_out + filtered + non_ip + malformed + lost_packets
///                 + what an LRU table gave up unreported
/// ```
#[derive(Clone, Default, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Every counter of the kernel programs.
    pub counters: Vec<Counter>,
    /// Records taken out of each ring buffer so far.
    pub drained: Vec<u64>,
}

impl Stats {
    /// Names of the counters, in the order of `enum flow_counter` of the kernel programs'
    /// `flow_event.h`, which says what each counts.
    pub const NAMES: &'static [&'static str] = &[
        "seen_packets",
        "seen_bytes",
        "reported_packets",
        "reported_bytes",
        "sampled_out",
        "filtered",
        "filtered_bytes",
        "non_ip",
        "non_ip_bytes",
        "malformed",
        "malformed_bytes",
        "lost_packets",
        "lost_bytes",
        "lost_records",
        "deferred",
        "table_full",
        "truncated",
        "capture_lost",
        "flows_made",
        "flows_deleted",
        "stale",
        "owner_unknown",
        "drops_no_loss",
        "drops_unreadable",
        "slow_parse",
    ];

    /// The counter of this name; 0 where there is none.
    #[must_use]
    pub fn get(&self, name: &str) -> u64 {
        self.counters
            .iter()
            .find(|counter| counter.name == name)
            .map_or(0, |counter| counter.value)
    }

    /// Records taken out of all ring buffers.
    #[must_use]
    pub fn drained(&self) -> u64 {
        self.drained.iter().sum()
    }

    /// Packets seen that neither a record nor another counter tells of. Right after the end of
    /// a source only: before, what is in the kernel's table is among them.
    #[must_use]
    pub fn unaccounted_packets(&self) -> u64 {
        const TOLD: [&str; 6] = [
            "reported_packets",
            "sampled_out",
            "filtered",
            "non_ip",
            "malformed",
            "lost_packets",
        ];
        let told = TOLD.iter().map(|name| self.get(name)).sum();
        self.get("seen_packets").saturating_sub(told)
    }
}

/// `name=value` for each counter, then `drained=` with the sum.
impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for counter in &self.counters {
            write!(f, "{}={} ", counter.name, counter.value)?;
        }
        write!(f, "drained={}", self.drained())
    }
}

/// `COUNT_SIZE` of `flow_event.h`.
const SIZE: usize = 32;

/// The map `counters`.
pub(crate) struct Counters(PerCpuArray<MapData, [u64; SIZE]>);

impl fmt::Debug for Counters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.read()).finish()
    }
}

impl Counters {
    pub(crate) fn new(map: PerCpuArray<MapData, [u64; SIZE]>) -> Self {
        Self(map)
    }

    /// Every counter now; all 0 where the kernel does not answer.
    pub(crate) fn read(&self) -> Vec<Counter> {
        let mut sums = [0_u64; SIZE];
        if let Ok(values) = self.0.get(&0, 0) {
            for value in values.iter() {
                for (sum, part) in sums.iter_mut().zip(value) {
                    *sum = sum.wrapping_add(*part);
                }
            }
        }
        Stats::NAMES
            .iter()
            .zip(sums)
            .map(|(name, value)| Counter { name, value })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_counter_tells_is_unaccounted() {
        let counters = [
            ("seen_packets", 10),
            ("reported_packets", 6),
            ("filtered", 1),
        ];
        let stats = Stats {
            counters: counters
                .map(|(name, value)| Counter { name, value })
                .to_vec(),
            drained: vec![2, 3],
        };
        assert_eq!(stats.unaccounted_packets(), 3);
        assert_eq!(stats.get("no such"), 0);
        assert_eq!(
            stats.to_string(),
            "seen_packets=10 reported_packets=6 filtered=1 drained=5"
        );
    }
}
